// All SQL of deliver.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db.h"
#include "deliver/states.h"
#include "deliver/target.h"
#include "model/ids.h"
#include "pipeline/pipeline.h"

namespace sampan::deliver::store {

struct Environment {
  EnvironmentId id;
  std::string name, title, failure_policy, locked_by, locked_reason;
  std::int64_t position = 0;
  std::optional<Time> locked_at;
};
struct Application {
  AppId id;
  EnvironmentId environment;
  std::string environment_name, name, repo_path, url;
  RepoId repo;
  std::int64_t port = 0, wanted = 0;
  ReleaseId release;  // what runs now; 0: nothing was ever delivered
  Time changed_at{};
};
struct Release {
  ReleaseId id;
  AppId application;
  std::int64_t number = 0;
  std::string digest, image, commit, tree, spec_yaml, created_by;
  Time created_at{};
};
struct Deployment {
  DeploymentId id;
  AppId application;
  std::string kind;  // deploy, promote, rollback
  ReleaseId release, previous;
  DeploymentState state = DeploymentState::queued;
  Phase phase = Phase::queued;
  std::string reason, failures, actor, step;
  std::string abort_reason;  // not empty: it was asked to end
  std::int64_t requests = 0, failed = 0, probe_requests = 0, probe_failed = 0, run = 0, job = 0;
  bool warm_used = false;
  Time created_at{};
  std::optional<Time> switched_at, finished_at;
};
struct PhaseRow {
  Phase phase{};
  Time started_at{};
  std::optional<Time> finished_at;
  std::int64_t deadline_ms = 0;
};
struct Note {
  Time at{};
  std::string text;
};
struct Instance {
  InstanceId id;
  AppId application;
  ReleaseId release;
  DeploymentId deployment;
  std::string name, address, probe_body, exit_reason, log_tail;
  InstanceRole role = InstanceRole::starting;
  std::int64_t release_number = 0, pid = 0;
  Time created_at{};
  std::optional<Time> ready_at, aside_at, probe_at, ended_at;
  bool probe_ok = false;
  std::int64_t probe_status = 0;
  std::optional<std::int64_t> exit_code;
};
struct AppEvent {
  Time at{};
  std::string what, reason;
};

Result<void> ensure_environment(Tx& tx, std::string_view name, std::string_view title, std::int64_t position,
                                std::string_view policy, Time now);
Result<std::vector<Environment>> environments(Tx& tx);
Result<std::optional<Environment>> find_environment(Tx& tx, std::string_view name);
Result<void> update_environment(Tx& tx, const Environment& environment);
Result<bool> delete_environment(Tx& tx, EnvironmentId id);  // false: applications live there

Result<Application> ensure_application(Tx& tx, const Environment& environment, std::string_view name, RepoId repo,
                                       std::string_view repo_path, Time now);
Result<std::optional<Application>> find_application(Tx& tx, std::string_view environment, std::string_view name);
Result<Application> application(Tx& tx, AppId id);
Result<std::vector<Application>> applications(Tx& tx);
Result<void> set_address(Tx& tx, AppId id, std::int64_t port, std::string_view url);
Result<void> set_wanted(Tx& tx, AppId id, std::int64_t wanted);
Result<void> set_live_release(Tx& tx, AppId id, ReleaseId release, Time now);
Result<void> delete_application(Tx& tx, AppId id);

Result<Release> insert_release(Tx& tx, Release release, const std::vector<pipeline::Setting>& settings);  // numbers it
Result<Release> release(Tx& tx, ReleaseId id);
Result<std::vector<Release>> releases(Tx& tx, AppId id, std::int64_t limit);  // newest first
Result<std::optional<Release>> release_by_number(Tx& tx, AppId id, std::int64_t number);
Result<std::vector<pipeline::Setting>> settings(Tx& tx, ReleaseId id);  // secrets without values

Result<DeploymentId> insert_deployment(Tx& tx, const Deployment& deployment);
Result<Deployment> deployment(Tx& tx, DeploymentId id);
Result<std::optional<Deployment>> deployment_of_job(Tx& tx, std::int64_t job, std::string_view step);
Result<std::vector<Deployment>> deployments(Tx& tx, AppId id, std::int64_t limit);
Result<std::vector<Deployment>> open_deployments(Tx& tx);  // queued and running, oldest first
Result<std::optional<Deployment>> last_finished(Tx& tx, AppId id, DeploymentId before);
Result<void> update_deployment(Tx& tx, const Deployment& deployment);
Result<void> ask_to_end(Tx& tx, DeploymentId id, std::string_view reason);  // the first reason stays
Result<void> enter_phase(Tx& tx, DeploymentId id, Phase phase, std::int64_t deadline_ms,
                         Time now);  // ends the one before
Result<std::vector<PhaseRow>> phases(Tx& tx, DeploymentId id);
Result<void> add_note(Tx& tx, DeploymentId id, std::string_view text, Time now);
Result<std::vector<Note>> notes(Tx& tx, DeploymentId id);

Result<InstanceId> insert_instance(Tx& tx, const Instance& instance);
Result<void> update_instance(Tx& tx, const Instance& instance);
Result<std::optional<Instance>> find_instance(Tx& tx, InstanceId id);
Result<std::optional<Instance>> find_instance(Tx& tx, std::string_view name);
Result<std::vector<Instance>> instances(Tx& tx, AppId id);            // those with a container
Result<std::vector<Instance>> instances_of(Tx& tx, DeploymentId id);  // all it made
Result<void> move_asides(Tx& tx, const JumpWatch::Jump& jump);        // since when something is warm or spare
Result<std::vector<Instance>> all_instances(Tx& tx);                  // of every application, with a container
Result<std::int64_t> failures_since(Tx& tx, AppId id, Time since);
Result<void> add_event(Tx& tx, AppId id, std::string_view what, std::string_view reason, Time now);
Result<std::vector<AppEvent>> events(Tx& tx, AppId id, std::int64_t limit);

}  // namespace sampan::deliver::store
