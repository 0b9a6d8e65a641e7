// YAML as such: bounded, with marks, and scalars that say what they are.
#include "base/yaml.h"

#include "base/text.h"
#include "fuzz.h"

using namespace sampan;

static std::size_t walk(const YamlNode& node, int depth) {
  PROMISE(depth <= 61);
  PROMISE(node.line > 0 && node.column > 0);
  PROMISE(node.items.empty() || node.pairs.empty());
  PROMISE(is_valid_utf8(node.text));
  if (!node.plain) PROMISE(!node.integer() && !node.number() && !node.boolean());
  if (node.integer()) PROMISE(node.number().has_value());
  std::size_t nodes = 1;
  for (const auto& item : node.items) nodes += walk(item, depth + 1);
  for (const auto& pair : node.pairs) {
    PROMISE(pair.key.kind != YamlNode::Kind::scalar || node.find(pair.key.text) != nullptr);
    nodes += walk(pair.key, depth + 1) + walk(pair.value, depth + 1);
  }
  return nodes;
}

FUZZ(input) {
  const auto tree = parse_yaml(input, "x.yaml");
  if (!tree.has_value()) return PROMISE(tree.error().message.starts_with("x.yaml"));
  if (tree->line > 0) PROMISE(walk(*tree, 0) <= 200'000);
}
