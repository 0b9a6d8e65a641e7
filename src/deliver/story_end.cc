// How a deployment ends: well, or with its evidence kept.
#include <boost/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "deliver/story.h"

namespace sampan::deliver {

namespace {
constexpr std::chrono::milliseconds kSettleDeadline{120'000};
constexpr std::size_t kKeptFailures = 10;
}  // namespace

// What the proxy counted since the first new instance was started or woken: starting beside those that serve must not
// hurt them either.
void Story::count_requests() {
  const auto now = state_.target.traffic(plan_.service());
  if (!now.has_value() || !before_) return;
  deployment_.requests = static_cast<std::int64_t>(grown(before_->requests, now->requests));
  deployment_.failed = static_cast<std::int64_t>(grown(before_->failed, now->failed));
  boost::json::array failures;
  for (const auto& one : state_.target.failures_since(plan_.service(), began_, kKeptFailures)) {
    failures.push_back({{"at", format_rfc3339(one.at)},
                        {"status", one.status},
                        {"path", one.path},
                        {"instance", one.instance},
                        {"detail", one.detail}});
  }
  deployment_.failures = format_json(failures);
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
      if (aside && instance.release != plan_.release.id && instance.release != deployment_.previous)
        TRY(state_.retire(instance, std::chrono::seconds(1)));
      if (instance.role == InstanceRole::spare && instance.release == deployment_.previous &&
          instance.release != plan_.release.id)
        TRY(state_.retire(instance, std::chrono::seconds(1)));
    }
    for (auto& instance : old_) {
      if (instance.release != plan_.release.id)
        TRY(state_.put_aside(plan_, instance));
      else
        TRY(state_.target.expel(plan_.service(), instance.name)),
            TRY(state_.retire(instance, plan_.spec.stop_grace));  // restarted: nothing to go back to
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
Result<void> Story::clear_fresh(const std::string& reason, FailurePolicy what) {
  for (auto& instance : fresh_) {
    if (!is_alive(instance.role)) continue;
    state_.keep_evidence(instance, reason);
    if (const auto out = state_.leave_table(plan_, instance); !out.has_value())
      log::warning("deliver", "{}", out.error().message);
    Result<void> done;
    if (what == FailurePolicy::freeze) done = state_.target.freeze(instance.name);
    if (what == FailurePolicy::rollback) done = state_.target.remove(instance.name);
    if (!done.has_value()) log::warning("deliver", "{}", done.error().message);
    TRY(state_.change_role(instance, InstanceRole::failed));
  }
  return {};
}

// Nothing was switched unless switched_: then the new ones serve, and what follows is told, not undone.
Result<void> Story::fail_with(const Error& error) {
  if (state_.stopping) return {};  // taken up again at the next start
  const bool aborted = state_.aborts.lock()->contains(deployment_.id.value);
  const auto reason = aborted ? state_.aborts.lock()->at(deployment_.id.value) : error.message;
  if (!switched_) {
    const auto act = state_.act_of(plan_.app.id);
    const std::lock_guard lock(*act);
    // An interrupted beginning of this deployment may have taken requests from them.
    TRY(find_old());
    if (serves_partly()) TRY(switch_back());
    for (auto& instance : old_) {
      if (instance.role == InstanceRole::ready) TRY(state_.target.admit(plan_.service(), instance.name));
    }
    TRY(clear_fresh(reason, aborted ? FailurePolicy::rollback : policy()));
  }
  count_requests();
  deployment_.state = aborted                                                 ? DeploymentState::aborted
                      : policy() == FailurePolicy::freeze                     ? DeploymentState::frozen
                      : switched_back_ && policy() == FailurePolicy::rollback ? DeploymentState::rolled_back
                                                                              : DeploymentState::failed;
  deployment_.reason = fmt::format("{}{}", reason,
                                   switched_        ? fmt::format(" (new requests already go to {})", label())
                                   : switched_back_ ? "; the old ones serve again"
                                                    : "; nothing was switched");
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

}  // namespace sampan::deliver
