// One deployment, from the pull to the last open request of the old version. Everything it does can be done again: after a crash it is
// begun anew and finds its instances by their names.
#include <boost/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "deliver/cutover.h"

namespace sampan::deliver {

namespace {

constexpr std::chrono::milliseconds kPullDeadline{10 * 60'000}, kSwitchDeadline{10'000}, kSettleDeadline{120'000};

class Story {
 public:
  Story(Deliver::State& state, store::Deployment deployment) : state_(state), deployment_(std::move(deployment)) {}

  Result<void> run();
  Result<void> fail_with(const Error& error);

 private:
  Result<void> load();
  Result<void> prepare();
  Result<void> gather();
  Result<void> start_and_probe();
  Result<void> wake_warm();
  Result<void> switch_over();
  Result<void> settle();
  Result<void> enter(Phase phase, std::chrono::milliseconds deadline, std::string line);
  Result<void> note(std::string_view line);
  bool given_up() { return state_.stopping || state_.aborts.lock()->contains(deployment_.id.value); }
  std::string label() const { return fmt::format("r{}", plan_.release.number); }

  Deliver::State& state_;
  store::Deployment deployment_;
  Blueprint plan_;
  store::Environment environment_;
  std::vector<store::Instance> fresh_, old_;
  bool switched_ = false;
};

Result<void> Story::note(std::string_view line) {
  TRY(state_.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::add_note(tx, deployment_.id, line, state_.clock.now()));
    return state_.say_deployment(tx, deployment_, line);
  }));
  state_.published(deployment_.application, deployment_.id);
  return {};
}

Result<void> Story::enter(Phase phase, std::chrono::milliseconds deadline, std::string line) {
  if (given_up() && !switched_) return fail(Errc::conflict, "{}", state_.stopping ? "the server stops; it is taken up again at the next start" : "aborted");
  deployment_.phase = phase;
  TRY(state_.db.write([&](Tx& tx) { return store::enter_phase(tx, deployment_.id, phase, deadline.count(), state_.clock.now()); }));
  return note(line);
}

Result<void> Story::load() {
  return state_.db.read([&](Tx& tx) -> Result<void> {
    plan_.app = TRY(store::application(tx, deployment_.application));
    plan_.release = TRY(store::release(tx, deployment_.release));
    environment_ = *TRY(store::find_environment(tx, plan_.app.environment_name));
    return {};
  });
}

Result<void> Story::run() {
  TRY(load());
  deployment_.state = DeploymentState::running;
  TRY(state_.db.write([&](Tx& tx) { return store::update_deployment(tx, deployment_); }));
  TRY(prepare());
  TRY(gather());
  if (deployment_.warm_used) TRY(wake_warm());
  else TRY(start_and_probe());
  TRY(switch_over());
  return settle();
}

Result<void> Story::prepare() {
  plan_ = TRY(state_.blueprint(plan_.app, plan_.release));
  // A warm release is there already; asking the registry would only cost time.
  const auto all = TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, plan_.app.id); }));
  const bool warm = std::any_of(all.begin(), all.end(), [&](const store::Instance& i) { return i.release == plan_.release.id && i.role == InstanceRole::warm; });
  TRY(enter(Phase::preparing, kPullDeadline, fmt::format("{} {} to {}: {}", deployment_.kind, label(), environment_.name, warm ? "a warm one is there" : "fetching " + plan_.release.digest.substr(0, 19))));
  if (!warm) TRY(state_.target.pull(fmt::format("{}@{}", plan_.release.image, plan_.release.digest)));
  const auto url = TRY(state_.target.ensure_service({plan_.service(), static_cast<int>(plan_.app.port), {}, plan_.spec.drain}));
  if (url == plan_.app.url) return {};
  plan_.app.port = std::atoll(url.substr(url.rfind(':') + 1).c_str());
  plan_.app.url = fmt::format("http://{}:{}", state_.config.public_host, plan_.app.port);
  return state_.db.write([&](Tx& tx) { return store::set_address(tx, plan_.app.id, plan_.app.port, plan_.app.url); });
}

// What serves now, what stands by frozen for this release, what an interrupted beginning of this deployment left.
Result<void> Story::gather() {
  const auto all = TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, plan_.app.id); }));
  for (const auto& instance : all) {
    const bool ours = instance.deployment == deployment_.id && instance.role == InstanceRole::starting;
    const bool warm = instance.release == plan_.release.id && instance.role == InstanceRole::warm;
    if (warm) deployment_.warm_used = true;
    if (ours || warm) fresh_.push_back(instance);
    else if (instance.role == InstanceRole::ready || instance.role == InstanceRole::draining) old_.push_back(instance);
  }
  const auto& scale = plan_.spec.scale;
  const auto usual = plan_.app.wanted > 0 ? std::clamp<std::int64_t>(plan_.app.wanted, scale.least, scale.most) : scale.instances;
  plan_.app.wanted = std::max<std::int64_t>(1, usual);
  return state_.db.write([&](Tx& tx) { return store::set_wanted(tx, plan_.app.id, plan_.app.wanted); });
}

