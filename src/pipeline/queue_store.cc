#include "pipeline/queue_store.h"

namespace sampan::pipeline::store {
namespace {

constexpr std::string_view kRunnerColumns = "id, name, labels, version, capacity, created_at, last_seen_at";

RunnerRow runner_of(const Row& row) {
  return {{row.integer(0)}, row.text(1), row.text(2), row.text(3), row.integer(4), row.time(5), row.maybe_time(6)};
}

std::vector<JobId> job_ids(const std::vector<Row>& rows) {
  std::vector<JobId> ids;
  for (const Row& row : rows) ids.push_back({row.integer(0)});
  return ids;
}

}  // namespace

Result<std::vector<RunnerRow>> list_runners(Tx& tx) {
  std::vector<RunnerRow> runners;
  auto rows = TRY(tx.query(fmt::format("select {} from runner order by name", kRunnerColumns)));
  for (const Row& row : rows) runners.push_back(runner_of(row));
  return runners;
}

Result<std::optional<RunnerRow>> find_runner(Tx& tx, std::string_view name) {
  auto row = TRY(tx.maybe(fmt::format("select {} from runner where name = $1", kRunnerColumns), {name}));
  if (!row) return std::optional<RunnerRow>{};
  return std::optional(runner_of(*row));
}

Result<RunnerRow> load_runner(Tx& tx, RunnerId runner) {
  Row row = TRY(tx.one(fmt::format("runner {}", runner.value),
                       fmt::format("select {} from runner where id = $1", kRunnerColumns), {runner}));
  return runner_of(row);
}

Result<RunnerId> insert_runner(Tx& tx, const RunnerRow& runner) {
  const std::int64_t id =
      TRY(tx.insert("insert into runner (name, labels, version, capacity, created_at, last_seen_at) values ($1, $2, "
                    "'', 0, $3, null) returning id",
                    {runner.name, runner.labels, runner.created_at}));
  return RunnerId{id};
}

Result<void> save_runner(Tx& tx, const RunnerRow& runner) {
  TRY(tx.exec("update runner set labels = $2, version = $3, capacity = $4, last_seen_at = $5 where id = $1",
              {runner.id, runner.labels, runner.version, runner.capacity, runner.last_seen_at}));
  return {};
}

Result<void> delete_runner(Tx& tx, RunnerId runner) {
  TRY(tx.exec("delete from runner where id = $1", {runner}));
  return {};
}

Result<std::vector<std::string>> queued_labels(Tx& tx) {
  // From one value to the next in the index, instead of a distinct over every queued row.
  std::vector<std::string> found;
  auto row = TRY(tx.maybe("select labels from run_job where state = 'queued' order by labels limit 1"));
  while (row && found.size() < 1000) {
    found.push_back(row->text(0));
    row = TRY(tx.maybe("select labels from run_job where state = 'queued' and labels > $1 order by labels limit 1",
                       {found.back()}));
  }
  return found;
}

Result<std::optional<JobId>> oldest_queued(Tx& tx, std::string_view labels) {
  auto row =
      TRY(tx.maybe("select id from run_job where state = 'queued' and labels = $1 order by id limit 1", {labels}));
  if (!row) return std::optional<JobId>{};
  return std::optional(JobId{row->integer(0)});
}

Result<void> set_aside(Tx& tx, JobId job, std::string_view reason, Time now) {
  TRY(tx.exec("update run_job set state = 'failed', reason = $2, finished_at = $3, lease_until = null where id = $1",
              {job, reason, now}));
  return {};
}

Result<std::vector<JobId>> leased_to(Tx& tx, RunnerId runner) {
  return job_ids(
      TRY(tx.query("select id from run_job where runner = $1 and lease_until is not null order by id", {runner})));
}

Result<std::vector<JobId>> expired_leases(Tx& tx, Time now) {
  return job_ids(TRY(tx.query(
      "select id from run_job where lease_until is not null and lease_until < $1 order by lease_until", {now})));
}

Result<void> extend_leases(Tx& tx, Time until) {
  TRY(tx.exec("update run_job set lease_until = $1 where lease_until is not null and lease_until < $1", {until}));
  return {};
}

Result<void> renew_leases(Tx& tx, Time until) {
  TRY(tx.exec("update run_job set lease_until = $1 where lease_until is not null", {until}));
  return {};
}

Result<void> move_deadlines(Tx& tx, const JumpWatch::Jump& jump) {
  TRY(
      tx.exec("update run_job set deadline_at = deadline_at + $1 where deadline_at is not null and (started_at is null "
              "or started_at < $2 or started_at > $3)",
              {jump.by.count(), jump.since, jump.now}));
  return {};
}

Result<std::vector<JobId>> past_deadline(Tx& tx, Time now) {
  return job_ids(TRY(tx.query("select id from run_job where deadline_at is not null and deadline_at < $1", {now})));
}

}  // namespace sampan::pipeline::store
