// All SQL of watch.
#pragma once

#include <optional>
#include <vector>

#include "base/db.h"
#include "model/ids.h"

namespace sampan::watch::store {

struct Sample {
  Time at{};
  double requests_per_second = 0, failed_per_second = 0, cpu_percent = 0;
  std::int64_t memory_bytes = 0, instances = 0;
  std::optional<double> p95_ms{};  // nullopt: no request
};
Result<void> add(Tx& tx, AppId app, const Sample& sample);
Result<std::vector<Sample>> since(Tx& tx, AppId app, Time from);
Result<void> forget(Tx& tx, Time before);

}  // namespace sampan::watch::store
