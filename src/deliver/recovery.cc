// At the start: what the database says, the containers that are there and the proxy's table are made to agree.
// Intentions that a stop interrupted are finished or undone; nothing that serves is disturbed.
#include <condition_variable>
#include <set>

#include "base/log.h"
#include "deliver/state.h"

namespace sampan::deliver {

namespace {

class Reconciliation {
 public:
  explicit Reconciliation(Deliver::State& state) : state_(state) {}
  Result<void> run();

 private:
  Result<void> settle(store::Instance& instance);
  Result<void> bury(store::Instance& instance);
  Result<void> remove_strays();
  bool deploying(const store::Instance& instance) const {
    return std::any_of(open_.begin(), open_.end(),
                       [&](const store::Deployment& one) { return one.application == instance.application; });
  }

  Deliver::State& state_;
  std::vector<store::Instance> instances_;
  std::vector<store::Deployment> open_;
  std::map<std::int64_t, store::Application> apps_;
  std::string service_;  // of the instance being settled
  InstanceState found_{};
  bool admitted_ = false;
};

Result<void> Reconciliation::run() {
  instances_ = TRY(state_.db.read([](Tx& tx) { return store::all_instances(tx); }));
  open_ = TRY(state_.db.read([](Tx& tx) { return store::open_deployments(tx); }));
  for (const auto& app : TRY(state_.db.read([](Tx& tx) { return store::applications(tx); }))) {
    apps_[app.id.value] = app;
    if (app.port > 0)
      TRY(state_.target.ensure_service(
          {app.name + "-" + app.environment_name, static_cast<int>(app.port), {}, std::chrono::seconds(30)}));
  }
  for (auto& instance : instances_) TRY(settle(instance));
  return remove_strays();
}

// Stopped, not failed: after a restart of the machine nothing is to blame, and nothing waits for a back-off. Requests
// that are on their way to it are being tried elsewhere, so the rest of it waits for them, and nobody waits for the
// rest.
Result<void> Reconciliation::bury(store::Instance& instance) {
  TRY(state_.target.drain(service_, instance.name));
  state_.keep_evidence(instance, "it ended while Sampan was down");
  TRY(state_.change_role(instance, InstanceRole::stopped));
  state_.lanes.submit(fmt::format("clear {}", instance.name),
                      [&state = state_, service = service_, name = instance.name] {
                        if (const auto done = state.clear_away(service, name); !done.has_value())
                          log::warning("deliver", "{}", done.error().message);
                      });
  return {};
}

Result<void> Reconciliation::settle(store::Instance& instance) {
  const auto& app = apps_[instance.application.value];
  service_ = app.name + "-" + app.environment_name;
  const auto colon = instance.address.rfind(':');
  state_.target.adopt(instance.name, colon == std::string::npos ? 0 : std::atoi(instance.address.c_str() + colon + 1));
  found_ = TRY(state_.target.status(instance.name)).state;  // and from now on its end is heard
  const auto admitted = TRY(state_.target.admitted(service_));
  admitted_ = std::find(admitted.begin(), admitted.end(), instance.name) != admitted.end();
  const bool dead = found_ == InstanceState::absent || found_ == InstanceState::exited;
  if (dead && instance.role == InstanceRole::starting && instance.deployment && deploying(instance))
    return {};  // its deployment starts it anew
  if (dead) return bury(instance);
  switch (instance.role) {
    case InstanceRole::starting:
    case InstanceRole::spare:
      // Let in, but not written down as ready yet: it had passed its probe.
      if (admitted_ && !deploying(instance) && instance.release == app.release)
        return state_.change_role(instance, InstanceRole::ready);
      if (instance.role == InstanceRole::spare)
        return found_ == InstanceState::frozen ? Result<void>() : state_.target.freeze(instance.name);
      if (deploying(instance) && instance.deployment)
        return state_.target.drain(service_, instance.name);  // its deployment takes it up again
      TRY(state_.target.expel(service_, instance.name));
      return state_.retire(instance, std::chrono::seconds(1));
    case InstanceRole::ready:
      if (found_ == InstanceState::frozen) TRY(state_.target.thaw(instance.name));
      return state_.target.admit(service_, instance.name);
    case InstanceRole::draining:
      return state_.target.drain(service_, instance.name);  // care, or its deployment, sees to the rest
    case InstanceRole::warm:
      if (deploying(instance) || found_ == InstanceState::frozen) return {};
      TRY(state_.target.expel(service_, instance.name));
      return state_.target.freeze(instance.name);
    case InstanceRole::failed:
    case InstanceRole::stopped: return {};
  }
  return {};
}

// Containers that are nobody's. What a failed deployment left for a look stays until the next one.
Result<void> Reconciliation::remove_strays() {
  for (const auto& name : TRY(state_.target.list())) {
    const auto row = TRY(state_.db.read([&](Tx& tx) { return store::find_instance(tx, name); }));
    if (row && is_alive(row->role)) continue;
    if (row && row->role == InstanceRole::failed && row->deployment) {
      const auto its = TRY(state_.db.read([&](Tx& tx) { return store::deployment(tx, row->deployment); }));
      const auto last = TRY(state_.db.read([&](Tx& tx) { return store::deployments(tx, row->application, 1); }));
      if (its.id == last.front().id && (its.state == DeploymentState::frozen || its.state == DeploymentState::failed))
        continue;
    }
    TRY(state_.target.remove(name));
  }
  return {};
}

std::string lane_of(AppId app) { return fmt::format("deploy {}", app.value); }

}  // namespace

Result<void> Deliver::State::reconcile() { return Reconciliation(*this).run(); }

void Deliver::State::settle(const std::stop_token& stop) {
  // Without an engine there is nothing to compare, and what is asked for ends with the reason.
  if (const auto usable = target.check(); !usable.has_value()) {
    log::warning("deliver", "nothing can be delivered on this machine: {}", usable.error().message);
  } else {
    std::mutex mutex;
    std::condition_variable_any bell;
    std::unique_lock lock(mutex);
    while (true) {
      const auto done = reconcile();
      if (done.has_value()) break;
      log::error("deliver", "nothing is delivered until what runs is known: {}", done.error().message);
      bell.wait_for(lock, stop, std::chrono::seconds(2), [] { return false; });
      if (stop.stop_requested()) return;
    }
  }
  take_up_stories();
  settled = true;
  take_up_stories();  // asked for in between
  lanes.begin();
}

void Deliver::State::take_up_stories() {
  const auto open = db.read([](Tx& tx) { return store::open_deployments(tx); });
  std::set<std::string> idle;  // of an application's several the lane takes one after the other
  for (const auto& deployment : open.value_or(std::vector<store::Deployment>()))
    if (lanes.idle(lane_of(deployment.application))) idle.insert(lane_of(deployment.application));
  for (const auto& deployment : open.value_or(std::vector<store::Deployment>()))
    if (idle.contains(lane_of(deployment.application))) submit_deployment(deployment.application, deployment.id);
}

void Deliver::State::submit_deployment(AppId app, DeploymentId id) {
  lanes.submit(lane_of(app), [this, id] { run_deployment(id); });
}

}  // namespace sampan::deliver