Result<void> Story::start_and_probe() {
  TRY(enter(Phase::starting, plan_.spec.start_deadline, fmt::format("starting {} new beside {} old", plan_.app.wanted, old_.size())));
  while (static_cast<std::int64_t>(fresh_.size()) < plan_.app.wanted) {
    fresh_.push_back(TRY(state_.add_instance(plan_, deployment_.id, fmt::format("d{}-{}", deployment_.id.value, fresh_.size()))));
  }
  for (auto& instance : fresh_) TRY(state_.start_instance(plan_, instance));
  TRY(enter(Phase::probing, plan_.spec.start_deadline, fmt::format("waiting for {} good answers in a row on {}", plan_.spec.readiness.good, plan_.spec.readiness.path)));
  const auto deadline = std::chrono::steady_clock::now() + plan_.spec.start_deadline;
  for (auto& instance : fresh_) TRY(state_.await_ready(plan_, instance, deadline, [this] { return given_up(); }));
  return {};
}

// One good answer is enough to begin with: the rest of the strength follows behind the switch.
Result<void> Story::wake_warm() {
  TRY(enter(Phase::probing, kSwitchDeadline, fmt::format("thawing {} warm of {}", fresh_.size(), label())));
  std::vector<store::Instance> good;
  for (auto& instance : fresh_) {
    if (instance.role != InstanceRole::warm) continue;
    const auto awake = state_.wake(plan_, instance);
    if (awake.has_value()) {
      good.push_back(instance);
      continue;
    }
    state_.keep_evidence(instance, awake.error().message);
    TRY(state_.change_role(instance, InstanceRole::failed));
    TRY(state_.target.remove(instance.name));
  }
  fresh_ = std::move(good);
  if (!fresh_.empty()) return {};
  TRY(note("no warm instance answered well: starting cold"));
  deployment_.warm_used = false;
  TRY(state_.target.pull(fmt::format("{}@{}", plan_.release.image, plan_.release.digest)));
  return start_and_probe();
}

Result<void> Story::switch_over() {
  const auto act = state_.act_of(plan_.app.id);
  const std::lock_guard lock(*act);
  // Healing or scaling may have changed who serves while we started.
  const auto all = TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, plan_.app.id); }));
  old_.clear();
  for (const auto& instance : all) {
    const bool mine = std::any_of(fresh_.begin(), fresh_.end(), [&](const store::Instance& one) { return one.id == instance.id; });
    if (!mine && (instance.role == InstanceRole::ready || instance.role == InstanceRole::draining)) old_.push_back(instance);
  }
  TRY(enter(Phase::switching, kSwitchDeadline, fmt::format("new requests go to {}", label())));
  Cutover cutover;
  for (auto& instance : fresh_) cutover.in.push_back(&instance);
  for (auto& instance : old_) cutover.out.push_back(&instance);
  cutover.on_switched = [&] {
    switched_ = true;
    deployment_.switched_at = state_.clock.now();
    const auto entered = enter(Phase::draining, plan_.spec.drain, fmt::format("{} old instances end what they have open", old_.size()));
    if (!entered.has_value()) log::warning("deliver", "{}", entered.error().message);
  };
  const auto count = TRY(cut_over(state_, plan_, cutover));
  deployment_.requests = static_cast<std::int64_t>(count.requests);
  deployment_.failed = static_cast<std::int64_t>(count.failed);
  deployment_.probe_requests = static_cast<std::int64_t>(count.probe_requests);
  deployment_.probe_failed = static_cast<std::int64_t>(count.probe_failed);
  boost::json::array failures;
  for (const auto& one : count.first_failures) {
    failures.push_back({{"at", format_rfc3339(one.at)}, {"status", one.status}, {"path", one.path}, {"instance", one.instance}, {"detail", one.detail}});
  }
  deployment_.failures = format_json(failures);
  for (auto& instance : fresh_) TRY(state_.change_role(instance, InstanceRole::ready));
  for (auto& instance : old_) {
    if (instance.role == InstanceRole::ready) TRY(state_.change_role(instance, InstanceRole::draining));
  }
  return state_.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::set_live_release(tx, plan_.app.id, plan_.release.id, state_.clock.now()));
    return store::update_deployment(tx, deployment_);
  });
}

