#include "pipeline/states.h"

#include <doctest/doctest.h>

#include "base/enum_text.h"

namespace sampan::pipeline {

TEST_CASE("states: a finished job moves only when a person retries it") {
  for (JobState state : {JobState::succeeded, JobState::failed, JobState::canceled, JobState::skipped}) {
    for (JobMove move : {JobMove::queue, JobMove::start, JobMove::open, JobMove::requeue, JobMove::succeed,
                         JobMove::fail, JobMove::cancel, JobMove::skip}) {
      CHECK_FALSE(next_state(state, move).has_value());
    }
    CHECK(*next_state(state, JobMove::again) == JobState::pending);
  }
}

TEST_CASE("states: every open job can be cancelled, and says what it cannot do") {
  for (JobState state : {JobState::pending, JobState::queued, JobState::running, JobState::waiting}) {
    CHECK(*next_state(state, JobMove::cancel) == JobState::canceled);
  }
  CHECK(next_state(JobState::queued, JobMove::succeed).error().message == "the job is queued and cannot succeed now");
}

TEST_CASE("states: the state of a run follows from its jobs") {
  using S = JobState;
  const auto run = [](std::vector<S> states) {
    std::vector<JobFact> facts;
    for (S state : states) facts.push_back({state, false});
    return derive(facts);
  };
  CHECK(run({S::queued, S::pending}) == RunState::queued);
  CHECK(run({S::succeeded, S::pending}) == RunState::running);
  CHECK(run({S::running, S::failed}) == RunState::running);
  CHECK(run({S::succeeded, S::waiting, S::pending}) == RunState::waiting);
  CHECK(run({S::waiting, S::queued}) == RunState::running);
  CHECK(run({S::succeeded, S::skipped}) == RunState::succeeded);
  CHECK(run({S::succeeded, S::failed, S::skipped}) == RunState::failed);
  CHECK(run({S::failed, S::canceled}) == RunState::canceled);
  CHECK(run({S::skipped}) == RunState::skipped);
}

TEST_CASE("states: a job behind a failure is told apart from one behind a false condition") {
  const std::vector<JobFact> by_condition{{JobState::skipped, false}, {JobState::succeeded, false}};
  const std::vector<JobFact> by_failure{{JobState::skipped, true}};
  const std::vector<JobFact> unfinished{{JobState::failed, false}, {JobState::running, false}};
  CHECK(readiness(by_condition) == Readiness::clear);
  CHECK(readiness(by_failure) == Readiness::broken);
  CHECK(readiness(unfinished) == Readiness::wait);
  CHECK(readiness({}) == Readiness::clear);
}

}  // namespace sampan::pipeline
