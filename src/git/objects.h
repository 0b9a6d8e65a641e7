// What git's objects say, read from their raw bytes. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "git/git.h"

namespace sampan::git {

struct TreeEntry {
  enum class Kind { tree, blob, symlink, submodule };
  Kind kind = Kind::blob;
  std::string mode;  // "100644"
  std::string name;
  Sha sha;
};

// `git cat-file commit` and `git cat-file tree` (gitformat: Documentation/user-manual, "The Object Database"). internal
// when malformed.
Result<CommitInfo> parse_commit(const Sha& sha, std::string_view bytes);
Result<std::vector<TreeEntry>> parse_tree(std::string_view bytes);

// A NUL in the first 8000 bytes, as git itself judges.
bool looks_binary(std::string_view bytes);

}  // namespace sampan::git
