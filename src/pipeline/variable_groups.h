// Variable groups: who may use them, and their values opened. Private to the room.
#pragma once

#include "base/crypto.h"
#include "pipeline/pipeline.h"
#include "pipeline/room.h"
#include "pipeline/variable_store.h"

namespace sampan::pipeline {

bool is_open_to_pipelines(const store::GroupRow& group, std::string_view repo_path);
bool is_bound_to(const store::GroupRow& group, std::string_view environment, std::string_view repo_path);

Result<std::vector<Setting>> open_settings(const SecretBox& secrets, Tx& tx, const store::GroupRow& group);
Result<std::vector<Setting>> settings_for(Room& room, std::string_view environment, std::string_view repo_path);
Result<std::vector<Setting>> settings_at(Room& room, const std::vector<Setting>& recorded);

struct GroupChange {
  std::string name;
  std::optional<std::string> description;
  std::optional<std::vector<std::string>> environments, repos;
};
Result<void> change_group(Room& room, const Actor& actor, const GroupChange& change);
Result<void> remove_group(Room& room, const Actor& actor, std::string_view name);
struct VariableChange {
  std::string group, key, value;
  bool secret = false;
};
Result<void> set_variable(Room& room, const Actor& actor, const VariableChange& change);
Result<void> remove_variable(Room& room, const Actor& actor, std::string_view group, std::string_view key);

}  // namespace sampan::pipeline
