#include "git/names.h"

#include "base/text.h"

namespace sampan::git {
namespace {

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

// Why a '/'-separated name is no ref, or empty. git-check-ref-format(1), rules 1-10.
std::string_view ref_fault(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > kLongestRef) return "is longer than 255 bytes";
  if (!is_valid_utf8(name)) return "is not valid UTF-8";
  for (unsigned char c : name) {
    if (c < 0x20 || c == 0x7f) return "holds a control character";
    if (std::string_view(" ~^:?*[\\").find(static_cast<char>(c)) != std::string_view::npos)
      return "holds one of: space ~ ^ : ? * [ \\";
  }
  if (name.find("..") != std::string_view::npos) return "holds '..'";
  if (name.find("@{") != std::string_view::npos) return "holds '@{'";
  if (name == "@") return "is '@'";
  if (name.ends_with('.')) return "ends in '.'";
  for (const auto& part : split(name, '/')) {
    if (part.empty()) return "holds an empty part between slashes";
    if (part.starts_with('.')) return "has a part beginning with '.'";
    if (part.ends_with(".lock")) return "has a part ending in '.lock'";
    if (part.starts_with('-')) return "has a part beginning with '-'";
  }
  return {};
}

// Characters of a name that is being refused must not reach a terminal as they are.
std::string shown(std::string_view text) {
  std::string out;
  for (unsigned char c : to_valid_utf8(text.substr(0, 100))) out += c < 0x20 || c == 0x7f ? '?' : static_cast<char>(c);
  return out;
}

// ".git" as some file system would read it: any case, trailing dots and spaces, the NTFS short name, and HFS+'s
// ignorable characters.
bool is_dot_git(std::string_view part) {
  std::string folded;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const bool ignorable = i + 2 < part.size() && part[i] == '\xe2' && (part[i + 1] == '\x80' || part[i + 1] == '\x81');
    if (ignorable || part.substr(i, 3) == "\xef\xbb\xbf") {
      i += 2;
    } else {
      folded += part[i];
    }
  }
  folded = lower(folded);
  while (!folded.empty() && (folded.back() == '.' || folded.back() == ' ')) folded.pop_back();
  return folded == ".git" || folded == "git~1" || folded.starts_with(".git:") || folded.find('\\') != std::string::npos;
}

}  // namespace

Result<void> check_ref(std::string_view ref) {
  if (!ref.starts_with("refs/")) return fail(Errc::invalid, "the ref '{}' does not begin with 'refs/'", shown(ref));
  if (auto fault = ref_fault(ref); !fault.empty())
    return fail(Errc::invalid, "the ref name '{}' {}", shown(ref), fault);
  return {};
}

Result<void> check_short_ref(std::string_view kind, std::string_view name) {
  if (auto fault = ref_fault(name); !fault.empty())
    return fail(Errc::invalid, "the {} name '{}' {}", kind, shown(name), fault);
  if (name == "HEAD" || name.starts_with("refs/"))
    return fail(Errc::invalid, "the {} name '{}' is taken by git itself", kind, shown(name));
  if (name.size() + std::string_view("refs/heads/").size() > kLongestRef)
    return fail(Errc::invalid, "the {} name '{}' is too long", kind, shown(name));
  return {};
}

Result<void> check_revision(std::string_view revision) {
  if (revision == "HEAD") return {};
  if (auto fault = ref_fault(revision); !fault.empty()) {
    return fail(Errc::invalid, "'{}' {}; expected a branch, a tag or a commit's sha", shown(revision), fault);
  }
  if (is_hex(revision) && revision.size() > 40)
    return fail(Errc::invalid, "'{}' is longer than a sha", shown(revision));
  return {};
}

Result<void> check_path(std::string_view path) {
  if (path.empty()) return {};
  if (path.size() > kLongestPath) return fail(Errc::invalid, "the path is longer than {} bytes", kLongestPath);
  if (path.find('\0') != std::string_view::npos) return fail(Errc::invalid, "the path '{}' holds a NUL", shown(path));
  for (const auto& part : split(path, '/')) {
    if (part.empty())
      return fail(Errc::invalid, "the path '{}' has an empty part; expected one like 'src/main.cc'", shown(path));
    if (part == "." || part == "..")
      return fail(Errc::invalid, "the path '{}' leaves its folder ('{}' is not allowed)", shown(path), part);
  }
  return {};
}

Result<void> check_new_path(std::string_view path) {
  if (path.empty()) return fail(Errc::invalid, "the path of a file is empty");
  TRY(check_path(path));
  if (!is_valid_utf8(path)) return fail(Errc::invalid, "the path '{}' is not valid UTF-8", shown(path));
  for (const auto& part : split(path, '/')) {
    if (is_dot_git(part)) return fail(Errc::invalid, "the path '{}' would be taken for git's own folder", shown(path));
    for (unsigned char c : part) {
      if (c < 0x20 || c == 0x7f) return fail(Errc::invalid, "the path '{}' holds a control character", shown(path));
    }
  }
  return {};
}

}  // namespace sampan::git
