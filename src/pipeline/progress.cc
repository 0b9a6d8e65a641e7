#include "pipeline/progress.h"

#include "base/enum_text.h"
#include "base/text.h"
#include "model/events.h"
#include "model/say.h"
#include "pipeline/gate_store.h"
#include "pipeline/values.h"

namespace sampan::pipeline {

bool is_mistake(const Error& error) {
  return error.code == Errc::invalid || error.code == Errc::not_found || error.code == Errc::too_large;
}

RunState state_of(const std::vector<store::JobRow>& jobs) {
  std::vector<JobFact> facts;
  for (const store::JobRow& job : jobs) facts.push_back(job.fact());
  return derive(facts);
}

Result<Progress> Progress::open(Room& room, Tx& tx, RunId run) {
  Progress progress(room, tx);
  progress.run_ = TRY(store::load_run(tx, run));
  progress.jobs_ = TRY(store::load_jobs(tx, run));
  return progress;
}

const store::JobRow* Progress::find(std::string_view key) const {
  auto found = std::find_if(jobs_.begin(), jobs_.end(), [&](const store::JobRow& job) { return job.key == key; });
  return found == jobs_.end() ? nullptr : &*found;
}

Result<store::JobRow*> Progress::job(JobId id) {
  auto found = std::find_if(jobs_.begin(), jobs_.end(), [&](const store::JobRow& job) { return job.id == id; });
  if (found == jobs_.end()) return fail(Errc::not_found, "run {} has no job {}", run_.id.value, id.value);
  return &*found;
}

Result<void> Progress::move(store::JobRow& job, JobMove move) {
  job.state = TRY(next_state(job.state, move));
  const Time now = room_->clock.now();
  job.held = false;
  if (move == JobMove::queue || move == JobMove::requeue) {
    job.queued_at = now;
    tx_->after_commit([room = room_] { room->ring(); });
  }
  if (move == JobMove::start) {
    job.started_at = now;
    ++job.fence;
    ++job.tries;
  }
  return store::save_job(*tx_, job);
}

Result<void> Progress::finish(store::JobRow& job, JobMove move, std::string reason) {
  const JobState before = job.state;
  job.state = TRY(next_state(job.state, move));
  const Time now = room_->clock.now();
  job.reason = std::move(reason);
  job.finished_at = now;
  job.deadline_at.reset();
  if (job.lease_until && job.state != JobState::succeeded) {
    // It is ended from here, not by its runner (which gives the lease back before it says so): the lease lives until
    // the runner has stopped the job, for its place is not free before.
    tx_->after_commit(
        [room = room_, order = CancelOrder{job.runner, job.id, job.fence, job.reason}] { room->cancel(order); });
  } else {
    job.lease_until.reset();
    tx_->after_commit([room = room_] { room->ring(); });
  }
  if (before == JobState::running && job.plan->platform) TRY(abort_deployment(job));
  if (before == JobState::running) TRY(room_->people.revoke_job_tokens(*tx_, job.id));
  TRY(store::close_steps(*tx_, job.id, enum_text(job.state), now));
  if (before == JobState::running || before == JobState::queued) freed_.push_back({job.pipeline, job.key});
  room_->publish(*tx_, fmt::format("job-log:{}", job.id.value));
  return store::save_job(*tx_, job);
}

Result<void> Progress::abort_deployment(const store::JobRow& job) {
  for (const store::StepRow& step : TRY(store::load_steps(*tx_, job.id))) {
    if (step.state == "running") TRY(say(room_->events, *tx_, events::DeployCanceled{job.id, step.key, job.reason}));
  }
  return {};
}

Result<void> Progress::admit(store::JobRow& job) {
  const std::int64_t same = TRY(store::count_same_job(*tx_, job.pipeline, job.key));
  if (same >= job.plan->most_same_job) {
    job.held = true;
    return store::save_job(*tx_, job);
  }
  return job.plan->platform ? start_platform(job) : move(job, JobMove::queue);
}

Result<void> Progress::open_gate(store::JobRow& job) {
  const GatePlan& plan = *job.plan->gate;
  const Time now = room_->clock.now();
  store::GateRow gate{job.id, "open", plan.validators, plan.all_must, plan.message, now, std::nullopt, std::nullopt};
  if (plan.timeout_minutes > 0) gate.expires_at = now + std::chrono::minutes(plan.timeout_minutes);
  TRY(store::open_gate(*tx_, gate));
  TRY(move(job, JobMove::open));
  room_->publish(*tx_, "gates");
  return say(room_->events, *tx_,
             events::GateOpened{run_.id, job.id, run_.repo, run_.repo_path, run_.name, job.plan->name, plan.message,
                                run_.number, plan.validators});
}

Result<void> Progress::begin(store::JobRow& job) {
  if (job.plan->gate) return open_gate(job);
  if (job.plan->manual) return move(job, JobMove::open);
  return admit(job);
}

std::vector<JobFact> Progress::facts_of(const std::vector<std::string>& keys) const {
  std::vector<JobFact> facts;
  for (const std::string& key : keys) {
    if (const store::JobRow* job = find(key)) facts.push_back(job->fact());
  }
  return facts;
}

namespace {

Outcome outcome_of(const store::JobRow& job) {
  if (job.state == JobState::succeeded) return Outcome::succeeded;
  if (job.state == JobState::skipped && !job.blocked) return Outcome::skipped;
  return is_final(job.state) ? Outcome::failed : Outcome::unfinished;
}

}  // namespace

Result<bool> Progress::advance_job(store::JobRow& job) {
  if (job.state != JobState::pending || job.held) return false;
  const std::vector<JobFact> needs = facts_of(job.plan->needs);
  const Readiness ready = readiness(needs);
  if (ready == Readiness::wait) return false;
  bool holds = ready == Readiness::clear;
  std::string evaluated;
  if (!job.plan->condition.empty()) {
    const RunValues values = TRY(load_values(*room_, *tx_, run_));
    const LocalTime now = local_time(room_->clock.now());
    const auto by_name = [&](std::string_view name) {
      const store::JobRow* other = find(fmt::format("{}.{}", job.plan->stage, name));
      if (other == nullptr) other = find(name);
      for (const store::JobRow& any : jobs_)
        if (other == nullptr && any.key.ends_with(fmt::format(".{}", name))) other = &any;
      return other == nullptr ? Outcome::unfinished : outcome_of(*other);
    };
    const bool failed = std::any_of(needs.begin(), needs.end(),
                                    [](const JobFact& fact) { return fact.blocked || fact.state == JobState::failed; });
    const Condition condition = TRY(Condition::parse(job.plan->condition));
    const Verdict verdict = condition.evaluate({values.plain, now.weekday, now.second_of_day, by_name, holds, failed});
    evaluated = verdict.evaluated;
    holds = verdict.holds;
  }
  if (holds) {
    TRY(begin(job));
  } else {
    job.blocked = ready == Readiness::broken;
    std::string reason = fmt::format("its condition does not hold: {}", evaluated);
    for (const std::string& key : job.plan->needs) {
      const store::JobRow* need = find(key);
      if (job.blocked && need != nullptr &&
          (need->blocked || need->state == JobState::failed || need->state == JobState::canceled)) {
        reason = fmt::format("job '{}' {}", need->plan->name,
                             need->state == JobState::skipped  ? "was skipped"
                             : need->state == JobState::failed ? "failed"
                                                               : "was cancelled");
      }
    }
    TRY(finish(job, JobMove::skip, std::move(reason)));
  }
  return true;
}

Result<void> Progress::advance() {
  for (bool moved = true; moved;) {
    moved = false;
    for (store::JobRow& job : jobs_) {
      auto changed = advance_job(job);
      if (!changed && !is_mistake(changed.error())) return changed.error();
      if (!changed) {
        TRY(finish(job, JobMove::fail, changed.error().message));
        moved = true;
      } else {
        moved = moved || *changed;
      }
    }
  }
  return {};
}

Result<void> Progress::cancel(std::string_view by, std::string reason) {
  for (store::JobRow& job : jobs_) {
    if (is_final(job.state)) continue;
    TRY(finish(job, JobMove::cancel, reason.empty() ? fmt::format("cancelled by {}", by) : reason));
  }
  return {};
}

Result<void> Progress::again(store::JobRow& job) {
  job.state = TRY(next_state(job.state, JobMove::again));
  job.reason.clear();
  job.blocked = job.held = job.reported = false;
  job.tries = job.step_at = 0;
  job.lease_until.reset();
  job.queued_at.reset();
  job.started_at.reset();
  job.finished_at.reset();
  TRY(store::reset_steps(*tx_, job.id));
  TRY(store::save_job(*tx_, job));
  for (store::JobRow& other : jobs_) {
    const auto& needs = other.plan->needs;
    if (is_final(other.state) && std::find(needs.begin(), needs.end(), job.key) != needs.end()) TRY(again(other));
  }
  return {};
}

Result<void> Progress::say_changed(RunState state) {
  events::RunChanged event{run_.id,         run_.number, run_.repo,
                           run_.repo_path,  run_.name,   run_.ref,
                           run_.sha,        run_.title,  std::string(enum_text(state)),
                           run_.said_state, "",          run_.actor_name,
                           std::nullopt};
  for (const store::JobRow& job : jobs_) {
    if (job.state == JobState::failed && event.reason.empty())
      event.reason = fmt::format("job '{}': {}", job.plan->name, job.reason);
    if (job.state == JobState::canceled && state == RunState::canceled) event.reason = job.reason;
  }
  event.last_finished_state = TRY(store::state_before(*tx_, run_));
  return say(room_->events, *tx_, event);
}

Result<void> Progress::settle() {
  const RunState state = state_of(jobs_);
  const Time now = room_->clock.now();
  room_->publish(*tx_, fmt::format("run:{}", run_.id.value));
  if (enum_text(state) == run_.said_state) return {};
  TRY(say_changed(state));
  run_.said_state = enum_text(state);
  if (state != RunState::queued && !run_.started_at) run_.started_at = now;
  if (is_final(state)) {
    run_.finished_at = now;
  } else {
    run_.finished_at.reset();
  }
  room_->publish(*tx_, "runs");
  return store::save_run(*tx_, run_);
}

Result<void> Progress::commit() {
  TRY(advance());
  TRY(settle());
  // Places go round from run to run by a list, not by recursion: a hundred runs may be held for one job.
  std::vector<SameJob> freed = std::move(freed_);
  freed_.clear();
  while (!freed.empty()) {
    const SameJob place = freed.back();
    freed.pop_back();
    auto next = TRY(store::next_held(*tx_, place.pipeline, place.key));
    if (!next) continue;
    const store::JobRow row = TRY(store::load_job(*tx_, *next));
    Progress other = TRY(Progress::open(*room_, *tx_, row.run));
    store::JobRow* job = TRY(other.job(row.id));
    job->held = false;
    TRY(other.admit(*job));
    TRY(other.advance());
    TRY(other.settle());
    freed.insert(freed.end(), other.freed_.begin(), other.freed_.end());
  }
  return {};
}

}  // namespace sampan::pipeline
