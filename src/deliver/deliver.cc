#include "deliver/deliver.h"

#include <condition_variable>

#include "base/log.h"
#include "base/text.h"
#include "deliver/state.h"
#include "model/say.h"

namespace sampan::deliver {

Deliver::Deliver(Db& db, Clock& clock, EventLog& events, Hub& hub, people::People& people, git::Git& git, pipeline::Pipeline& pipeline, registry::Registry& registry,
                 Target& target, Config config)
    : state_(std::make_unique<State>(db, clock, events, hub, people, git, pipeline, registry, target, std::move(config))) {}
Deliver::~Deliver() { stop(); }

void Deliver::connect() {
  auto& state = *state_;
  listen<sampan::events::DeployRequested>(state.events, "deliver.requested", [&state](const sampan::events::DeployRequested& event) -> Result<void> {
    const auto done = state.deploy_requested(event);
    if (done.has_value() || done.error().code == Errc::unavailable || done.error().code == Errc::internal) return done.has_value() ? Result<void>() : Result<void>(done.error());
    // Refused: the job that waits is told why.
    return state.db.write([&](Tx& tx) {
      sampan::events::DeploymentChanged refused;
      refused.application = event.application;
      refused.environment = event.environment;
      refused.kind = "deploy";
      refused.commit = event.commit;
      refused.state = "failed";
      refused.phase = "done";
      refused.line = refused.reason = done.error().message;
      refused.finished = true;
      refused.job = event.job;
      refused.step = event.step;
      refused.actor_name = event.actor_name;
      refused.repo_path = event.repo_path;
      return say(state.events, tx, refused);
    });
  });
  listen<sampan::events::DeployCanceled>(state.events, "deliver.canceled", [&state](const sampan::events::DeployCanceled& event) -> Result<void> {
    const auto known = TRY(state.db.read([&](Tx& tx) { return store::deployment_of_job(tx, event.job.value, event.step); }));
    if (known && !is_over(known->state)) state.aborts.lock()->insert(known->id.value);
    return {};
  });
}

Result<void> Deliver::recover() {
  auto& state = *state_;
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::ensure_environment(tx, "daily", "Daily", 1, "rollback", state.clock.now()));
    TRY(store::ensure_environment(tx, "staging", "Staging", 2, "rollback", state.clock.now()));
    return store::ensure_environment(tx, "production", "Production", 3, "rollback", state.clock.now());
  }));
  if (const auto usable = state.target.check(); !usable.has_value()) {
    log::warning("deliver", "nothing can be delivered on this machine: {}", usable.error().message);
    return {};
  }
  const auto instances = TRY(state.db.read([](Tx& tx) { return store::all_instances(tx); }));
  const auto apps = TRY(state.db.read([](Tx& tx) { return store::applications(tx); }));
  std::map<std::int64_t, std::string> services;
  for (const auto& app : apps) services[app.id.value] = app.name + "-" + app.environment_name;
  std::set<std::string> ours;
  for (auto instance : instances) {
    ours.insert(instance.name);
    const auto colon = instance.address.rfind(':');
    state.target.adopt(instance.name, colon == std::string::npos ? 0 : std::atoi(instance.address.c_str() + colon + 1));
    const auto status = TRY(state.target.status(instance.name));  // and from now on its end is heard
    if (instance.role == InstanceRole::draining) instance.role = InstanceRole::ready;  // the deployment that drained it is taken up again
    if (status.state == InstanceState::absent || status.state == InstanceState::exited) {
      if (instance.role == InstanceRole::starting && instance.deployment) continue;  // its deployment starts it anew
      TRY(state.target.expel(services[instance.application.value], instance.name));
      state.keep_evidence(instance, "it ended while Sampan was down");
      TRY(state.change_role(instance, InstanceRole::failed));
      TRY(state.target.remove(instance.name));
    } else if (instance.role == InstanceRole::starting && !instance.deployment) {
      TRY(state.retire(instance, std::chrono::seconds(1)));  // a spare or a replacement that was not finished
    }
  }
  for (const auto& name : TRY(state.target.list())) {
    if (!ours.contains(name)) TRY(state.target.remove(name));
  }
  return {};
}

