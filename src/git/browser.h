// Looking at a repository: refs, histories, trees, files, differences, blame. Reads only; every question is bounded in
// time and size.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/sync.h"
#include "git/diff.h"
#include "git/object_reader.h"
#include "git/plumbing.h"

namespace sampan::git {

inline constexpr std::size_t kLargestShownFile = 1 << 20;  // text on a page
inline constexpr std::size_t kLargestRawFile = 64 << 20;   // one download
inline constexpr std::size_t kLargestDiff = 8 << 20;       // bytes of patch read
inline constexpr std::size_t kMostTreeEntries = 5'000;
inline constexpr std::chrono::milliseconds kLastCommitsTime{400};  // for the last commit of each entry of a folder
inline constexpr std::chrono::milliseconds kHistoryTime{10'000};   // for one page of a history, a diff or a blame

struct RefInfo {
  std::string name;
  CommitInfo commit;
  Sha sha;
};  // sha: of the tag object when it is annotated
struct TreeItem {
  TreeEntry entry;
  std::string path;
  std::optional<std::uint64_t> size;      // of blobs
  std::optional<CommitInfo> last_commit;  // absent: not found within kLastCommitsTime
};
struct DiffStats {
  std::int64_t files = 0, additions = 0, deletions = 0;
};
struct BlameLine {
  std::size_t commit = 0;
  std::int64_t line = 0;
  std::string text;
};  // commit: index into commits
struct Blame {
  std::vector<BlameLine> lines;
  std::vector<CommitInfo> commits;
  bool truncated = false;
};

class Browser {
 public:
  Browser(const Plumbing& plumbing, ObjectReaders& readers) : plumbing_(plumbing), readers_(readers) {}

  // A branch, a tag or a sha (names.h, check_revision) -> its commit. not_found names it. Empty: the default branch.
  Result<Sha> resolve(const Repo& repo, std::string_view revision);
  Result<CommitInfo> commit(const Repo& repo, const Sha& sha);
  Result<std::vector<RefInfo>> refs(const Repo& repo,
                                    std::string_view folder);  // "refs/heads" or "refs/tags"; newest commit first
  Result<std::vector<std::string>> branches_at(const Repo& repo, const Sha& commit);  // whose last commit it is, short
  // From `from` back, those that touched `path` (empty: all), without the first `skip`.
  Result<std::vector<CommitInfo>> history(const Repo& repo, const Sha& from, std::string_view path, int skip,
                                          int limit);
  Result<std::vector<CommitInfo>> commits_between(const Repo& repo, const Sha& from, const Sha& to,
                                                  int limit);  // on `to`, not on `from`

  Result<TreeEntry> entry(const Repo& repo, const Sha& commit, std::string_view path);  // not_found names the path
  Result<std::vector<TreeItem>> tree(const Repo& repo, const Sha& commit, std::string_view path);
  // The blob's bytes; invalid for symlinks, not_found for folders and submodules, too_large over the limit.
  Result<std::string> file(const Repo& repo, const Sha& commit, std::string_view path, std::size_t limit);

  Result<Diff> diff(const Repo& repo, const std::optional<Sha>& from, const Sha& to);  // nullopt: from nothing
  Result<DiffStats> stats(const Repo& repo, const std::optional<Sha>& from, const Sha& to);
  Result<std::optional<Sha>> merge_base(const Repo& repo, const Sha& a, const Sha& b);
  Result<bool> is_ancestor(const Repo& repo, const Sha& ancestor, const Sha& of);
  Result<std::vector<std::string>> changed_paths(const Repo& repo, const Sha& from, const Sha& to);
  Result<Blame> blame(const Repo& repo, const Sha& commit, std::string_view path);

 private:
  using LastCommits = std::map<std::string, Sha>;  // by name of the entry
  Result<LastCommits> last_commits(const Repo& repo, const Sha& commit, const std::string& path, std::size_t entries);

  const Plumbing& plumbing_;
  ObjectReaders& readers_;
  // Of complete answers, by repository, commit and path.
  Sync<std::map<std::string, LastCommits>> remembered_;
};

}  // namespace sampan::git
