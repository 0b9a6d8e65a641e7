// What rooms tell each other, as plain values. `kKind` is the row's kind; say() and read<T>() are the only ways in and
// out. Names of states are the texts the saying room uses. Every event is safe to hear twice.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/events.h"
#include "base/json.h"
#include "model/ids.h"

namespace sampan::events {

struct RefUpdate {
  std::string ref;
  Sha old_sha, new_sha;
};  // zero old: created; zero new: deleted
BOOST_DESCRIBE_STRUCT(RefUpdate, (), (ref, old_sha, new_sha))

// git: refs have moved (by push, or by an act of the server).
struct PushReceived {
  static constexpr std::string_view kKind = "push_received";
  PushId push;
  RepoId repo;
  std::string repo_path;  // "company/order-service"
  UserId actor;
  std::string actor_name;
  std::vector<RefUpdate> updates;
  std::vector<std::string> options;  // push options, in order
};
BOOST_DESCRIBE_STRUCT(PushReceived, (), (push, repo, repo_path, actor, actor_name, updates, options))

// git: a repository was deleted or renamed; those who keep things under its id or path follow.
struct RepoDeleted {
  static constexpr std::string_view kKind = "repo_deleted";
  RepoId repo;
  std::string repo_path;
};
BOOST_DESCRIBE_STRUCT(RepoDeleted, (), (repo, repo_path))

// pipeline: a run reached a state people care about: queued, running, waiting (a gate is open), succeeded, failed,
// canceled.
struct RunChanged {
  static constexpr std::string_view kKind = "run_changed";
  RunId run;
  std::int64_t number = 0;
  RepoId repo;
  std::string repo_path, pipeline, ref, commit, title, state, previous_state, reason, actor_name;
  std::optional<std::string> last_finished_state;  // of the run before on this pipeline and ref: succeeded or failed
};
BOOST_DESCRIBE_STRUCT(RunChanged, (),
                      (run, number, repo, repo_path, pipeline, ref, commit, title, state, previous_state, reason,
                       actor_name, last_finished_state))

// pipeline: a manual gate opened; those named may pass or refuse it.
struct GateOpened {
  static constexpr std::string_view kKind = "gate_opened";
  RunId run;
  JobId job;
  RepoId repo;
  std::string repo_path, pipeline, job_name, message;
  std::int64_t number = 0;
  std::vector<std::string> validators;  // login names
};
BOOST_DESCRIBE_STRUCT(GateOpened, (), (run, job, repo, repo_path, pipeline, job_name, message, number, validators))

// pipeline: a Deploy step asks deliver for a deployment. Answered by DeploymentChanged with the same job and step.
struct DeployRequested {
  static constexpr std::string_view kKind = "deploy_requested";
  RunId run;
  JobId job;
  std::string step;  // step id within the job
  RepoId repo;
  std::string repo_path;
  std::string commit;        // of the run
  std::string environment;   // name
  std::string application;   // name; empty: the one in app_yaml
  std::string app_file;      // ".sampan/app.yaml"
  std::string app_yaml;      // its text at the commit
  std::string image;         // reference with digest; empty with promote_from
  std::string promote_from;  // environment whose release for this commit is taken, same digest
  UserId actor;
  std::string actor_name;
};
BOOST_DESCRIBE_STRUCT(DeployRequested, (),
                      (run, job, step, repo, repo_path, commit, environment, application, app_file, app_yaml, image,
                       promote_from, actor, actor_name))

// pipeline: the job behind a deployment was cancelled; deliver aborts that deployment if it still can.
struct DeployCanceled {
  static constexpr std::string_view kKind = "deploy_canceled";
  JobId job;
  std::string step;
  std::string by;
};
BOOST_DESCRIBE_STRUCT(DeployCanceled, (), (job, step, by))

// registry: a tag now names a manifest.
struct ImagePushed {
  static constexpr std::string_view kKind = "image_pushed";
  std::string repository, tag;  // repository is "company/order-service" or deeper
  Digest digest;
  std::string actor_name;
};
BOOST_DESCRIBE_STRUCT(ImagePushed, (), (repository, tag, digest, actor_name))

// deliver: a deployment entered a phase, or said a line worth reading (line not empty). Terminal states: succeeded,
// failed, rolled_back, aborted.
struct DeploymentChanged {
  static constexpr std::string_view kKind = "deployment_changed";
  DeploymentId deployment;
  AppId app;
  std::string application, environment, kind;      // kind: deploy, rollback, promote
  std::int64_t release = 0, previous_release = 0;  // numbers shown to people (r41)
  std::string image_digest, commit, state, phase, line;
  std::int64_t requests = 0, failed = 0;
  bool finished = false, ok = false;
  JobId job;  // 0: not asked for by a pipeline
  std::string step;
  std::string actor_name, reason, repo_path;
  std::optional<std::string> last_finished_state;  // of the deployment before in this environment: succeeded or failed
};
BOOST_DESCRIBE_STRUCT(DeploymentChanged, (),
                      (deployment, app, application, environment, kind, release, previous_release, image_digest, commit,
                       state, phase, line, requests, failed, finished, ok, job, step, actor_name, reason, repo_path,
                       last_finished_state))

// deliver, watch: something happened to an application outside a deployment: instance_failed, healed, scaled_out,
// scaled_in, degraded, recovered.
struct AppChanged {
  static constexpr std::string_view kKind = "app_changed";
  AppId app;
  std::string application, environment, what, reason;
  std::int64_t instances = 0, wanted = 0;
};
BOOST_DESCRIBE_STRUCT(AppChanged, (), (app, application, environment, what, reason, instances, wanted))

}  // namespace sampan::events
