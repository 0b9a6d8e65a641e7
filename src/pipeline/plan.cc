#include "pipeline/plan.h"

namespace sampan::pipeline {
namespace {

StepPlan compile_step(const StepSpec& step, Compilation& compilation) {
  compilation.actions.clear();
  compilation.deploy.reset();
  step.kind->compile(step.fields, compilation);
  return {step.id, step.name, step.kind->name, std::move(compilation.actions), std::move(compilation.deploy)};
}

JobPlan make_job(const Definition& definition, const JobSpec& job, const PlanPlace& place) {
  JobPlan plan;
  plan.key = job.key();
  plan.stage = job.stage;
  plan.name = job.name;
  plan.needs = job.needs;
  plan.condition = job.condition_text;
  plan.manual = job.manual;
  plan.platform = job.platform();
  plan.checkout = job.checkout;
  plan.network = job.runs_on.network;
  plan.timeout_minutes = job.timeout_minutes;
  plan.clone_depth = definition.source ? definition.source->clone_depth : 1;
  plan.most_same_job = definition.concurrency.most_same_job;
  plan.labels = job.runs_on.labels;
  plan.container = job.runs_on.container;
  if (job.gate)
    plan.gate = GatePlan{job.gate->validators, job.gate->all_must, job.gate->message, job.gate->timeout_minutes};
  Compilation compilation;
  compilation.registry_host = place.registry_host;
  compilation.repo_path = place.repo_path;
  for (const StepSpec& step : job.steps) plan.steps.push_back(compile_step(step, compilation));
  if (!definition.cache_off && !plan.platform) {
    for (const std::string& dir : definition.cache_dirs) compilation.cache(dir);
    plan.caches = std::move(compilation.caches);
  }
  return plan;
}

}  // namespace

RunPlan make_plan(const Definition& definition, const PlanPlace& place) {
  RunPlan plan;
  plan.name = definition.name;
  plan.variables = definition.variables;
  plan.groups = definition.groups;
  plan.concurrency = definition.concurrency;
  for (const StageSpec& stage : definition.stages) {
    plan.stages.push_back({stage.id, stage.name});
    for (const JobSpec& job : stage.jobs) plan.jobs.push_back(make_job(definition, job, place));
  }
  return plan;
}

}  // namespace sampan::pipeline
