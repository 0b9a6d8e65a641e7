// XML of package files as a tree with lines. Entities are refused where they are declared, so nothing expands; depth
// and the number of elements are bounded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sampan::scan::packages {

struct XmlNode {
  std::string name;  // without its prefix
  std::string text;  // of its own, trimmed
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<XmlNode> children;
  int line = 0;

  const XmlNode* child(std::string_view name) const;        // the first; nullptr: none
  std::string_view attribute(std::string_view name) const;  // empty: none
};
Result<XmlNode> read_xml(std::string_view text, std::string_view file);

}  // namespace sampan::scan::packages
