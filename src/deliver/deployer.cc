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
constexpr std::size_t kKeptFailures = 10;
constexpr int kConfirmations = 5;  // looks at a new instance that has just taken its first requests, until one is good
constexpr std::chrono::milliseconds kBetweenConfirmations{100};

class Story {
 public:
  Story(Deliver::State& state, store::Deployment deployment) : state_(state), deployment_(std::move(deployment)) {}

  Result<void> run();
  Result<void> fail_with(const Error& error);

 private:
  Result<void> load();
  Result<void> forget_held();
  Result<void> prepare();
  Result<void> gather();
  Result<void> start_and_probe();
  Result<void> wake_warm();
  Result<void> switch_over();
  Result<void> find_old();
  Result<void> record_switch();
  Result<void> confirm();
  Result<void> switch_back();
  void keep_probes(const ProbeCount& count);
  void count_requests();
  Result<void> settle();
  Result<void> clear_fresh(const std::string& reason, FailurePolicy policy);
  Result<void> enter(Phase phase, std::chrono::milliseconds deadline, std::string line);
  Result<void> note(std::string_view line);
  bool given_up() { return state_.stopping || state_.aborts.lock()->contains(deployment_.id.value); }
  bool may_wake(const store::Instance& i) const { return i.role == InstanceRole::warm && i.release == plan_.release.id && deployment_.kind != "restart"; }
  std::string label() const { return fmt::format("r{}", plan_.release.number); }

  Deliver::State& state_;
  store::Deployment deployment_;
  Blueprint plan_;
  store::Environment environment_;
  std::vector<store::Instance> fresh_, old_;
  std::optional<Traffic> before_;
  Time began_{};
  bool switched_ = false;        // new requests go to fresh_, and the database says so
  bool switched_back_ = false;   // and then to old_ again
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
  TRY(state_.db.read([&](Tx& tx) -> Result<void> {
    plan_.app = TRY(store::application(tx, deployment_.application));
    plan_.release = TRY(store::release(tx, deployment_.release));
    environment_ = *TRY(store::find_environment(tx, plan_.app.environment_name));
    return {};
  }));
  // Others may have been delivered while this one waited; begun before a stop, it keeps what it began with.
  if (deployment_.state == DeploymentState::queued) deployment_.previous = plan_.app.release;
  switched_ = deployment_.switched_at && plan_.app.release == plan_.release.id;
  return {};
}

Result<void> Story::run() {
  TRY(load());
  deployment_.state = DeploymentState::running;
  TRY(state_.db.write([&](Tx& tx) { return store::update_deployment(tx, deployment_); }));
  TRY(forget_held());
  TRY(prepare());
  TRY(gather());
  if (deployment_.warm_used) TRY(wake_warm());
  else TRY(start_and_probe());
  TRY(switch_over());
  return settle();
}

// Containers that the deployment before left for a look; their evidence stays in the database.
Result<void> Story::forget_held() {
  const auto last = TRY(state_.db.read([&](Tx& tx) { return store::last_finished(tx, plan_.app.id, deployment_.id); }));
  if (!last || (last->state != DeploymentState::frozen && last->state != DeploymentState::failed)) return {};
  for (const auto& instance : TRY(state_.db.read([&](Tx& tx) { return store::instances_of(tx, last->id); }))) {
    if (instance.role == InstanceRole::failed) TRY(state_.target.remove(instance.name));
  }
  return {};
}

