#include "pipeline/states.h"

#include "base/enum_text.h"

namespace sampan::pipeline {

bool is_final(JobState state) {
  switch (state) {
    case JobState::pending:
    case JobState::queued:
    case JobState::running:
    case JobState::waiting: return false;
    case JobState::succeeded:
    case JobState::failed:
    case JobState::canceled:
    case JobState::skipped: return true;
  }
  return true;
}

bool is_final(RunState state) {
  return state != RunState::queued && state != RunState::running && state != RunState::waiting;
}

Result<JobState> next_state(JobState from, JobMove move) {
  const bool pending = from == JobState::pending, queued = from == JobState::queued,
             running = from == JobState::running, waiting = from == JobState::waiting;
  switch (move) {
    case JobMove::queue:
      if (pending || waiting) return JobState::queued;
      break;
    case JobMove::start:
      if (pending || waiting || queued) return JobState::running;
      break;
    case JobMove::open:
      if (pending) return JobState::waiting;
      break;
    case JobMove::requeue:
      if (running) return JobState::queued;
      break;
    case JobMove::succeed:
      if (running || waiting) return JobState::succeeded;
      break;
    case JobMove::fail:
      if (running || waiting || pending || queued) return JobState::failed;
      break;
    case JobMove::cancel:
      if (!is_final(from)) return JobState::canceled;
      break;
    case JobMove::skip:
      if (pending) return JobState::skipped;
      break;
    case JobMove::again:
      if (is_final(from)) return JobState::pending;
      break;
  }
  return fail(Errc::conflict, "the job is {} and cannot {} now", enum_text(from), enum_text(move));
}

RunState derive(std::span<const JobFact> jobs) {
  bool open = false, running = false, waiting = false, begun = false, failed = false, canceled = false,
       succeeded = false;
  for (const JobFact& job : jobs) {
    open = open || !is_final(job.state);
    running = running || job.state == JobState::running;
    waiting = waiting || job.state == JobState::waiting;
    begun = begun || is_final(job.state);
    failed = failed || job.state == JobState::failed;
    canceled = canceled || job.state == JobState::canceled;
    succeeded = succeeded || job.state == JobState::succeeded;
  }
  if (running) return RunState::running;
  // Only a person can bring it on; jobs queued beside the gate are still the machine's.
  const bool queued =
      std::any_of(jobs.begin(), jobs.end(), [](const JobFact& job) { return job.state == JobState::queued; });
  if (waiting && !queued) return RunState::waiting;
  if (open) return begun || waiting ? RunState::running : RunState::queued;
  if (canceled) return RunState::canceled;
  if (failed) return RunState::failed;
  return succeeded ? RunState::succeeded : RunState::skipped;
}

Readiness readiness(std::span<const JobFact> needs) {
  bool broken = false;
  for (const JobFact& need : needs) {
    if (!is_final(need.state)) return Readiness::wait;
    broken = broken || need.blocked || need.state == JobState::failed || need.state == JobState::canceled;
  }
  return broken ? Readiness::broken : Readiness::clear;
}

}  // namespace sampan::pipeline
