// One deployment, from the pull to the last open request of the old version. Everything it does can be done again:
// after a crash it is begun anew and finds its instances by their names.
#include "base/log.h"
#include "base/text.h"
#include "deliver/story.h"

namespace sampan::deliver {

namespace {
constexpr std::chrono::milliseconds kPullDeadline{10 * 60'000}, kBetweenLooks{20};
}

Result<void> Story::note(std::string_view line) {
  TRY(state_.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::add_note(tx, deployment_.id, line, state_.clock.now()));
    return state_.say_deployment(tx, deployment_, line);
  }));
  state_.published(deployment_.application, deployment_.id);
  return {};
}

Result<void> Story::enter(Phase phase, std::chrono::milliseconds deadline, std::string line) {
  if (given_up() && !switched_)
    return fail(Errc::conflict, "{}",
                state_.stopping ? "the server stops; it is taken up again at the next start" : "aborted");
  deployment_.phase = phase;
  TRY(state_.db.write(
      [&](Tx& tx) { return store::enter_phase(tx, deployment_.id, phase, deadline.count(), state_.clock.now()); }));
  return note(line);
}

Result<void> Story::load() {
  TRY(state_.db.read([&](Tx& tx) -> Result<void> {
    plan_.app = TRY(store::application(tx, deployment_.application));
    plan_.release = TRY(store::release(tx, deployment_.release));
    environment_ = *TRY(store::find_environment(tx, plan_.app.environment_name));
    // What an interrupted beginning of this deployment left. First of all: however it goes on, they are its to look
    // after.
    for (const auto& instance : TRY(store::instances(tx, plan_.app.id))) {
      const bool begun = instance.role == InstanceRole::starting || instance.role == InstanceRole::ready ||
                         instance.role == InstanceRole::draining;
      if (begun && instance.deployment == deployment_.id) fresh_.push_back(instance);
    }
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
  plan_batches();
  TRY(roll_out());
  return settle();
}

// Going back is urgent, and where nobody serves yet nobody has to be spared. What had switched before a stop is not
// taken apart again.
void Story::plan_batches() {
  const bool at_once = switched_ || deployment_.warm_used || deployment_.kind == "rollback" || !deployment_.previous;
  batches_ = at_once ? 1 : static_cast<int>(std::min<std::int64_t>(plan_.spec.strategy.batches, plan_.app.wanted));
}

Result<void> Story::roll_out() {
  for (batch_ = 1; batch_ <= batches_; ++batch_) {
    if (batch_ > 1) TRY(await_next_batch());
    if (deployment_.warm_used)
      TRY(wake_warm());
    else
      TRY(start_and_probe());
    TRY(switch_over());
  }
  return {};
}

// In the phase `starting`, in which a rollback does not wait for us.
Result<void> Story::await_next_batch() {
  const auto serving = share(static_cast<std::size_t>(plan_.app.wanted), batch_ - 1);
  if (fresh_.size() > serving) return {};  // a stop came between: the next batch had begun
  const auto wait = plan_.spec.strategy.wait;
  TRY(enter(Phase::starting, wait,
            fmt::format("batch {} of {} serves, {} of {} instances; the next follows in {} s", batch_ - 1, batches_,
                        serving, plan_.app.wanted, wait.count() / 1000)));
  const auto until = std::chrono::steady_clock::now() + wait;
  while (std::chrono::steady_clock::now() < until) {
    if (given_up()) return fail(Errc::conflict, "given up between two batches");
    std::this_thread::sleep_for(kBetweenLooks);  // a stop and an abort may come meanwhile; neither has a bell
  }
  const auto act = state_.act_of(plan_.app.id);
  const std::lock_guard lock(*act);
  TRY(find_old());
  return confirm();
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
  TRY(enter(Phase::preparing, kPullDeadline,
            fmt::format("{} {} to {}: {}", deployment_.kind, label(), environment_.name,
                        warm ? "a warm one is there" : "fetching " + plan_.release.digest.substr(0, 19))));
  if (!warm) TRY(state_.target.pull(fmt::format("{}@{}", plan_.release.image, plan_.release.digest)));
  const auto url =
      TRY(state_.target.ensure_service({plan_.service(), static_cast<int>(plan_.app.port), {}, plan_.spec.drain}));
  began_ = state_.clock.now();
  before_ = TRY(state_.target.traffic(plan_.service()));
  if (url == plan_.app.url) return {};
  plan_.app.port = std::atoll(url.substr(url.rfind(':') + 1).c_str());
  plan_.app.url = fmt::format("http://{}:{}", state_.config.public_host, plan_.app.port);
  return state_.db.write([&](Tx& tx) { return store::set_address(tx, plan_.app.id, plan_.app.port, plan_.app.url); });
}

// What stands by frozen for this release, and how many are wanted.
Result<void> Story::gather() {
  const auto all = TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, plan_.app.id); }));
  for (const auto& instance : all) {
    if (!may_wake(instance)) continue;
    deployment_.warm_used = true;
    fresh_.push_back(instance);
  }
  // What load or a hand has set stays, unless the file now says another number than the release before did.
  const auto& scale = plan_.spec.scale;
  auto instances =
      plan_.app.wanted > 0 ? std::clamp<std::int64_t>(plan_.app.wanted, scale.least, scale.most) : scale.instances;
  if (deployment_.previous && deployment_.previous != plan_.release.id) {
    const auto before = TRY(state_.db.read([&](Tx& tx) { return store::release(tx, deployment_.previous); }));
    const auto reading = read_app_spec(before.spec_yaml, ".sampan/app.yaml", environment_.name);
    if (reading.spec && reading.spec->scale.instances != scale.instances) instances = scale.instances;
  }
  plan_.app.wanted = std::max<std::int64_t>(1, instances);
  return state_.db.write([&](Tx& tx) { return store::set_wanted(tx, plan_.app.id, plan_.app.wanted); });
}

