// Between deployments: as many instances as wanted, frozen spares, warm ones in their time; the dead and sick replaced.
#include "base/log.h"
#include "deliver/cutover.h"

namespace sampan::deliver {

namespace {

constexpr std::chrono::minutes kFailureWindow{10};
constexpr std::chrono::seconds kLastRequests{3};  // more than the proxy tries to connect
constexpr std::int64_t kFreeFailures =
    3;  // so many within the window are replaced at once; after that each waits longer

class Care {
 public:
  Care(Deliver::State& state, AppId app) : state_(state), app_(app) {}
  Result<void> run();

 private:
  Result<bool> load();
  Result<void> strengthen();
  Result<void> weaken();
  Result<bool> take_spare();
  Result<std::optional<store::Instance>> start_one();
  Result<void> keep_spares();
  Result<void> end_warm();
  Result<void> finish_draining();
  std::vector<store::Instance> with(InstanceRole role) const;
  bool given_up() const { return state_.stopping; }

  Deliver::State& state_;
  AppId app_;
  Blueprint plan_;
  std::vector<store::Instance> instances_;
  bool deploying_ = false;
};

std::vector<store::Instance> Care::with(InstanceRole role) const {
  std::vector<store::Instance> found;
  for (const auto& instance : instances_) {
    const bool any_release = role == InstanceRole::warm || role == InstanceRole::draining;
    if (instance.role == role && (any_release || instance.release == plan_.release.id)) found.push_back(instance);
  }
  return found;
}

// False: nothing was ever delivered.
Result<bool> Care::load() {
  const auto app = TRY(state_.db.read([&](Tx& tx) { return store::application(tx, app_); }));
  if (!app.release) return false;
  const auto release = TRY(state_.db.read([&](Tx& tx) { return store::release(tx, app.release); }));
  if (plan_.release.id != release.id) plan_ = TRY(state_.blueprint(app, release));
  plan_.app = app;
  const auto open = TRY(state_.db.read([](Tx& tx) { return store::open_deployments(tx); }));
  deploying_ = std::any_of(open.begin(), open.end(), [&](const store::Deployment& one) {
    return one.application == app_ && one.state == DeploymentState::running;
  });
  instances_ = TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, app_); }));
  return true;
}

Result<void> Care::run() {
  if (!TRY(load())) return {};
  TRY(strengthen());
  if (!TRY(load())) return {};
  TRY(weaken());
  TRY(finish_draining());
  TRY(end_warm());
  if (!TRY(load())) return {};
  TRY(keep_spares());
  state_.published(app_);
  return {};
}

// A spare is thawed, probed and let in; false: there is none.
Result<bool> Care::take_spare() {
  for (auto spare : with(InstanceRole::spare)) {
    const auto act = state_.act_of(app_);
    const std::lock_guard lock(*act);
    const auto awake = state_.wake(plan_, spare);
    if (!awake.has_value()) {
      log::warning("deliver", "{}", awake.error().message);
      state_.keep_evidence(spare, awake.error().message);
      TRY(state_.change_role(spare, InstanceRole::failed));
      TRY(state_.target.remove(spare.name));
      continue;
    }
    TRY(state_.target.admit(plan_.service(), spare.name));
    TRY(state_.change_role(spare, InstanceRole::ready));
    return true;
  }
  return false;
}

// A cold start, outside the lock; nullopt when it did not become ready (evidence is kept).
Result<std::optional<store::Instance>> Care::start_one() {
  auto instance = TRY(state_.add_instance(plan_, {}, ""));
  const auto started = [&]() -> Result<void> {
    TRY(state_.target.pull(fmt::format("{}@{}", plan_.release.image, plan_.release.digest)));
    TRY(state_.start_instance(plan_, instance));
    return state_.await_ready(plan_, instance, std::chrono::steady_clock::now() + plan_.spec.start_deadline,
                              [this] { return given_up(); });
  }();
  if (started.has_value()) return std::optional<store::Instance>(instance);
  log::warning("deliver", "{}", started.error().message);
  state_.keep_evidence(instance, started.error().message);
  TRY(state_.change_role(instance, InstanceRole::failed));
  TRY(state_.target.remove(instance.name));
  return std::optional<store::Instance>();
}

