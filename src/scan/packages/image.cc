// What is installed in an image's root.
#include "scan/packages/image.h"

#include <map>

#include "base/text.h"
#include "scan/packages/jar.h"
#include "scan/packages/reader.h"

namespace sampan::scan {

namespace packages {

namespace {

constexpr std::string_view kOsRelease[] = {"usr/lib/os-release", "etc/os-release"};

// Blocks of "Key: value" lines with an empty line between them; of apk the keys are letters.
template <class Act>
void each_block(std::string_view text, char separator, Act act) {
  std::map<std::string, std::string, std::less<>> block;
  int number = 0, first = 1;
  const auto end = [&] {
    if (!block.empty()) act(block, first);
    block.clear();
  };
  for (const auto& line : split(text, '\n')) {
    ++number;
    if (line.empty()) {
      end();
      continue;
    }
    if (block.empty()) first = number;
    const auto at = line.find(separator);
    if (at == std::string::npos || line.front() == ' ' || line.front() == '\t') continue;
    block.try_emplace(line.substr(0, at), trim(std::string_view(line).substr(at + 1)));
  }
  end();
}

using Block = std::map<std::string, std::string, std::less<>>;

std::string value(const Block& block, std::string_view key) {
  const auto found = block.find(key);
  return found == block.end() ? "" : found->second;
}

Package installed(const std::string& ecosystem, const std::string& name, std::string source, std::string version,
                  const std::string& path, int line) {
  Package package{ecosystem, std::move(source), std::move(version), path, line};
  if (package.name.empty()) package.name = name;
  if (package.name != name) package.installed = name;
  return package;
}

Result<void> read_dpkg(const std::string& ecosystem, const std::string& path, std::string_view text,
                       Inventory& inventory) {
  const auto before = inventory.packages.size();
  each_block(text, ':', [&](const Block& block, int line) {
    if (value(block, "Package").empty()) return;
    if (const auto status = value(block, "Status"); !status.empty() && !status.ends_with(" installed")) return;
    std::string source = value(block, "Source"), version = value(block, "Version");
    if (const auto open = source.find(" ("); open != std::string::npos) {  // the source has a version of its own
      version = source.substr(open + 2, source.find(')') - open - 2);
      source.resize(open);
    }
    add_package(inventory, installed(ecosystem, value(block, "Package"), source, version, path, line));
  });
  if (inventory.packages.size() == before && !trim(text).empty())
    return fail(Errc::invalid, "expected blocks with 'Package' and 'Version', as dpkg writes them");
  return {};
}

Result<void> read_apk(const std::string& ecosystem, const std::string& path, std::string_view text,
                      Inventory& inventory) {
  const auto before = inventory.packages.size();
  each_block(text, ':', [&](const Block& block, int line) {
    if (!value(block, "P").empty())
      add_package(inventory, installed(ecosystem, value(block, "P"), value(block, "o"), value(block, "V"), path, line));
  });
  if (inventory.packages.size() == before && !trim(text).empty())
    return fail(Errc::invalid, "expected blocks with 'P' and 'V', as apk writes them");
  return {};
}

// os-release(5): "Debian:12", "Ubuntu:22.04:LTS", "Alpine:v3.19"; empty when it is none of these.
std::string distribution(const Tree& root) {
  for (const auto path : kOsRelease) {
    const auto text = root.read(std::string(path), 1 << 20);
    if (!text.has_value()) continue;
    std::map<std::string, std::string> values;
    for (const auto& line : split(*text, '\n')) {
      const auto equals = line.find('=');
      if (equals == std::string::npos) continue;
      auto given = line.substr(equals + 1);
      std::erase_if(given, [](char c) { return c == '"' || c == '\''; });
      values[line.substr(0, equals)] = std::string(trim(given));
    }
    const std::string id = values["ID"], version = values["VERSION_ID"];
    if (id == "debian") return "Debian:" + version;
    if (id == "ubuntu") return "Ubuntu:" + version + (values["VERSION"].find("LTS") != std::string::npos ? ":LTS" : "");
    if (id == "alpine") return "Alpine:v" + version.substr(0, version.find('.', version.find('.') + 1));
  }
  return "";
}

}  // namespace

bool is_os_release(std::string_view path) { return std::ranges::find(kOsRelease, path) != std::end(kOsRelease); }
bool is_dpkg_list(std::string_view path) {
  return path == "var/lib/dpkg/status" || (path.starts_with("var/lib/dpkg/status.d/") && !path.ends_with(".md5sums"));
}
bool is_apk_list(std::string_view path) { return path == "lib/apk/db/installed" || path == "usr/lib/apk/db/installed"; }

}  // namespace packages

Inventory read_image(const Tree& root) {
  using namespace packages;
  Inventory inventory;
  const auto ecosystem = distribution(root);
  const auto read = [&](const std::string& path, std::size_t most, const auto& act) {
    auto text = root.read(path, most);
    ++inventory.files;
    const auto done = text.has_value() ? act(*text) : Result<void>(text.error());
    if (!done.has_value())
      add_gap(inventory, path, 0, "没有读完：" + done.error().message, "not read to its end: " + done.error().message);
  };
  for (const auto& path : root.paths()) {
    const bool dpkg = is_dpkg_list(path), apk = is_apk_list(path);
    if ((dpkg || apk) && ecosystem.empty()) {
      add_gap(inventory, path, 0, "不知道这是哪个发行版：os-release 里没有 debian、ubuntu 或 alpine",
              "which distribution this is of is not known: os-release names none of debian, ubuntu and alpine");
    } else if (dpkg) {
      read(path, kMostManifest, [&](std::string_view text) { return read_dpkg(ecosystem, path, text, inventory); });
    } else if (apk) {
      read(path, kMostManifest, [&](std::string_view text) { return read_apk(ecosystem, path, text, inventory); });
    } else if (const auto* installed = installed_file(path)) {
      read(path, kMostJar, [&](std::string_view bytes) { return installed->read(path, bytes, inventory); });
    }
  }
  return inventory;
}

}  // namespace sampan::scan
