// Where a SARIF artifactLocation points: a path below the root of the code, or a sentence why not.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/finding.h"

namespace sampan::scan {

struct Placed {
  std::string path;             // '/' between its parts
  std::optional<Text> refused;  // then there is no path
};

class SarifPaths {
 public:
  // `run` must outlive it. `root`: absolute, or empty.
  SarifPaths(const boost::json::object& run, std::string_view root);
  Placed path_of(const boost::json::object& location) const;

 private:
  Placed relative(std::string path, std::string base_id) const;
  std::optional<std::string> below_root(std::string_view absolute) const;
  void add_root(const boost::json::value* location);

  const boost::json::object& run_;
  const boost::json::object* bases_ = nullptr;
  std::vector<std::string> roots_;  // normal absolute paths; the surest first
};

}  // namespace sampan::scan
