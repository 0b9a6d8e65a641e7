// One deployment as a story: prepare, start, switch (at once or in batches), settle; or fail, with what was switched
// taken back. Private to the room.
#pragma once

#include "deliver/cutover.h"

namespace sampan::deliver {

inline constexpr std::chrono::milliseconds kSwitchDeadline{10'000};

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
  void plan_batches();
  Result<void> roll_out();
  Result<void> await_next_batch();
  std::size_t share(std::size_t all, int batch) const {
    return (all * static_cast<std::size_t>(batch) + static_cast<std::size_t>(batches_) - 1) /
           static_cast<std::size_t>(batches_);
  }
  Result<void> start_and_probe();
  Result<void> wake_warm();
  Result<void> switch_over();
  Result<void> find_old();
  Result<void> record_switch(const Cutover& cutover);
  bool serves_partly() const;
  Result<void> confirm();
  Result<void> switch_back();
  void keep_probes(const ProbeCount& count);
  void count_requests();
  Result<void> settle();
  Result<void> clear_fresh(const std::string& reason, FailurePolicy what);
  Result<void> enter(Phase phase, std::chrono::milliseconds deadline, std::string line);
  Result<void> note(std::string_view line);
  FailurePolicy policy() const {
    return plan_.spec.on_failure.value_or(
        parse_failure_policy(environment_.failure_policy).value_or(FailurePolicy::rollback));
  }
  bool given_up() { return state_.stopping || state_.aborts.lock()->contains(deployment_.id.value); }
  bool may_wake(const store::Instance& i) const {
    return i.role == InstanceRole::warm && i.release == plan_.release.id && deployment_.kind != "restart";
  }
  std::string label() const { return fmt::format("r{}", plan_.release.number); }

  Deliver::State& state_;
  store::Deployment deployment_;
  Blueprint plan_;
  store::Environment environment_;
  std::vector<store::Instance> fresh_, old_;
  std::optional<Traffic> before_;
  Time began_{};
  int batch_ = 1, batches_ = 1;  // 1 of 1: all at once
  bool switched_ = false;        // new requests go to fresh_, and the database says so
  bool switched_back_ = false;   // and then to old_ again
};

}  // namespace sampan::deliver
