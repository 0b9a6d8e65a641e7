// Names that people and clients send, judged before they reach git. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace sampan::git {

inline constexpr std::size_t kLongestRef = 255;  // a ref is a file name on disk, and so is its lock
inline constexpr std::size_t kLongestPath = 4096;

// The rules of git-check-ref-format(1), and ours: valid UTF-8, at most kLongestRef bytes, no component beginning with
// '-'. `ref` is full: "refs/heads/feature/x". The sentence says which rule it breaks.
Result<void> check_ref(std::string_view ref);
// The same for a branch's or tag's short name ("feature/x"); also refuses "HEAD" and what reads as "refs/...".
Result<void> check_short_ref(std::string_view kind, std::string_view name);
// What a person may name a commit by: a branch, a tag, or 4-40 hex digits. Never an expression ("HEAD~3", ":/text",
// "a..b").
Result<void> check_revision(std::string_view revision);
// A path inside a tree as asked for: relative, no empty, "." or ".." component, no NUL. Empty is the root.
Result<void> check_path(std::string_view path);
// A path to be written: as check_path, not empty, no component that git or a file system would take for ".git".
Result<void> check_new_path(std::string_view path);

}  // namespace sampan::git
