// The files of a folder that engines read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "scan/settings.h"

namespace sampan::scan {

struct Found {
  std::string path;  // relative to the folder
  std::uint64_t size = 0;
};
// In the order of their paths; scan.h says what is left out.
Result<std::vector<Found>> find_files(const Settings& settings, const std::string& folder);

}  // namespace sampan::scan
