// yarn.lock, of yarn 1 and of berry (2 and later): blocks of descriptors ("name@range") with what they came to. Both
// are lines with indentation; berry's are YAML, of which only this much is used.
#include <map>

#include "base/text.h"
#include "scan/packages/document.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

struct Block {
  std::vector<std::string> descriptors;
  std::string version, resolution;
  std::vector<std::pair<std::string, std::string>> needs;
  int line = 0;
};

std::string unquoted(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

// "key value", "key: value", "key": the key may be quoted and then hold blanks.
std::pair<std::string, std::string> pair_of(std::string_view line) {
  line = trim(line);
  std::size_t end = line.starts_with('"') ? line.find('"', 1) : line.find_first_of(" :");
  if (end == std::string_view::npos) return {unquoted(line), ""};
  if (line.front() == '"') ++end;
  auto value = line.substr(end);
  if (value.starts_with(':')) value.remove_prefix(1);
  return {unquoted(line.substr(0, end)), unquoted(value)};
}

std::vector<std::string> descriptors_of(std::string_view line) {
  line = trim(line);
  if (line.ends_with(':')) line.remove_suffix(1);
  std::vector<std::string> out;
  // yarn 1 quotes each descriptor, berry all of them at once.
  for (const auto& part : split(unquoted(line), ',')) {
    auto text = std::string(trim(part));
    std::erase(text, '"');
    out.push_back(std::move(text));
  }
  return out;
}

std::vector<Block> blocks_of(std::string_view text) {
  std::vector<Block> blocks;
  bool needs = false;
  int number = 0;
  for (const auto& line : split(text, '\n')) {
    ++number;
    const auto indent = line.find_first_not_of(' ');
    if (indent == std::string::npos || trim(line).empty() || line[indent] == '#') continue;
    if (indent == 0) {
      blocks.push_back({descriptors_of(line), "", "", {}, number});
      needs = false;
    } else if (!blocks.empty() && indent == 2) {
      const auto [key, value] = pair_of(line);
      needs = key == "dependencies" || key == "optionalDependencies";
      if (key == "version") blocks.back().version = value;
      if (key == "resolution") blocks.back().resolution = value;
    } else if (!blocks.empty() && needs) {
      blocks.back().needs.push_back(pair_of(line));
    }
  }
  std::erase_if(blocks, [](const Block& block) { return block.descriptors.front() == "__metadata"; });
  return blocks;
}

// "@scope/name@range": the name ends at the second '@' then.
std::string name_in(std::string_view descriptor) { return std::string(descriptor.substr(0, descriptor.find('@', 1))); }

std::string package_name(const Block& block) {
  if (!block.resolution.empty()) return name_in(block.resolution);
  const std::string& descriptor = block.descriptors.front();
  const auto alias = descriptor.find("@npm:");
  return alias == std::string::npos ? name_in(descriptor) : name_in(descriptor.substr(alias + 5));
}

// The project's own packages have no version that anybody published.
bool is_own(const Block& block) {
  const auto& of = block.resolution.empty() ? block.descriptors.front() : block.resolution;
  return of.find("@workspace:") != std::string::npos || of.find("@link:") != std::string::npos;
}

using Numbers = std::map<std::string, std::size_t>;  // by descriptor

std::optional<std::size_t> number_of(const Numbers& numbers, const std::string& name, const std::string& range) {
  for (const auto& form : {name + "@" + range, name + "@npm:" + range})
    if (const auto found = numbers.find(form); found != numbers.end()) return found->second;
  return std::nullopt;
}

Result<void> mark_direct(const Source& source, const Numbers& numbers, Graph& graph) {
  const auto path = source.beside("package.json");
  const auto text = source.tree.read(path, kMostManifest);
  if (!text.has_value()) return {};
  const YamlNode manifest = TRY(read_json(*text, path));
  for (const auto* kind : {"dependencies", "optionalDependencies", "devDependencies"})
    for (const auto& [key, range] : at(manifest, kind).pairs)
      if (const auto found = number_of(numbers, key.text, range.text)) graph.direct(*found);
  return {};
}

}  // namespace

Result<void> read_yarn_lock(const Source& source, Inventory& inventory) {
  const auto blocks = blocks_of(source.text);
  if (blocks.empty() && source.text.find("yarn lockfile") == std::string_view::npos &&
      source.text.find("__metadata") == std::string_view::npos)
    return fail(Errc::invalid, "expected a lock file as yarn writes it");
  Graph graph;
  Numbers numbers;
  for (const auto& block : blocks) {
    if (is_own(block)) continue;
    if (block.version.empty())
      return fail(Errc::invalid, "line {}: '{}' has no version", block.line, block.descriptors.front());
    const auto number = graph.add({"npm", package_name(block), block.version, source.path, block.line});
    for (const auto& descriptor : block.descriptors) numbers[descriptor] = number;
  }
  for (const auto& block : blocks) {
    const auto from = numbers.find(block.descriptors.front());
    for (const auto& [name, range] : block.needs) {
      const auto to = number_of(numbers, name, range);
      if (to && from != numbers.end())
        graph.need(from->second, *to);
      else if (to)
        graph.direct(*to);  // of a workspace
    }
  }
  TRY(mark_direct(source, numbers, graph));
  std::move(graph).write(inventory, source.manifest_beside("package.json"));
  return {};
}

}  // namespace sampan::scan::packages
