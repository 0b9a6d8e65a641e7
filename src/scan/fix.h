// The remedies that rules offer, applied to one text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scan/p3c/engine.h"

namespace sampan::scan {

struct Mended {
  std::string text;
  int fixed = 0;  // of those that were wanted
  Text lack{};    // why nothing was changed
};
// Applies the fixes of `wanted`, findings that the engine had of this text. One that overlaps another waits for the
// next look. What comes out parses as well as what went in, lacks as many findings as were fixed, and has no new one of
// any rule; else nothing is changed and the lack says why.
Mended mend(p3c::Engine& engine, const std::string& path, std::string_view text, const std::vector<Finding>& wanted);

}  // namespace sampan::scan
