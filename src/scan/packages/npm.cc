// package-lock.json and npm-shrinkwrap.json of lockfileVersion 1 to 3 (docs.npmjs.com, package-lock.json).
#include <optional>
#include <unordered_map>

#include "scan/packages/document.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

using Kind = YamlNode::Kind;
constexpr std::string_view kModules = "node_modules/";
constexpr int kMostNested = 100;

std::string name_at(std::string_view place) {
  const auto at = place.rfind(kModules);
  return std::string(at == std::string_view::npos ? place : place.substr(at + kModules.size()));
}

using Numbers = std::unordered_map<std::string, std::size_t>;  // of packages, by their folder

// What a package needs lies in its own node_modules or in that of a folder above.
std::optional<std::size_t> found_from(std::string folder, const std::string& needed, const Numbers& numbers) {
  for (;;) {
    const auto found = numbers.find((folder.empty() ? "" : folder + "/") + std::string(kModules) + needed);
    if (found != numbers.end()) return found->second;
    if (folder.empty()) return std::nullopt;
    const auto above = folder.rfind(kModules);
    folder.resize(above == std::string::npos || above == 0 ? 0 : above - 1);
  }
}

// Versions 2 and 3: one mapping from folders to packages.
class Folders {
 public:
  Folders(const Source& source, const YamlNode& packages) : source_(source), packages_(packages) {}

  void read(Inventory& inventory) {
    for (const auto& [key, entry] : packages_.pairs) {
      if (key.text.find(kModules) == std::string::npos || text_at(entry, "link") == "true") continue;
      const std::string& alias = text_at(entry, "name");
      const std::string& version = text_at(entry, "version");
      const std::string name = alias.empty() ? name_at(key.text) : alias;
      if (version.empty()) {
        add_gap(inventory, source_.path, key.line, name + " 没有版本号", name + " has no version");
        continue;
      }
      numbers_[key.text] = graph_.add({"npm", name, version, source_.path, key.line});
    }
    for (const auto& [key, entry] : packages_.pairs) {
      const bool installed = key.text.find(kModules) != std::string::npos;
      for (const auto* kind : {"dependencies", "optionalDependencies", "devDependencies", "peerDependencies"})
        for (const auto& need : at(entry, kind).pairs) {
          const auto found = found_from(key.text, need.key.text, numbers_);
          if (!found) continue;  // optional, or of peers that were not installed
          if (!installed)
            graph_.direct(*found);
          else if (const auto from = numbers_.find(key.text); from != numbers_.end())
            graph_.need(from->second, *found);
        }
    }
    std::move(graph_).write(inventory, Manifest(source_.tree, source_.beside("package.json")));
  }

 private:
  const Source& source_;
  const YamlNode& packages_;
  Graph graph_;
  Numbers numbers_;
};

// Version 1: packages inside packages.
class Nested {
 public:
  explicit Nested(const Source& source) : source_(source) {}

  Result<void> add(const YamlNode& dependencies, const std::string& folder, int depth) {
    if (depth > kMostNested) return fail(Errc::invalid, "packages are nested deeper than {}", kMostNested);
    for (const auto& [key, entry] : dependencies.pairs) {
      const std::string place = folder + std::string(kModules) + key.text;
      std::string name = key.text, version = text_at(entry, "version");
      if (version.starts_with("file:")) continue;  // a folder of the project's own
      if (version.starts_with("npm:")) {           // an alias: "npm:real@1.2.3"
        const auto split = version.rfind('@');
        name = version.substr(4, split - 4);
        version = version.substr(split + 1);
      }
      numbers_[place] = graph_.add({"npm", name, version, source_.path, key.line});
      entries_.emplace_back(place, &entry);
      TRY(add(at(entry, "dependencies"), place + "/", depth + 1));
    }
    return {};
  }

  Result<void> write(Inventory& inventory) && {
    for (const auto& [place, entry] : entries_)
      for (const auto& need : at(*entry, "requires").pairs)
        if (const auto found = found_from(place, need.key.text, numbers_)) graph_.need(numbers_.at(place), *found);
    const std::string manifest_path = source_.beside("package.json");
    if (const auto text = source_.tree.read(manifest_path, kMostManifest); text.has_value()) {
      const YamlNode manifest = TRY(read_json(*text, manifest_path));
      for (const auto* kind : {"dependencies", "optionalDependencies", "devDependencies"})
        for (const auto& need : at(manifest, kind).pairs)
          if (const auto found = numbers_.find(std::string(kModules) + need.key.text); found != numbers_.end())
            graph_.direct(found->second);
    }
    std::move(graph_).write(inventory, Manifest(source_.tree, source_.beside("package.json")));
    return {};
  }

 private:
  const Source& source_;
  Graph graph_;
  Numbers numbers_;
  std::vector<std::pair<std::string, const YamlNode*>> entries_;
};

}  // namespace

Result<void> read_package_lock(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_json(source.text, source.path));
  const auto& packages = at(root, "packages");
  if (packages.kind == Kind::mapping) {
    Folders(source, packages).read(inventory);
    return {};
  }
  const auto& dependencies = at(root, "dependencies");
  if (dependencies.kind != Kind::mapping && root.find("lockfileVersion") == nullptr)
    return fail(Errc::invalid, "expected 'packages' or 'dependencies', as npm writes them");
  Nested nested(source);
  TRY(nested.add(dependencies, "", 0));
  return std::move(nested).write(inventory);
}

}  // namespace sampan::scan::packages
