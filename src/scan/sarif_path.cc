#include "scan/sarif_path.h"

#include <algorithm>

#include "base/http.h"
#include "base/text.h"
#include "scan/sarif_values.h"

namespace sampan::scan {

using namespace sarif;

namespace {

constexpr std::size_t kLongestPath = 4096;
constexpr int kMostBases = 8;            // one upon another; more is a circle
constexpr std::size_t kMostRoots = 100;  // each result is held against all

struct Reference {
  std::string path;  // decoded
  bool absolute = false;
  std::optional<Text> refused{};
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Text quoting(std::string_view uri, std::string_view zh, std::string_view en) {
  const auto shown = to_valid_utf8(uri.substr(0, 200));
  return {fmt::format("位置“{}”{}", shown, zh), fmt::format("the location '{}' {}", shown, en)};
}

std::string_view scheme_of(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(uri[0])) return {};
  const auto scheme = uri.substr(0, colon);
  const bool fits = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
  return fits ? scheme : std::string_view();
}

// A URI reference (RFC 3986), and what tools of Windows write instead of one.
Reference reference_of(std::string_view said) {
  if (said.size() > 3 * kLongestPath) return {"", false, quoting(said, "太长", "is too long")};  // results share it
  std::string uri(said);
  std::replace(uri.begin(), uri.end(), '\\', '/');
  std::string_view rest = std::string_view(uri).substr(0, uri.find_first_of("?#"));
  const auto scheme = scheme_of(rest);
  const bool drive = scheme.size() == 1;
  if (!scheme.empty() && !drive) {
    if (lower(scheme) != "file") return {"", false, quoting(said, "不是文件", "is no file")};
    rest.remove_prefix(scheme.size() + 1);
  }
  if (rest.starts_with("//")) {
    const auto end = std::min(rest.find('/', 2), rest.size());
    const auto host = rest.substr(2, end - 2);
    if (!host.empty() && host != "localhost")
      return {"", false, quoting(said, "在另一台机器上", "is on another machine")};
    rest.remove_prefix(end);
  }
  const auto decoded = percent_decode(rest);
  if (!decoded) return {"", false, quoting(said, "的百分号编码不完整", "has a broken percent-escape")};
  const bool plain = std::none_of(decoded->begin(), decoded->end(),
                                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (!plain || !is_valid_utf8(*decoded) || decoded->size() > kLongestPath)
    return {"", false, quoting(said, "不是文件名", "is no name of a file")};
  return {(drive ? "/" : "") + *decoded, drive || decoded->starts_with('/'), {}};
}

// Without ".", ".." and empty parts; nullopt: it climbs out of where it begins.
std::optional<std::string> normal(std::string_view path) {
  std::vector<std::string> parts;
  for (auto& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(std::move(part));
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  return join(parts, "/");
}

bool names_root(std::string_view base_id) {
  const auto name = lower(base_id);
  return name == "%srcroot%" || name == "srcroot";
}

}  // namespace

SarifPaths::SarifPaths(const json::object& run, std::string_view root)
    : run_(run), bases_(object_in(&run, "originalUriBaseIds")) {
  if (const auto path = normal(root); path && !path->empty()) roots_.push_back("/" + *path);
  // The standard's way to name the root of a checkout (3.23.8), then what tools do.
  for (const auto& control : items_in(&run, "versionControlProvenance")) {
    const auto* mapped = object_in(control.if_object(), "mappedTo");
    if (text_in(mapped, "uri").empty())
      add_root(member(bases_, text_in(mapped, "uriBaseId")));
    else
      add_root(member(control.if_object(), "mappedTo"));
  }
  if (bases_) {
    for (const auto& base : *bases_) {
      if (names_root(std::string_view(base.key().data(), base.key().size()))) add_root(&base.value());
    }
  }
  for (const auto& invocation : items_in(&run, "invocations"))
    add_root(member(invocation.if_object(), "workingDirectory"));
}

void SarifPaths::add_root(const json::value* location) {
  const auto reference = reference_of(text_in(location ? location->if_object() : nullptr, "uri"));
  if (reference.refused || !reference.absolute || roots_.size() >= kMostRoots) return;
  if (const auto path = normal(reference.path); path && !path->empty()) roots_.push_back("/" + *path);
}

std::optional<std::string> SarifPaths::below_root(std::string_view absolute) const {
  const auto path = normal(absolute);
  if (!path) return std::nullopt;
  const auto whole = "/" + *path;
  for (const auto& root : roots_) {
    if (whole.size() > root.size() + 1 && whole.starts_with(root) && whole[root.size()] == '/')
      return whole.substr(root.size() + 1);
  }
  return std::nullopt;
}

Placed SarifPaths::path_of(const json::object& given) const {
  const auto* location = &given;
  if (text_in(location, "uri").empty()) {
    const auto* artifact = object_at(array_in(&run_, "artifacts"), integer_in(location, "index"));
    if (const auto* there = object_in(artifact, "location")) location = there;
  }
  const auto uri = text_in(location, "uri");
  if (uri.empty()) return {"", Text{"没有指明文件", "no file is named"}};
  auto reference = reference_of(uri);
  if (reference.refused) return {"", std::move(reference.refused)};
  if (!reference.absolute) return relative(std::move(reference.path), std::string(text_in(location, "uriBaseId")));
  if (auto path = below_root(reference.path)) return {std::move(*path), {}};
  return {"", quoting(uri, "不在代码目录之内", "is outside of the code, or the root of the code is not known")};
}

// A base that is absolute and below no known root is taken for the root itself: most tools have one such base.
Placed SarifPaths::relative(std::string path, std::string base_id) const {
  const auto said = path;
  for (int depth = 0; !base_id.empty(); ++depth) {
    if (depth == kMostBases) return {"", quoting(said, "的 uriBaseId 互相引用", "has a circle of uriBaseIds")};
    const auto* base = object_in(bases_, base_id);
    const auto reference = reference_of(text_in(base, "uri"));
    if (!base || reference.path.empty()) break;
    if (reference.absolute) {
      if (auto below = below_root(reference.path + "/" + path)) return {std::move(*below), {}};
      break;
    }
    path = reference.path + "/" + path;
    base_id = text_in(base, "uriBaseId");
  }
  auto below = normal(path);
  if (!below) return {"", quoting(said, "在代码目录之上", "climbs out of the code")};
  if (below->empty() || path.ends_with('/')) return {"", quoting(said, "是目录", "is a folder")};
  return {std::move(*below), {}};
}

}  // namespace sampan::scan
