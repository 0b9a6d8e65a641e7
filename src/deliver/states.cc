#include "deliver/states.h"

namespace sampan::deliver {

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
