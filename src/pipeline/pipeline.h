// It is built: pipeline files, triggers, the graph of a run, the queue, leases, logs, gates, caches, artifacts,
// variables. hears: PushReceived, RepoDeleted, DeploymentChanged. says: RunChanged, GateOpened, DeployRequested,
// DeployCanceled. owns: pipeline, pipeline_run, run_variable, run_job, job_step, job_gate, gate_vote, trigger_push,
// trigger_record, runner,
//       artifact, test_report, job_cache, variable_group, variable, variable_change; the folders logs/ and artifacts/
//       under the data folder.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/db.h"
#include "base/events.h"
#include "base/files.h"
#include "git/git.h"
#include "model/route.h"
#include "pipeline/local.h"

namespace sampan::pipeline {

struct Config {
  std::string folder;         // logs, artifacts and caches live under it
  std::string public_url;     // for CI_PIPELINE_LOG_URL and messages
  std::string registry_host;  // "127.0.0.1:8080": where ImageBuild pushes
  std::chrono::milliseconds lease{30'000};
  int max_attempts = 2;         // of a job whose runner vanished
  std::string advisories = {};  // the file that runners elsewhere fetch; it need not exist
};

// A snapshot of what one environment's variable groups say: values and secrets with their versions.
struct Setting {
  std::string key, value;
  bool secret = false;
  std::int64_t version = 0;
  std::string group;
};

// What another tool found in the commit of a run: a SARIF file. docs/formats/sarif.md.
struct ToolReport {
  RepoId repo;
  std::string commit, by;  // by: "run 12 of daily"
  std::string sarif, tool, root;
};

class Pipeline {
 public:
  Pipeline(Db& db, Clock& clock, EventLog& events, Hub& hub, git::Git& git, people::People& people, SecretBox& secrets,
           Config config);
  ~Pipeline();
  // Registers listeners and push notices. Call once, before EventLog::start().
  void connect();
  // Jobs that were leased when the server stopped keep their lease; expired ones are found by the tick.
  Result<void> recover();
  void start();  // timers: leases, gates with a time, job time limits
  // Before runners are heard no more: from here on no lease and no time limit ends.
  void stop_timers();
  void stop();

  // The settings of all variable groups bound to the environment, for an application of `repo_path`; later groups win
  // (by name order). deliver snapshots them into a release; a secret's value is given only here and to runners.
  Result<std::vector<Setting>> settings_for(std::string_view environment, std::string_view repo_path);
  // The same keys at the versions a release recorded (rollback); not_found names a version that is gone.
  Result<std::vector<Setting>> settings_at(const std::vector<Setting>& recorded);

  // Appends a line to a job's log on behalf of a platform step (Deploy).
  Result<void> append_log(JobId job, std::string_view step, std::string_view line);

  // Where reports of SarifReport steps go; an error of it fails the step. Before serving only.
  void on_tool_report(std::function<Result<void>(const ToolReport&)> take);

  // For the embedded runner: its token, made when absent.
  Result<std::string> ensure_local_runner(std::string_view name);

  std::vector<Route> routes();         // people and API
  std::vector<Route> runner_routes();  // Need::runner

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sampan::pipeline
