// The decisions about a push. Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "git/store.h"

namespace sampan::git {

inline constexpr std::size_t kMostUpdates = 5'000;  // refs in one push
inline constexpr std::size_t kMostOptions = 32;     // push options in one push
inline constexpr std::size_t kLongestOption = 1024;

struct PushFacts {
  Role role = Role::none;
  std::string repo_path, default_branch;
  // Whether old is not an ancestor of new; asked only where it matters.
  std::function<Result<bool>(const events::RefUpdate&)> is_forced;
};
// An error refuses the whole push; its sentence names the ref, the rule and what to do.
Result<void> check_updates(const std::vector<events::RefUpdate>& updates, const std::vector<std::string>& options,
                           const PushFacts& facts);

// Which refs of an interrupted push moved. `past` is what this push and later ones of the repository meant to do,
// newest first; `current` is what each of these refs holds now (absent: it does not exist). A ref that a later push
// moved on from this push's new value had moved too.
std::set<std::string> decide_moved(PushId push, const std::vector<store::PastUpdate>& past,
                                   const std::map<std::string, Sha>& current);

// The branch a repository without its default branch takes as its default after a push: main, master, or the first one
// made; nullopt: none was.
std::optional<std::string> choose_default_branch(const std::vector<events::RefUpdate>& moved);

}  // namespace sampan::git
