#include "pipeline/order.h"

#include "base/crypto.h"
#include "base/json_struct.h"
#include "pipeline/artifact_store.h"
#include "pipeline/order_json.h"
#include "pipeline/values.h"

namespace sampan::pipeline {

std::string cache_key(RepoId repo, std::string_view file, std::string_view job_key, std::string_view directory) {
  return "c" + sha256_hex(fmt::format("{}\n{}\n{}\n{}", repo.value, file, job_key, directory)).substr(0, 24);
}

Json action_value(const Action& action) {
  boost::json::object out;
  boost::mp11::mp_for_each<boost::describe::describe_members<Action, boost::describe::mod_public>>([&](auto member) {
    const auto& value = action.*member.pointer;
    if constexpr (json_detail::IsOptional<std::remove_cvref_t<decltype(value)>>::value) {
      if (!value) return;
    }
    out.emplace(member.name, *parse_json(to_json(value)));  // our own text is well-formed
  });
  return out;
}

namespace {

Result<std::vector<OrderStep>> make_steps(Room& room, Tx& tx, const store::RunRow& run, const JobPlan& plan) {
  std::vector<OrderStep> steps;
  for (const StepPlan& step : plan.steps) {
    OrderStep out{step.key, step.name, {}};
    for (Action action : step.actions) {
      Result<void> replaced;
      for_each_text(action, [&](std::string& text) {
        if (!replaced || text.find("$[") == std::string::npos) return;
        auto value = replace_artifacts(room, tx, run, plan.stage, text);
        if (value) {
          text = std::move(*value);
        } else {
          replaced = value.error();
        }
      });
      TRY(std::move(replaced).context(fmt::format("step '{}'", step.name)));
      out.actions.push_back(action_value(action));
    }
    steps.push_back(std::move(out));
  }
  return steps;
}

Result<std::vector<OrderCache>> open_caches(Room& room, Tx& tx, const store::RunRow& run, const JobPlan& plan) {
  std::vector<OrderCache> caches;
  for (const std::string& directory : plan.caches) {
    store::CacheRow wanted;
    wanted.repo = run.repo;
    wanted.key = cache_key(run.repo, run.file, plan.key, directory);
    wanted.file = run.file;
    wanted.job_key = plan.key;
    wanted.directory = directory;
    wanted.updated_at = room.clock.now();
    const store::CacheRow cache = TRY(store::open_cache(tx, wanted));
    caches.push_back({cache.key, cache.directory, cache.generation});
  }
  return caches;
}

// Of the steps that may run `sampan scan`; a file of tens of megabytes is nothing to fetch for the others.
Result<std::optional<std::string>> advisories_for(Room& room, const JobPlan& plan) {
  const auto asks = [](const Action& action) {
    return action.script && action.script->find("SAMPAN_PROGRAM") != std::string::npos;
  };
  for (const StepPlan& step : plan.steps) {
    if (std::none_of(step.actions.begin(), step.actions.end(), asks)) continue;
    std::string sum = TRY(room.advisories->sum());
    return sum.empty() ? std::optional<std::string>() : std::optional(std::move(sum));
  }
  return std::optional<std::string>();
}

}  // namespace

Result<std::string> make_order(Room& room, Tx& tx, const store::RunRow& run, const store::JobRow& job) {
  const JobPlan& plan = *job.plan;
  const auto time_limit = std::chrono::minutes(plan.timeout_minutes);
  RunValues values = TRY(load_values(room, tx, run));
  Order order;
  order.job = job.id.value;
  order.fence = job.fence;
  order.run = run.id.value;
  order.run_number = run.number;
  order.attempt = job.fence;
  order.repo_path = run.repo_path;
  order.pipeline = run.name;
  order.job_key = plan.key;
  order.timeout_s = std::chrono::seconds(time_limit).count();
  if (plan.checkout)
    order.checkout = OrderCheckout{fmt::format("{}/{}.git", room.config.public_url, run.repo_path), run.sha, run.ref,
                                   plan.clone_depth, fmt::format("{}.git", run.repo.value)};
  order.token = TRY(room.people.create_job_token(
      tx, {job.id, run.actor, run.repo, run.repo_path, room.clock.now() + time_limit + std::chrono::hours(1)}));
  order.registry = room.config.registry_host;
  for (auto& [key, value] : values.plain) order.environment.push_back({key, value});
  order.secrets = std::move(values.secrets);
  order.mask = {order.token};
  order.advisories = TRY(advisories_for(room, plan));
  order.sandbox.network = plan.network;
  order.sandbox.container = plan.container;
  order.caches = TRY(open_caches(room, tx, run, plan));
  order.steps = TRY(make_steps(room, tx, run, plan));
  return to_json(order);
}

}  // namespace sampan::pipeline
