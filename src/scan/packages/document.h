// JSON, TOML and YAML of package files as one kind of tree with lines (base/yaml.h has it). Bounded in depth and size;
// sentences begin with "FILE:LINE:".
#pragma once

#include <string>
#include <string_view>

#include "base/yaml.h"

namespace sampan::scan::packages {

// Numbers, true, false and null are plain scalars. A key that is there twice is invalid. Keys
// count as values too: each takes a hundred bytes, of TOML some hundreds for a while.
Result<YamlNode> read_json(std::string_view text, std::string_view file, std::size_t most_values = 4'000'000);
Result<YamlNode> read_toml(std::string_view text, std::string_view file, std::size_t most_values = 1'000'000);
Result<YamlNode> read_yaml(std::string_view text, std::string_view file);

// Of a mapping; empty, or a node without content, when there is no such thing.
const std::string& text_at(const YamlNode& node, std::string_view key);
const YamlNode& at(const YamlNode& node, std::string_view key);

}  // namespace sampan::scan::packages
