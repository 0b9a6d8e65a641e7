// The files of a folder that are looked at.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scan/settings.h"

namespace sampan::scan {

struct Found {
  std::string path;  // relative to the folder
  std::uint64_t size = 0;
};
// Those of which `wants` takes the path, in the order of their paths; scan.h says what is left out.
Result<std::vector<Found>> find_files(const Settings& settings, const std::string& folder,
                                      const std::function<bool(std::string_view path)>& wants);

}  // namespace sampan::scan
