#include "pipeline/variable_groups.h"

#include "base/text.h"
#include "pipeline/expand.h"

namespace sampan::pipeline {
namespace {

bool lists_repo(const store::GroupRow& group, std::string_view repo_path) {
  return std::any_of(group.repos.begin(), group.repos.end(),
                     [&](const std::string& pattern) { return glob_match(pattern, repo_path); });
}

Result<std::string> open_value(const SecretBox& secrets, std::string_view what, bool secret, const std::string& value) {
  if (!secret) return value;
  auto sealed = TRY(base64_decode(value));
  return secrets.unseal(sealed).context(what);
}

}  // namespace

bool is_open_to_pipelines(const store::GroupRow& group, std::string_view repo_path) {
  // What is bound to an environment joins at delivery: a developer must not read production's secrets through a
  // pipeline file.
  return lists_repo(group, repo_path) || (group.repos.empty() && group.environments.empty());
}

bool is_bound_to(const store::GroupRow& group, std::string_view environment, std::string_view repo_path) {
  const bool named =
      std::find(group.environments.begin(), group.environments.end(), environment) != group.environments.end();
  return named && (group.repos.empty() || lists_repo(group, repo_path));
}

Result<std::vector<Setting>> open_settings(const SecretBox& secrets, Tx& tx, const store::GroupRow& group) {
  std::vector<Setting> settings;
  for (const auto& variable : TRY(store::load_group(tx, group.id))) {
    auto value = open_value(secrets, fmt::format("the secret {} of group {}", variable.key, group.name),
                            variable.secret, variable.value);
    if (!value) return value.error();
    settings.push_back({variable.key, std::move(*value), variable.secret, variable.version, group.name});
  }
  return settings;
}

Result<std::vector<Setting>> settings_for(Room& room, std::string_view environment, std::string_view repo_path) {
  return room.db.read([&](Tx& tx) -> Result<std::vector<Setting>> {
    std::map<std::string, Setting> by_key;
    for (const auto& group : TRY(store::list_groups(tx))) {
      if (!is_bound_to(group, environment, repo_path)) continue;
      for (Setting& setting : TRY(open_settings(room.secrets, tx, group))) by_key[setting.key] = std::move(setting);
    }
    std::vector<Setting> settings;
    for (auto& [key, setting] : by_key) settings.push_back(std::move(setting));
    return settings;
  });
}

Result<std::vector<Setting>> settings_at(Room& room, const std::vector<Setting>& recorded) {
  return room.db.read([&](Tx& tx) -> Result<std::vector<Setting>> {
    std::vector<Setting> settings;
    for (const Setting& wanted : recorded) {
      auto change = TRY(store::find_change(tx, wanted.group, wanted.key, wanted.version));
      if (!change)
        return fail(Errc::not_found, "version {} of '{}' in the variable group '{}' is gone", wanted.version,
                    wanted.key, wanted.group);
      auto value = open_value(room.secrets, fmt::format("the secret {} of group {}", wanted.key, wanted.group),
                              change->secret, change->value);
      if (!value) return value.error();
      settings.push_back({wanted.key, std::move(*value), change->secret, wanted.version, wanted.group});
    }
    return settings;
  });
}

Result<void> change_group(Room& room, const Actor& actor, const GroupChange& change) {
  if (!is_valid_name(change.name))
    return fail(Errc::invalid, "'{}' is not a name for a variable group: expected letters, digits, . _ -, at most 64",
                change.name);
  return room.db.write([&](Tx& tx) -> Result<void> {
    store::GroupRow group = TRY(store::find_group(tx, change.name)).value_or(store::GroupRow{});
    group.name = change.name;
    if (change.description) group.description = *change.description;
    if (change.environments) group.environments = *change.environments;
    if (change.repos) group.repos = *change.repos;
    group.updated_at = room.clock.now();
    group.updated_by = actor.name;
    TRY(store::put_group(tx, group));
    return room.people.audit(
        tx, actor,
        {"variable_group.change", "variable_group", change.name,
         fmt::format("environments: {}; repositories: {}", join(group.environments, ", "), join(group.repos, ", "))});
  });
}

Result<void> remove_group(Room& room, const Actor& actor, std::string_view name) {
  return room.db.write([&](Tx& tx) -> Result<void> {
    auto group = TRY(store::find_group(tx, name));
    if (!group) return fail(Errc::not_found, "there is no variable group '{}'", name);
    for (const auto& variable : TRY(store::load_group(tx, group->id))) {
      TRY(store::change_variable(tx, *group, {variable.key, "", variable.secret, 0}, "delete", actor.name,
                                 room.clock.now()));
    }
    TRY(store::delete_group(tx, group->id));
    return room.people.audit(tx, actor, {"variable_group.delete", "variable_group", std::string(name), ""});
  });
}

Result<void> set_variable(Room& room, const Actor& actor, const VariableChange& change) {
  if (!is_variable_name(change.key))
    return fail(Errc::invalid, "'{}' is not a name for a variable: expected a letter or _, then letters, digits and _",
                change.key);
  if (change.value.size() > (64 << 10))
    return fail(Errc::too_large, "the value of '{}' is longer than 65536 bytes", change.key);
  return room.db.write([&](Tx& tx) -> Result<void> {
    auto group = TRY(store::find_group(tx, change.group));
    if (!group) return fail(Errc::not_found, "there is no variable group '{}'", change.group);
    const std::string kept = change.secret ? base64(room.secrets.seal(change.value)) : change.value;
    TRY(store::change_variable(tx, *group, {change.key, kept, change.secret, 0}, "set", actor.name, room.clock.now()));
    return room.people.audit(
        tx, actor, {"variable.set", "variable_group", change.group, change.key + (change.secret ? " (secret)" : "")});
  });
}

Result<void> remove_variable(Room& room, const Actor& actor, std::string_view name, std::string_view key) {
  return room.db.write([&](Tx& tx) -> Result<void> {
    auto group = TRY(store::find_group(tx, name));
    if (!group) return fail(Errc::not_found, "there is no variable group '{}'", name);
    const auto variables = TRY(store::load_group(tx, group->id));
    auto found =
        std::find_if(variables.begin(), variables.end(), [&](const auto& variable) { return variable.key == key; });
    if (found == variables.end())
      return fail(Errc::not_found, "the variable group '{}' has no variable '{}'", name, key);
    TRY(store::change_variable(tx, *group, {found->key, "", found->secret, 0}, "delete", actor.name, room.clock.now()));
    return room.people.audit(tx, actor, {"variable.delete", "variable_group", std::string(name), std::string(key)});
  });
}

}  // namespace sampan::pipeline
