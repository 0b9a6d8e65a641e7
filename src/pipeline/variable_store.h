// Variable groups as rows: sealed secrets stay sealed here. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db.h"
#include "model/ids.h"

namespace sampan::pipeline::store {

struct GroupRow {
  VariableGroupId id;
  std::string name, description;
  std::vector<std::string> environments, repos;
  Time updated_at{};
  std::string updated_by;
};
struct VariableRow {
  std::string key, value;
  bool secret = false;
  std::int64_t version = 0;
};  // value of a secret: sealed, base64
struct ChangeRow {
  Time at{};
  std::string actor, group, key;
  std::int64_t version = 0;
  std::string action;
  bool secret = false;
  std::string value;
};

Result<std::vector<GroupRow>> list_groups(Tx& tx);  // by name
Result<std::optional<GroupRow>> find_group(Tx& tx, std::string_view name);
Result<GroupRow> put_group(Tx& tx, const GroupRow& group);  // by name, made when new
Result<void> delete_group(Tx& tx, VariableGroupId group);   // with its variables; the history stays
Result<std::vector<VariableRow>> load_group(Tx& tx, VariableGroupId group);
// Sets or deletes, and writes the change; returns the new version (versions of a key never repeat, also after
// deletion).
Result<std::int64_t> change_variable(Tx& tx, const GroupRow& group, const VariableRow& variable,
                                     std::string_view action, std::string_view actor, Time now);
Result<std::vector<ChangeRow>> list_changes(Tx& tx, std::string_view group, int limit);
Result<std::optional<ChangeRow>> find_change(Tx& tx, std::string_view group, std::string_view key,
                                             std::int64_t version);

}  // namespace sampan::pipeline::store