Result<void> Story::prepare() {
  plan_ = TRY(state_.blueprint(plan_.app, plan_.release));
  // A warm release is there already; asking the registry would only cost time.
  const auto all = TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, plan_.app.id); }));
  const bool warm = std::any_of(all.begin(), all.end(), [&](const store::Instance& i) { return may_wake(i); });
  TRY(enter(Phase::preparing, kPullDeadline, fmt::format("{} {} to {}: {}", deployment_.kind, label(), environment_.name, warm ? "a warm one is there" : "fetching " + plan_.release.digest.substr(0, 19))));
  if (!warm) TRY(state_.target.pull(fmt::format("{}@{}", plan_.release.image, plan_.release.digest)));
  const auto url = TRY(state_.target.ensure_service({plan_.service(), static_cast<int>(plan_.app.port), {}, plan_.spec.drain}));
  began_ = state_.clock.now();
  before_ = TRY(state_.target.traffic(plan_.service()));
  if (url == plan_.app.url) return {};
  plan_.app.port = std::atoll(url.substr(url.rfind(':') + 1).c_str());
  plan_.app.url = fmt::format("http://{}:{}", state_.config.public_host, plan_.app.port);
  return state_.db.write([&](Tx& tx) { return store::set_address(tx, plan_.app.id, plan_.app.port, plan_.app.url); });
}

// What stands by frozen for this release, and what an interrupted beginning of this deployment left.
Result<void> Story::gather() {
  const auto all = TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, plan_.app.id); }));
  for (const auto& instance : all) {
    const bool ours = instance.deployment == deployment_.id && (instance.role == InstanceRole::starting || instance.role == InstanceRole::ready);
    if (may_wake(instance)) deployment_.warm_used = true;
    if (ours || may_wake(instance)) fresh_.push_back(instance);
  }
  // What load or a hand has set stays, unless the file now says another number than the release before did.
  const auto& scale = plan_.spec.scale;
  auto instances = plan_.app.wanted > 0 ? std::clamp<std::int64_t>(plan_.app.wanted, scale.least, scale.most) : scale.instances;
  if (deployment_.previous && deployment_.previous != plan_.release.id) {
    const auto before = TRY(state_.db.read([&](Tx& tx) { return store::release(tx, deployment_.previous); }));
    const auto reading = read_app_spec(before.spec_yaml, ".sampan/app.yaml", environment_.name);
    if (reading.spec && reading.spec->scale.instances != scale.instances) instances = scale.instances;
  }
  plan_.app.wanted = std::max<std::int64_t>(1, instances);
  return state_.db.write([&](Tx& tx) { return store::set_wanted(tx, plan_.app.id, plan_.app.wanted); });
}

Result<void> Story::start_and_probe() {
  TRY(enter(Phase::starting, plan_.spec.start_deadline, fmt::format("starting {} new instances of {}", plan_.app.wanted, label())));
  auto made = TRY(state_.db.read([&](Tx& tx) { return store::instances_of(tx, deployment_.id); })).size();
  while (static_cast<std::int64_t>(fresh_.size()) < plan_.app.wanted) {
    fresh_.push_back(TRY(state_.add_instance(plan_, deployment_.id, fmt::format("d{}-{}", deployment_.id.value, made++))));
  }
  for (auto& instance : fresh_) {
    if (given_up()) return fail(Errc::conflict, "given up while starting");
    TRY(state_.start_instance(plan_, instance));
  }
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
    // From now on it is this deployment's: after a crash it is found again.
    instance.deployment = deployment_.id;
    TRY(state_.db.write([&](Tx& tx) { return store::update_instance(tx, instance); }));
    const auto awake = state_.wake(plan_, instance);
    if (awake.has_value()) {
      good.push_back(instance);
      continue;
    }
    TRY(state_.target.expel(plan_.service(), instance.name));  // in the table only if an interrupted beginning put it there
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

Result<void> Story::find_old() {
  old_.clear();
  for (const auto& instance : TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, plan_.app.id); }))) {
    const bool mine = std::any_of(fresh_.begin(), fresh_.end(), [&](const store::Instance& one) { return one.id == instance.id; });
    if (!mine && (instance.role == InstanceRole::ready || instance.role == InstanceRole::draining)) old_.push_back(instance);
  }
  return {};
}

