// YAML 1.2 (core schema) read into a tree with marks, bounded: nodes after aliases (what has an anchor counts once
// more) and bytes of text as YamlLimits says, depth 60. Duplicate keys, unknown aliases, cycles, tabs as indentation
// control characters and hundreds of empty lines in a row are errors with line and column. `<<` merge keys are applied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sampan {

struct YamlPair;

struct YamlNode {
  enum class Kind { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  std::string text;             // scalar
  bool plain = false;           // scalar written without quotes: only these can be numbers, booleans or null
  int line = 0, column = 0;     // 1-based, of the first character
  std::vector<YamlNode> items;  // sequence
  std::vector<YamlPair> pairs;  // mapping, in order of writing

  const YamlNode* find(std::string_view key) const;  // mapping: the value; nullptr when absent or not a mapping
  std::optional<std::int64_t> integer() const;       // plain scalar of the core schema (012 is 12, 0o14 is 12)
  std::optional<double> number() const;
  std::optional<bool> boolean() const;  // true/false only; yes/on are text
};
struct YamlPair {
  YamlNode key, value;
};

struct YamlLimits {  // what a person writes stays far below; what programs write may need more
  std::size_t text = 1 << 20, nodes = 100'000;
};
// `file` is used in sentences only: ".sampan/daily.yaml:3:5: expected ...". An empty document is Kind::null.
Result<YamlNode> parse_yaml(std::string_view text, std::string_view file, const YamlLimits& limits = {});

// One diagnosis in a file a person wrote. Readers collect as many as they can (at most 20) instead of stopping at the
// first.
struct Diagnosis {
  std::string file;
  int line = 0, column = 0;
  std::string message;  // what is wrong, what was expected, the nearest valid name
};
std::string format(const Diagnosis& diagnosis);  // "FILE:LINE:COLUMN: message"

}  // namespace sampan
