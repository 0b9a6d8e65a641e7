// pnpm-lock.yaml of lockfileVersion 5, 6 and 9. A package's key is "/name/1.0.0_peers", "/name@1.0.0(peers)" or
// "name@1.0.0(peers)"; what needs it names the same version, with or without the key's beginning.
#include <map>

#include "base/text.h"
#include "scan/packages/document.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

struct Key {
  std::string name, version;
};

std::string without_peers(std::string_view version) {
  return std::string(version.substr(0, version.find_first_of("(_")));
}

bool is_folder(std::string_view key) { return key.starts_with("file:") || key.starts_with("link:"); }

// nullopt: not from a registry (a folder, an archive's address).
std::optional<Key> parsed(std::string_view key) {
  if (is_folder(key)) return std::nullopt;
  const auto host = key.substr(0, key.find('/'));  // "example.com/name/1.0.0": from another registry
  if (host.size() < key.size() && host.find('.') != std::string_view::npos && host.find('@') == std::string_view::npos)
    key.remove_prefix(host.size());
  const bool old = key.starts_with('/');
  if (old) key.remove_prefix(1);
  key = key.substr(0, key.find('('));
  auto at = key.find('@', 1);
  if (at == std::string_view::npos || (old && key.find('/', key.starts_with('@') ? key.find('/') + 1 : 0) < at)) {
    at = key.find('/', key.starts_with('@') ? key.find('/') + 1 : 0);  // version 5
    if (!old || at == std::string_view::npos) return std::nullopt;
  }
  Key found{std::string(key.substr(0, at)), without_peers(key.substr(at + 1))};
  if (found.version.empty() || found.version.front() < '0' || found.version.front() > '9') return std::nullopt;
  return found;
}

class Lock {
 public:
  explicit Lock(const Source& source) : source_(source) {}

  void add(const YamlNode& packages, Inventory& inventory) {
    for (const auto& [text, entry] : packages.pairs) {
      auto key = parsed(text.text);
      if (const auto& version = text_at(entry, "version");
          !key && !version.empty()) {  // from a repository or an archive
        const auto& name = text_at(entry, "name");
        key = Key{name.empty() ? text.text.substr(0, text.text.find('@', 1)) : name, version};
      }
      if (!key && !is_folder(text.text))
        add_gap(inventory, source_.path, text.line, fmt::format("“{}” 没有说明是哪个包的哪个版本", text.text),
                fmt::format("'{}' does not say which version of which package it is", text.text));
      if (!key || numbers_.contains(key->name + "@" + key->version)) continue;
      numbers_[key->name + "@" + key->version] = graph_.add({"npm", key->name, key->version, source_.path, text.line});
    }
  }

  void connect(const YamlNode& packages) {
    for (const auto& [text, entry] : packages.pairs) {
      const auto key = parsed(text.text);
      const auto from = key ? numbers_.find(key->name + "@" + key->version) : numbers_.end();
      if (from == numbers_.end()) continue;
      for (const auto* kind : {"dependencies", "optionalDependencies"})
        for (const auto& [name, version] : at(entry, kind).pairs)
          if (const auto to = number_of(name.text, version.text)) graph_.need(from->second, *to);
    }
  }

  // A project in the lock: "dependencies: {name: version}" or "{name: {specifier, version}}".
  void project(const YamlNode& importer) {
    for (const auto* kind : {"dependencies", "optionalDependencies", "devDependencies"})
      for (const auto& [name, value] : at(importer, kind).pairs)
        if (const auto to = number_of(name.text, value.text.empty() ? text_at(value, "version") : value.text))
          graph_.direct(*to);
  }

  void write(Inventory& inventory) && { std::move(graph_).write(inventory, source_.manifest_beside("package.json")); }

 private:
  std::optional<std::size_t> number_of(const std::string& name, const std::string& version) const {
    auto found = numbers_.find(name + "@" + without_peers(version));
    if (found != numbers_.end()) return found->second;
    const auto alias = parsed(version);  // the value is a whole key
    if (alias) found = numbers_.find(alias->name + "@" + alias->version);
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }

  const Source& source_;
  Graph graph_;
  std::map<std::string, std::size_t> numbers_;
};

}  // namespace

Result<void> read_pnpm_lock(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_yaml(source.text, source.path));
  if (!root.find("lockfileVersion")) return fail(Errc::invalid, "expected 'lockfileVersion', as pnpm writes it");
  Lock lock(source);
  lock.add(at(root, "packages"), inventory);
  lock.connect(at(root, "packages"));
  lock.connect(at(root, "snapshots"));
  lock.project(root);
  for (const auto& importer : at(root, "importers").pairs) lock.project(importer.value);
  std::move(lock).write(inventory);
  return {};
}

}  // namespace sampan::scan::packages
