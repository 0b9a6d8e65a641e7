#include "watch/store.h"

namespace sampan::watch::store {

Result<void> add(Tx& tx, AppId app, const Sample& s) {
  TRY(tx.exec(
      "insert into metric_sample(application_id, at, requests_per_second, failed_per_second, cpu_percent, "
      "memory_bytes, instances, p95_ms)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (application_id, at) do nothing",
      {app, s.at, s.requests_per_second, s.failed_per_second, s.cpu_percent, s.memory_bytes, s.instances, s.p95_ms}));
  return {};
}

Result<std::vector<Sample>> since(Tx& tx, AppId app, Time from) {
  std::vector<Sample> found;
  for (const auto& r : TRY(tx.query(
           "select at, requests_per_second, failed_per_second, cpu_percent, memory_bytes, instances, p95_ms from "
           "metric_sample where application_id = $1 and at >= $2 order by at",
           {app, from}))) {
    found.push_back({r.time(0), r.real(1), r.real(2), r.real(3), r.integer(4), r.integer(5), {}});
    if (!r.is_null(6)) found.back().p95_ms = r.real(6);
  }
  return found;
}

Result<void> forget(Tx& tx, Time before) {
  TRY(tx.exec("delete from metric_sample where at < $1", {before}));
  return {};
}

}  // namespace sampan::watch::store
