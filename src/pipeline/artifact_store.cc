#include "pipeline/artifact_store.h"

namespace sampan::pipeline::store {
namespace {

constexpr std::string_view kArtifactColumns =
    "a.id, a.run, a.job, a.repo, a.step, a.name, a.kind, a.file_name, a.size, a.sha256, a.image, a.created_at";

ArtifactRow artifact_of(const Row& row) {
  return {{row.integer(0)}, {row.integer(1)}, {row.integer(2)}, {row.integer(3)}, row.text(4),  row.text(5),
          row.text(6),      row.text(7),      row.integer(8),   row.text(9),      row.text(10), row.time(11)};
}

constexpr std::string_view kCacheColumns =
    "id, repo, key, pipeline_file, job_key, directory, generation, size, note, updated_at";

CacheRow cache_of(const Row& row) {
  return {row.integer(0), {row.integer(1)}, row.text(2),    row.text(3), row.text(4),
          row.text(5),    row.integer(6),   row.integer(7), row.text(8), row.time(9)};
}

}  // namespace

Result<ArtifactId> put_artifact(Tx& tx, const ArtifactRow& a) {
  const std::int64_t id = TRY(
      tx.insert("insert into artifact (run, job, repo, step, name, kind, file_name, size, sha256, image, created_at) "
                "values ($1, $2, $3, $4, $5, $6, $7, "
                "$8, $9, $10, $11) on conflict (job, name) do update set kind = excluded.kind, file_name = "
                "excluded.file_name, size = excluded.size, "
                "sha256 = excluded.sha256, image = excluded.image, created_at = excluded.created_at returning id",
                {a.run, a.job, a.repo, a.step, a.name, a.kind, a.file_name, a.size, a.sha256, a.image, a.created_at}));
  return ArtifactId{id};
}

Result<ArtifactRow> load_artifact(Tx& tx, ArtifactId artifact) {
  Row row = TRY(tx.one(fmt::format("artifact {}", artifact.value),
                       fmt::format("select {} from artifact a where a.id = $1", kArtifactColumns), {artifact}));
  return artifact_of(row);
}

Result<std::vector<ArtifactRow>> artifacts_of_run(Tx& tx, RunId run) {
  std::vector<ArtifactRow> artifacts;
  auto rows =
      TRY(tx.query(fmt::format("select {} from artifact a where a.run = $1 order by a.id", kArtifactColumns), {run}));
  for (const Row& row : rows) artifacts.push_back(artifact_of(row));
  return artifacts;
}

Result<std::optional<ArtifactRow>> find_artifact(Tx& tx, RunId run, std::string_view job_key, std::string_view name) {
  auto row = TRY(tx.maybe(
      fmt::format(
          "select {} from artifact a join run_job j on j.id = a.job where a.run = $1 and j.key = $2 and a.name = $3",
          kArtifactColumns),
      {run, job_key, name}));
  if (!row) return std::optional<ArtifactRow>{};
  return std::optional(artifact_of(*row));
}

Result<bool> is_blob_used(Tx& tx, std::string_view sha256) {
  auto row = TRY(tx.maybe("select 1 from artifact where sha256 = $1 and image = '' limit 1", {sha256}));
  return row.has_value();
}

Result<std::vector<std::string>> blobs_of_repo(Tx& tx, RepoId repo) {
  std::vector<std::string> blobs;
  auto rows = TRY(tx.query("select distinct sha256 from artifact where repo = $1 and image = ''", {repo}));
  for (const Row& row : rows) blobs.push_back(row.text(0));
  return blobs;
}

Result<void> put_report(Tx& tx, const ReportRow& r) {
  TRY(
      tx.exec("insert into test_report (job, fence, kind, name, step, file_sha256, tests, failures, errors, skipped, "
              "duration_us, failed_cases) "
              "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (job, fence, name, file_sha256) "
              "do nothing",
              {r.job, r.fence, r.kind, r.name, r.step, r.file_sha256, r.tests, r.failures, r.errors, r.skipped,
               r.duration_us, r.failed_cases}));
  return {};
}

Result<std::vector<ReportRow>> reports_of_run(Tx& tx, RunId run) {
  std::vector<ReportRow> reports;
  auto rows =
      TRY(tx.query("select t.job, t.fence, t.kind, t.name, t.step, t.file_sha256, t.tests, t.failures, t.errors, "
                   "t.skipped, t.duration_us, "
                   "t.failed_cases from test_report t join run_job j on j.id = t.job and j.fence = t.fence where j.run "
                   "= $1 order by t.id",
                   {run}));
  for (const Row& row : rows) {
    reports.push_back({{row.integer(0)},
                       row.integer(1),
                       row.text(2),
                       row.text(3),
                       row.text(4),
                       row.text(5),
                       row.integer(6),
                       row.integer(7),
                       row.integer(8),
                       row.integer(9),
                       row.integer(10),
                       row.text(11)});
  }
  return reports;
}

Result<void> put_metric(Tx& tx, const MetricRow& m) {
  TRY(
      tx.exec("insert into job_metric (job, fence, step, name, value, comparator, bound) values ($1, $2, $3, $4, $5, "
              "$6, $7) on conflict (job, fence, name) do update set value = excluded.value, comparator = "
              "excluded.comparator, bound = excluded.bound, step = excluded.step",
              {m.job, m.fence, m.step, m.name, m.value, m.comparator, m.limit}));
  return {};
}

Result<std::vector<MetricRow>> metrics_of_run(Tx& tx, RunId run) {
  std::vector<MetricRow> metrics;
  for (const Row& row : TRY(tx.query("select m.job, m.fence, m.step, m.name, m.value, m.comparator, m.bound from "
                                     "job_metric m join run_job j on j.id = m.job and j.fence = m.fence where j.run = "
                                     "$1 order by m.id",
                                     {run})))
    metrics.push_back(
        {JobId{row.integer(0)}, row.integer(1), row.text(2), row.text(3), row.real(4), row.text(5), row.real(6)});
  return metrics;
}

Result<std::vector<double>> metric_before(Tx& tx, const RunRow& run, std::string_view name, int most) {
  std::vector<double> values;
  for (const Row& row :
       TRY(tx.query("select m.value from pipeline_run r join run_job j on j.run = r.id join job_metric "
                    "m on m.job = j.id and m.fence = j.fence where r.pipeline = $1 and r.ref = $2 and "
                    "r.id < $3 and m.name = $4 order by r.id desc limit $5",
                    {run.pipeline, run.ref, run.id, name, most})))
    values.push_back(row.real(0));
  return values;
}

Result<CacheRow> open_cache(Tx& tx, const CacheRow& wanted) {
  TRY(tx.exec(
      "insert into job_cache (repo, key, pipeline_file, job_key, directory, generation, size, note, updated_at) "
      "values ($1, $2, $3, $4, $5, 1, 0, '', $6) on conflict (key) do nothing",
      {wanted.repo, wanted.key, wanted.file, wanted.job_key, wanted.directory, wanted.updated_at}));
  Row row = TRY(tx.one("cache", fmt::format("select {} from job_cache where key = $1", kCacheColumns), {wanted.key}));
  return cache_of(row);
}

Result<void> note_cache(Tx& tx, std::string_view key, std::int64_t size, std::string_view note, Time now) {
  TRY(tx.exec("update job_cache set size = $2, note = $3, updated_at = $4 where key = $1", {key, size, note, now}));
  return {};
}

Result<std::vector<CacheRow>> list_caches(Tx& tx, RepoId repo) {
  std::vector<CacheRow> caches;
  auto rows = TRY(tx.query(
      fmt::format("select {} from job_cache where repo = $1 and size > 0 order by pipeline_file, job_key, directory",
                  kCacheColumns),
      {repo}));
  for (const Row& row : rows) caches.push_back(cache_of(row));
  return caches;
}

Result<CacheRow> load_cache(Tx& tx, RepoId repo, std::int64_t id) {
  Row row = TRY(tx.one(fmt::format("cache {}", id),
                       fmt::format("select {} from job_cache where repo = $1 and id = $2", kCacheColumns), {repo, id}));
  return cache_of(row);
}

Result<void> drop_cache(Tx& tx, std::int64_t id, Time now) {
  TRY(
      tx.exec("update job_cache set generation = generation + 1, size = 0, note = 'deleted by a person', updated_at = "
              "$2 where id = $1",
              {id, now}));
  return {};
}

}  // namespace sampan::pipeline::store
