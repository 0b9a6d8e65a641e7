// Artifacts, test reports, metrics and caches as rows. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db.h"
#include "model/ids.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline::store {

struct ArtifactRow {
  ArtifactId id;
  RunId run;
  JobId job;
  RepoId repo;
  std::string step, name, kind, file_name;
  std::int64_t size = 0;
  std::string sha256, image;
  Time created_at{};
};
Result<ArtifactId> put_artifact(
    Tx& tx, const ArtifactRow& artifact);  // a later one of the same job and name replaces the earlier
Result<ArtifactRow> load_artifact(Tx& tx, ArtifactId artifact);
Result<std::vector<ArtifactRow>> artifacts_of_run(Tx& tx, RunId run);
// That of the job `key` with this name, of the step when it is known.
Result<std::optional<ArtifactRow>> find_artifact(Tx& tx, RunId run, std::string_view job_key, std::string_view name);
Result<bool> is_blob_used(Tx& tx, std::string_view sha256);
Result<std::vector<std::string>> blobs_of_repo(Tx& tx, RepoId repo);

struct ReportRow {
  JobId job;
  std::int64_t fence = 0;
  std::string kind, name, step, file_sha256;
  std::int64_t tests = 0, failures = 0, errors = 0, skipped = 0, duration_us = 0;
  std::string failed_cases;  // JSON
};
Result<void> put_report(Tx& tx, const ReportRow& report);
Result<std::vector<ReportRow>> reports_of_run(Tx& tx,
                                              RunId run);  // one row a file; only those of each job's last start

// A number that a step reported; comparator empty: no red line.
struct MetricRow {
  JobId job;
  std::int64_t fence = 0;
  std::string step, name;
  double value = 0;
  std::string comparator;
  double limit = 0;
};
Result<void> put_metric(Tx& tx, const MetricRow& metric);
Result<std::vector<MetricRow>> metrics_of_run(Tx& tx, RunId run);  // of each job's last start
// The values of that name in the runs of this pipeline on this ref before `run`, newest first, at most `most`.
Result<std::vector<double>> metric_before(Tx& tx, const RunRow& run, std::string_view name, int most);

struct CacheRow {
  std::int64_t id = 0;
  RepoId repo;
  std::string key, file, job_key, directory;
  std::int64_t generation = 1, size = 0;
  std::string note;
  Time updated_at{};
};
Result<CacheRow> open_cache(Tx& tx, const CacheRow& wanted);  // by key; made when new
Result<void> note_cache(Tx& tx, std::string_view key, std::int64_t size, std::string_view note, Time now);
Result<std::vector<CacheRow>> list_caches(Tx& tx, RepoId repo);  // those that hold something
Result<CacheRow> load_cache(Tx& tx, RepoId repo, std::int64_t id);
Result<void> drop_cache(Tx& tx, std::int64_t id, Time now);

}  // namespace sampan::pipeline::store
