// A commit comes in: groups and repositories, push and fetch by the real git, refs, browsing, diffs.
// hears: nothing.   says: PushReceived, RepoDeleted.
// owns: repo_group, repository, push, push_update; the folder repos/ under the data folder.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/db.h"
#include "base/events.h"
#include "model/events.h"
#include "model/route.h"
#include "people/people.h"

namespace sampan::git {

struct Config {
  std::string folder;        // repos live under it
  std::string hook_program;  // path of sampan-hook
  std::string hook_socket;   // Unix socket of the server, given to hooks
  std::string public_url;    // "http://host:port", for clone addresses and messages to people who push
  std::int64_t max_push_bytes = 4LL << 30;
};

// private: members only; internal: everybody who is signed in may view.
BOOST_DEFINE_ENUM_CLASS(Visibility, private_, internal)

struct Repo {
  RepoId id;
  GroupId group_id;
  std::string group, name, description, default_branch;
  Visibility visibility = Visibility::private_;
  Time created_at{}, updated_at{};
  std::string path() const { return group + "/" + name; }
};

struct CommitInfo {
  Sha sha;
  std::vector<Sha> parents;
  std::string title, message, author_name, author_email, committer_name;
  Time authored_at{}, committed_at{};
};

// A file that is written by an act of the server (templates, edits on the page).
struct NewFile {
  std::string path, text;
  bool executable = false;
};

// Asked on each push before its refs move, in order; an error refuses the push and its sentence is printed to who
// pushed. Called on a worker thread with the objects readable (quarantine) through `git_environment`.
struct PushCheck {
  const Repo& repo;
  const Actor& actor;
  const std::vector<events::RefUpdate>& updates;
  const std::vector<std::string>& options;
  const std::vector<std::pair<std::string, std::string>>& git_environment;
};

struct TreeFile {
  std::string path;
  Sha blob;
};
// A file that differs between two trees, or that a commit wrote.
struct ChangedFile {
  Sha commit;  // that wrote it; zero between two trees
  std::string path;
  std::vector<Sha> old_blobs;  // what was there: one, of a merge one for each parent; empty: nothing
  Sha new_blob;                // zero: it is gone
};
// An error ends the reading.
using TakeBlob = std::function<Result<void>(std::size_t index, std::optional<std::string> bytes)>;

using AskRole = std::function<Result<Role>(const Actor&)>;

class Git {
 public:
  Git(Db& db, Clock& clock, EventLog& events, people::People& people, Config config);
  ~Git();
  // Makes the folders, sweeps what an interrupted making or deleting left, and finishes or undoes pushes that a crash
  // left intended: refs decide. Waits for git processes of an earlier life first (unavailable after 30 s). Call before
  // serving.
  Result<void> recover();

  Result<GroupId> find_group(std::string_view name);
  // On a whole group; internal ones: at least viewer for all who are signed in, and for jobs. not_found: no such group.
  Result<Role> role_on_group(const Actor& actor, std::string_view group);
  Result<Repo> find_repo(std::string_view group, std::string_view name);
  Result<Repo> find_repo_by_path(std::string_view path);  // "company/shop" or a longer path below it (image names)
  // Whose role counts on such a path: on that repository, or on the group when there is none. not_found: no such group.
  Result<AskRole> rights_on(std::string_view path);
  Result<Repo> find_repo(RepoId id);
  Result<std::vector<Repo>> list_repos(const Actor& actor);  // those the actor may view
  Result<Role> role_on(const Actor& actor, const Repo& repo);
  Result<Role> role_on(const Actor& actor, RepoId repo);  // Role::none on one that is gone

  Result<Sha> resolve(const Repo& repo, std::string_view revision);  // branch, tag or sha; not_found names it
  Result<CommitInfo> read_commit(const Repo& repo, const Sha& sha);
  // not_found when the path is not a file there; too_large over `limit`. Symlinks are not followed: invalid.
  Result<std::string> read_file(const Repo& repo, const Sha& commit, std::string_view path,
                                std::size_t limit = 1 << 20);
  Result<std::vector<std::string>> list_files(const Repo& repo, const Sha& commit,
                                              std::string_view folder);  // paths of blobs directly in it
  Result<std::vector<std::string>> changed_paths(const Repo& repo, const Sha& from, const Sha& to);
  Result<bool> is_ancestor(const Repo& repo, const Sha& ancestor, const Sha& of);
  Result<std::optional<Sha>> merge_base(const Repo& repo, const Sha& a, const Sha& b);  // nullopt: nothing in common
  Result<std::vector<std::string>> branches_at(const Repo& repo, const Sha& commit);  // whose last commit it is, short
  Result<std::string> tree_of(const Repo& repo, const Sha& commit);  // sha of its tree: equal trees are equal content
  // Files only: no symlinks, no submodules; a moved file is one gone and one new.
  Result<std::vector<TreeFile>> all_files(const Repo& repo, const Sha& commit);
  Result<std::vector<ChangedFile>> changed_files(const Repo& repo, const Sha& from, const Sha& to);
  // What each commit of the push wrote that no ref reaches yet, oldest commit first; of a merge what is in none of its
  // parents.
  Result<std::vector<ChangedFile>> brought_files(const PushCheck& push);
  // The same of the commits of `to` that are not in `from` (zero: all of them), and without what was only deleted.
  // With a path: of that file alone.
  Result<std::vector<ChangedFile>> written_files(const Repo& repo, const Sha& from, const Sha& to,
                                                 std::string_view path = {});
  // Gives the blobs in order; nullopt: over `limit`. With a push: also those it brings.
  Result<void> read_blobs(const Repo& repo, const std::vector<Sha>& blobs, std::size_t limit, const TakeBlob& take,
                          const PushCheck* push = nullptr);
  // Commits files on a branch as the actor (intend, act, confirm; says PushReceived). conflict when the branch moved
  // from `expected`.
  Result<Sha> commit_files(const Actor& actor, const Repo& repo, std::string_view branch, const Sha& expected,
                           std::string_view message, const std::vector<NewFile>& files);

  // Further rules on pushes, from later rooms; called in order of adding. Before serving only.
  void add_push_check(std::function<Result<void>(const PushCheck&)> check);
  // Lines to print to who pushed, after the refs moved (later rooms: "run #12 started: URL"), in the order of adding.
  // All are called at once, each on a thread of its own; must be quick.
  void add_push_notice(std::function<std::vector<std::string>(const events::PushReceived&)> notice);

  // "group", "group" + "repo" (perhaps with ".git") -> their ids, for web and people; environments are somebody else's.
  Result<AccessTarget> find_target(std::string_view group, std::string_view repo);

  std::vector<Route> routes();
  std::vector<Route> hook_routes();  // served on the Unix socket only

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sampan::git
