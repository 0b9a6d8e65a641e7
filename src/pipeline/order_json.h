// The parts of a job order as they travel (docs/formats/runner.md, "A job order").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "pipeline/action.h"

namespace sampan::pipeline {

struct OrderCheckout {
  std::string clone_url, sha, ref;
  int depth = 1;
  std::string repository;
};
BOOST_DESCRIBE_STRUCT(OrderCheckout, (), (clone_url, sha, ref, depth, repository))

// Zero: the runner's own standard.
struct OrderSandbox {
  bool network = true;
  std::int64_t memory_bytes = 0;
  double cpus = 0;
  std::int64_t pids = 0;
  std::string container;
};
BOOST_DESCRIBE_STRUCT(OrderSandbox, (), (network, memory_bytes, cpus, pids, container))

struct OrderCache {
  std::string key, directory;
  std::int64_t generation = 1;
};
BOOST_DESCRIBE_STRUCT(OrderCache, (), (key, directory, generation))

struct OrderStep {
  std::string key, name;
  std::vector<Json> actions;
};
BOOST_DESCRIBE_STRUCT(OrderStep, (), (key, name, actions))

struct Order {
  std::int64_t job = 0, fence = 0, run = 0, run_number = 0, attempt = 1;
  std::string repo_path, pipeline, job_key;
  std::int64_t timeout_s = 0;
  std::optional<OrderCheckout> checkout;
  std::string token, registry;
  std::vector<KeyValue> environment, secrets;
  std::vector<std::string> mask;
  std::optional<std::string> advisories;
  OrderSandbox sandbox;
  std::vector<OrderCache> caches;
  std::vector<OrderStep> steps;
};
BOOST_DESCRIBE_STRUCT(Order, (),
                      (job, fence, run, run_number, attempt, repo_path, pipeline, job_key, timeout_s, checkout, token,
                       registry, environment, secrets, mask, advisories, sandbox, caches, steps))

}  // namespace sampan::pipeline
