#include "pipeline/run_store.h"

#include "base/enum_text.h"
#include "base/json_struct.h"

namespace sampan::pipeline::store {
namespace {

// What a list shows.
constexpr std::string_view kListColumns =
    "r.id, r.pipeline, r.repo, r.repo_path, p.file, r.number, r.name, r.ref, r.sha, r.title, r.cause, r.push, r.actor, "
    "r.actor_name, r.remark, r.created_at, r.started_at, r.finished_at, r.said_state";
// And after them what only the run itself needs: the file's text and what was read from it.
constexpr std::string_view kFurtherColumns = "r.yaml, r.stages, r.variable_groups";

RunRow listed_run(Row& row) {
  RunRow run;
  run.id = {row.integer(0)};
  run.pipeline = {row.integer(1)};
  run.repo = {row.integer(2)};
  run.repo_path = row.take_text(3);
  run.file = row.take_text(4);
  run.number = row.integer(5);
  run.name = row.take_text(6);
  run.ref = row.take_text(7);
  run.sha = row.take_text(8);
  run.title = row.take_text(9);
  run.cause = row.take_text(10);
  run.push = {row.integer(11)};
  run.actor = {row.integer(12)};
  run.actor_name = row.take_text(13);
  run.remark = row.take_text(14);
  run.created_at = row.time(15);
  run.started_at = row.maybe_time(16);
  run.finished_at = row.maybe_time(17);
  run.said_state = row.take_text(18);
  return run;
}

Result<RunRow> run_of(Row row) {
  RunRow run = listed_run(row);
  run.yaml = row.take_text(19);
  run.stages = TRY(from_json<std::vector<StageName>>(row.text(20)));
  run.groups = TRY(from_json<std::vector<std::string>>(row.text(21)));
  return run;
}

Result<std::vector<RunId>> ids_of(const std::vector<Row>& rows) {
  std::vector<RunId> ids;
  for (const Row& row : rows) ids.push_back({row.integer(0)});
  return ids;
}

}  // namespace

Result<PipelineRow> open_pipeline(Tx& tx, RepoId repo, std::string_view file, std::string_view name) {
  TRY(
      tx.exec("insert into pipeline (repo, file, name, last_number) values ($1, $2, $3, 0) "
              "on conflict (repo, file) do update set name = excluded.name",
              {repo, file, name}));
  Row row = TRY(tx.one("pipeline", "select id, last_number from pipeline where repo = $1 and file = $2", {repo, file}));
  return PipelineRow{{row.integer(0)}, repo, std::string(file), std::string(name), row.integer(1)};
}

Result<std::optional<PipelineRow>> find_pipeline(Tx& tx, RepoId repo, std::string_view file) {
  auto row = TRY(tx.maybe("select id, name, last_number from pipeline where repo = $1 and file = $2", {repo, file}));
  if (!row) return std::optional<PipelineRow>{};
  return std::optional(PipelineRow{{row->integer(0)}, repo, std::string(file), row->text(1), row->integer(2)});
}

Result<void> set_last_number(Tx& tx, PipelineId pipeline, std::int64_t number) {
  TRY(tx.exec("update pipeline set last_number = $2 where id = $1", {pipeline, number}));
  return {};
}

Result<RunId> insert_run(Tx& tx, const RunRow& run) {
  const std::int64_t id = TRY(tx.insert(
      "insert into pipeline_run (pipeline, repo, repo_path, number, name, ref, sha, title, cause, push, actor, "
      "actor_name, remark, yaml, "
      "stages, variable_groups, created_at, started_at, finished_at, said_state) values ($1, $2, $3, $4, $5, $6, $7, "
      "$8, $9, $10, $11, $12, "
      "$13, $14, $15, $16, $17, null, null, '') returning id",
      {run.pipeline, run.repo, run.repo_path, run.number, run.name, run.ref, run.sha, run.title, run.cause, run.push,
       run.actor, run.actor_name, run.remark, run.yaml, to_json(run.stages), to_json(run.groups), run.created_at}));
  return RunId{id};
}

Result<RunRow> load_run(Tx& tx, RunId run) {
  Row row =
      TRY(tx.one(fmt::format("run {}", run.value),
                 fmt::format("select {}, {} from pipeline_run r join pipeline p on p.id = r.pipeline where r.id = $1",
                             kListColumns, kFurtherColumns),
                 {run}));
  return run_of(std::move(row));
}

Result<void> save_run(Tx& tx, const RunRow& run) {
  TRY(tx.exec("update pipeline_run set started_at = $2, finished_at = $3, said_state = $4 where id = $1",
              {run.id, run.started_at, run.finished_at, run.said_state}));
  return {};
}

Result<std::vector<RunId>> stalled_runs(Tx& tx) {
  return ids_of(TRY(tx.query(
      "select r.id from pipeline_run r where r.finished_at is null and not exists (select 1 from run_job j where j.run "
      "= r.id and (j.state in ('queued', 'running', 'waiting') or j.held <> 0)) order by r.pipeline, r.id")));
}

Result<std::vector<RunId>> open_runs(Tx& tx, PipelineId pipeline) {
  return ids_of(
      TRY(tx.query("select id from pipeline_run where pipeline = $1 and finished_at is null order by id", {pipeline})));
}

Result<std::vector<RunRow>> list_runs(Tx& tx, const RunFilter& filter) {
  std::string where = "1 = 1";
  std::vector<Param> params;
  const auto add = [&](std::string_view condition, Param param) {
    params.push_back(std::move(param));
    where += fmt::format(" and {} ${}", condition, params.size());
  };
  if (filter.repo) add("r.repo =", filter.repo);
  if (filter.actor) add("r.actor =", filter.actor);
  if (!filter.state.empty()) add("r.said_state =", filter.state);
  if (!filter.file.empty()) add("p.file =", filter.file);
  if (!filter.ref.empty()) add("r.ref =", filter.ref);
  if (!filter.sha.empty()) add("r.sha =", filter.sha);
  if (filter.before > 0) add("r.id <", filter.before);
  params.push_back(filter.limit);
  auto rows = TRY(tx.query(
      fmt::format(
          "select {} from pipeline_run r join pipeline p on p.id = r.pipeline where {} order by r.id desc limit ${}",
          kListColumns, where, params.size()),
      params));
  std::vector<RunRow> runs;
  runs.reserve(rows.size());
  for (Row& row : rows) runs.push_back(listed_run(row));
  return runs;
}

Result<std::optional<std::string>> state_before(Tx& tx, const RunRow& run) {
  auto row = TRY(tx.maybe(
      "select said_state from pipeline_run where pipeline = $1 and ref = $2 and id < $3 and finished_at is not null "
      "and said_state in ('succeeded', 'failed') order by id desc limit 1",
      {run.pipeline, run.ref, run.id}));
  if (!row) return std::optional<std::string>{};
  return std::optional(row->text(0));
}

Result<std::vector<RunId>> runs_of_repo(Tx& tx, RepoId repo) {
  return ids_of(TRY(tx.query("select id from pipeline_run where repo = $1", {repo})));
}

Result<std::optional<double>> usual_seconds(Tx& tx, PipelineId pipeline, std::string_view key) {
  const std::string_view of_run =
      "select finished_at - started_at from pipeline_run where pipeline = $1 and said_state = 'succeeded' "
      "and started_at is not null order by id desc limit 5";
  const std::string_view of_job =
      "select finished_at - started_at from run_job where pipeline = $1 and key = $2 and state = 'succeeded' "
      "and started_at is not null order by id desc limit 5";
  std::vector<Param> params{pipeline};
  if (!key.empty()) params.push_back(key);
  auto rows = TRY(tx.query(key.empty() ? of_run : of_job, std::move(params)));
  std::vector<double> seconds;
  for (const Row& row : rows) seconds.push_back(static_cast<double>(row.integer(0)) / 1e6);
  if (seconds.empty()) return std::optional<double>{};
  std::sort(seconds.begin(), seconds.end());
  return std::optional(seconds[seconds.size() / 2]);
}

Result<std::vector<KeyValue>> load_variables(Tx& tx, RunId run, std::string_view source) {
  std::vector<KeyValue> variables;
  auto rows =
      TRY(tx.query("select key, value from run_variable where run = $1 and source = $2 order by key", {run, source}));
  for (const Row& row : rows) variables.push_back({row.text(0), row.text(1)});
  return variables;
}

Result<void> put_variable(Tx& tx, RunId run, std::string_view source, const KeyValue& variable) {
  TRY(
      tx.exec("insert into run_variable (run, source, key, value) values ($1, $2, $3, $4) "
              "on conflict (run, source, key) do update set value = excluded.value",
              {run, source, variable.key, variable.value}));
  return {};
}

Result<void> delete_runs_of_repo(Tx& tx, RepoId repo) {
  for (std::string_view table : {"job_step", "job_gate", "gate_vote", "artifact", "test_report"}) {
    TRY(tx.exec(fmt::format("delete from {} where job in (select id from run_job where repo = $1)", table), {repo}));
  }
  TRY(tx.exec("delete from run_job where repo = $1", {repo}));
  TRY(tx.exec("delete from run_variable where run in (select id from pipeline_run where repo = $1)", {repo}));
  for (std::string_view table : {"pipeline_run", "pipeline", "trigger_record", "job_cache"}) {
    TRY(tx.exec(fmt::format("delete from {} where repo = $1", table), {repo}));
  }
  return {};
}

}  // namespace sampan::pipeline::store
