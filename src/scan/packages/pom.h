// A pom.xml as it is written (maven.apache.org/pom.html); pom_model.h says what it means.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sampan::scan::packages::maven {

// A text and where it stands, so that a finding can name the line to change.
struct Spot {
  std::string text, file;
  int line = 0;
};
struct Coordinates {
  std::string group, artifact, version;
  std::string text() const { return group + ":" + artifact + ":" + version; }
  auto operator<=>(const Coordinates&) const = default;
};
struct Dependency {
  Spot group, artifact, version, scope, type, classifier, optional;
  std::vector<std::pair<std::string, std::string>> exclusions;  // group and artifact; '*' is any
};
struct Pom {
  std::string file;
  Spot group, artifact, version;  // group and version may come from the parent
  struct Parent {
    Spot group, artifact, version;
    std::string relative_path = "../pom.xml";  // empty: it is not beside
    int line = 0;
  };
  std::optional<Parent> parent;
  std::map<std::string, Spot, std::less<>> properties;
  std::vector<Dependency> dependencies, managed;
};
Result<Pom> read_pom(std::string_view text, const std::string& file);

}  // namespace sampan::scan::packages::maven
