// Lock files that are a list of packages with the names of what each needs: poetry.lock, uv.lock and pdm.lock,
// Cargo.lock, composer.lock, and Pipfile.lock, which has no needs.
#include <map>

#include "base/text.h"
#include "scan/packages/document.h"
#include "scan/packages/reader.h"
#include "scan/packages/version.h"

namespace sampan::scan::packages {

namespace {

using Kind = YamlNode::Kind;

// Packages by name; some locks have several versions of one.
class List {
 public:
  List(const Source& source, std::string ecosystem) : source_(source), ecosystem_(std::move(ecosystem)) {}

  Result<void> add(const YamlNode& node) {
    const std::string &name = text_at(node, "name"), &version = text_at(node, "version");
    if (name.empty() || version.empty())
      return fail(Errc::invalid, "line {}: a package without name or version", std::max(node.line, 1));
    std::string known = version;
    if (ecosystem_ == "Packagist" && known.starts_with('v')) known.erase(0, 1);
    const auto number = graph_.add({ecosystem_, name, known, source_.path, node.line});
    graph_.known_by(name_for(normal(name)), number);
    graph_.known_by(name_for(with_version(normal(name), known)), number);
    entries_.push_back(&node);
    return {};
  }
  const std::vector<const YamlNode*>& entries() const { return entries_; }
  // Every version of that name, or the one that is said ("name 1.2.3").
  void need(std::size_t from, std::string_view name, std::string_view version = {}) {
    const auto found = names_.find(version.empty() ? normal(name) : with_version(normal(name), version));
    if (found != names_.end()) graph_.need_name(from, found->second);
  }
  void direct(std::string_view name) {
    if (const auto found = names_.find(normal(name)); found != names_.end()) graph_.direct_name(found->second);
  }
  void write(Inventory& inventory, std::string_view manifest) && {
    std::move(graph_).write(inventory, source_.manifest_beside(manifest));
  }

 private:
  std::string normal(std::string_view name) const { return normal_name(ecosystem_, name); }
  static std::string with_version(const std::string& name, std::string_view version) {
    return fmt::format("{}\n{}", name, version);
  }
  std::size_t name_for(const std::string& text) {
    const auto [at, fresh] = names_.try_emplace(text);
    if (fresh) at->second = graph_.add_name();
    return at->second;
  }

  const Source& source_;
  std::string ecosystem_;
  Graph graph_;
  std::vector<const YamlNode*> entries_;
  std::map<std::string, std::size_t> names_;  // of the graph, with and without a version
};

// PEP 508: the name at the beginning of "name[extra]>=1; marker".
std::string_view requirement_name(std::string_view text) {
  return trim(text.substr(0, text.find_first_of(" [<>=!~;(@")));
}

void direct_of(List& list, const YamlNode& node) {  // a list of requirements, or a mapping by name
  for (const auto& item : node.items) list.direct(requirement_name(item.text));
  for (const auto& pair : node.pairs) list.direct(pair.key.text);
}

void direct_of_pyproject(const Source& source, List& list) {
  const auto path = source.beside("pyproject.toml");
  const auto text = source.tree.read(path, kMostManifest);
  if (!text.has_value()) return;
  const auto root = read_toml(*text, path);
  if (!root.has_value()) return;  // its own gap is the manifest's
  direct_of(list, at(at(*root, "project"), "dependencies"));
  for (const auto& extra : at(at(*root, "project"), "optional-dependencies").pairs) direct_of(list, extra.value);
  for (const auto& group : at(*root, "dependency-groups").pairs) direct_of(list, group.value);
  const auto& poetry = at(at(*root, "tool"), "poetry");
  direct_of(list, at(poetry, "dependencies"));
  direct_of(list, at(poetry, "dev-dependencies"));
  for (const auto& group : at(poetry, "group").pairs) direct_of(list, at(group.value, "dependencies"));
}

// uv lists the project itself, with its source in a folder.
bool is_own(const YamlNode& node) {
  const auto& from = at(node, "source");
  return from.find("virtual") || from.find("editable") || from.find("directory");
}

}  // namespace

Result<void> read_python_lock(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_toml(source.text, source.path));
  const auto& packages = at(root, "package");
  if (packages.kind != Kind::sequence && root.pairs.empty())
    return fail(Errc::invalid, "expected a list of [[package]]");
  List list(source, "PyPI");
  for (const auto& node : packages.items)
    if (!is_own(node)) TRY(list.add(node));
  for (const auto& node : packages.items) {
    if (!is_own(node)) continue;
    for (const auto& need : at(node, "dependencies").items) list.direct(text_at(need, "name"));
  }
  for (std::size_t i = 0; i < list.entries().size(); ++i) {
    const auto& needs = at(*list.entries()[i], "dependencies");
    for (const auto& pair : needs.pairs) list.need(i, pair.key.text);  // poetry
    for (const auto& item : needs.items)                               // uv, pdm
      list.need(i, item.text.empty() ? std::string_view(text_at(item, "name")) : requirement_name(item.text));
  }
  direct_of_pyproject(source, list);
  std::move(list).write(inventory, "pyproject.toml");
  return {};
}