Result<void> Care::strengthen() {
  // Of any release: between two batches some of the next one serve already.
  const auto missing =
      plan_.app.wanted - std::count_if(instances_.begin(), instances_.end(),
                                       [](const store::Instance& one) { return one.role == InstanceRole::ready; });
  for (std::int64_t i = 0; i < missing && !given_up(); ++i) {
    if (TRY(take_spare())) {
      state_.published(app_);
      if (!TRY(load())) return {};
      continue;
    }
    auto held = state_.not_before.lock();
    const auto until = (*held)[app_.value];
    if (until > state_.clock.steady()) return {};  // the tick comes back
    const auto failures = TRY(
        state_.db.read([&](Tx& tx) { return store::failures_since(tx, app_, state_.clock.now() - kFailureWindow); }));
    if (failures >= kFreeFailures)
      (*held)[app_.value] =
          state_.clock.steady() +
          std::chrono::seconds(std::min<std::int64_t>(300, 5LL << std::min<std::int64_t>(failures - kFreeFailures, 6)));
    held.release();
    auto fresh = TRY(start_one());
    if (!fresh) return {};
    const auto act = state_.act_of(app_);
    const std::lock_guard lock(*act);
    const auto now = TRY(state_.db.read([&](Tx& tx) { return store::application(tx, app_); }));
    if (now.release != plan_.release.id)
      return state_.retire(*fresh, std::chrono::seconds(1));  // another release went live meanwhile
    TRY(state_.target.admit(plan_.service(), fresh->name));
    TRY(state_.change_role(*fresh, InstanceRole::ready));
    state_.published(app_);
  }
  return {};
}

// The newest go first: the oldest are the warmest.
Result<void> Care::weaken() {
  if (deploying_) return {};  // while it goes by batches more may serve than are wanted
  auto ready = with(InstanceRole::ready);
  while (static_cast<std::int64_t>(ready.size()) > std::max<std::int64_t>(plan_.app.wanted, 0) && !given_up()) {
    auto last = ready.back();
    ready.pop_back();
    const auto act = state_.act_of(app_);
    const std::lock_guard lock(*act);
    const auto again = TRY(state_.db.read([&](Tx& tx) { return store::find_instance(tx, last.id); }));
    if (!again || again->role != InstanceRole::ready ||
        TRY(state_.db.read([&](Tx& tx) { return store::application(tx, app_); })).release != last.release)
      return {};
    TRY(state_.change_role(last, InstanceRole::draining));
    TRY(state_.leave_table(plan_, last));
    TRY(state_.retire(last, plan_.spec.stop_grace));
    state_.published(app_);
  }
  return {};
}

// Those whose drainer is gone: a stop or a failure came between. Another release's may still be wanted back.
Result<void> Care::finish_draining() {
  if (deploying_) return {};  // they are its
  for (auto instance : with(InstanceRole::draining)) {
    const auto act = state_.act_of(app_);
    const std::lock_guard lock(*act);
    const auto again = TRY(state_.db.read([&](Tx& tx) { return store::find_instance(tx, instance.id); }));
    if (!again || again->role != InstanceRole::draining) continue;
    TRY(state_.leave_table(plan_, instance));
    if (instance.release != plan_.release.id)
      TRY(state_.put_aside(plan_, instance));
    else
      TRY(state_.retire(instance, plan_.spec.stop_grace));
  }
  return {};
}

Result<void> Care::end_warm() {
  if (deploying_) return {};  // it may be about to wake them
  const auto act = state_.act_of(app_);
  const std::lock_guard lock(*act);
  TRY(state_.make_room(app_));
  for (auto instance : with(InstanceRole::warm)) {
    const bool over =
        instance.aside_at &&
        *instance.aside_at + std::chrono::duration_cast<Microseconds>(plan_.spec.keep_warm) < state_.clock.now();
    if (!over) continue;
    const auto again = TRY(state_.db.read([&](Tx& tx) { return store::find_instance(tx, instance.id); }));
    if (again && again->role == InstanceRole::warm) TRY(state_.retire(instance, std::chrono::seconds(1)));
  }
  return {};
}

