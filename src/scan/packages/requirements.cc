// requirements.txt (pip.pypa.io, Requirements File Format): only "name==1.2.3" says which version is installed.
#include <filesystem>

#include "base/text.h"
#include "scan/packages/reader.h"
#include "scan/packages/version.h"

namespace sampan::scan::packages {

namespace {

constexpr std::size_t kMostIncluded = 100;

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

class Requirements {
 public:
  Requirements(const Source& source, Inventory& inventory)
      : tree_(source.tree), seen_(source.shared.requirements), inventory_(inventory) {}

  Result<void> read(const std::string& path, std::string_view text) {
    if (seen_.contains(path)) return {};  // by whichever files it is included
    if (++included_ > kMostIncluded) return fail(Errc::invalid, "more than {} files include each other", kMostIncluded);
    seen_.insert(path);
    int number = 0, first = 0;
    std::string line;
    const Reach reach = text.find("# via") == std::string_view::npos ? Reach::direct : Reach::unknown;
    for (const auto& raw : split(text, '\n')) {
      ++number;
      if (line.empty()) first = number;
      const std::string part(raw.ends_with('\r') ? raw.substr(0, raw.size() - 1) : raw);
      if (part.ends_with('\\')) {
        line += part.substr(0, part.size() - 1) + " ";
        continue;
      }
      TRY(requirement(path, first, line + part, reach));
      line.clear();
    }
    return line.empty() ? Result<void>() : requirement(path, first, line, reach);
  }

 private:
  // `reach`: what pip-compile wrote (it says "# via ...") is not all direct.
  Result<void> requirement(const std::string& path, int number, const std::string& raw, Reach reach) {
    std::string line = raw;
    for (auto hash = line.find('#'); hash != std::string::npos; hash = line.find('#', hash + 1))
      if (hash == 0 || line[hash - 1] == ' ' || line[hash - 1] == '\t') line.resize(hash);
    const std::string_view text = trim(line);
    if (text.empty()) return {};
    if (text.front() == '-') return option(path, number, text);
    const auto end = std::find_if_not(text.begin(), text.end(), in_name);
    const std::string name(text.begin(), end);
    auto rest = trim(text.substr(name.size()));
    if (name.empty()) return unknown(path, number, text), Result<void>();
    if (rest.starts_with('[')) rest = trim(rest.substr(std::min(rest.find(']') + 1, rest.size())));
    if (rest.starts_with('(')) rest = trim(rest.substr(1, rest.find(')') - 1));
    rest = trim(rest.substr(0, std::min(rest.find(';'), rest.find(" --"))));
    const bool exact = rest.starts_with("==") && rest.find(',') == std::string_view::npos;
    const auto version = exact ? trim(rest.substr(rest.starts_with("===") ? 3 : 2)) : std::string_view();
    if (!exact || !is_version(Scheme::pep440, version)) return unknown(path, number, text), Result<void>();
    add_package(inventory_, {"PyPI", name, std::string(version), path, number, reach});
    return {};
  }

  Result<void> option(const std::string& path, int number, std::string_view text) {
    for (const std::string_view flag : {"-r", "--requirement", "-c", "--constraint"}) {
      if (!text.starts_with(flag)) continue;
      auto name = text.substr(flag.size());
      if (!name.starts_with(' ') && !name.starts_with('=') && flag.starts_with("--")) continue;
      if (name.starts_with('=')) name.remove_prefix(1);
      if (flag == "-c" || flag == "--constraint") return {};  // it installs nothing
      const auto other = std::filesystem::path(joined(folder_of(path), trim(name))).lexically_normal().string();
      auto bytes = tree_.read(other, kMostManifest);
      if (bytes.has_value()) return read(other, *bytes);
      add_gap(inventory_, path, number, "没有读 " + other + "：" + bytes.error().message,
              other + " was not read: " + bytes.error().message);
      return {};
    }
    if (text.starts_with("-e") || text.starts_with("--editable")) {
      const auto what = trim(
          text.substr(text.find_first_of(" =") == std::string_view::npos ? text.size() : text.find_first_of(" =")));
      if (!what.starts_with('.')) unknown(path, number, text);
    }
    return {};
  }

  void unknown(const std::string& path, int number, std::string_view text) {
    const std::string shown(text.substr(0, 80));
    add_gap(inventory_, path, number, fmt::format("“{}” 没有说明装哪个版本：用 == 写定，或使用锁文件", shown),
            fmt::format("'{}' does not say which version is installed: pin it with ==, or use a lock file", shown));
  }

  const Tree& tree_;
  std::set<std::string>& seen_;
  Inventory& inventory_;
  std::size_t included_ = 0;
};

}  // namespace

Result<void> read_requirements(const Source& source, Inventory& inventory) {
  return Requirements(source, inventory).read(source.path, source.text);
}

}  // namespace sampan::scan::packages
