// How customers move from the old instances to the new ones, and back.
#include "deliver/story.h"

namespace sampan::deliver {

namespace {
constexpr int kConfirmations = 5;  // looks at a new instance that has just taken its first requests, until one is good
constexpr std::chrono::milliseconds kBetweenConfirmations{100};
}  // namespace

Result<void> Story::find_old() {
  old_.clear();
  for (const auto& instance : TRY(state_.db.read([&](Tx& tx) { return store::instances(tx, plan_.app.id); }))) {
    const bool mine =
        std::any_of(fresh_.begin(), fresh_.end(), [&](const store::Instance& one) { return one.id == instance.id; });
    if (!mine && (instance.role == InstanceRole::ready || instance.role == InstanceRole::draining))
      old_.push_back(instance);
  }
  return {};
}

// One transaction: whoever reads sees either the old release live or, from the last batch on, the new one.
Result<void> Story::record_switch(const Cutover& cutover) {
  const auto now = state_.clock.now();
  TRY(state_.db.write([&](Tx& tx) -> Result<void> {
    for (auto* instance : cutover.in) {
      if (instance->role != InstanceRole::ready) instance->ready_at = now;
      instance->role = InstanceRole::ready;
      TRY(store::update_instance(tx, *instance));
    }
    for (auto* instance : cutover.out) {
      instance->role = InstanceRole::draining;
      TRY(store::update_instance(tx, *instance));
    }
    if (batch_ < batches_) return {};
    TRY(store::set_live_release(tx, plan_.app.id, plan_.release.id, now));
    deployment_.switched_at = now;
    return store::update_deployment(tx, deployment_);
  }));
  switched_ = batch_ == batches_;
  return {};
}

// Some batches of several serve, and the release before is the live one still.
bool Story::serves_partly() const {
  return !switched_ && std::any_of(fresh_.begin(), fresh_.end(), [](const store::Instance& instance) {
    return instance.role == InstanceRole::ready;
  });
}

void Story::keep_probes(const ProbeCount& count) {
  deployment_.probe_requests += static_cast<std::int64_t>(count.requests);
  deployment_.probe_failed += static_cast<std::int64_t>(count.failed);
}

Result<void> Story::switch_over() {
  const auto act = state_.act_of(plan_.app.id);
  const std::lock_guard lock(*act);
  TRY(find_old());  // healing or scaling may have changed who serves while we started
  const bool last = batch_ == batches_;
  TRY(enter(Phase::switching, kSwitchDeadline,
            last ? fmt::format("new requests go to {}", label())
                 : fmt::format("batch {} of {}: new requests go to {} too", batch_, batches_, label())));
  Cutover cutover;
  // Rounded up who comes and down who goes: never fewer than wanted serve.
  const auto in =
      last ? fresh_.size() : std::min(fresh_.size(), share(static_cast<std::size_t>(plan_.app.wanted), batch_));
  const auto out = old_.size() * static_cast<std::size_t>(batch_) / static_cast<std::size_t>(batches_);
  for (std::size_t i = 0; i < in; ++i) cutover.in.push_back(&fresh_[i]);
  for (std::size_t i = 0; i < out; ++i) cutover.out.push_back(&old_[i]);
  cutover.on_switched = [&]() -> Result<void> {
    TRY(record_switch(cutover));
    return enter(Phase::draining, plan_.spec.drain,
                 fmt::format("{} old instances end what they have open", cutover.out.size()));
  };
  keep_probes(TRY(cut_over(state_, plan_, cutover)));
  TRY(confirm());
  return state_.db.write([&](Tx& tx) { return store::update_deployment(tx, deployment_); });
}

// The new ones carry the load now: do they still answer well? Else the old ones, which are all still there, take it
// back.
Result<void> Story::confirm() {
  if (old_.empty() || (switched_ && policy() != FailurePolicy::rollback)) return {};
  for (auto& instance : fresh_) {
    if (instance.role != InstanceRole::ready) continue;
    const auto now = TRY(state_.db.read([&](Tx& tx) { return store::find_instance(tx, instance.id); }));
    if (now && !is_alive(now->role)) {
      instance = *now;  // with the evidence that whoever took it out has kept
      TRY(switch_back());
      return fail(Errc::unavailable, "'{}' was ready, but not any more once requests came: {}", instance.name,
                  instance.exit_reason);
    }
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
    return fail(Errc::unavailable, "'{}' was ready, but not any more once requests came: {} {}", instance.name,
                answer.status, answer.body.substr(0, 120));
  }
  return {};
}

Result<void> Story::switch_back() {
  TRY(note("back to the old instances"));
  Cutover cutover;
  for (auto& instance : old_) cutover.in.push_back(&instance);
  for (auto& instance : fresh_)
    if (instance.role == InstanceRole::ready) cutover.out.push_back(&instance);
  cutover.on_switched = [&]() -> Result<void> {
    const auto now = state_.clock.now();
    return state_.db.write([&](Tx& tx) -> Result<void> {
      for (auto& instance : old_) {
        instance.role = InstanceRole::ready;
        TRY(store::update_instance(tx, instance));
      }
      for (auto* instance : cutover.out) {
        instance->role = InstanceRole::draining;
        TRY(store::update_instance(tx, *instance));
      }
      return store::set_live_release(tx, plan_.app.id, deployment_.previous, now);
    });
  };
  keep_probes(TRY(cut_over(state_, plan_, cutover)));
  switched_ = false;
  switched_back_ = true;
  return {};
}

}  // namespace sampan::deliver
