// Which files are in a tree, which differ, and which commits wrote: what a scanner must read. Files only: no symlinks,
// no submodules, no renames (a moved file is a new one).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/object_reader.h"
#include "git/plumbing.h"

namespace sampan::git {

// `git diff-tree -r --raw -z --no-abbrev --no-renames` and `git log` with the same and `--format=%x01%H`, also with -c
// (git-diff(1), "RAW OUTPUT FORMAT", "DIFF FORMAT FOR MERGES"). Removed files have no new blob. internal when
// malformed.
Result<std::vector<ChangedFile>> parse_raw_changes(std::string_view output);
Result<std::vector<TreeFile>> parse_tree_listing(std::string_view output);  // git ls-tree -r -z

class Changes {
 public:
  Changes(const Plumbing& plumbing, ObjectReaders& readers) : plumbing_(plumbing), readers_(readers) {}
  Result<std::vector<TreeFile>> all(RepoId repo, const Sha& commit) const;
  Result<std::vector<ChangedFile>> between(RepoId repo, const Sha& from, const Sha& to) const;
  Result<std::vector<ChangedFile>> brought(RepoId repo, const std::vector<Sha>& tips,
                                           const Environment& quarantine) const;
  struct Range {
    Sha from, to;  // what `to` has and `from` has not; `from` zero: all of it
  };
  Result<std::vector<ChangedFile>> written(RepoId repo, const Range& range, std::string_view path) const;
  Result<void> read(RepoId repo, const std::vector<Sha>& blobs, std::size_t limit, const Environment& quarantine,
                    const TakeBlob& take) const;

 private:
  const Plumbing& plumbing_;
  ObjectReaders& readers_;
};

}  // namespace sampan::git
