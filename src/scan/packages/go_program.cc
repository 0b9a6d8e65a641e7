// Programs of Go, which name the modules they were built of (go.dev/pkg/debug/buildinfo): a header of 32 bytes at an
// address that is a multiple of 16, since Go 1.18 followed by two texts, each behind its length: Go's version, and
// lines of modules between two marks of 16 bytes. Go's own reader goes by the section's name; this looks through the
// file for the header, as it does where there are no names.
#include <optional>

#include "base/text.h"
#include "scan/packages/go.h"
#include "scan/packages/image.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

constexpr std::string_view kMagic = "\xff Go buildinf:";
constexpr std::size_t kHeader = 32, kAlign = 16, kPointerSize = 14, kFlags = 15, kMark = 16;
constexpr std::size_t kMostModules = 20'000, kMostText = 16 << 20;

// Little-endian in groups of seven bits; nullopt: it does not end, or is more than there can be.
std::optional<std::string_view> take_text(std::string_view& bytes) {
  std::uint64_t length = 0;
  for (int shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    length |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte & 0x80) continue;
    if (length > bytes.size()) return std::nullopt;
    const auto text = bytes.substr(0, static_cast<std::size_t>(length));
    bytes.remove_prefix(text.size());
    return text;
  }
  return std::nullopt;
}

bool is_go(std::string_view bytes) {
  using namespace std::string_view_literals;
  return bytes.find("\0.gopclntab\0"sv) != std::string_view::npos ||
         bytes.find("\0.go.buildinfo\0"sv) != std::string_view::npos;
}

struct BuildInfo {
  std::string version;  // "go1.21.3"
  std::string_view modules;
  bool inlined = true;  // false: of a Go before 1.18, which has addresses in the place of texts
};

// A program may hold the magic for another reason: one that reads such programs does.
std::optional<BuildInfo> build_info(std::string_view bytes) {
  bool before_118 = false;
  for (auto at = bytes.find(kMagic); at != std::string_view::npos; at = bytes.find(kMagic, at + 1)) {
    if (at % kAlign != 0 || at + kHeader > bytes.size()) continue;
    if ((bytes[at + kFlags] & 2) == 0) {
      before_118 = before_118 || bytes[at + kPointerSize] == 4 || bytes[at + kPointerSize] == 8;
      continue;
    }
    auto rest = bytes.substr(at + kHeader);
    const auto version = take_text(rest);
    const auto modules = version ? take_text(rest) : std::nullopt;
    if (!modules || (!version->starts_with("go") && !version->starts_with("devel"))) continue;
    const bool marked = modules->size() > 2 * kMark && (*modules)[modules->size() - kMark - 1] == '\n';
    return BuildInfo{to_valid_utf8(*version),
                     marked ? modules->substr(kMark, modules->size() - 2 * kMark) : std::string_view()};
  }
  // Once for all of them: each place is looked for in the whole program.
  if (before_118 && is_go(bytes)) return BuildInfo{"", "", false};
  return std::nullopt;
}

// "mod" and "dep" with path, version and sum; "=>" is what was taken in the place of the one before. A module without a
// version is a folder of the one who built it.
Result<void> read_modules(const std::string& path, std::string_view text, Inventory& inventory) {
  std::vector<Package> modules;
  for (const auto& line : split(text, '\n')) {
    const auto words = split(line, '\t');
    if (words[0] != "mod" && words[0] != "dep" && words[0] != "=>") continue;
    if (words.size() < 2) return fail(Errc::invalid, "expected '{}' with a module, as Go writes it", words[0]);
    const auto version = words.size() > 2 && words[2].starts_with('v') ? words[2].substr(1) : "";
    if (words[0] == "=>" && !modules.empty()) modules.pop_back();
    if (modules.size() > kMostModules) return fail(Errc::too_large, "more than {} modules", kMostModules);
    modules.push_back({"Go", to_valid_utf8(words[1]), to_valid_utf8(version), path});
  }
  for (auto& module : modules)
    if (!module.version.empty()) inventory.packages.push_back(std::move(module));
  return {};
}

}  // namespace

bool may_be_program(std::string_view path) {
  const auto name = name_of(path);
  return !name.ends_with(".so") && name.find(".so.") == std::string_view::npos && !name.ends_with(".o") &&
         !name.ends_with(".a") && !name.ends_with(".ko");
}

bool is_program(std::string_view first) {
  return first.starts_with(
      "\x7f"
      "ELF");
}

Result<void> read_program(const std::string& path, std::string_view bytes, Inventory& inventory) {
  const auto info = build_info(bytes);
  if (!info && is_go(bytes))
    return fail(Errc::invalid, "it is a program of Go that does not say of which modules it was built");
  if (!info) return {};
  if (!info->inlined)
    return fail(Errc::invalid, "it was built with a Go before 1.18, whose list of modules is not read here");
  const auto version = info->version.substr(0, info->version.find(' '));
  if (version.starts_with("go"))
    inventory.packages.push_back({"Go", "stdlib", go_language_version(version.substr(2)), path});
  else
    add_gap(inventory, path, 0, "用没有发布的 Go 构建：" + info->version,
            "it was built with a Go that is no release: " + info->version);
  if (info->modules.empty())
    return fail(Errc::invalid, "it is a program of Go that does not say of which modules it was built");
  if (info->modules.size() > kMostText) return fail(Errc::too_large, "its list of modules is over {} bytes", kMostText);
  return read_modules(path, info->modules, inventory);
}

}  // namespace sampan::scan::packages
