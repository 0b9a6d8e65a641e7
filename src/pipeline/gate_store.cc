#include "pipeline/gate_store.h"

#include "base/json_struct.h"

namespace sampan::pipeline::store {

Result<void> open_gate(Tx& tx, const GateRow& gate) {
  TRY(tx.exec("delete from gate_vote where job = $1", {gate.job}));
  TRY(tx.exec("delete from job_gate where job = $1", {gate.job}));
  TRY(
      tx.exec("insert into job_gate (job, state, validators, all_must, message, opened_at, expires_at, release_at) "
              "values ($1, 'open', $2, $3, $4, $5, $6, null)",
              {gate.job, to_json(gate.validators), gate.all_must, gate.message, gate.opened_at, gate.expires_at}));
  return {};
}

Result<std::optional<GateRow>> find_gate(Tx& tx, JobId job) {
  auto row = TRY(tx.maybe(
      "select state, validators, all_must, message, opened_at, expires_at, release_at from job_gate where job = $1",
      {job}));
  if (!row) return std::optional<GateRow>{};
  GateRow gate{job, row->text(0), {}, row->flag(2), row->text(3), row->time(4), row->maybe_time(5), row->maybe_time(6)};
  gate.validators = TRY(from_json<std::vector<std::string>>(row->text(1)));
  return std::optional(std::move(gate));
}

Result<void> save_gate(Tx& tx, const GateRow& gate) {
  TRY(tx.exec("update job_gate set state = $2, release_at = $3 where job = $1",
              {gate.job, gate.state, gate.release_at}));
  return {};
}

Result<std::vector<VoteRow>> load_votes(Tx& tx, JobId job) {
  std::vector<VoteRow> votes;
  auto rows =
      TRY(tx.query("select login, verdict, remark, at from gate_vote where job = $1 order by at, login", {job}));
  for (const Row& row : rows) votes.push_back({row.text(0), row.text(1), row.text(2), row.time(3)});
  return votes;
}

Result<void> put_vote(Tx& tx, JobId job, const VoteRow& vote) {
  TRY(
      tx.exec("insert into gate_vote (job, login, verdict, remark, at) values ($1, $2, $3, $4, $5) on conflict (job, "
              "login) do update set "
              "verdict = excluded.verdict, remark = excluded.remark, at = excluded.at",
              {job, vote.login, vote.verdict, vote.remark, vote.at}));
  return {};
}

namespace {
Result<std::vector<JobId>> jobs_of(Result<std::vector<Row>> rows) {
  std::vector<JobId> jobs;
  if (!rows) return rows.error();
  for (const Row& row : *rows) jobs.push_back({row.integer(0)});
  return jobs;
}
}  // namespace

Result<std::vector<JobId>> gates_to_release(Tx& tx, Time now) {
  return jobs_of(
      tx.query("select job from job_gate where state = 'open' and release_at is not null and release_at <= $1", {now}));
}

Result<void> move_gates(Tx& tx, const JumpWatch::Jump& jump) {
  TRY(
      tx.exec("update job_gate set expires_at = expires_at + $1 where state = 'open' and expires_at is not null and "
              "(opened_at < $2 or opened_at > $3)",
              {jump.by.count(), jump.since, jump.now}));
  return {};
}

Result<std::vector<JobId>> gates_expired(Tx& tx, Time now) {
  return jobs_of(
      tx.query("select job from job_gate where state = 'open' and expires_at is not null and expires_at <= $1", {now}));
}

Result<bool> take_push(Tx& tx, PushId push) {
  const std::int64_t added =
      TRY(tx.exec("insert into trigger_push (push) values ($1) on conflict (push) do nothing", {push}));
  return added > 0;
}

Result<bool> is_push_taken(Tx& tx, PushId push) {
  auto row = TRY(tx.maybe("select 1 from trigger_push where push = $1", {push}));
  return row.has_value();
}

Result<void> insert_trigger(Tx& tx, const TriggerRow& record) {
  TRY(
      tx.exec("insert into trigger_record (repo, at, event, ref, sha, actor_name, outcome, reason, pipeline_file, run) "
              "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
              {record.repo, record.at, record.event, record.ref, record.sha, record.actor_name, record.outcome,
               record.reason, record.file, record.run}));
  return {};
}

Result<std::vector<TriggerRow>> list_triggers(Tx& tx, RepoId repo, std::int64_t before, int limit) {
  std::vector<TriggerRow> records;
  auto rows = TRY(
      tx.query("select id, at, event, ref, sha, actor_name, outcome, reason, pipeline_file, run from trigger_record "
               "where repo = $1 and id < $2 order by id desc limit $3",
               {repo, before > 0 ? before : std::numeric_limits<std::int64_t>::max(), limit}));
  for (const Row& row : rows) {
    records.push_back({row.integer(0),
                       repo,
                       row.time(1),
                       row.text(2),
                       row.text(3),
                       row.text(4),
                       row.text(5),
                       row.text(6),
                       row.text(7),
                       row.text(8),
                       {row.integer(9)}});
  }
  return records;
}

Result<std::vector<StartedRun>> runs_of_push(Tx& tx, RepoId repo, PushId push) {
  std::vector<StartedRun> runs;
  auto rows =
      TRY(tx.query("select id, number, name from pipeline_run where repo = $1 and push = $2 order by id desc limit 50",
                   {repo, push}));
  for (const Row& row : rows) runs.push_back({{row.integer(0)}, row.integer(1), row.text(2)});
  return runs;
}

}  // namespace sampan::pipeline::store
