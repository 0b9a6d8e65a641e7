#include "pipeline/variable_store.h"

#include "base/json_struct.h"

namespace sampan::pipeline::store {
namespace {

constexpr std::string_view kGroupColumns = "id, name, description, environments, repos, updated_at, updated_by";

Result<GroupRow> group_of(const Row& row) {
  GroupRow group{{row.integer(0)}, row.text(1), row.text(2), {}, {}, row.time(5), row.text(6)};
  group.environments = TRY(from_json<std::vector<std::string>>(row.text(3)));
  group.repos = TRY(from_json<std::vector<std::string>>(row.text(4)));
  return group;
}

ChangeRow change_of(const Row& row) {
  return {row.time(0), row.text(1), row.text(2), row.text(3), row.integer(4), row.text(5), row.flag(6), row.text(7)};
}
constexpr std::string_view kChangeColumns = "at, actor, group_name, key, version, action, secret, value";

}  // namespace

Result<std::vector<GroupRow>> list_groups(Tx& tx) {
  std::vector<GroupRow> groups;
  auto rows = TRY(tx.query(fmt::format("select {} from variable_group order by name", kGroupColumns)));
  for (const Row& row : rows) groups.push_back(TRY(group_of(row)));
  return groups;
}

Result<std::optional<GroupRow>> find_group(Tx& tx, std::string_view name) {
  auto row = TRY(tx.maybe(fmt::format("select {} from variable_group where name = $1", kGroupColumns), {name}));
  if (!row) return std::optional<GroupRow>{};
  GroupRow group = TRY(group_of(*row));
  return std::optional(std::move(group));
}

Result<GroupRow> put_group(Tx& tx, const GroupRow& group) {
  TRY(
      tx.exec("insert into variable_group (name, description, environments, repos, updated_at, updated_by) values ($1, "
              "$2, $3, $4, $5, $6) "
              "on conflict (name) do update set description = excluded.description, environments = "
              "excluded.environments, repos = excluded.repos, "
              "updated_at = excluded.updated_at, updated_by = excluded.updated_by",
              {group.name, group.description, to_json(group.environments), to_json(group.repos), group.updated_at,
               group.updated_by}));
  Row row = TRY(tx.one("variable group", fmt::format("select {} from variable_group where name = $1", kGroupColumns),
                       {group.name}));
  return group_of(row);
}

Result<void> delete_group(Tx& tx, VariableGroupId group) {
  TRY(tx.exec("delete from variable where group_id = $1", {group}));
  TRY(tx.exec("delete from variable_group where id = $1", {group}));
  return {};
}

Result<std::vector<VariableRow>> load_group(Tx& tx, VariableGroupId group) {
  std::vector<VariableRow> variables;
  auto rows =
      TRY(tx.query("select key, value, secret, version from variable where group_id = $1 order by key", {group}));
  for (const Row& row : rows) variables.push_back({row.text(0), row.text(1), row.flag(2), row.integer(3)});
  return variables;
}

Result<std::int64_t> change_variable(Tx& tx, const GroupRow& group, const VariableRow& variable,
                                     std::string_view action, std::string_view actor, Time now) {
  Row last =
      TRY(tx.one("version", "select coalesce(max(version), 0) from variable_change where group_name = $1 and key = $2",
                 {group.name, variable.key}));
  const std::int64_t version = last.integer(0) + 1;
  TRY(
      tx.exec("insert into variable_change (at, actor, group_name, key, version, action, secret, value) values ($1, "
              "$2, $3, $4, $5, $6, $7, $8)",
              {now, actor, group.name, variable.key, version, action, variable.secret, variable.value}));
  if (action == "delete") {
    TRY(tx.exec("delete from variable where group_id = $1 and key = $2", {group.id, variable.key}));
  } else {
    TRY(
        tx.exec("insert into variable (group_id, key, value, secret, version) values ($1, $2, $3, $4, $5) on conflict "
                "(group_id, key) do update set "
                "value = excluded.value, secret = excluded.secret, version = excluded.version",
                {group.id, variable.key, variable.value, variable.secret, version}));
  }
  TRY(tx.exec("update variable_group set updated_at = $2, updated_by = $3 where id = $1", {group.id, now, actor}));
  return version;
}

Result<std::vector<ChangeRow>> list_changes(Tx& tx, std::string_view group, int limit) {
  std::vector<ChangeRow> changes;
  auto rows = TRY(tx.query(
      fmt::format("select {} from variable_change where group_name = $1 order by id desc limit $2", kChangeColumns),
      {group, limit}));
  for (const Row& row : rows) changes.push_back(change_of(row));
  return changes;
}

Result<std::optional<ChangeRow>> find_change(Tx& tx, std::string_view group, std::string_view key,
                                             std::int64_t version) {
  auto row = TRY(tx.maybe(
      fmt::format("select {} from variable_change where group_name = $1 and key = $2 and version = $3", kChangeColumns),
      {group, key, version}));
  if (!row) return std::optional<ChangeRow>{};
  return std::optional(change_of(*row));
}

}  // namespace sampan::pipeline::store
