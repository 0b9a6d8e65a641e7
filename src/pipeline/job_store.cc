#include "base/enum_text.h"
#include "base/json_struct.h"
#include "base/sync.h"
#include "base/text.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline::store {
namespace {

constexpr std::string_view kJobColumns =
    "id, run, pipeline, repo, place, key, plan, state, reason, blocked, held, fence, tries, runner, lease_until, "
    "reported, deadline_at, "
    "step_at, deployment, queued_at, started_at, finished_at";

// A job is read at each of its moves, and a pipeline's jobs mostly say the same from run to run: what was read lately
// is not read again.
Result<std::shared_ptr<const JobPlan>> read_plan(const std::string& json) {
  constexpr std::size_t kMostPlans = 256, kMostBytes = 64 << 10;
  static Sync<std::unordered_map<std::string, std::shared_ptr<const JobPlan>>> lately;
  {
    auto known = lately.lock();
    if (const auto found = known->find(json); found != known->end()) return found->second;
  }
  auto plan = std::make_shared<const JobPlan>(TRY(from_json<JobPlan>(json)));
  if (json.size() > kMostBytes) return plan;
  auto known = lately.lock();
  if (known->size() >= kMostPlans) known->clear();
  known->emplace(json, plan);
  return plan;
}

Result<JobRow> job_of(const Row& row) {
  JobRow job;
  job.id = {row.integer(0)};
  job.run = {row.integer(1)};
  job.pipeline = {row.integer(2)};
  job.repo = {row.integer(3)};
  job.place = row.integer(4);
  job.key = row.text(5);
  job.plan = TRY(read_plan(row.text(6)));
  auto state = enum_from<JobState>(row.text(7));
  if (!state) return fail(Errc::internal, "job {} has the unknown state '{}'", job.id.value, row.text(7));
  job.state = *state;
  job.reason = row.text(8);
  job.blocked = row.flag(9);
  job.held = row.flag(10);
  job.fence = row.integer(11);
  job.tries = row.integer(12);
  job.runner = {row.integer(13)};
  job.lease_until = row.maybe_time(14);
  job.reported = row.flag(15);
  job.deadline_at = row.maybe_time(16);
  job.step_at = row.integer(17);
  job.deployment = {row.integer(18)};
  job.queued_at = row.maybe_time(19);
  job.started_at = row.maybe_time(20);
  job.finished_at = row.maybe_time(21);
  return job;
}

constexpr std::string_view kStepColumns =
    "s.job, s.place, s.key, s.name, s.kind, s.state, s.reason, s.exit_code, s.started_at, s.finished_at";

std::vector<StepRow> steps_of(const std::vector<Row>& rows) {
  std::vector<StepRow> steps;
  for (const Row& row : rows) {
    steps.push_back({{row.integer(0)},
                     row.integer(1),
                     row.text(2),
                     row.text(3),
                     row.text(4),
                     row.text(5),
                     row.text(6),
                     row.maybe_integer(7),
                     row.maybe_time(8),
                     row.maybe_time(9)});
  }
  return steps;
}

}  // namespace

Result<JobId> insert_job(Tx& tx, const JobRow& job) {
  const std::int64_t key = TRY(tx.insert(
      "insert into run_job (run, pipeline, repo, place, key, plan, labels, state, reason, blocked, held, "
      "fence, tries, runner, lease_until, "
      "reported, deadline_at, step_at, deployment, queued_at, started_at, finished_at) values ($1, $2, $3, "
      "$4, $5, $6, $7, 'pending', '', 0, 0, "
      "0, 0, 0, null, 0, null, 0, 0, null, null, null) returning id",
      {job.run, job.pipeline, job.repo, job.place, job.key, to_json(*job.plan), join(job.plan->labels, ",")}));
  const JobId id{key};
  std::int64_t place = 0;
  for (const StepPlan& step : job.plan->steps) {
    TRY(
        tx.exec("insert into job_step (job, place, key, name, kind, state, reason, exit_code, started_at, finished_at) "
                "values ($1, $2, $3, $4, $5, 'pending', '', null, null, null)",
                {id, place++, step.key, step.name, step.step}));
  }
  return id;
}

Result<JobRow> load_job(Tx& tx, JobId job) {
  Row row = TRY(tx.one(fmt::format("job {}", job.value),
                       fmt::format("select {} from run_job where id = $1", kJobColumns), {job}));
  return job_of(row);
}

