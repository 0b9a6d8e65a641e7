// toml++ is a library of headers that takes seconds to compile: this file alone includes it.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
// Version 3.3 asserts that a key follows a bracket, and says as an error a line later that none does ("[!]"). With
// NDEBUG it has the compiler assume it. Neither may be: the text comes from strangers.
#define TOML_ASSERT(expr) static_assert(true)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "scan/packages/document.h"

namespace sampan::scan::packages {

namespace {

YamlNode converted(const toml::node& from);

int line_of(const toml::source_region& region) { return static_cast<int>(region.begin.line); }

YamlNode scalar(std::string text, const toml::node& from) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.text = std::move(text);
  node.line = line_of(from.source());
  node.plain = !from.is_string();
  return node;
}

YamlNode mapping(const toml::table& table) {
  YamlNode node;
  node.kind = YamlNode::Kind::mapping;
  node.line = line_of(table.source());
  for (const auto& [key, value] : table) {
    YamlNode name;
    name.kind = YamlNode::Kind::scalar;
    name.text = std::string(key.str());
    name.line = line_of(key.source());
    node.pairs.push_back({std::move(name), converted(value)});
  }
  return node;
}

YamlNode converted(const toml::node& from) {
  if (const auto* table = from.as_table()) return mapping(*table);
  if (const auto* array = from.as_array()) {
    YamlNode node;
    node.kind = YamlNode::Kind::sequence;
    node.line = line_of(array->source());
    for (const auto& item : *array) node.items.push_back(converted(item));
    return node;
  }
  if (const auto* text = from.as_string()) return scalar(text->get(), from);
  if (const auto* number = from.as_integer()) return scalar(std::to_string(number->get()), from);
  if (const auto* number = from.as_floating_point()) return scalar(fmt::format("{}", number->get()), from);
  if (const auto* value = from.as_boolean()) return scalar(value->get() ? "true" : "false", from);
  return {};  // dates and times: no package file has one that matters here
}

}  // namespace

Result<YamlNode> read_toml(std::string_view text, std::string_view file) {
  const auto result = toml::parse(text);
  if (result) return mapping(result.table());
  const auto& error = result.error();
  return fail(Errc::invalid, "{}:{}: it is not TOML: {}", file, line_of(error.source()), error.description());
}

}  // namespace sampan::scan::packages
