// The files of a folder that are looked at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scan/scan.h"

namespace sampan::scan {

struct Found {
  std::string path;  // relative to the folder
  std::uint64_t size = 0;
};
// In the order of their paths; scan.h says what is left out.
Result<std::vector<Found>> find_files(const Settings& settings, const std::string& folder, Engines engines);

}  // namespace sampan::scan