// One transaction: whoever reads sees either the old release live or the new one.
Result<void> Story::record_switch() {
  const auto now = state_.clock.now();
  TRY(state_.db.write([&](Tx& tx) -> Result<void> {
    for (auto& instance : fresh_) {
      if (instance.role != InstanceRole::ready) instance.ready_at = now;
      instance.role = InstanceRole::ready;
      TRY(store::update_instance(tx, instance));
    }
    for (auto& instance : old_) {
      instance.role = InstanceRole::draining;
      TRY(store::update_instance(tx, instance));
    }
    TRY(store::set_live_release(tx, plan_.app.id, plan_.release.id, now));
    deployment_.switched_at = now;
    return store::update_deployment(tx, deployment_);
  }));
  switched_ = true;
  return {};
}

void Story::keep_probes(const ProbeCount& count) {
  deployment_.probe_requests += static_cast<std::int64_t>(count.requests);
  deployment_.probe_failed += static_cast<std::int64_t>(count.failed);
}

// What the proxy counted since the first new instance was started or woken: starting beside those that serve must not hurt them either.
void Story::count_requests() {
  const auto now = state_.target.traffic(plan_.service());
  if (!now.has_value() || !before_) return;
  deployment_.requests = static_cast<std::int64_t>(grown(before_->requests, now->requests));
  deployment_.failed = static_cast<std::int64_t>(grown(before_->failed, now->failed));
  boost::json::array failures;
  for (const auto& one : state_.target.failures_since(plan_.service(), began_, kKeptFailures)) {
    failures.push_back({{"at", format_rfc3339(one.at)}, {"status", one.status}, {"path", one.path}, {"instance", one.instance}, {"detail", one.detail}});
  }
  deployment_.failures = format_json(failures);
}

Result<void> Story::switch_over() {
  const auto act = state_.act_of(plan_.app.id);
  const std::lock_guard lock(*act);
  TRY(find_old());  // healing or scaling may have changed who serves while we started
  TRY(enter(Phase::switching, kSwitchDeadline, fmt::format("new requests go to {}", label())));
  Cutover cutover;
  for (auto& instance : fresh_) cutover.in.push_back(&instance);
  for (auto& instance : old_) cutover.out.push_back(&instance);
  cutover.on_switched = [&]() -> Result<void> {
    TRY(record_switch());
    return enter(Phase::draining, plan_.spec.drain, fmt::format("{} old instances end what they have open", old_.size()));
  };
  keep_probes(TRY(cut_over(state_, plan_, cutover)));
  TRY(confirm());
  return state_.db.write([&](Tx& tx) { return store::update_deployment(tx, deployment_); });
}

// The new ones carry the load now: do they still answer well? Else the old ones, which are all still there, take it back.
Result<void> Story::confirm() {
  const auto policy = plan_.spec.on_failure.value_or(parse_failure_policy(environment_.failure_policy).value_or(FailurePolicy::rollback));
  if (old_.empty() || policy != FailurePolicy::rollback) return {};
  for (auto& instance : fresh_) {
    ProbeAnswer answer;
    for (int i = 0; i < kConfirmations && !answer.ok; ++i) {
      if (i > 0) std::this_thread::sleep_for(kBetweenConfirmations);
      answer = state_.target.probe(instance.name, plan_.spec.readiness, plan_.spec.port);
    }
    if (answer.ok) continue;
    instance.probe_at = answer.at;
    instance.probe_ok = false;
    instance.probe_status = answer.status;
    instance.probe_body = answer.body;
    TRY(switch_back());
    return fail(Errc::unavailable, "'{}' was ready, but not any more once requests came: {} {}", instance.name, answer.status, answer.body.substr(0, 120));
  }
  return {};
}

