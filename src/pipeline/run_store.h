// Runs, jobs and steps as rows: SQL and row -> noun, nothing else. Private to the room.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/db.h"
#include "model/ids.h"
#include "pipeline/plan.h"
#include "pipeline/states.h"

namespace sampan::pipeline::store {

struct PipelineRow {
  PipelineId id;
  RepoId repo;
  std::string file, name;
  std::int64_t last_number = 0;
};

struct RunRow {
  RunId id;
  PipelineId pipeline;
  RepoId repo;
  std::string repo_path, file;  // file: of its pipeline
  std::int64_t number = 0;
  std::string name, ref, sha, title, cause;
  PushId push;
  UserId actor;
  std::string actor_name, remark, yaml;
  std::vector<StageName> stages;
  std::vector<std::string> groups;
  Time created_at{};
  std::optional<Time> started_at, finished_at;
  std::string said_state;
};

struct JobRow {
  JobId id;
  RunId run;
  PipelineId pipeline;
  RepoId repo;
  std::int64_t place = 0;
  std::string key;
  std::shared_ptr<const JobPlan> plan;  // does not change; shared by all rows that say the same
  JobState state = JobState::pending;
  std::string reason;
  bool blocked = false, held = false;
  std::int64_t fence = 0, tries = 0;
  RunnerId runner;
  std::optional<Time> lease_until;
  bool reported = false;
  std::optional<Time> deadline_at;
  std::int64_t step_at = 0;
  DeploymentId deployment;
  std::optional<Time> queued_at, started_at, finished_at;
  JobFact fact() const { return {state, blocked}; }
};

struct StepRow {
  JobId job;
  std::int64_t place = 0;
  std::string key, name, kind, state, reason;
  std::optional<std::int64_t> exit_code;
  std::optional<Time> started_at, finished_at;
};

// The pipeline of a file, made when new; its name is brought up to date.
Result<PipelineRow> open_pipeline(Tx& tx, RepoId repo, std::string_view file, std::string_view name);
Result<std::optional<PipelineRow>> find_pipeline(Tx& tx, RepoId repo, std::string_view file);
Result<void> set_last_number(Tx& tx, PipelineId pipeline, std::int64_t number);

Result<RunId> insert_run(Tx& tx, const RunRow& run);
Result<RunRow> load_run(Tx& tx, RunId run);                         // not_found names it
Result<void> save_run(Tx& tx, const RunRow& run);                   // started_at, finished_at, said_state
Result<std::vector<RunId>> open_runs(Tx& tx, PipelineId pipeline);  // oldest first
// Not over, and yet nothing of them is queued, runs, waits for a person or for another run's job.
Result<std::vector<RunId>> stalled_runs(Tx& tx);
struct RunFilter {
  RepoId repo;
  UserId actor;
  std::string state, file, ref, sha;
  std::int64_t before = 0;
  int limit = 50;
};
// Newest first, without what lists do not show: yaml, stages and groups are empty.
Result<std::vector<RunRow>> list_runs(Tx& tx, const RunFilter& filter);
// The state ("succeeded" or "failed") of the last run before `run` of its pipeline on its ref that ended so.
Result<std::optional<std::string>> state_before(Tx& tx, const RunRow& run);
Result<std::vector<RunId>> runs_of_repo(Tx& tx, RepoId repo);

Result<JobId> insert_job(Tx& tx, const JobRow& job);  // with its steps
Result<JobRow> load_job(Tx& tx, JobId job);
Result<std::vector<JobRow>> load_jobs(Tx& tx, RunId run);  // in the order of the file
// Of many runs at once, by the run's id, each as load_jobs() gives them.
Result<std::map<std::int64_t, std::vector<JobRow>>> load_jobs(Tx& tx, const std::vector<RunId>& runs);
Result<void> save_job(Tx& tx, const JobRow& job);  // all that changes
Result<std::vector<StepRow>> load_steps(Tx& tx, JobId job);
Result<std::vector<StepRow>> load_steps_of_run(Tx& tx, RunId run);
Result<void> save_step(Tx& tx, const StepRow& step);
Result<void> reset_steps(Tx& tx, JobId job);
// Steps that never ended become `state`, those never begun "skipped".
Result<void> close_steps(Tx& tx, JobId job, std::string_view state, Time now);

Result<std::int64_t> count_same_job(Tx& tx, PipelineId pipeline, std::string_view key);  // queued, running
Result<std::optional<JobId>> next_held(Tx& tx, PipelineId pipeline, std::string_view key);
// Seconds the last few successful runs, or jobs of this key, took: the median. nullopt: none yet.
Result<std::optional<double>> usual_seconds(Tx& tx, PipelineId pipeline, std::string_view key);

Result<std::vector<KeyValue>> load_variables(Tx& tx, RunId run, std::string_view source);
Result<void> put_variable(Tx& tx, RunId run, std::string_view source, const KeyValue& variable);
Result<void> delete_runs_of_repo(Tx& tx, RepoId repo);

}  // namespace sampan::pipeline::store
