// A run under way, inside one transaction: what can start starts, what follows is written and said. Every use case that
// changes a job opens the run's Progress, moves jobs by it, and ends with commit().
#pragma once

#include "pipeline/room.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline {

struct SameJob {
  PipelineId pipeline;
  std::string key;
};  // a place under maxRunningJobInstances that became free

class Progress {
 public:
  static Result<Progress> open(Room& room, Tx& tx, RunId run);

  const store::RunRow& run() const { return run_; }
  std::vector<store::JobRow>& jobs() { return jobs_; }
  Result<store::JobRow*> job(JobId id);

  // A move that does not end the job; saved.
  Result<void> move(store::JobRow& job, JobMove move);
  // succeed, fail, cancel or skip: ends steps, lease, tokens and time limit.
  Result<void> finish(store::JobRow& job, JobMove move, std::string reason);
  // Queues it, starts it on the server, or holds it while the same job of another run is under way.
  Result<void> admit(store::JobRow& job);
  // Ends every job that has not ended.
  Result<void> cancel(std::string_view by, std::string reason);
  // The job, and all that waited for it, once more.
  Result<void> again(store::JobRow& job);
  // The Deploy step under way ended well: on to the next step.
  Result<void> next_platform_step(store::JobRow& job);

  // Starts what can start, says what changed, and gives freed places to the jobs of other runs held for them.
  Result<void> commit();

 private:
  Progress(Room& room, Tx& tx) : room_(&room), tx_(&tx) {}
  Result<void> advance();
  Result<bool> advance_job(store::JobRow& job);
  Result<void> begin(store::JobRow& job);
  Result<void> open_gate(store::JobRow& job);
  Result<void> start_platform(store::JobRow& job);
  Result<void> run_platform_steps(store::JobRow& job);
  Result<bool> run_platform_step(store::JobRow& job, store::StepRow& row, const StepPlan& step);
  Result<void> abort_deployment(const store::JobRow& job);  // of a step still under way
  Result<void> settle();
  Result<void> say_changed(RunState state);
  std::vector<JobFact> facts_of(const std::vector<std::string>& keys) const;
  const store::JobRow* find(std::string_view key) const;

  Room* room_;
  Tx* tx_;
  store::RunRow run_;
  std::vector<store::JobRow> jobs_;
  std::vector<SameJob> freed_;
};

// What a person wrote cannot be done (a group that is gone, an artifact that was not made): the job fails with the
// sentence. Anything else (busy, full) is nobody's fault and undoes the transaction.
bool is_mistake(const Error& error);

RunState state_of(const std::vector<store::JobRow>& jobs);

}  // namespace sampan::pipeline
