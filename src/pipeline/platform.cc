// Jobs the server itself runs: Deploy and SetVariables steps. They hold no runner and wait on events, never on a
// thread.
#include "model/events.h"
#include "model/say.h"
#include "pipeline/progress.h"
#include "pipeline/values.h"

namespace sampan::pipeline {

Result<void> Progress::start_platform(store::JobRow& job) {
  job.step_at = 0;
  job.deadline_at = room_->clock.now() + std::chrono::minutes(job.plan->timeout_minutes);
  TRY(move(job, JobMove::start));
  return run_platform_steps(job);
}

Result<void> Progress::next_platform_step(store::JobRow& job) {
  ++job.step_at;
  TRY(store::save_job(*tx_, job));
  return run_platform_steps(job);
}

Result<void> Progress::run_platform_steps(store::JobRow& job) {
  std::vector<store::StepRow> rows = TRY(store::load_steps(*tx_, job.id));
  for (; job.step_at < static_cast<std::int64_t>(job.plan->steps.size()); ++job.step_at) {
    store::StepRow& row = rows[static_cast<std::size_t>(job.step_at)];
    row.started_at = room_->clock.now();
    row.state = "running";
    auto done = run_platform_step(job, row, job.plan->steps[static_cast<std::size_t>(job.step_at)]);
    if (!done) {
      if (!is_mistake(done.error())) return done.error();
      row.state = "failed";
      row.reason = done.error().message;
      row.finished_at = room_->clock.now();
      TRY(store::save_step(*tx_, row));
      return finish(job, JobMove::fail, fmt::format("step '{}': {}", row.name, done.error().message));
    }
    if (!*done) {
      TRY(store::save_step(*tx_, row));
      return store::save_job(*tx_, job);
    }
    row.state = "succeeded";
    row.finished_at = room_->clock.now();
    TRY(store::save_step(*tx_, row));
  }
  return finish(job, JobMove::succeed, "");
}

// False: it goes on when DeploymentChanged tells how it ended.
Result<bool> Progress::run_platform_step(store::JobRow& job, store::StepRow& row, const StepPlan& step) {
  const RunValues values = TRY(load_values(*room_, *tx_, run_));
  const Variables variables = values.all();
  const auto resolve = [&](const std::string& text) -> Result<std::string> {
    const std::string replaced = TRY(replace_artifacts(*room_, *tx_, run_, job.plan->stage, text));
    return expand_variables(replaced, variables);
  };
  if (!step.deploy) {
    for (const Action& action : step.actions) {
      if (!action.variables) continue;
      for (const KeyValue& variable : *action.variables) {
        const std::string value = TRY(resolve(variable.value));
        TRY(store::put_variable(*tx_, run_.id, "step", {variable.key, value}));
      }
    }
    return true;
  }
  const DeployPlan& deploy = *step.deploy;
  if (deploy.app_yaml.empty())
    return fail(Errc::not_found, "there is no file {} at commit {}: it declares the application", deploy.file,
                run_.sha.substr(0, 8));
  events::DeployRequested request;
  request.run = run_.id;
  request.job = job.id;
  request.step = row.key;
  request.repo = run_.repo;
  request.repo_path = run_.repo_path;
  request.commit = run_.sha;
  request.environment = TRY(resolve(deploy.environment));
  request.application = TRY(resolve(deploy.application));
  request.app_file = deploy.file;
  request.app_yaml = deploy.app_yaml;
  request.image = TRY(resolve(deploy.image));
  request.promote_from = TRY(resolve(deploy.promote_from));
  request.actor = run_.actor;
  request.actor_name = run_.actor_name;
  // Ids of deployments grow: news of one this job had before (a start that was cancelled) is told apart by being not
  // greater.
  job.deployment.value = -std::abs(job.deployment.value);
  TRY(say(room_->events, *tx_, request));
  return false;
}

}  // namespace sampan::pipeline
