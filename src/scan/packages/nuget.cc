// packages.lock.json, packages.config, and projects whose PackageReference says a version (learn.microsoft.com, NuGet).
#include <map>

#include "base/text.h"
#include "scan/packages/document.h"
#include "scan/packages/reader.h"
#include "scan/packages/version.h"
#include "scan/packages/xml.h"

namespace sampan::scan::packages {

Result<void> read_nuget_lock(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_json(source.text, source.path));
  if (!root.find("dependencies")) return fail(Errc::invalid, "expected 'dependencies', as NuGet writes them");
  for (const auto& framework : at(root, "dependencies").pairs) {
    Graph graph;
    std::map<std::string, std::size_t> numbers;
    const auto& packages = framework.value.pairs;
    for (const auto& [name, entry] : packages) {
      if (lower(text_at(entry, "type")) == "project") continue;
      if (text_at(entry, "resolved").empty())
        return fail(Errc::invalid, "line {}: '{}' has no 'resolved'", name.line, name.text);
      const auto number = graph.add({"NuGet", name.text, text_at(entry, "resolved"), source.path, name.line});
      numbers[lower(name.text)] = number;
      if (lower(text_at(entry, "type")) == "direct") graph.direct(number);
    }
    for (const auto& [name, entry] : packages) {
      const auto from = numbers.find(lower(name.text));
      for (const auto& need : at(entry, "dependencies").pairs) {
        const auto to = numbers.find(lower(need.key.text));
        if (to == numbers.end()) continue;
        if (from == numbers.end())
          graph.direct(to->second);
        else
          graph.need(from->second, to->second);
      }
    }
    std::move(graph).write(inventory);
  }
  return {};
}

Result<void> read_packages_config(const Source& source, Inventory& inventory) {
  const XmlNode root = TRY(read_xml(source.text, source.path));
  if (root.name != "packages") return fail(Errc::invalid, "its root is <{}>: expected <packages>", root.name);
  for (const auto& package : root.children) {
    const std::string id(package.attribute("id")), version(package.attribute("version"));
    if (id.empty() || version.empty())
      return fail(Errc::invalid, "line {}: expected a package with 'id' and 'version'", package.line);
    add_package(inventory, {"NuGet", id, version, source.path, package.line});
  }
  return {};
}

namespace {

template <class Act>
void each_item(const XmlNode& project, std::string_view name, const Act& act) {
  for (const auto& group : project.children) {
    if (group.name != "ItemGroup") continue;
    for (const auto& item : group.children)
      if (item.name == name) act(item);
  }
}

std::string version_of(const XmlNode& item) {
  for (const std::string_view name : {"Version", "VersionOverride"}) {
    if (const auto attribute = item.attribute(name); !attribute.empty()) return std::string(attribute);
    if (const auto* child = item.child(name)) return child->text;
  }
  return "";
}

Result<std::optional<SharedVersions>> versions_in(const Tree& tree, const std::string& path) {
  const auto text = tree.read(path, kMostManifest);
  if (!text.has_value()) return std::nullopt;
  SharedVersions versions;
  each_item(TRY(read_xml(*text, path)), "PackageVersion", [&](const XmlNode& item) {
    versions[lower(item.attribute("Include"))] = {version_of(item), path, item.line};
  });
  return versions;
}

// Directory.Packages.props of the project's folder or the nearest one above.
Result<const SharedVersions*> shared_versions(const Source& source) {
  static const SharedVersions kNone;
  for (std::string_view folder = folder_of(source.path);; folder = folder_of(folder)) {
    const auto path = joined(folder, "Directory.Packages.props");
    auto& known = source.shared.versions;
    auto found = known.find(path);
    if (found == known.end()) found = known.emplace(path, TRY(versions_in(source.tree, path))).first;
    if (found->second) return &*found->second;
    if (folder.empty()) return &kNone;
  }
}

}  // namespace

// Without a lock file beside it a project tells its direct packages only, and of these the least version that will do.
Result<void> read_dotnet_project(const Source& source, Inventory& inventory) {
  if (source.has(source.beside("packages.lock.json"))) return {};
  const XmlNode root = TRY(read_xml(source.text, source.path));
  const auto& central = *TRY(shared_versions(source));
  int found = 0;
  each_item(root, "PackageReference", [&](const XmlNode& item) {
    const std::string name(item.attribute("Include"));
    if (name.empty()) return;  // Update="..." changes what another file includes
    ++found;
    Package package{"NuGet", name, version_of(item), source.path, item.line, Reach::direct};
    if (const auto shared = central.find(lower(name)); package.version.empty() && shared != central.end()) {
      package.version = shared->second.version;
      package.file = shared->second.file;
      package.line = shared->second.line;
    }
    if (package.version.starts_with('[') && package.version.ends_with(']') &&
        package.version.find(',') == std::string::npos)
      package.version = package.version.substr(1, package.version.size() - 2);
    if (is_version(Scheme::nuget, package.version)) return add_package(inventory, std::move(package));
    add_gap(inventory, package.file, package.line, fmt::format("{} 没有写定版本：“{}”", name, package.version),
            fmt::format("{} does not say which version is taken: '{}'", name, package.version));
  });
  if (found > 0)
    add_gap(inventory, source.path, 0,
            "没有 packages.lock.json，间接依赖不清楚：用 dotnet restore --use-lock-file 生成",
            "there is no packages.lock.json, so what its packages need is not known: dotnet restore --use-lock-file "
            "writes it");
  return {};
}

}  // namespace sampan::scan::packages
