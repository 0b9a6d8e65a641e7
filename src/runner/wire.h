// What travels between runner and server besides orders (docs/formats/runner.md, "Reports").
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace sampan::runner {

struct JobKey {
  std::int64_t job = 0, fence = 0;
  auto operator<=>(const JobKey&) const = default;
};
BOOST_DESCRIBE_STRUCT(JobKey, (), (job, fence))

struct StepReport {
  std::string step, state;  // running, succeeded, failed, canceled, skipped
  std::optional<std::string> reason = {};
  std::optional<std::int64_t> exit_code = {}, log_offset = {};
  Time at{};
};
BOOST_DESCRIBE_STRUCT(StepReport, (), (step, state, reason, exit_code, log_offset, at))

constexpr std::int64_t kMostRest = 64 << 10;  // of a log, with the end of its job

// What the server was not told when the job ended.
struct Rest {
  std::vector<StepReport> updates;
  std::map<std::string, std::string> variables;
  std::int64_t log_offset = 0;
  std::string log;  // UTF-8
};
BOOST_DESCRIBE_STRUCT(Rest, (), (updates, variables, log_offset, log))

struct MetricReport {
  std::string name;
  double value = 0;
  std::string comparator;  // of the red line it is held against: LE, GE, EQ; empty: none
  double limit = 0;
};
BOOST_DESCRIBE_STRUCT(MetricReport, (), (name, value, comparator, limit))

struct CacheReport {
  std::string key;
  std::int64_t size = 0;  // bytes
  bool dropped = false;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(CacheReport, (), (key, size, dropped, reason))

}  // namespace sampan::runner
