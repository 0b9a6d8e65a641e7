#include "deliver/states.h"

#include <doctest/doctest.h>

#include <array>

using namespace sampan::deliver;

TEST_CASE("states: what is over stays over") {
  for (int from = 0; from < 7; ++from) {
    for (int to = 0; to < 7; ++to) {
      if (is_over(static_cast<DeploymentState>(from)))
        CHECK(!may_follow(static_cast<DeploymentState>(from), static_cast<DeploymentState>(to)));
    }
  }
  CHECK(may_follow(DeploymentState::queued, DeploymentState::running));
  CHECK(!may_follow(DeploymentState::running, DeploymentState::queued));
}

TEST_CASE("states: phases go forward, or begin again") {
  CHECK(may_follow(Phase::starting, Phase::probing));
  CHECK(!may_follow(Phase::draining, Phase::probing));
  CHECK(may_follow(Phase::draining, Phase::preparing));
  CHECK(may_follow(Phase::draining, Phase::starting));  // the next batch
  CHECK(!may_follow(Phase::settling, Phase::starting));
}

TEST_CASE("states: an ended instance never comes back") {
  for (int to = 0; to < 7; ++to) {
    CHECK(!may_follow(InstanceRole::failed, static_cast<InstanceRole>(to)));
    CHECK(!may_follow(InstanceRole::stopped, static_cast<InstanceRole>(to)));
  }
  CHECK(may_follow(InstanceRole::warm, InstanceRole::ready));
  CHECK(!may_follow(InstanceRole::ready, InstanceRole::spare));
}
