// Packages of Python and Node.js where their installers put them.
#include <array>
#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "scan/packages/image.h"
#include "scan/packages/jar.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

constexpr std::size_t kMostDescription = 4 << 20;  // with the text of a README

// packaging.python.org/specifications/recording-installed-packages; egg-info is setuptools' older way. What Debian
// installs for its own Python is in the list of dpkg, with Debian's versions.
bool is_python(std::string_view path) {
  if (path.starts_with("usr/lib/python3/dist-packages/")) return false;
  return path.ends_with(".dist-info/METADATA") || path.ends_with(".egg-info/PKG-INFO") ||
         path.ends_with("EGG-INFO/PKG-INFO") || path.ends_with(".egg-info");
}

// docs.npmjs.com/cli/configuring-npm/folders: node_modules/NAME or node_modules/@SCOPE/NAME, however deep.
bool is_node(std::string_view path) {
  if (name_of(path) != "package.json") return false;
  auto folder = folder_of(folder_of(path));
  if (name_of(folder).starts_with('@')) folder = folder_of(folder);
  return name_of(folder) == "node_modules";
}

// Core metadata is in the form of mail headers.
Result<void> read_python(const std::string& path, std::string_view text, Inventory& inventory) {
  std::string name, version;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto key = lower(line.substr(0, std::min<std::size_t>(colon, 100)));
    if (key == "name" && name.empty()) name = to_valid_utf8(trim(line.substr(colon + 1)));
    if (key == "version" && version.empty()) version = to_valid_utf8(trim(line.substr(colon + 1)));
  }
  if (name.empty() || version.empty()) return fail(Errc::invalid, "expected 'Name' and 'Version' of a Python package");
  inventory.packages.push_back({"PyPI", name, version, path});
  return {};
}

// npm refuses to publish what has no name or no version: without them it is none of the registry's packages.
Result<void> read_node(const std::string& path, std::string_view text, Inventory& inventory) {
  const auto json = TRY(parse_json(text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text));
  const auto value = [&](std::string_view key) {
    const auto* object = json.if_object();
    const auto* found = object ? object->if_contains(key) : nullptr;
    const auto* string = found ? found->if_string() : nullptr;
    return string ? std::string(*string) : std::string();
  };
  if (!value("name").empty() && !value("version").empty())
    inventory.packages.push_back({"npm", value("name"), value("version"), path});
  return {};
}

template <ReadInstalled read>
Result<void> bounded(const std::string& path, std::string_view bytes, Inventory& inventory) {
  if (bytes.size() > kMostDescription) return fail(Errc::too_large, "it is over {} bytes", kMostDescription);
  return read(path, bytes, inventory);
}

constexpr std::array<InstalledFile, 3> kFiles{
    {{is_jar, read_jar}, {is_python, bounded<read_python>}, {is_node, bounded<read_node>}}};

}  // namespace

const InstalledFile* installed_file(std::string_view path) {
  const auto* found = std::ranges::find_if(kFiles, [&](const InstalledFile& file) { return file.takes(path); });
  return found == kFiles.end() ? nullptr : found;
}

}  // namespace sampan::scan::packages
