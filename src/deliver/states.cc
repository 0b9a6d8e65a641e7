#include "deliver/states.h"

#include <array>

namespace sampan::deliver {

namespace {

constexpr std::array<std::string_view, 7> kDeployments = {"queued",      "running", "succeeded", "failed",
                                                          "rolled_back", "aborted", "frozen"};
constexpr std::array<std::string_view, 8> kPhases = {"queued",    "preparing", "starting", "probing",
                                                     "switching", "draining",  "settling", "done"};
constexpr std::array<std::string_view, 7> kRoles = {"starting", "ready",  "draining", "warm",
                                                    "spare",    "failed", "stopped"};

template <class E, std::size_t N>
std::optional<E> find(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_text(DeploymentState state) { return kDeployments[static_cast<std::size_t>(state)]; }
std::string_view to_text(Phase phase) { return kPhases[static_cast<std::size_t>(phase)]; }
std::string_view to_text(InstanceRole role) { return kRoles[static_cast<std::size_t>(role)]; }
std::optional<DeploymentState> parse_deployment_state(std::string_view text) {
  return find<DeploymentState>(kDeployments, text);
}
std::optional<Phase> parse_phase(std::string_view text) { return find<Phase>(kPhases, text); }
std::optional<InstanceRole> parse_instance_role(std::string_view text) { return find<InstanceRole>(kRoles, text); }

bool is_over(DeploymentState state) { return state != DeploymentState::queued && state != DeploymentState::running; }

bool may_follow(DeploymentState from, DeploymentState to) {
  if (is_over(from)) return false;
  if (to == DeploymentState::queued) return false;
  return from == DeploymentState::queued
             ? to == DeploymentState::running || to == DeploymentState::aborted || to == DeploymentState::failed
             : is_over(to) || to == from;
}

// A deployment that a stop interrupted begins again, at preparing; the next of several batches follows the one before,
// at starting. Nothing else goes back.
bool may_follow(Phase from, Phase to) {
  return to > from || to == Phase::preparing || (from == Phase::draining && to == Phase::starting);
}

bool may_follow(InstanceRole from, InstanceRole to) {
  switch (from) {
    case InstanceRole::starting:
      return to == InstanceRole::ready || to == InstanceRole::spare || to == InstanceRole::failed ||
             to == InstanceRole::stopped || to == InstanceRole::warm;
    case InstanceRole::ready:
      return to == InstanceRole::draining || to == InstanceRole::failed || to == InstanceRole::stopped;
    case InstanceRole::draining:
      return to == InstanceRole::warm || to == InstanceRole::stopped || to == InstanceRole::failed ||
             to == InstanceRole::ready;
    case InstanceRole::warm:
      return to == InstanceRole::ready || to == InstanceRole::stopped || to == InstanceRole::failed;
    case InstanceRole::spare:
      return to == InstanceRole::ready || to == InstanceRole::stopped || to == InstanceRole::failed;
    case InstanceRole::failed:
    case InstanceRole::stopped: return false;
  }
  return false;
}

bool is_alive(InstanceRole role) { return role != InstanceRole::failed && role != InstanceRole::stopped; }

}  // namespace sampan::deliver