Result<void> read_pipfile_lock(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_json(source.text, source.path));
  if (!root.find("default") && !root.find("develop")) return fail(Errc::invalid, "expected 'default' or 'develop'");
  const auto& manifest = source.manifest_beside("Pipfile");
  for (const auto* kind : {"default", "develop"}) {
    for (const auto& [name, entry] : at(root, kind).pairs) {
      std::string version = text_at(entry, "version");
      if (version.empty()) {  // from a repository or a folder
        add_gap(inventory, source.path, name.line, name.text + " 没有版本号", name.text + " has no version");
        continue;
      }
      if (version.starts_with("==")) version.erase(0, 2);
      Package package{"PyPI", name.text, version, source.path, name.line};
      if (manifest.line_of(name.text) > 0) package.reach = Reach::direct;
      manifest.place(package);
      add_package(inventory, std::move(package));
    }
  }
  return {};
}

Result<void> read_cargo_lock(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_toml(source.text, source.path));
  if (at(root, "package").kind != Kind::sequence) return fail(Errc::invalid, "expected a list of [[package]]");
  List list(source, "crates.io");
  const auto is_project = [](const YamlNode& node) { return text_at(node, "source").empty(); };
  for (const auto& node : at(root, "package").items)
    if (!is_project(node)) TRY(list.add(node));
  const auto needs = [](const YamlNode& node, const auto& act) {
    for (const auto& need : at(node, "dependencies").items) {  // "name", "name 1.2.3" or "name 1.2.3 (source)"
      const auto words = split(need.text, ' ');
      act(words[0], words.size() > 1 ? words[1] : std::string());
    }
  };
  for (std::size_t i = 0; i < list.entries().size(); ++i)
    needs(*list.entries()[i], [&](const auto& name, const auto& version) { list.need(i, name, version); });
  for (const auto& node : at(root, "package").items)
    if (is_project(node)) needs(node, [&](const auto& name, const auto&) { list.direct(name); });
  std::move(list).write(inventory, "Cargo.toml");
  return {};
}

Result<void> read_composer_lock(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_json(source.text, source.path));
  if (at(root, "packages").kind != Kind::sequence) return fail(Errc::invalid, "expected a list as 'packages'");
  List list(source, "Packagist");
  for (const auto* kind : {"packages", "packages-dev"})
    for (const auto& node : at(root, kind).items) TRY(list.add(node));
  for (std::size_t i = 0; i < list.entries().size(); ++i)
    for (const auto& need : at(*list.entries()[i], "require").pairs) list.need(i, need.key.text);
  const auto path = source.beside("composer.json");
  if (const auto text = source.tree.read(path, kMostManifest); text.has_value()) {
    const YamlNode manifest = TRY(read_json(*text, path));
    direct_of(list, at(manifest, "require"));
    direct_of(list, at(manifest, "require-dev"));
  }
  std::move(list).write(inventory, "composer.json");
  return {};
}

}  // namespace sampan::scan::packages
