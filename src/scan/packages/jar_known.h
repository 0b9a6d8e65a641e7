// Which of the packages that a jar may be the advisories know. Private to the room.
#pragma once

#include <vector>

#include "scan/packages/index.h"

namespace sampan::scan::packages {

struct Known {
  std::vector<Package> is;      // by the likeliest artifact that has a group which something in the jar speaks for
  std::vector<Package> may_be;  // the likeliest artifact is not among these: it has only groups that nothing speaks for
};
Result<Known> known_as(const Index& index, const Package& guessed);

}  // namespace sampan::scan::packages
