#include "git/repos.h"

#include <dirent.h>
#include <unistd.h>

#include <charconv>
#include <set>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "git/names.h"
#include "git/pushes.h"
#include "model/say.h"

namespace sampan::git {
namespace {

constexpr std::size_t kLongestDescription = 1000;

Result<void> check_name(std::string_view kind, std::string_view name) {
  if (is_valid_name(name)) return {};
  return fail(Errc::invalid,
              "field 'name': a {}'s name is 1-64 letters, digits, '.', '_' or '-', begins with a letter or digit and "
              "does not end in '.git' or '.'; found '{}'",
              kind, to_valid_utf8(name.substr(0, 100)));
}

// Clone addresses share the server's root with its own paths.
Result<void> check_group_name(std::string_view name) {
  TRY(check_name("group", name));
  static const std::set<std::string> taken = {"api", "v2", "healthz", "metrics", "assets", "hooks", "login", "runner"};
  if (taken.contains(lower(name)))
    return fail(Errc::invalid, "field 'name': '{}' is a path of the server itself; choose another", name);
  return {};
}

Result<void> check_description(std::string_view text) {
  if (text.size() > kLongestDescription || !is_valid_utf8(text)) {
    return fail(Errc::invalid, "field 'description': expected at most {} bytes of UTF-8 text", kLongestDescription);
  }
  return {};
}

Result<Group> must_find_group(Tx& tx, std::string_view name) {
  auto group = TRY(store::group_by_name(tx, name));
  if (!group) return fail(Errc::not_found, "there is no group '{}'", to_valid_utf8(name.substr(0, 100)));
  return std::move(*group);
}

}  // namespace

Repos::Repos(Db& db, Clock& clock, EventLog& events, people::People& people, const Plumbing& plumbing,
             ObjectReaders& readers)
    : db_(db), clock_(clock), events_(events), people_(people), plumbing_(plumbing), readers_(readers) {}

Result<Group> Repos::create_group(const Actor& by, const NewGroup& order) {
  TRY(check_group_name(order.name));
  TRY(check_description(order.description));
  return db_.write([&](Tx& tx) -> Result<Group> {
    if (TRY(store::group_by_name(tx, order.name)))
      return fail(Errc::conflict, "there is a group '{}' already", order.name);
    Group group{{}, order.name, order.description, order.visibility, 0};
    group.id = TRY(store::insert_group(tx, group, clock_.now()));
    TRY(people_.audit(tx, by, {"group.create", "group", group.name, ""}));
    return group;
  });
}

Result<Group> Repos::find_group(std::string_view name) {
  return db_.read([&](Tx& tx) { return must_find_group(tx, name); });
}
Result<std::vector<Group>> Repos::list_groups() {
  return db_.read([](Tx& tx) { return store::list_groups(tx); });
}

Result<Group> Repos::change_group(const Actor& by, std::string_view name, const GroupChange& change) {
  if (change.description) TRY(check_description(*change.description));
  return db_.write([&](Tx& tx) -> Result<Group> {
    auto group = TRY(must_find_group(tx, name));
    group.description = change.description.value_or(group.description);
    group.visibility = change.visibility.value_or(group.visibility);
    TRY(store::update_group(tx, group));
    TRY(people_.audit(tx, by, {"group.change", "group", group.name, change.visibility ? "visibility" : "description"}));
    return group;
  });
}

Result<void> Repos::delete_group(const Actor& by, std::string_view name) {
  return db_.write([&](Tx& tx) -> Result<void> {
    const auto group = TRY(must_find_group(tx, name));
    if (group.repo_count > 0) {
      return fail(Errc::conflict, "the group '{}' still holds {} repositories; delete or move them first", group.name,
                  group.repo_count);
    }
    TRY(people_.forget_members(tx, {.group = group.id, .repo = {}, .environment = {}}));
    TRY(store::delete_group(tx, group.id));
    return people_.audit(tx, by, {"group.delete", "group", group.name, ""});
  });
}

Result<Repo> Repos::create(const Actor& by, const NewRepo& order) {
  TRY(check_name("repository", order.name));
  TRY(check_description(order.description));
  Repo repo;
  repo.name = order.name;
  repo.description = order.description;
  repo.visibility = order.visibility;
  repo.default_branch = "main";
  repo.created_at = repo.updated_at = clock_.now();
  struct Making {
    Sync<std::set<std::int64_t>>& all;
    std::int64_t id = 0;
    ~Making() { all.lock()->erase(id); }
  } making{making_};
  TRY(db_.write([&](Tx& tx) -> Result<void> {
    const auto group = TRY(must_find_group(tx, order.group));
    repo.group_id = group.id;
    repo.group = group.name;
    if (const auto left = TRY(store::unready_repo(tx, group.id, order.name));
        left && !making_.lock()->contains(left->value))
      TRY(store::delete_repo(tx, *left));
    auto id = store::insert_repo(tx, repo);
    if (!id && id.error().code == Errc::conflict)
      return fail(Errc::conflict, "there is a repository '{}' already", repo.path());
    repo.id = TRY(std::move(id));
    making.id = repo.id.value;
    making_.lock()->insert(making.id);
    return {};
  }));
  auto made = plumbing_.create(repo.id, repo.default_branch);
  if (!made) {
    (void)db_.write([&](Tx& tx) { return store::delete_repo(tx, repo.id); });
    return made.error();
  }
  TRY(db_.write([&](Tx& tx) -> Result<void> {
    TRY(store::set_repo_ready(tx, repo.id));
    return people_.audit(tx, by, {"repo.create", "repo", repo.path(), ""});
  }));
  return repo;
}

Result<Repo> Repos::find(std::string_view group, std::string_view name) {
  auto repo = TRY(db_.read([&](Tx& tx) { return store::repo_by_name(tx, group, name); }));
  if (!repo)
    return fail(Errc::not_found, "there is no repository '{}/{}'", to_valid_utf8(group.substr(0, 100)),
                to_valid_utf8(name.substr(0, 100)));
  return std::move(*repo);
}

Result<Repo> Repos::find(RepoId id) {
  auto repo = TRY(db_.read([&](Tx& tx) { return store::repo_by_id(tx, id); }));
  if (!repo) return fail(Errc::not_found, "there is no repository with the id {}", id.value);
  return std::move(*repo);
}

Result<std::vector<Repo>> Repos::list(const Actor& actor) {
  std::vector<Repo> visible;
  for (auto& repo : TRY(db_.read([](Tx& tx) { return store::list_repos(tx); }))) {
    if (TRY(role_on(people_, actor, repo)) >= Role::viewer) visible.push_back(std::move(repo));
  }
  return visible;
}

Result<Repo> Repos::change(const Actor& by, const Repo& repo, const RepoChange& change) {
  if (change.description) TRY(check_description(*change.description));
  if (change.default_branch) {
    TRY(check_short_ref("branch", *change.default_branch));
    if (!TRY(readers_.info(repo.id, "refs/heads/" + *change.default_branch))) {
      return fail(Errc::invalid, "field 'default_branch': {} has no branch '{}'", repo.path(), *change.default_branch);
    }
    TRY(plumbing_.run_ok(repo.id, {"symbolic-ref", "HEAD", "refs/heads/" + *change.default_branch}));
  }
  return db_.write([&](Tx& tx) -> Result<Repo> {
    auto now = TRY(store::repo_by_id(tx, repo.id));
    if (!now) return fail(Errc::not_found, "there is no repository '{}' any more", repo.path());
    now->description = change.description.value_or(now->description);
    now->visibility = change.visibility.value_or(now->visibility);
    now->default_branch = change.default_branch.value_or(now->default_branch);
    now->updated_at = clock_.now();
    TRY(store::update_repo(tx, *now));
    std::vector<std::string> what;
    if (change.description) what.push_back("description");
    if (change.visibility) what.push_back("visibility");
    if (change.default_branch) what.push_back("default branch " + *change.default_branch);
    TRY(people_.audit(tx, by, {"repo.change", "repo", now->path(), join(what, ", ")}));
    return std::move(*now);
  });
}

Result<void> Repos::remove(const Actor& by, const Repo& repo) {
  TRY(db_.write([&](Tx& tx) -> Result<void> {
    TRY(store::delete_repo(tx, repo.id));
    TRY(people_.audit(tx, by, {"repo.delete", "repo", repo.path(), ""}));
    return say(events_, tx, events::RepoDeleted{repo.id, repo.path()});
  }));
  readers_.close(repo.id);
  return remove_tree(plumbing_.folder_of(repo.id));
}

Result<void> Repos::recover(const std::string& hook_program) {
  TRY(make_directories(hooks_folder(), 0700));
  TRY(remove_tree(packs_folder()));  // shared packs are of clones under way
  for (const char* hook : {"/pre-receive", "/post-receive", "/pack-objects"}) {
    const auto link = hooks_folder() + hook;
    ::unlink(link.c_str());
    if (::symlink(hook_program.c_str(), link.c_str()) != 0) return fail_errno("making " + link);
  }
  std::set<std::int64_t> known;
  TRY(db_.write([](Tx& tx) { return store::delete_unready_repos(tx); }));
  for (const auto id : TRY(db_.read([](Tx& tx) { return store::all_repo_ids(tx); }))) known.insert(id.value);

  std::vector<std::string> left;
  DIR* folder = ::opendir(plumbing_.folder().c_str());
  if (!folder) return fail_errno("reading " + plumbing_.folder());
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    const auto rest = name.substr(static_cast<std::size_t>(end - name.data()));
    const bool ours = error == std::errc() && (rest == ".git" || rest == ".git.new");
    if (ours && (rest == ".git.new" || !known.contains(id))) left.emplace_back(name);
  }
  ::closedir(folder);
  for (const auto& name : left) {
    log::info("git", "removing {}, which belongs to no repository", name);
    TRY(remove_tree(plumbing_.folder() + "/" + name));
  }
  return {};
}

}  // namespace sampan::git