Result<void> Story::start_and_probe() {
  const auto wanted = share(static_cast<std::size_t>(plan_.app.wanted), batch_);
  TRY(enter(
      Phase::starting, plan_.spec.start_deadline,
      fmt::format("starting {} new instances of {}", wanted > fresh_.size() ? wanted - fresh_.size() : 0, label())));
  auto made = TRY(state_.db.read([&](Tx& tx) { return store::instances_of(tx, deployment_.id); })).size();
  while (fresh_.size() < wanted) {
    fresh_.push_back(
        TRY(state_.add_instance(plan_, deployment_.id, fmt::format("d{}-{}", deployment_.id.value, made++))));
  }
  for (auto& instance : fresh_) {
    if (given_up() && !switched_) return fail(Errc::conflict, "given up while starting");
    TRY(state_.start_instance(plan_, instance));
  }
  TRY(enter(
      Phase::probing, plan_.spec.start_deadline,
      fmt::format("waiting for {} good answers in a row on {}", plan_.spec.readiness.good, plan_.spec.readiness.path)));
  const auto deadline = std::chrono::steady_clock::now() + plan_.spec.start_deadline;
  for (auto& instance : fresh_) {
    if (instance.role == InstanceRole::ready)
      continue;  // it serves already; whether it does so well, the next look at it says
    TRY(state_.await_ready(plan_, instance, deadline, [this] { return given_up(); }));
  }
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
    TRY(state_.target.expel(plan_.service(),
                            instance.name));  // in the table only if an interrupted beginning put it there
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

void Deliver::State::run_deployment(DeploymentId id) {
  auto deployment = db.read([&](Tx& tx) { return store::deployment(tx, id); });
  if (!deployment.has_value() || is_over(deployment->state) || stopping) return;
  if (!deployment->abort_reason.empty()) aborts.lock()->emplace(id.value, deployment->abort_reason);
  // One that a failing disk left behind: what was delivered meanwhile is newer.
  constexpr int kLooked = 100;  // of the newest
  const auto newest = db.read([&](Tx& tx) { return store::deployments(tx, deployment->application, kLooked); });
  for (const auto& other : newest.value_or(std::vector<store::Deployment>()))
    if (other.id.value > id.value &&
        (other.state == DeploymentState::running || other.state == DeploymentState::succeeded))
      aborts.lock()->emplace(id.value, fmt::format("superseded by deployment {}", other.id.value));
  Story story(*this, *deployment);
  auto done = story.run();
  if (!done.has_value()) {
    log::warning("deliver", "deployment {}: {}", id.value, done.error().message);
    if (const auto told = story.fail_with(done.error()); !told.has_value())
      log::error("deliver", "deployment {}: {}", id.value, told.error().message);
  }
  aborts.lock()->erase(id.value);
  submit_care(deployment->application);
}

}  // namespace sampan::deliver