Result<void> Care::keep_spares() {
  if (deploying_) return {};  // a spare of what is about to go would only take its CPU
  auto spares = with(InstanceRole::spare);
  while (static_cast<int>(spares.size()) < plan_.spec.scale.spare && !given_up()) {
    if (state_.frozen_memory() >= state_.warm_budget()) return {};  // live instances and builds come first
    if ((*state_.not_before.lock())[app_.value] > state_.clock.steady()) return {};
    auto fresh = TRY(start_one());
    if (!fresh) return {};
    const auto act = state_.act_of(app_);
    const std::lock_guard lock(*act);
    const auto now = TRY(state_.db.read([&](Tx& tx) { return store::application(tx, app_); }));
    if (now.release != plan_.release.id) return state_.retire(*fresh, std::chrono::seconds(1));
    TRY(state_.target.freeze(fresh->name));
    TRY(state_.change_role(*fresh, InstanceRole::spare));
    spares.push_back(*fresh);
  }
  return {};
}

}  // namespace

void Deliver::State::tend(AppId app) {
  if (stopping) return;
  if (const auto done = Care(*this, app).run(); !done.has_value())
    log::warning("deliver", "application {}: {}", app.value, done.error().message);
}

void Deliver::State::submit_care(AppId app) {
  lanes.submit(fmt::format("care {}", app.value), [this, app] { tend(app); });
}

// On a lane of its own: who serves no more goes at once, also while care waits for a slow start.
void Deliver::State::submit_take_out(const store::Instance& instance, const std::string& reason) {
  lanes.submit(fmt::format("out {}", instance.application.value), [this, id = instance.id, reason] {
    if (const auto done = take_out(id, reason); !done.has_value()) log::warning("deliver", "{}", done.error().message);
  });
}

Result<void> Deliver::State::take_out(InstanceId id, const std::string& reason) {
  auto instance = TRY(db.read([&](Tx& tx) { return store::find_instance(tx, id); }));
  if (!instance || !is_alive(instance->role) || instance->role == InstanceRole::starting)
    return {};  // whoever starts it looks after it
  const auto app = TRY(db.read([&](Tx& tx) { return store::application(tx, instance->application); }));
  const auto service = app.name + "-" + app.environment_name;
  bool served = false;
  {
    const auto act = act_of(app.id);
    const std::lock_guard lock(*act);
    instance = TRY(db.read([&](Tx& tx) { return store::find_instance(tx, id); }));
    if (!instance || !is_alive(instance->role)) return {};
    served = instance->role == InstanceRole::ready;
    // Not expelled yet: requests that were on their way to it are tried again elsewhere.
    TRY(target.drain(service, instance->name));
    instance->exit_reason = reason;
    TRY(change_role(*instance, InstanceRole::failed));
  }
  if (served) {
    TRY(db.write([&](Tx& tx) -> Result<void> {
      TRY(store::add_event(tx, app.id, "instance_failed", fmt::format("{}: {}", instance->name, reason), clock.now()));
      return say_app(tx, app, "instance_failed", reason, 0);
    }));
    published(app.id);
    submit_care(app.id);
  }
  keep_evidence(*instance, reason);
  TRY(db.write([&](Tx& tx) { return store::update_instance(tx, *instance); }));
  return clear_away(service, instance->name);
}

// It goes also when the proxy does not say what is open, or the server stops.
Result<void> Deliver::State::clear_away(const std::string& service, const std::string& instance) {
  if (const auto idle = await_last_request(service, instance, kLastRequests); !idle.has_value())
    log::debug("deliver", "{}", idle.error().message);
  TRY(target.expel(service, instance));
  return target.remove(instance);
}

}  // namespace sampan::deliver