void Deliver::start() {
  auto& state = *state_;
  state.target.on_exit([&state](const std::string& name) {
    const auto instance = state.db.read([&](Tx& tx) { return store::find_instance(tx, name); });
    if (!instance.has_value() || !*instance) return;
    state.lanes.submit(fmt::format("care {}", (*instance)->application.value), [&state, id = (*instance)->id] {
      if (const auto done = state.take_out(id, "its process ended"); !done.has_value()) log::warning("deliver", "{}", done.error().message);
    });
  });
  const auto open = state.db.read([](Tx& tx) { return store::open_deployments(tx); });
  if (open.has_value()) {
    for (const auto& deployment : *open) {
      state.lanes.submit(fmt::format("deploy {}", deployment.application.value), [&state, id = deployment.id] { state.run_deployment(id); });
    }
  }
  state.tick = std::jthread([&state](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any bell;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      const auto apps = state.db.read([](Tx& tx) { return store::applications(tx); });
      for (const auto& app : apps.value_or(std::vector<store::Application>())) {
        const auto lane = fmt::format("care {}", app.id.value);
        if (app.release && state.lanes.idle(lane)) state.lanes.submit(lane, [&state, id = app.id] { state.tend(id); });
      }
      bell.wait_for(lock, stop, std::chrono::seconds(2), [] { return false; });
    }
  });
}

void Deliver::stop() {
  state_->stopping = true;
  state_->tick = {};
  state_->lanes.stop();
  state_->target.on_exit({});
}

Result<EnvironmentId> Deliver::find_environment(std::string_view name) {
  const auto all = TRY(state_->db.read([](Tx& tx) { return store::environments(tx); }));
  std::vector<std::string> names;
  for (const auto& environment : all) {
    if (environment.name == name) return environment.id;
    names.push_back(environment.name);
  }
  return fail(Errc::not_found, "no environment '{}'{}", name, did_you_mean(name, names));
}

Result<std::vector<LiveApp>> Deliver::live_apps() {
  auto& state = *state_;
  std::vector<LiveApp> found;
  const auto open = TRY(state.db.read([](Tx& tx) { return store::open_deployments(tx); }));
  for (const auto& app : TRY(state.db.read([](Tx& tx) { return store::applications(tx); }))) {
    if (!app.release) continue;
    const auto release = TRY(state.db.read([&](Tx& tx) { return store::release(tx, app.release); }));
    const auto reading = read_app_spec(release.spec_yaml, "app.yaml", app.environment_name);
    if (!reading.spec) continue;
    const auto& scale = reading.spec->scale;
    LiveApp live;
    live.app = app.id;
    live.application = app.name;
    live.environment = app.environment_name;
    live.service = app.name + "-" + app.environment_name;
    live.wanted = static_cast<int>(app.wanted);
    live.least = scale.least;
    live.most = scale.most;
    if (scale.requests_per_second > 0) live.target_requests_per_second = scale.requests_per_second;
    if (scale.cpu_percent > 0) live.target_cpu_percent = scale.cpu_percent;
    if (scale.memory_percent > 0) live.target_memory_percent = scale.memory_percent;
    live.down_after = scale.down_after;
    live.memory_limit = reading.spec->memory_bytes;
    live.liveness = reading.spec->liveness;
    live.port = reading.spec->port;
    live.deploying = std::any_of(open.begin(), open.end(), [&](const store::Deployment& d) { return d.application == app.id; });
    for (const auto& instance : TRY(state.db.read([&](Tx& tx) { return store::instances(tx, app.id); }))) {
      live.ready += instance.role == InstanceRole::ready;
      live.instances.push_back({instance.id, instance.name, std::string(to_text(instance.role)), instance.address, instance.release_number});
    }
    found.push_back(std::move(live));
  }
  return found;
}

Result<void> Deliver::scale(AppId id, int instances, std::string reason) {
  auto& state = *state_;
  const auto app = TRY(state.db.read([&](Tx& tx) { return store::application(tx, id); }));
  if (app.wanted == instances) return {};
  const std::string what = instances > app.wanted ? "scaled_out" : "scaled_in";
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::set_wanted(tx, id, instances));
    TRY(store::add_event(tx, id, what, fmt::format("{} -> {}: {}", app.wanted, instances, reason), state.clock.now()));
    auto changed = app;
    changed.wanted = instances;
    return state.say_app(tx, changed, what, reason, instances);
  }));
  state.published(id);
  state.lanes.submit(fmt::format("care {}", id.value), [&state, id] { state.tend(id); });
  return {};
}

Result<void> Deliver::replace(InstanceId id, std::string reason) {
  auto& state = *state_;
  const auto instance = TRY(state.db.read([&](Tx& tx) { return store::find_instance(tx, id); }));
  if (!instance) return {};
  state.lanes.submit(fmt::format("care {}", instance->application.value), [&state, id, reason = std::move(reason)] {
    if (const auto done = state.take_out(id, reason); !done.has_value()) log::warning("deliver", "{}", done.error().message);
  });
  return {};
}

std::vector<Route> Deliver::routes() {
  auto all = environment_routes(*state_);
  for (auto& route : application_routes(*state_)) all.push_back(std::move(route));
  for (auto& route : deployment_routes(*state_)) all.push_back(std::move(route));
  return all;
}

}  // namespace sampan::deliver
