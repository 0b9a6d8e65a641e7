#include "scan/packages/readers.h"

#include <array>

#include "base/text.h"
#include "scan/packages/pom_model.h"

namespace sampan::scan {

namespace packages {

namespace {

bool is_one_of(std::string_view path, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name_of(path)) != names.end();
}

bool is_requirements(std::string_view path) {
  const auto name = name_of(path);
  if (!name.ends_with(".txt")) return false;
  return name.starts_with("requirements") || name.ends_with("requirements.txt") ||
         name_of(folder_of(path)) == "requirements";
}

bool is_project(std::string_view path) {
  return path.ends_with(".csproj") || path.ends_with(".fsproj") || path.ends_with(".vbproj");
}

// So many bytes are read of a tree, and no more.
class Metered final : public Tree {
 public:
  explicit Metered(const Tree& tree) : tree_(tree) {}
  const std::vector<std::string>& paths() const override { return tree_.paths(); }
  Result<std::string> read(const std::string& path, std::size_t most) const override {
    if (left_ == 0) return fail(Errc::too_large, "the manifests have over {} MiB together", kMostTogether >> 20);
    auto text = tree_.read(path, most);
    if (text.has_value()) left_ -= std::min(left_, text->size());
    return text;
  }

 private:
  const Tree& tree_;
  mutable std::size_t left_ = kMostTogether;
};

constexpr std::array<Reader, 19> kReaders{{
    {[](std::string_view p) { return name_of(p) == "pom.xml"; }, read_pom_xml},
    {[](std::string_view p) { return name_of(p) == "dependency-tree.txt"; }, read_maven_tree},
    {[](std::string_view p) { return p.ends_with(".lockfile") && p.find("gradle") != std::string_view::npos; },
     read_gradle_lock},
    {[](std::string_view p) {
       return is_one_of(p, {"package-lock.json", "npm-shrinkwrap.json"});
     },
     read_package_lock},
    {[](std::string_view p) { return name_of(p) == "yarn.lock"; }, read_yarn_lock},
    {[](std::string_view p) { return name_of(p) == "pnpm-lock.yaml"; }, read_pnpm_lock},
    {[](std::string_view p) { return name_of(p) == "go.mod"; }, read_go_mod},
    {is_requirements, read_requirements},
    {[](std::string_view p) {
       return is_one_of(p, {"poetry.lock", "uv.lock", "pdm.lock"});
     },
     read_python_lock},
    {[](std::string_view p) { return name_of(p) == "Pipfile.lock"; }, read_pipfile_lock},
    {[](std::string_view p) { return name_of(p) == "Cargo.lock"; }, read_cargo_lock},
    {[](std::string_view p) { return name_of(p) == "composer.lock"; }, read_composer_lock},
    {[](std::string_view p) { return name_of(p) == "Gemfile.lock"; }, read_gemfile_lock},
    {[](std::string_view p) { return name_of(p) == "packages.lock.json"; }, read_nuget_lock},
    {[](std::string_view p) { return name_of(p) == "packages.config"; }, read_packages_config},
    {is_project, read_dotnet_project},
    {[](std::string_view p) { return p.ends_with(".cdx.json") || name_of(p) == "bom.json"; }, read_cyclonedx},
    {[](std::string_view p) { return p.ends_with(".spdx.json"); }, read_spdx},
    {is_unlocked_manifest, read_unlocked},
}};

}  // namespace

std::span<const Reader> readers() { return kReaders; }

}  // namespace packages

bool is_manifest(std::string_view path) {
  return std::any_of(packages::readers().begin(), packages::readers().end(),
                     [&](const packages::Reader& reader) { return reader.takes(path); });
}

Inventory read_packages(const Tree& whole, const Tree* maven) {
  using namespace packages;
  Inventory inventory;
  const Metered code(whole);
  maven::Poms poms(code, maven);
  Shared shared{poms};
  for (const auto& path : code.paths()) {
    const auto takes = [&](const Reader& reader) { return reader.takes(path); };
    const auto reader = std::find_if(readers().begin(), readers().end(), takes);
    if (reader == readers().end()) continue;
    ++inventory.files;
    if (path.size() > kLongestPath) {
      add_gap(inventory, path.substr(0, kLongestPath), 0, "没有读：路径太长", "not read: its path is too long");
      continue;
    }
    const auto text = code.read(path, kMostManifest);
    const auto done =
        text.has_value() ? reader->read(Source{code, path, *text, shared}, inventory) : Result<void>(text.error());
    if (!done.has_value())
      add_gap(inventory, path, 0, "没有读完：" + done.error().message, "not read to its end: " + done.error().message);
  }
  tell_what_is_over(inventory);
  return inventory;
}

}  // namespace sampan::scan
