// package-lock.json and npm-shrinkwrap.json of lockfileVersion 1 to 3 (docs.npmjs.com, package-lock.json).
#include <map>
#include <optional>

#include "scan/packages/document.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

using Kind = YamlNode::Kind;
constexpr std::string_view kModules = "node_modules/", kInner = "/node_modules/";
constexpr int kMostNested = 100;

std::string name_at(std::string_view place) {
  const auto at = place.rfind(kModules);
  return std::string(at == std::string_view::npos ? place : place.substr(at + kModules.size()));
}

// The folders that packages lie in: each knows the one above, so that a search needs no paths.
class Folders {
 public:
  static constexpr std::size_t kRoot = 0;

  // Of "packages/a/node_modules/b/node_modules/c"; nullopt: it is nested too deep.
  std::optional<std::size_t> at(std::string_view path) {
    const auto first = path.starts_with(kModules) ? 0 : path.find(kInner);
    std::size_t folder = kRoot;
    auto rest = path;
    if (first != 0) {
      folder = path.empty() ? kRoot : child(kRoot, path.substr(0, first), workspaces_);
      rest = first == std::string_view::npos ? std::string_view() : path.substr(first + 1);
    }
    for (int depth = 0; !rest.empty(); ++depth) {
      if (depth > kMostNested) return std::nullopt;
      rest.remove_prefix(kModules.size());
      const auto end = std::min(rest.find(kInner), rest.size());
      folder = child(folder, rest.substr(0, end), packages_);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return folder;
  }
  std::size_t in(std::size_t folder, std::string_view name) { return child(folder, name, packages_); }
  void put(std::size_t folder, std::size_t package) { folders_[folder].package = package; }
  std::optional<std::size_t> package(std::size_t folder) const { return folders_[folder].package; }

  // What a package needs lies in its own node_modules or in that of a folder above.
  std::optional<std::size_t> found_from(std::size_t folder, std::string_view needed) const {
    for (;; folder = folders_[folder].above) {
      const auto found = packages_.find({folder, needed});
      if (found != packages_.end() && folders_[found->second].package) return folders_[found->second].package;
      if (folder == kRoot) return std::nullopt;
    }
  }

 private:
  struct Folder {
    std::size_t above = kRoot;
    std::optional<std::size_t> package{};
  };
  using Children = std::map<std::pair<std::size_t, std::string_view>, std::size_t>;  // names live in the document

  std::size_t child(std::size_t folder, std::string_view name, Children& children) {
    const auto [at, fresh] = children.try_emplace({folder, name}, folders_.size());
    if (fresh) folders_.push_back({folder});
    return at->second;
  }

  std::vector<Folder> folders_{{}};
  Children packages_, workspaces_;
};

// Versions 2 and 3: one mapping from folders to packages.
class Flat {
 public:
  Flat(const Source& source, const YamlNode& packages) : source_(source), packages_(packages) {}

  Result<void> read(Inventory& inventory) {
    std::vector<std::size_t> places;
    for (const auto& [key, entry] : packages_.pairs) {
      const auto place = folders_.at(key.text);
      if (!place) return fail(Errc::invalid, "line {}: packages are nested deeper than {}", key.line, kMostNested);
      places.push_back(*place);
      if (key.text.find(kModules) == std::string::npos || text_at(entry, "link") == "true") continue;
      const std::string& alias = text_at(entry, "name");
      const std::string& version = text_at(entry, "version");
      const std::string name = alias.empty() ? name_at(key.text) : alias;
      if (version.empty()) {
        add_gap(inventory, source_.path, key.line, name + " 没有版本号", name + " has no version");
        continue;
      }
      folders_.put(*place, graph_.add({"npm", name, version, source_.path, key.line}));
    }
    for (std::size_t i = 0; i < places.size(); ++i) connect(packages_.pairs[i], places[i]);
    std::move(graph_).write(inventory, source_.manifest_beside("package.json"));
    return {};
  }

 private:
  void connect(const YamlPair& pair, std::size_t place) {
    const bool installed = pair.key.text.find(kModules) != std::string::npos;
    for (const auto* kind : {"dependencies", "optionalDependencies", "devDependencies", "peerDependencies"}) {
      for (const auto& need : at(pair.value, kind).pairs) {
        const auto found = folders_.found_from(place, need.key.text);
        if (!found) continue;  // optional, or of peers that were not installed
        if (!installed)
          graph_.direct(*found);
        else if (const auto from = folders_.package(place))
          graph_.need(*from, *found);
      }
    }
  }

  const Source& source_;
  const YamlNode& packages_;
  Graph graph_;
  Folders folders_;
};

// Version 1: packages inside packages.
class Nested {
 public:
  explicit Nested(const Source& source) : source_(source) {}

  Result<void> add(const YamlNode& dependencies, std::size_t folder, int depth) {
    if (depth > kMostNested) return fail(Errc::invalid, "packages are nested deeper than {}", kMostNested);
    for (const auto& [key, entry] : dependencies.pairs) {
      const auto place = folders_.in(folder, key.text);
      std::string name = key.text, version = text_at(entry, "version");
      if (version.starts_with("file:")) continue;  // a folder of the project's own
      if (version.starts_with("npm:")) {           // an alias: "npm:real@1.2.3"
        const auto split = version.rfind('@');
        name = version.substr(4, split - 4);
        version = version.substr(split + 1);
      }
      const auto number = graph_.add({"npm", name, version, source_.path, key.line});
      folders_.put(place, number);
      entries_.push_back({place, number, &entry});
      TRY(add(at(entry, "dependencies"), place, depth + 1));
    }
    return {};
  }

  Result<void> write(Inventory& inventory) && {
    for (const auto& [place, number, entry] : entries_)
      for (const auto& need : at(*entry, "requires").pairs)
        if (const auto found = folders_.found_from(place, need.key.text)) graph_.need(number, *found);
    const std::string manifest_path = source_.beside("package.json");
    if (const auto text = source_.tree.read(manifest_path, kMostManifest); text.has_value()) {
      const YamlNode manifest = TRY(read_json(*text, manifest_path));
      for (const auto* kind : {"dependencies", "optionalDependencies", "devDependencies"})
        for (const auto& need : at(manifest, kind).pairs)
          if (const auto found = folders_.found_from(Folders::kRoot, need.key.text)) graph_.direct(*found);
    }
    std::move(graph_).write(inventory, source_.manifest_beside("package.json"));
    return {};
  }

 private:
  const Source& source_;
  Graph graph_;
  struct Entry {
    std::size_t place, number;
    const YamlNode* node;
  };
  Folders folders_;
  std::vector<Entry> entries_;
};

}  // namespace

Result<void> read_package_lock(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_json(source.text, source.path));
  const auto& packages = at(root, "packages");
  if (packages.kind == Kind::mapping) {
    return Flat(source, packages).read(inventory);
  }
  const auto& dependencies = at(root, "dependencies");
  if (dependencies.kind != Kind::mapping && root.find("lockfileVersion") == nullptr)
    return fail(Errc::invalid, "expected 'packages' or 'dependencies', as npm writes them");
  Nested nested(source);
  TRY(nested.add(dependencies, Folders::kRoot, 0));
  return std::move(nested).write(inventory);
}

}  // namespace sampan::scan::packages
