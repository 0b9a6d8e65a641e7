#include "git/store.h"

#include <limits>

#include "base/enum_text.h"
#include "base/text.h"

namespace sampan::git::store {
namespace {

constexpr std::string_view kGroupColumns =
    "g.id, g.name, g.description, g.visibility, (select count(*) from repository r where r.group_id = g.id and r.ready "
    "= 1)";
constexpr std::string_view kRepoColumns =
    "r.id, r.group_id, g.name, r.name, r.description, r.default_branch, r.visibility, r.created_at, r.updated_at";
constexpr std::string_view kRepoTables = "repository r join repo_group g on g.id = r.group_id";

std::string_view visibility_text(Visibility visibility) {
  return visibility == Visibility::internal ? "internal" : "private";
}
Visibility parse_visibility(std::string_view text) {
  return text == "internal" ? Visibility::internal : Visibility::private_;
}

Group read_group(const Row& row) {
  return {GroupId{row.integer(0)}, row.text(1), row.text(2), parse_visibility(row.text(3)), row.integer(4)};
}

Repo read_repo(const Row& row) {
  Repo repo;
  repo.id = RepoId{row.integer(0)};
  repo.group_id = GroupId{row.integer(1)};
  repo.group = row.text(2);
  repo.name = row.text(3);
  repo.description = row.text(4);
  repo.default_branch = row.text(5);
  repo.visibility = parse_visibility(row.text(6));
  repo.created_at = row.time(7);
  repo.updated_at = row.time(8);
  return repo;
}

Result<std::optional<Repo>> one_repo(Tx& tx, std::string_view where, std::vector<Param> params) {
  auto row = TRY(tx.maybe(fmt::format("select {} from {} where r.ready = 1 and {}", kRepoColumns, kRepoTables, where),
                          std::move(params)));
  if (!row) return std::optional<Repo>();
  return std::optional<Repo>(read_repo(*row));
}

events::RefUpdate read_update(const Row& row, std::size_t at) {
  return {row.text(at), Sha::parse(row.text(at + 1)).value_or(Sha::zero()),
          Sha::parse(row.text(at + 2)).value_or(Sha::zero())};
}

constexpr std::string_view kPushColumns = "id, repo_id, user_id, actor, state, options, created_at";

Push read_push(const Row& row) {
  Push push;
  push.id = PushId{row.integer(0)};
  push.repo = RepoId{row.integer(1)};
  push.user = UserId{row.maybe_integer(2).value_or(0)};
  push.actor = row.text(3);
  push.state = enum_from<PushState>(row.text(4)).value_or(PushState::undone);
  if (!row.text(5).empty()) push.options = split(row.text(5), '\n');
  push.created_at = row.time(6);
  return push;
}

Result<void> done(Result<std::int64_t> changed) {
  TRY(std::move(changed));
  return {};
}

}  // namespace

Result<GroupId> insert_group(Tx& tx, const Group& group, Time now) {
  return GroupId{TRY(tx.insert(
      "insert into repo_group (name, description, visibility, created_at) values ($1, $2, $3, $4) returning id",
      {group.name, group.description, visibility_text(group.visibility), now}))};
}

Result<std::optional<Group>> group_by_name(Tx& tx, std::string_view name) {
  auto row =
      TRY(tx.maybe(fmt::format("select {} from repo_group g where lower(g.name) = $1", kGroupColumns), {lower(name)}));
  if (!row) return std::optional<Group>();
  return std::optional<Group>(read_group(*row));
}

Result<std::vector<Group>> list_groups(Tx& tx) {
  std::vector<Group> groups;
  for (const auto& row : TRY(tx.query(fmt::format("select {} from repo_group g order by g.name", kGroupColumns))))
    groups.push_back(read_group(row));
  return groups;
}

Result<void> update_group(Tx& tx, const Group& group) {
  return done(tx.exec("update repo_group set description = $2, visibility = $3 where id = $1",
                      {group.id, group.description, visibility_text(group.visibility)}));
}
Result<void> delete_group(Tx& tx, GroupId id) { return done(tx.exec("delete from repo_group where id = $1", {id})); }

Result<RepoId> insert_repo(Tx& tx, const Repo& repo) {
  return RepoId{TRY(tx.insert(
      "insert into repository (group_id, name, description, visibility, default_branch, ready, created_at, updated_at) "
      "values ($1, $2, $3, $4, $5, 0, $6, $6) returning id",
      {repo.group_id, repo.name, repo.description, visibility_text(repo.visibility), repo.default_branch,
       repo.created_at}))};
}
Result<void> set_repo_ready(Tx& tx, RepoId id) {
  return done(tx.exec("update repository set ready = 1 where id = $1", {id}));
}

Result<std::optional<Repo>> repo_by_name(Tx& tx, std::string_view group, std::string_view name) {
  return one_repo(tx, "lower(g.name) = $1 and lower(r.name) = $2", {lower(group), lower(name)});
}
Result<std::optional<Repo>> repo_by_id(Tx& tx, RepoId id) { return one_repo(tx, "r.id = $1", {id}); }

Result<std::vector<Repo>> list_repos(Tx& tx) {
  std::vector<Repo> repos;
  const auto sql =
      fmt::format("select {} from {} where r.ready = 1 order by g.name, r.name", kRepoColumns, kRepoTables);
  for (const auto& row : TRY(tx.query(sql))) repos.push_back(read_repo(row));
  return repos;
}

Result<void> update_repo(Tx& tx, const Repo& repo) {
  return done(tx.exec(
      "update repository set description = $2, visibility = $3, default_branch = $4, updated_at = $5 where id = $1",
      {repo.id, repo.description, visibility_text(repo.visibility), repo.default_branch, repo.updated_at}));
}
Result<void> delete_repo(Tx& tx, RepoId id) { return done(tx.exec("delete from repository where id = $1", {id})); }
Result<void> delete_unready_repos(Tx& tx) { return done(tx.exec("delete from repository where ready = 0")); }
Result<std::optional<RepoId>> unready_repo(Tx& tx, GroupId group, std::string_view name) {
  const auto row = TRY(tx.maybe("select id from repository where ready = 0 and group_id = $1 and lower(name) = $2",
                                {group, lower(name)}));
  return row ? std::optional(RepoId{row->integer(0)}) : std::nullopt;
}

Result<std::vector<RepoId>> all_repo_ids(Tx& tx) {
  std::vector<RepoId> ids;
  for (const auto& row : TRY(tx.query("select id from repository"))) ids.push_back(RepoId{row.integer(0)});
  return ids;
}

Result<PushId> insert_push(Tx& tx, const Push& push) {
  const PushId id{
      TRY(tx.insert("insert into push (repo_id, user_id, actor, state, options, created_at) values ($1, $2, $3, $4, "
                    "$5, $6) returning id",
                    {push.repo, push.user ? Param(push.user) : Param(nullptr), push.actor,
                     enum_text(PushState::intended), join(push.options, "\n"), push.created_at}))};
  std::int64_t position = 0;
  for (const auto& update : push.updates) {
    TRY(tx.exec(
        "insert into push_update (push_id, position, ref, old_sha, new_sha, moved) values ($1, $2, $3, $4, $5, 0)",
        {id, position++, update.ref, update.old_sha.text(), update.new_sha.text()}));
  }
  return id;
}

Result<bool> finish_push(Tx& tx, PushId id, PushState state, Time now) {
  return TRY(tx.exec("update push set state = $2, finished_at = $3 where id = $1 and state = 'intended'",
                     {id, enum_text(state), now})) > 0;
}

Result<void> set_moved(Tx& tx, PushId id, std::string_view ref) {
  return done(tx.exec("update push_update set moved = 1 where push_id = $1 and ref = $2", {id, ref}));
}

Result<std::optional<Push>> push_by_id(Tx& tx, PushId id) {
  auto row = TRY(tx.maybe(fmt::format("select {} from push where id = $1", kPushColumns), {id}));
  if (!row) return std::optional<Push>();
  Push push = read_push(*row);
  for (const auto& update :
       TRY(tx.query("select ref, old_sha, new_sha from push_update where push_id = $1 order by position", {id}))) {
    push.updates.push_back(read_update(update, 0));
  }
  return std::optional<Push>(std::move(push));
}

Result<std::vector<PushId>> intended_pushes(Tx& tx) {
  std::vector<PushId> ids;
  for (const auto& row : TRY(tx.query("select id from push where state = 'intended' order by id")))
    ids.push_back(PushId{row.integer(0)});
  return ids;
}

Result<std::vector<PastUpdate>> updates_since(Tx& tx, RepoId repo, PushId first) {
  std::vector<PastUpdate> past;
  const auto rows = TRY(tx.query(
      "select p.id, u.ref, u.old_sha, u.new_sha from push p join push_update u on u.push_id = p.id "
      "where p.repo_id = $1 and p.id >= $2 and (p.state = 'intended' or u.moved = 1) order by p.id desc, u.position",
      {repo, first}));
  for (const auto& row : rows) past.push_back({PushId{row.integer(0)}, read_update(row, 1)});
  return past;
}

Result<std::vector<Push>> list_pushes(Tx& tx, RepoId repo, std::int64_t before, int limit) {
  std::vector<Push> pushes;
  const auto sql =
      fmt::format("select {} from push where repo_id = $1 and id < $2 order by id desc limit $3", kPushColumns);
  for (const auto& row :
       TRY(tx.query(sql, {repo, before ? before : std::numeric_limits<std::int64_t>::max(), limit}))) {
    Push push = read_push(row);
    const auto updates =
        TRY(tx.query("select ref, old_sha, new_sha from push_update where push_id = $1 and (moved = 1 or $2 <> 'done') "
                     "order by position limit 100",
                     {push.id, enum_text(push.state)}));
    for (const auto& update : updates) push.updates.push_back(read_update(update, 0));
    pushes.push_back(std::move(push));
  }
  return pushes;
}

}  // namespace sampan::git::store
