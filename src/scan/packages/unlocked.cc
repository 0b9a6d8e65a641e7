// Manifests that name dependencies with nothing beside or above them that says which versions those come to.
#include <array>

#include "base/text.h"
#include "scan/packages/document.h"
#include "scan/packages/readers.h"

namespace sampan::scan::packages {

namespace {

using Words = std::array<std::string_view, 5>;

struct Manifests {
  std::string_view name;
  Words locks;     // any of these, in its folder or one above
  Words sections;  // where dependencies are named; of a text file, words that begin a line
  std::string_view way;
};
constexpr std::array<Manifests, 8> kManifests{{
    {"package.json",
     {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"},
     {"dependencies", "devDependencies", "optionalDependencies"},
     "npm install --package-lock-only"},
    {"Cargo.toml",
     {"Cargo.lock"},
     {"dependencies", "dev-dependencies", "build-dependencies"},
     "cargo generate-lockfile"},
    {"composer.json", {"composer.lock"}, {"require", "require-dev"}, "composer update --no-install"},
    {"pyproject.toml",
     {"poetry.lock", "uv.lock", "pdm.lock", "requirements.txt"},
     {"project", "tool"},
     "uv lock, poetry lock"},
    {"Pipfile", {"Pipfile.lock"}, {"packages", "dev-packages"}, "pipenv lock"},
    {"Gemfile", {"Gemfile.lock"}, {"gem"}, "bundle lock"},
    {"build.gradle",
     {"gradle.lockfile"},
     {"implementation", "api", "compile", "runtimeOnly", "testImplementation"},
     "gradle dependencies --write-locks"},
    {"build.gradle.kts",
     {"gradle.lockfile"},
     {"implementation", "api", "compile", "runtimeOnly", "testImplementation"},
     "gradle dependencies --write-locks"},
}};

const Manifests* manifest_of(std::string_view path) {
  const auto* found =
      std::find_if(kManifests.begin(), kManifests.end(), [&](const Manifests& m) { return m.name == name_of(path); });
  return found == kManifests.end() ? nullptr : found;
}

bool is_locked(const Tree& tree, std::string_view path, const Manifests& manifest) {
  const auto& paths = tree.paths();
  for (auto folder = folder_of(path);; folder = folder_of(folder)) {
    for (const auto lock : manifest.locks)
      if (!lock.empty() && std::binary_search(paths.begin(), paths.end(), joined(folder, lock))) return true;
    if (folder.empty()) return false;
  }
}

bool names_any(const YamlNode& node) { return !node.pairs.empty() || !node.items.empty(); }

// Of pyproject.toml the dependencies are a level or two deeper.
bool python_names_any(const YamlNode& root) {
  const auto& poetry = at(at(root, "tool"), "poetry");
  const auto& of_poetry = at(poetry, "dependencies").pairs;
  const bool more_than_python =
      of_poetry.size() > (poetry.find("dependencies") && at(poetry, "dependencies").find("python") ? 1 : 0);
  return names_any(at(at(root, "project"), "dependencies")) || more_than_python;
}

Result<bool> names_dependencies(const Source& source, const Manifests& manifest) {
  const auto name = manifest.name;
  const bool json = name.ends_with(".json");
  if (json || name.ends_with(".toml") || name == "Pipfile") {
    const YamlNode root = TRY(json ? read_json(source.text, source.path) : read_toml(source.text, source.path));
    if (name == "pyproject.toml") return python_names_any(root);
    return std::any_of(manifest.sections.begin(), manifest.sections.end(),
                       [&](std::string_view key) { return !key.empty() && names_any(at(root, key)); });
  }
  for (const auto& raw : split(source.text, '\n')) {
    const auto line = trim(raw);
    for (const auto word : manifest.sections)
      if (!word.empty() && line.starts_with(word) && line.size() > word.size() &&
          std::string_view(" (").find(line[word.size()]) != std::string_view::npos)
        return true;
  }
  return false;
}

}  // namespace

bool is_unlocked_manifest(std::string_view path) { return manifest_of(path) != nullptr; }

Result<void> read_unlocked(const Source& source, Inventory& inventory) {
  const auto& manifest = *manifest_of(source.path);
  if (is_locked(source.tree, source.path, manifest) || !TRY(names_dependencies(source, manifest))) return {};
  add_gap(inventory, source.path, 0, fmt::format("依赖没有锁定，装哪些版本不清楚：先生成锁文件（{}）", manifest.way),
          fmt::format(
              "its dependencies are not locked, so which versions are installed is not known: {} writes a lock file",
              manifest.way));
  return {};
}

}  // namespace sampan::scan::packages
