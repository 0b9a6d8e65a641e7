#include "pipeline/values.h"

#include <ctime>

#include "base/text.h"
#include "pipeline/artifact_store.h"
#include "pipeline/variable_groups.h"
#include "pipeline/variable_store.h"

namespace sampan::pipeline {

std::string short_ref(std::string_view ref) {
  for (std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
    if (ref.starts_with(prefix)) return std::string(ref.substr(prefix.size()));
  }
  return std::string(ref);
}

LocalTime local_time(Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return {parts.tm_wday == 0 ? 7 : parts.tm_wday, parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec,
          fmt::format("{:04}-{:02}-{:02}-{:02}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                      parts.tm_hour, parts.tm_min, parts.tm_sec)};
}

Variables RunValues::all() const {
  Variables all = plain;
  for (const KeyValue& secret : secrets) all[secret.key] = secret.value;
  return all;
}

namespace {

std::string_view cause_text(std::string_view cause) {
  if (cause == "manual") return "started by hand";
  if (cause == "retry") return "started again";
  if (cause == "tag") return "pushed a tag";
  return "pushed";
}

}  // namespace

Variables predefined_variables(std::string_view public_url, const store::RunRow& run) {
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(run.created_at.time_since_epoch()).count();
  return {{"CI", "true"},
          {"PIPELINE_ID", std::to_string(run.pipeline.value)},
          {"PIPELINE_NAME", run.name},
          {"BUILD_NUMBER", std::to_string(run.number)},
          {"BUILD_REMARK", run.remark},
          {"BUILD_EXECUTOR", run.actor_name},
          {"BUILD_MESSAGE", fmt::format("{} · {}", run.actor_name, cause_text(run.cause))},
          {"PROJECT_DIR", "/workspace"},
          {"WORK_SPACE", "/workspace"},
          {"DATETIME", local_time(run.created_at).stamp},
          {"TIMESTAMP", std::to_string(millis)},
          {"CI_SOURCE_NAME", run.repo_path},
          {"CI_COMMIT_REF_NAME", short_ref(run.ref)},
          {"CI_COMMIT_TITLE", run.title},
          {"CI_COMMIT_SHA", run.sha},
          {"CI_COMMIT_ID", run.sha.substr(0, 8)},
          {"CI_COMMIT_SHORT_SHA", run.sha.substr(0, 8)},
          {"CI_PIPELINE_LOG_URL", fmt::format("{}/runs/{}", public_url, run.id.value)}};
}

Result<void> check_groups(Tx& tx, const std::vector<std::string>& groups, std::string_view repo_path) {
  for (const std::string& name : groups) {
    auto group = TRY(store::find_group(tx, name));
    if (!group) {
      std::vector<std::string> known;
      for (const auto& other : TRY(store::list_groups(tx))) known.push_back(other.name);
      return fail(Errc::invalid, "there is no variable group '{}'{}", name, did_you_mean(name, known));
    }
    if (!is_open_to_pipelines(*group, repo_path)) {
      return fail(
          Errc::invalid,
          "the variable group '{}' is not open to the pipelines of {}: an administrator adds the repository to it",
          name, repo_path);
    }
  }
  return {};
}

Result<RunValues> load_values(Room& room, Tx& tx, const store::RunRow& run) {
  RunValues values;
  Variables secrets;
  const auto set = [&](const KeyValue& variable, bool secret) {
    (secret ? secrets : values.plain)[variable.key] = variable.value;
    (secret ? values.plain : secrets).erase(variable.key);
  };
  for (const std::string& name : run.groups) {
    auto group = TRY(store::find_group(tx, name));
    if (!group || !is_open_to_pipelines(*group, run.repo_path))
      return fail(Errc::invalid, "the variable group '{}' is gone or not open to {} any more", name, run.repo_path);
    for (const Setting& setting : TRY(open_settings(room.secrets, tx, *group)))
      set({setting.key, setting.value}, setting.secret);
  }
  for (std::string_view source : {"file", "input", "step"}) {
    for (const KeyValue& variable : TRY(store::load_variables(tx, run.id, source))) set(variable, false);
  }
  for (const auto& [key, value] : predefined_variables(room.config.public_url, run)) set({key, value}, false);
  for (auto& [key, value] : secrets) values.secrets.push_back({key, value});
  return values;
}

namespace {

Result<std::string> artifact_value(Room& room, Tx& tx, const store::RunRow& run, std::string_view stage,
                                   const ArtifactReference& reference) {
  const std::string key = fmt::format("{}.{}", reference.stage.empty() ? stage : reference.stage, reference.job);
  auto artifact = TRY(store::find_artifact(tx, run.id, key, reference.name));
  if (!artifact) return fail(Errc::not_found, "job '{}' left no artifact '{}'", key, reference.name);
  if (artifact->kind == "image") {
    std::string repository = artifact->image;
    const std::size_t colon = repository.rfind(':');
    if (colon != std::string::npos && repository.find('/', colon) == std::string::npos) repository.resize(colon);
    return fmt::format("{}@sha256:{}", repository, artifact->sha256);
  }
  if (reference.wanted == ArtifactReference::Wanted::docker_url) {
    return fail(Errc::invalid, "the artifact '{}' of job '{}' is a file: .dockerUrl is for images", reference.name,
                key);
  }
  if (reference.wanted == ArtifactReference::Wanted::download_url) {
    return fmt::format("{}/api/v1/runner/artifacts/{}", room.config.public_url, artifact->id.value);
  }
  return std::to_string(artifact->id.value);
}

}  // namespace

Result<std::string> replace_artifacts(Room& room, Tx& tx, const store::RunRow& run, std::string_view stage,
                                      std::string_view text) {
  return replace_references(
      text, [&](const ArtifactReference& reference) { return artifact_value(room, tx, run, stage, reference); });
}

}  // namespace sampan::pipeline
