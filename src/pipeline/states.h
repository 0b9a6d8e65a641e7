// The states of jobs and runs, every move between them, and what follows for a job from the jobs before it. Pure.
#pragma once

#include <boost/describe/enum.hpp>
#include <span>

#include "base/result.h"

namespace sampan::pipeline {

// pending: jobs before it are not done (or the same job of another run is under way). queued: a runner may take it.
// waiting: for a person.
BOOST_DEFINE_ENUM_CLASS(JobState, pending, queued, running, waiting, succeeded, failed, canceled, skipped)
BOOST_DEFINE_ENUM_CLASS(RunState, queued, running, waiting, succeeded, failed, canceled, skipped)

// What can happen to a job. open: a gate opens or it waits to be started by hand; requeue: its runner is lost; again: a
// person retries it.
BOOST_DEFINE_ENUM_CLASS(JobMove, queue, start, open, requeue, succeed, fail, cancel, skip, again)

// All transitions, in one place; conflict when the move is not possible from there.
Result<JobState> next_state(JobState from, JobMove move);
bool is_final(JobState state);
bool is_final(RunState state);

struct JobFact {
  JobState state = JobState::pending;
  bool blocked = false;  // skipped because something before it failed
};
RunState derive(std::span<const JobFact> jobs);

// What the jobs before say to one that waits for them.
enum class Readiness {
  wait,    // some are not done
  clear,   // all succeeded, or were skipped by their own condition
  broken,  // one failed, was cancelled, or was skipped behind a failure
};
Readiness readiness(std::span<const JobFact> needs);

}  // namespace sampan::pipeline
