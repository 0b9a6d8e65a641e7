// All SQL of git.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/db.h"
#include "git/git.h"

namespace sampan::git {

struct Group {
  GroupId id;
  std::string name, description;
  Visibility visibility = Visibility::private_;
  std::int64_t repo_count = 0;
};

// intended: recorded, its refs may or may not have moved. done: said. undone: nothing moved.
BOOST_DEFINE_ENUM_CLASS(PushState, intended, done, undone)

struct Push {
  PushId id;
  RepoId repo;
  UserId user;
  std::string actor;
  PushState state = PushState::intended;
  std::vector<std::string> options;
  std::vector<events::RefUpdate> updates;  // of a done push: those that moved
  Time created_at{};
};

namespace store {

Result<GroupId> insert_group(Tx& tx, const Group& group, Time now);
Result<std::optional<Group>> group_by_name(Tx& tx, std::string_view name);  // without regard to case
Result<std::vector<Group>> list_groups(Tx& tx);                             // by name
Result<void> update_group(Tx& tx, const Group& group);                      // description, visibility
Result<void> delete_group(Tx& tx, GroupId id);

Result<RepoId> insert_repo(Tx& tx, const Repo& repo);  // not ready
Result<void> set_repo_ready(Tx& tx, RepoId id);
Result<std::optional<Repo>> repo_by_name(Tx& tx, std::string_view group,
                                         std::string_view name);  // ready ones only, like all below
Result<std::optional<Repo>> repo_by_id(Tx& tx, RepoId id);
Result<std::vector<Repo>> list_repos(Tx& tx);        // by group and name
Result<void> update_repo(Tx& tx, const Repo& repo);  // description, visibility, default_branch, updated_at
Result<void> delete_repo(Tx& tx, RepoId id);
Result<void> delete_unready_repos(Tx& tx);
Result<std::optional<RepoId>> unready_repo(Tx& tx, GroupId group, std::string_view name);
Result<std::vector<RepoId>> all_repo_ids(Tx& tx);

Result<PushId> insert_push(Tx& tx, const Push& push);  // intended, nothing moved yet
// False: it was not intended any more, so that somebody else has finished it.
Result<bool> finish_push(Tx& tx, PushId id, PushState state, Time now);
Result<void> set_moved(Tx& tx, PushId id, std::string_view ref);
Result<std::optional<Push>> push_by_id(Tx& tx, PushId id);  // with all its updates
Result<std::vector<PushId>> intended_pushes(Tx& tx);        // oldest first
// Every update of the repository's pushes from `first` on, newest push first: what decides whether an interrupted push
// moved its refs.
struct PastUpdate {
  PushId push;
  events::RefUpdate update;
};
Result<std::vector<PastUpdate>> updates_since(Tx& tx, RepoId repo, PushId first);
Result<std::vector<Push>> list_pushes(Tx& tx, RepoId repo, std::int64_t before, int limit);  // newest first

}  // namespace store
}  // namespace sampan::git
