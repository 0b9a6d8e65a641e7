#include "pipeline/local.h"

#include "base/json_struct.h"
#include "base/text.h"
#include "pipeline/order.h"
#include "pipeline/order_json.h"
#include "pipeline/plan.h"
#include "pipeline/values.h"

namespace sampan::pipeline {
namespace {

Variables variables_of(const LocalRequest& request, const RunPlan& plan, Time now) {
  store::RunRow run;
  run.repo_path = request.repo_path;
  run.name = plan.name;
  run.ref = request.ref;
  run.sha = request.sha;
  run.title = request.title;
  run.cause = "manual";
  run.actor_name = request.actor;
  run.created_at = now;
  Variables variables;
  for (const KeyValue& variable : plan.variables) variables[variable.key] = variable.value;
  for (const auto& [key, value] : request.variables) variables[key] = value;
  for (auto& [key, value] : predefined_variables("", run)) variables[key] = value;
  return variables;
}

// Why the job is not for this machine; empty: it is.
std::string why_left_out(const JobPlan& job, const Variables& variables, Time now) {
  if (job.gate) return "a manual gate is for the server";
  if (job.platform) return "a delivery is for the server";
  for (const StepPlan& step : job.steps) {
    for (Action action : step.actions) {
      bool refers = false;
      for_each_text(action, [&](std::string& text) {
        auto references = find_references(text);
        refers = refers || (references && !references->empty());
      });
      if (refers)
        return fmt::format("step '{}' takes an artifact of another job, which a local run does not keep", step.name);
    }
  }
  if (job.condition.empty()) return "";
  auto condition = Condition::parse(job.condition);
  if (!condition) return condition.error().message;
  const LocalTime local = local_time(now);
  const Verdict verdict = condition->evaluate({variables, local.weekday, local.second_of_day,
                                               [](std::string_view) { return Outcome::succeeded; }, true, false});
  return verdict.holds ? "" : fmt::format("its condition does not hold: {}", verdict.evaluated);
}

std::string order_of(const LocalRequest& request, const RunPlan& plan, const JobPlan& job, std::int64_t number,
                     const Variables& variables) {
  Order order;
  order.job = number;
  order.fence = order.run = order.run_number = 1;
  order.repo_path = request.repo_path;
  order.pipeline = plan.name;
  order.job_key = job.key;
  order.timeout_s = std::chrono::seconds(std::chrono::minutes(job.timeout_minutes)).count();
  order.registry = request.registry_host;
  for (const auto& [key, value] : variables) order.environment.push_back({key, value});
  order.sandbox.network = job.network;
  order.sandbox.container = job.container;
  for (const std::string& directory : job.caches)
    order.caches.push_back({cache_key({}, request.file, job.key, directory), directory, 1});
  for (const StepPlan& step : job.steps) {
    OrderStep out{step.key, step.name, {}};
    for (const Action& action : step.actions) out.actions.push_back(action_value(action));
    order.steps.push_back(std::move(out));
  }
  return to_json(order);
}

// Each job after those it needs; among the free ones the order of the file stays.
std::vector<const JobPlan*> in_order(const RunPlan& plan) {
  std::vector<const JobPlan*> ordered;
  std::set<std::string> done;
  while (ordered.size() < plan.jobs.size()) {
    for (const JobPlan& job : plan.jobs) {
      const bool ready =
          std::all_of(job.needs.begin(), job.needs.end(), [&](const std::string& need) { return done.contains(need); });
      if (ready && done.insert(job.key).second) ordered.push_back(&job);
    }
  }
  return ordered;
}

}  // namespace

LocalPlan plan_local(const LocalRequest& request, Time now) {
  LocalPlan out;
  Reading reading = read_definition(request.yaml, request.file);
  out.errors = std::move(reading.errors);
  out.warnings = std::move(reading.warnings);
  if (!reading.definition) return out;
  const RunPlan plan = make_plan(*reading.definition, {request.registry_host, request.repo_path});
  const Variables variables = variables_of(request, plan, now);
  std::vector<std::string> keys;
  for (const JobPlan* job : in_order(plan)) {
    keys.push_back(job->key);
    if (!request.job.empty() && job->key != request.job && job->key.substr(job->stage.size() + 1) != request.job)
      continue;
    LocalJob local{job->key, job->name, job->needs, "", why_left_out(*job, variables, now)};
    if (local.left_out.empty())
      local.order = order_of(request, plan, *job, static_cast<std::int64_t>(keys.size()), variables);
    out.jobs.push_back(std::move(local));
  }
  if (out.jobs.empty()) {
    out.errors.push_back({request.file, 1, 1,
                          fmt::format("there is no job '{}'{}; there are {}", request.job,
                                      did_you_mean(request.job, keys), join(keys, ", "))});
  }
  return out;
}

}  // namespace sampan::pipeline
