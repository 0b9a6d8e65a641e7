// Gates, votes and trigger records as rows. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db.h"
#include "model/ids.h"

namespace sampan::pipeline::store {

struct GateRow {
  JobId job;
  std::string state;  // open, approved, refused
  std::vector<std::string> validators;
  bool all_must = false;
  std::string message;
  Time opened_at{};
  std::optional<Time> expires_at, release_at;
};
struct VoteRow {
  std::string login, verdict, remark;
  Time at{};
};

Result<void> open_gate(Tx& tx, const GateRow& gate);  // replaces an earlier one of the job and its votes
Result<std::optional<GateRow>> find_gate(Tx& tx, JobId job);
Result<void> save_gate(Tx& tx, const GateRow& gate);  // state, release_at
Result<std::vector<VoteRow>> load_votes(Tx& tx, JobId job);
Result<void> put_vote(Tx& tx, JobId job, const VoteRow& vote);  // a later vote of the same person replaces the earlier
Result<std::vector<JobId>> gates_to_release(Tx& tx, Time now);
Result<void> move_gates(Tx& tx, const JumpWatch::Jump& jump);  // when they expire; a release is at a time of the clock
Result<std::vector<JobId>> gates_expired(Tx& tx, Time now);

struct TriggerRow {
  std::int64_t id = 0;
  RepoId repo;
  Time at{};
  std::string event, ref, sha, actor_name, outcome, reason, file;
  RunId run;
};
Result<bool> take_push(Tx& tx, PushId push);  // false: already looked at
Result<bool> is_push_taken(Tx& tx, PushId push);
Result<void> insert_trigger(Tx& tx, const TriggerRow& record);
Result<std::vector<TriggerRow>> list_triggers(Tx& tx, RepoId repo, std::int64_t before, int limit);
struct StartedRun {
  RunId run;
  std::int64_t number = 0;
  std::string name;
};
Result<std::vector<StartedRun>> runs_of_push(Tx& tx, RepoId repo, PushId push);

}  // namespace sampan::pipeline::store
