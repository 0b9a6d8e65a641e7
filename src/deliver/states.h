// The states of deployments and instances, each with all its transitions in one function.
#pragma once

#include "base/enum_text.h"

namespace sampan::deliver {

enum class DeploymentState { queued, running, succeeded, failed, rolled_back, aborted, frozen };
BOOST_DESCRIBE_ENUM(DeploymentState, queued, running, succeeded, failed, rolled_back, aborted, frozen)
enum class Phase { queued, preparing, starting, probing, switching, draining, settling, done };
BOOST_DESCRIBE_ENUM(Phase, queued, preparing, starting, probing, switching, draining, settling, done)
// starting -> ready -> draining -> warm | stopped; starting -> spare -> ready; any -> failed.
enum class InstanceRole { starting, ready, draining, warm, spare, failed, stopped };
BOOST_DESCRIBE_ENUM(InstanceRole, starting, ready, draining, warm, spare, failed, stopped)

bool is_over(DeploymentState state);
bool may_follow(DeploymentState from, DeploymentState to);
bool may_follow(Phase from, Phase to);  // forward, to the next batch, or anew
bool may_follow(InstanceRole from, InstanceRole to);
bool is_alive(InstanceRole role);  // has a container that runs or is frozen

}  // namespace sampan::deliver
