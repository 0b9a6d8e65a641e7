// A job order as the runner reads it (docs/formats/runner.md, "A job order").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/action.h"

namespace sampan::runner {

using order::Action;
using order::KeyValue;
using order::RedLine;

struct Checkout {
  std::string clone_url, sha, ref;
  int depth = 1;
  std::optional<std::string> repository;  // its name among the server's repositories
};
BOOST_DESCRIBE_STRUCT(Checkout, (), (clone_url, sha, ref, depth, repository))
struct Limits {
  bool network = true;
  std::int64_t memory_bytes = 0;
  double cpus = 0;
  std::int64_t pids = 0;
  std::string container;
};
BOOST_DESCRIBE_STRUCT(Limits, (), (network, memory_bytes, cpus, pids, container))
struct CacheOrder {
  std::string key, directory;
  std::int64_t generation = 1;
};
BOOST_DESCRIBE_STRUCT(CacheOrder, (), (key, directory, generation))
struct Step {
  std::string key, name;
  std::vector<Action> actions;
};
BOOST_DESCRIBE_STRUCT(Step, (), (key, name, actions))

struct Order {
  std::int64_t job = 0, fence = 0, run = 0, run_number = 0, attempt = 1;
  std::string repo_path, pipeline, job_key;
  std::int64_t timeout_s = 0;
  std::optional<Checkout> checkout;
  std::string token, registry;
  std::vector<KeyValue> environment, secrets;
  std::vector<std::string> mask;
  std::optional<std::string> advisories;  // their sum at the server; absent: it has none, or no step asks
  Limits sandbox;
  std::vector<CacheOrder> caches;
  std::vector<Step> steps;
};
BOOST_DESCRIBE_STRUCT(Order, (),
                      (job, fence, run, run_number, attempt, repo_path, pipeline, job_key, timeout_s, checkout, token,
                       registry, environment, secrets, mask, advisories, sandbox, caches, steps))

Result<Order> parse_order(std::string_view json);

}  // namespace sampan::runner
