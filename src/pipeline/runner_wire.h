// What travels between runner and server besides orders.
#pragma once

#include "base/clock.h"
#include "base/json_struct.h"
#include "pipeline/action.h"

namespace sampan::pipeline::wire {

struct Lease {
  std::int64_t job = 0, fence = 0;
};
BOOST_DESCRIBE_STRUCT(Lease, (), (job, fence))
struct Heartbeat {
  std::vector<Lease> jobs;
};
BOOST_DESCRIBE_STRUCT(Heartbeat, (), (jobs))
struct Canceled {
  std::int64_t job = 0, fence = 0;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(Canceled, (), (job, fence, reason))
struct HeartbeatAnswer {
  std::vector<Lease> lost;
  std::vector<Canceled> canceled;
};
BOOST_DESCRIBE_STRUCT(HeartbeatAnswer, (), (lost, canceled))

struct LogAnswer {
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(LogAnswer, (), (size))

struct StepUpdate {
  std::string step, state;
  std::optional<std::int64_t> exit_code;
  std::optional<std::string> reason;
  std::optional<Time> at;
  std::optional<std::int64_t> log_offset;
};
BOOST_DESCRIBE_STRUCT(StepUpdate, (), (step, state, exit_code, reason, at, log_offset))
struct Steps {
  std::int64_t fence = 0;
  std::vector<StepUpdate> updates;
  std::map<std::string, std::string> variables;
};
BOOST_DESCRIBE_STRUCT(Steps, (), (fence, updates, variables))

struct Rest {
  std::vector<StepUpdate> updates;
  std::map<std::string, std::string> variables;
  std::int64_t log_offset = 0;
  std::string log;
};
BOOST_DESCRIBE_STRUCT(Rest, (), (updates, variables, log_offset, log))
struct Finish {
  std::int64_t fence = 0;
  std::string state;
  std::optional<std::string> reason;
  std::optional<Time> finished_at;
  std::optional<Rest> rest;
};
BOOST_DESCRIBE_STRUCT(Finish, (), (fence, state, reason, finished_at, rest))

struct Image {
  std::int64_t fence = 0;
  std::string name, image, digest;
  std::optional<std::string> step;
};
BOOST_DESCRIBE_STRUCT(Image, (), (fence, name, image, digest, step))
struct ArtifactAnswer {
  std::int64_t id = 0;
  std::string sha256;
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(ArtifactAnswer, (), (id, sha256, size))

struct CacheNote {
  std::string key;
  std::int64_t size = 0;
  bool dropped = false;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(CacheNote, (), (key, size, dropped, reason))
struct Metric {
  std::string name;
  double value = 0;
  std::string comparator;
  double limit = 0;
};
BOOST_DESCRIBE_STRUCT(Metric, (), (name, value, comparator, limit))
struct Metrics {
  std::int64_t fence = 0;
  std::string step;
  std::vector<Metric> metrics;
};
BOOST_DESCRIBE_STRUCT(Metrics, (), (fence, step, metrics))

struct Caches {
  std::int64_t fence = 0;
  std::vector<CacheNote> caches;
};
BOOST_DESCRIBE_STRUCT(Caches, (), (fence, caches))

}  // namespace sampan::pipeline::wire
