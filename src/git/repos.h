// Groups and repositories: making, finding, changing and deleting them, with their folders.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/sync.h"
#include "git/object_reader.h"
#include "git/plumbing.h"
#include "git/store.h"

namespace sampan::git {

struct NewGroup {
  std::string name, description;
  Visibility visibility = Visibility::private_;
};
struct NewRepo {
  std::string group, name, description;
  Visibility visibility = Visibility::private_;
};
struct GroupChange {
  std::optional<std::string> description;
  std::optional<Visibility> visibility;
};
struct RepoChange {
  std::optional<std::string> description, default_branch;
  std::optional<Visibility> visibility;
};

class Repos {
 public:
  Repos(Db& db, Clock& clock, EventLog& events, people::People& people, const Plumbing& plumbing,
        ObjectReaders& readers);

  Result<Group> create_group(const Actor& by, const NewGroup& order);
  Result<Group> find_group(std::string_view name);
  Result<std::vector<Group>> list_groups();
  Result<Group> change_group(const Actor& by, std::string_view name, const GroupChange& change);
  Result<void> delete_group(const Actor& by, std::string_view name);  // conflict while it holds repositories

  // Intends (a row that is not ready), makes the folder, confirms. Its default branch is "main" until something is
  // pushed. The row of one that failed on the way (a full disk) refuses nobody: the next of its name takes its place.
  Result<Repo> create(const Actor& by, const NewRepo& order);
  Result<Repo> find(std::string_view group, std::string_view name);
  Result<Repo> find(RepoId id);
  Result<std::vector<Repo>> list(const Actor& actor);  // those the actor may view
  Result<Repo> change(const Actor& by, const Repo& repo, const RepoChange& change);
  // The row goes with its event; the folder afterwards, or at the next start.
  Result<void> remove(const Actor& by, const Repo& repo);

  // Sweeps what an interrupted create() or remove() left, and sets up the folder of hooks.
  Result<void> recover(const std::string& hook_program);
  std::string hooks_folder() const { return plumbing_.folder() + "/hooks"; }
  std::string packs_folder() const { return plumbing_.folder() + "/packs"; }

 private:
  Db& db_;
  Clock& clock_;
  EventLog& events_;
  people::People& people_;
  const Plumbing& plumbing_;
  ObjectReaders& readers_;
  Sync<std::set<std::int64_t>> making_;  // rows that are not ready because somebody makes them now
};

}  // namespace sampan::git
