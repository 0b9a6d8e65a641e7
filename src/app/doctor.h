// Says what this machine lacks and how to mend it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace sampan::app {

struct Check {
  std::string what, found, mend;
  bool ok = true, needed = true;
};
std::vector<Check> examine_machine();
// A line a check; an error (with the same lines) when something needed is missing.
Result<std::string> doctor();

}  // namespace sampan::app