Result<std::vector<JobRow>> load_jobs(Tx& tx, RunId run) {
  std::vector<JobRow> jobs;
  auto rows = TRY(tx.query(fmt::format("select {} from run_job where run = $1 order by place", kJobColumns), {run}));
  for (const Row& row : rows) jobs.push_back(TRY(job_of(row)));
  return jobs;
}

Result<std::map<std::int64_t, std::vector<JobRow>>> load_jobs(Tx& tx, const std::vector<RunId>& runs) {
  constexpr std::size_t kAtOnce = 50;
  static const std::string kQuery = [] {
    std::vector<std::string> places;
    for (std::size_t i = 1; i <= kAtOnce; ++i) places.push_back(fmt::format("${}", i));
    return fmt::format("select {} from run_job where run in ({}) order by run, place", kJobColumns, join(places, ", "));
  }();
  std::map<std::int64_t, std::vector<JobRow>> jobs;
  for (std::size_t from = 0; from < runs.size(); from += kAtOnce) {
    std::vector<Param> ids;  // always as many, so that the statement is always the same: the last one again and again
    for (std::size_t i = 0; i < kAtOnce; ++i) ids.emplace_back(runs[std::min(from + i, runs.size() - 1)]);
    for (const Row& row : TRY(tx.query(kQuery, std::move(ids)))) {
      JobRow job = TRY(job_of(row));
      jobs[job.run.value].push_back(std::move(job));
    }
  }
  return jobs;
}

Result<void> save_job(Tx& tx, const JobRow& job) {
  TRY(
      tx.exec("update run_job set state = $2, reason = $3, blocked = $4, held = $5, fence = $6, tries = $7, runner = "
              "$8, lease_until = $9, "
              "reported = $10, deadline_at = $11, step_at = $12, deployment = $13, queued_at = $14, started_at = $15, "
              "finished_at = $16 "
              "where id = $1",
              {job.id, std::string(enum_text(job.state)), job.reason, job.blocked, job.held, job.fence, job.tries,
               job.runner, job.lease_until, job.reported, job.deadline_at, job.step_at, job.deployment, job.queued_at,
               job.started_at, job.finished_at}));
  return {};
}

Result<std::vector<StepRow>> load_steps(Tx& tx, JobId job) {
  return steps_of(
      TRY(tx.query(fmt::format("select {} from job_step s where s.job = $1 order by s.place", kStepColumns), {job})));
}

Result<std::vector<StepRow>> load_steps_of_run(Tx& tx, RunId run) {
  return steps_of(TRY(tx.query(
      fmt::format("select {} from job_step s join run_job j on j.id = s.job where j.run = $1 order by s.job, s.place",
                  kStepColumns),
      {run})));
}

Result<void> save_step(Tx& tx, const StepRow& step) {
  TRY(
      tx.exec("update job_step set state = $3, reason = $4, exit_code = $5, started_at = $6, finished_at = $7 where "
              "job = $1 and place = $2",
              {step.job, step.place, step.state, step.reason, step.exit_code, step.started_at, step.finished_at}));
  return {};
}

Result<void> reset_steps(Tx& tx, JobId job) {
  TRY(
      tx.exec("update job_step set state = 'pending', reason = '', exit_code = null, started_at = null, finished_at = "
              "null where job = $1",
              {job}));
  return {};
}

Result<void> close_steps(Tx& tx, JobId job, std::string_view state, Time now) {
  TRY(tx.exec("update job_step set state = $2, finished_at = $3 where job = $1 and state = 'running'",
              {job, state, now}));
  TRY(tx.exec("update job_step set state = 'skipped' where job = $1 and state = 'pending'", {job}));
  return {};
}

Result<std::int64_t> count_same_job(Tx& tx, PipelineId pipeline, std::string_view key) {
  Row row = TRY(tx.one(
      "count", "select count(*) from run_job where pipeline = $1 and key = $2 and state in ('queued', 'running')",
      {pipeline, key}));
  return row.integer(0);
}

Result<std::optional<JobId>> next_held(Tx& tx, PipelineId pipeline, std::string_view key) {
  auto row = TRY(tx.maybe(
      "select id from run_job where pipeline = $1 and key = $2 and state = 'pending' and held = 1 order by id limit 1",
      {pipeline, key}));
  if (!row) return std::optional<JobId>{};
  return std::optional(JobId{row->integer(0)});
}

}  // namespace sampan::pipeline::store
