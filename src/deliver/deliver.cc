#include "deliver/deliver.h"

#include <condition_variable>

#include "base/log.h"
#include "base/text.h"
#include "deliver/state.h"
#include "model/say.h"

namespace sampan::deliver {

Deliver::Deliver(Db& db, Clock& clock, EventLog& events, Hub& hub, people::People& people, git::Git& git,
                 pipeline::Pipeline& pipeline, registry::Registry& registry, Target& target, Config config)
    : state_(std::make_unique<State>(db, clock, events, hub, people, git, pipeline, registry, target,
                                     std::move(config))) {}
Deliver::~Deliver() { stop(); }

void Deliver::connect() {
  auto& state = *state_;
  // One listener for both, because the order matters: a cancel must find what was asked for before it.
  using Requested = sampan::events::DeployRequested;
  using Canceled = sampan::events::DeployCanceled;
  state.events.listen("deliver.requested", {std::string(Requested::kKind), std::string(Canceled::kKind)},
                      [&state](const Event& event) -> Result<void> {
                        if (event.kind == Canceled::kKind)
                          return state.deploy_canceled(TRY(from_json<Canceled>(event.body)));
                        const auto wanted = TRY(from_json<Requested>(event.body));
                        const auto done = state.deploy_requested(wanted);
                        if (done.has_value()) return {};
                        if (done.error().code == Errc::unavailable || done.error().code == Errc::internal)
                          return done.error();
                        return state.refuse(wanted, done.error().message);
                      });
}

Result<void> Deliver::recover() {
  auto& state = *state_;
  return state.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::ensure_environment(tx, "daily", "Daily", 1, "rollback", state.clock.now()));
    TRY(store::ensure_environment(tx, "staging", "Staging", 2, "rollback", state.clock.now()));
    return store::ensure_environment(tx, "production", "Production", 3, "rollback", state.clock.now());
  });
}

void Deliver::start() {
  auto& state = *state_;
  state.target.on_exit([&state](const std::string& name) {
    const auto instance = state.db.read([&](Tx& tx) { return store::find_instance(tx, name); });
    if (instance.has_value() && *instance) state.submit_take_out(**instance, "its process ended");
  });
  state.tick = std::jthread([&state](const std::stop_token& stop) {
    state.settle(stop);
    state.keep_time(stop);
  });
}

void Deliver::State::keep_time(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any bell;
  std::unique_lock lock(mutex);
  JumpWatch jumps(clock);
  while (!stop.stop_requested()) {
    // How long something has been warm is reckoned by the wall clock, which outlives us.
    if (const auto jump = jumps.look()) {
      const auto moved = db.write([&](Tx& tx) { return store::move_asides(tx, *jump); });
      if (!moved.has_value()) log::warning("deliver", "{}", moved.error().message);
    }
    const auto apps = db.read([](Tx& tx) { return store::applications(tx); });
    for (const auto& app : apps.value_or(std::vector<store::Application>())) {
      const auto lane = fmt::format("care {}", app.id.value);
      if (app.release && lanes.idle(lane)) submit_care(app.id);
    }
    bell.wait_for(lock, stop, std::chrono::seconds(2), [] { return false; });
    take_up_stories();
  }
}

bool Deliver::settled() const { return state_->settled; }

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
  if (!state.settled) return found;
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
    live.deploying =
        std::any_of(open.begin(), open.end(), [&](const store::Deployment& d) { return d.application == app.id; });
    for (const auto& instance : TRY(state.db.read([&](Tx& tx) { return store::instances(tx, app.id); }))) {
      live.ready += instance.role == InstanceRole::ready;
      live.instances.push_back({instance.id, instance.name, std::string(enum_text(instance.role)), instance.address,
                                instance.release_number});
    }
    found.push_back(std::move(live));
  }
  return found;
}

Result<void> Deliver::scale(AppId id, int instances, std::string reason) {
  auto& state = *state_;
  const auto app = TRY(state.db.read([&](Tx& tx) { return store::application(tx, id); }));
  if (!app.release) return {};
  const auto release = TRY(state.db.read([&](Tx& tx) { return store::release(tx, app.release); }));
  if (const auto reading = read_app_spec(release.spec_yaml, "app.yaml", app.environment_name); reading.spec) {
    instances = std::clamp(instances, reading.spec->scale.least, reading.spec->scale.most);
  }
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
  state.submit_care(id);
  return {};
}

Result<void> Deliver::replace(InstanceId id, std::string reason) {
  auto& state = *state_;
  const auto instance = TRY(state.db.read([&](Tx& tx) { return store::find_instance(tx, id); }));
  if (instance) state.submit_take_out(*instance, reason);
  return {};
}

Route route_of(Deliver::State& state, Method method, std::string pattern, Need need, std::string summary,
               Result<Response> (*handler)(Deliver::State&, const Request&, const Actor&)) {
  return {method, std::move(pattern), need,
          [&state, handler](const Request& request, const Actor& actor) { return handler(state, request, actor); },
          std::move(summary)};
}

std::vector<Route> Deliver::routes() {
  auto all = environment_routes(*state_);
  for (auto& route : application_routes(*state_)) all.push_back(std::move(route));
  for (auto& route : deployment_routes(*state_)) all.push_back(std::move(route));
  return all;
}

}  // namespace sampan::deliver