Result<void> Story::switch_back() {
  TRY(note("the new instances are not well: back to the old ones"));
  Cutover cutover;
  for (auto& instance : old_) cutover.in.push_back(&instance);
  for (auto& instance : fresh_) cutover.out.push_back(&instance);
  cutover.on_switched = [&]() -> Result<void> {
    const auto now = state_.clock.now();
    return state_.db.write([&](Tx& tx) -> Result<void> {
      for (auto& instance : old_) {
        instance.role = InstanceRole::ready;
        TRY(store::update_instance(tx, instance));
      }
      for (auto& instance : fresh_) {
        instance.role = InstanceRole::draining;
        TRY(store::update_instance(tx, instance));
      }
      return store::set_live_release(tx, plan_.app.id, deployment_.previous, now);
    });
  };
  keep_probes(TRY(cut_over(state_, plan_, cutover)));
  switched_ = false;
  switched_back_ = true;
  return {};
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
      if (instance.role == InstanceRole::spare && instance.release == deployment_.previous && instance.release != plan_.release.id) TRY(state_.retire(instance, std::chrono::seconds(1)));
    }
    for (auto& instance : old_) {
      if (instance.release != plan_.release.id) TRY(state_.put_aside(plan_, instance));
      else TRY(state_.target.expel(plan_.service(), instance.name)), TRY(state_.retire(instance, plan_.spec.stop_grace));  // restarted: nothing to go back to
    }
  }
  count_requests();
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
  return {};
}

// Out of the way with the new ones: their evidence is kept; frozen or left running for a look when the policy says so.
Result<void> Story::clear_fresh(const std::string& reason, FailurePolicy policy) {
  for (auto& instance : fresh_) {
    if (!is_alive(instance.role)) continue;
    state_.keep_evidence(instance, reason);
    if (const auto out = state_.leave_table(plan_, instance); !out.has_value()) log::warning("deliver", "{}", out.error().message);
    Result<void> done;
    if (policy == FailurePolicy::freeze) done = state_.target.freeze(instance.name);
    if (policy == FailurePolicy::rollback) done = state_.target.remove(instance.name);
    if (!done.has_value()) log::warning("deliver", "{}", done.error().message);
    TRY(state_.change_role(instance, InstanceRole::failed));
  }
  return {};
}

// Nothing was switched unless switched_: then the new ones serve, and what follows is told, not undone.
Result<void> Story::fail_with(const Error& error) {
  if (state_.stopping) return {};  // taken up again at the next start
  const bool aborted = state_.aborts.lock()->contains(deployment_.id.value);
  const auto policy = plan_.spec.on_failure.value_or(parse_failure_policy(environment_.failure_policy).value_or(FailurePolicy::rollback));
  const auto reason = aborted ? state_.aborts.lock()->at(deployment_.id.value) : error.message;
  if (!switched_) {
    const auto act = state_.act_of(plan_.app.id);
    const std::lock_guard lock(*act);
    // An interrupted beginning of this deployment may have taken requests from them.
    TRY(find_old());
    for (auto& instance : old_) {
      if (instance.role == InstanceRole::ready) TRY(state_.target.admit(plan_.service(), instance.name));
    }
    TRY(clear_fresh(reason, aborted || switched_back_ ? FailurePolicy::rollback : policy));
  }
  count_requests();
  deployment_.state = aborted ? DeploymentState::aborted : switched_back_ ? DeploymentState::rolled_back : policy == FailurePolicy::freeze ? DeploymentState::frozen : DeploymentState::failed;
  deployment_.reason = fmt::format("{}{}", reason, switched_ ? fmt::format(" (new requests already go to {})", label()) : switched_back_ ? "; the old ones serve again" : "; nothing was switched");
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
  if (!deployment->abort_reason.empty()) aborts.lock()->emplace(id.value, deployment->abort_reason);
  Story story(*this, *deployment);
  auto done = story.run();
  if (!done.has_value()) {
    log::warning("deliver", "deployment {}: {}", id.value, done.error().message);
    if (const auto told = story.fail_with(done.error()); !told.has_value()) log::error("deliver", "deployment {}: {}", id.value, told.error().message);
  }
  aborts.lock()->erase(id.value);
  submit_care(deployment->application);
}

}  // namespace sampan::deliver
