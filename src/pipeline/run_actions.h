// What people and time do to runs: cancel, retry, start by hand, pass or refuse a gate, and what is due by the clock.
// Private to the room.
#pragma once

#include "pipeline/gate_store.h"
#include "pipeline/room.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline {

Result<void> cancel_run(Room& room, const Actor& actor, RunId run);
Result<void> retry_job(Room& room, const Actor& actor, RunId run,
                       JobId job);  // in the same run, with all that waits for it
Result<void> start_job(Room& room, const Actor& actor, RunId run, JobId job);  // driven: manual

// Only those named may vote: denied says so, also for administrators.
struct Vote {
  std::string verdict, remark;
  std::optional<Time> release_at;
};  // verdict: approve, refuse
Result<void> vote(Room& room, const Actor& actor, RunId run, JobId job, const Vote& vote);
bool may_vote(const store::GateRow& gate, const Actor& actor);
// "waits for 1 approval of li or wang", "approved, released at 2026-11-24T02:00:00Z".
std::string gate_reason(const store::GateRow& gate, const std::vector<store::VoteRow>& votes);

// Everything the clock makes due: lost runners, gates to release or past their time, jobs past their limit. Safe to
// call at any time.
Result<void> tick(Room& room);
// We stood still for so long that runners could not renew their leases: they begin anew.
Result<void> forgive_pause(Room& room);
// The wall clock was set: leases begin anew, and what waits for a time that was reckoned from then waits as long as
// before.
Result<void> follow_jump(Room& room, const JumpWatch::Jump& jump);
// How a deployment ended (or that it exists).
Result<void> react_to_deployment(Room& room, const events::DeploymentChanged& change);
Result<void> react_to_deleted(Room& room, const events::RepoDeleted& deleted);

}  // namespace sampan::pipeline
