// The states of deployments and instances, each with all its transitions in one function.
#pragma once

#include <optional>
#include <string_view>

namespace sampan::deliver {

enum class DeploymentState { queued, running, succeeded, failed, rolled_back, aborted, frozen };
enum class Phase { queued, preparing, starting, probing, switching, draining, settling, done };
// starting -> ready -> draining -> warm | stopped; starting -> spare -> ready; any -> failed.
enum class InstanceRole { starting, ready, draining, warm, spare, failed, stopped };

std::string_view to_text(DeploymentState state);
std::string_view to_text(Phase phase);
std::string_view to_text(InstanceRole role);
std::optional<DeploymentState> parse_deployment_state(std::string_view text);
std::optional<Phase> parse_phase(std::string_view text);
std::optional<InstanceRole> parse_instance_role(std::string_view text);

bool is_over(DeploymentState state);
bool may_follow(DeploymentState from, DeploymentState to);
bool may_follow(Phase from, Phase to);  // forward, to the next batch, or anew
bool may_follow(InstanceRole from, InstanceRole to);
bool is_alive(InstanceRole role);  // has a container that runs or is frozen

}  // namespace sampan::deliver