Result<void> Story::settle() {
  const auto act = state_.act_of(plan_.app.id);
  {
    const std::lock_guard lock(*act);
    TRY(enter(Phase::settling, kSettleDeadline, fmt::format("putting {} old instances aside", old_.size())));
    // Only the release before stays warm; what was warm or stood by for another goes.
    const auto all = TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, plan_.app.id); }));
    for (auto instance : all) {
      const bool aside = instance.role == InstanceRole::warm || instance.role == InstanceRole::spare;
      if (aside && instance.release != plan_.release.id && instance.release != deployment_.previous) TRY(state_.retire(instance, std::chrono::seconds(1)));
      if (instance.role == InstanceRole::spare && instance.release == deployment_.previous) TRY(state_.retire(instance, std::chrono::seconds(1)));
    }
    for (auto& instance : old_) TRY(state_.put_aside(plan_, instance));
  }
  deployment_.state = DeploymentState::succeeded;
  deployment_.finished_at = state_.clock.now();
  deployment_.phase = Phase::done;
  const auto line = fmt::format("done: {} requests, {} failed", deployment_.requests, deployment_.failed);
  TRY(state_.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::update_deployment(tx, deployment_));
    TRY(store::enter_phase(tx, deployment_.id, Phase::done, 0, state_.clock.now()));
    TRY(store::add_note(tx, deployment_.id, line, state_.clock.now()));
    return state_.say_deployment(tx, deployment_, line);
  }));
  state_.published(plan_.app.id, deployment_.id);
  state_.lanes.submit(fmt::format("care {}", plan_.app.id.value), [&state = state_, app = plan_.app.id] { state.tend(app); });
  return {};
}

// Nothing was switched unless switched_: then the new ones serve, and what follows is told, not undone.
Result<void> Story::fail_with(const Error& error) {
  if (state_.stopping) return {};  // taken up again at the next start
  const bool aborted = state_.aborts.lock()->contains(deployment_.id.value);
  const auto policy = plan_.spec.on_failure.value_or(parse_failure_policy(environment_.failure_policy).value_or(FailurePolicy::rollback));
  const auto reason = aborted ? std::string("aborted") : error.message;
  for (auto& instance : fresh_) {
    if (switched_ || !is_alive(instance.role)) continue;
    state_.keep_evidence(instance, reason);
    if (const auto out = state_.target.expel(plan_.service(), instance.name); !out.has_value()) log::warning("deliver", "{}", out.error().message);
    if (policy == FailurePolicy::freeze && !aborted) {
      if (const auto frozen = state_.target.freeze(instance.name); !frozen.has_value()) log::warning("deliver", "{}", frozen.error().message);
    } else if (policy == FailurePolicy::rollback || aborted) {
      if (const auto removed = state_.target.remove(instance.name); !removed.has_value()) log::warning("deliver", "{}", removed.error().message);
    }
    TRY(state_.change_role(instance, InstanceRole::failed));
  }
  deployment_.state = aborted ? DeploymentState::aborted : (policy == FailurePolicy::freeze ? DeploymentState::frozen : DeploymentState::failed);
  deployment_.reason = switched_ ? fmt::format("{} (new requests already went to {})", reason, label()) : fmt::format("{}; nothing was switched", reason);
  deployment_.finished_at = state_.clock.now();
  TRY(state_.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::enter_phase(tx, deployment_.id, Phase::done, 0, state_.clock.now()));
    deployment_.phase = Phase::done;
    TRY(store::update_deployment(tx, deployment_));
    TRY(store::add_note(tx, deployment_.id, deployment_.reason, state_.clock.now()));
    return state_.say_deployment(tx, deployment_, deployment_.reason);
  }));
  state_.published(deployment_.application, deployment_.id);
  return {};
}

}  // namespace

void Deliver::State::run_deployment(DeploymentId id) {
  auto deployment = db.read([&](Tx& tx) { return store::deployment(tx, id); });
  if (!deployment.has_value() || is_over(deployment->state) || stopping) return;
  Story story(*this, *deployment);
  auto done = story.run();
  if (!done.has_value()) {
    log::warning("deliver", "deployment {}: {}", id.value, done.error().message);
    if (const auto told = story.fail_with(done.error()); !told.has_value()) log::error("deliver", "deployment {}: {}", id.value, told.error().message);
  }
  aborts.lock()->erase(id.value);
}

}  // namespace sampan::deliver
