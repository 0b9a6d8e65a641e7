// The pipeline engine without a server: `sampan run --local` compiles the file of a working tree to the same job orders
// a runner is sent. Pure: no database, no repository, no network.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/yaml.h"

namespace sampan::pipeline {

struct LocalRequest {
  std::string yaml, file;  // file: ".sampan/daily.yaml", for sentences
  std::string repo_path;   // "company/shop"; what images are named by
  std::string ref = "refs/heads/local", sha, title, actor;
  std::string job;                                             // the one wanted, "unit" or "check.unit"; empty: all
  std::vector<std::pair<std::string, std::string>> variables;  // run-time input
  std::string registry_host = "localhost";
};

struct LocalJob {
  std::string key, name;
  std::vector<std::string> needs;
  std::string
      order;  // JSON as in docs/formats/runner.md, without checkout (the working tree is there), token and secrets
  std::string
      left_out;  // why it is not run here (a gate, a delivery, a condition that does not hold); then there is no order
};

struct LocalPlan {
  std::vector<LocalJob> jobs;               // each after those it needs
  std::vector<Diagnosis> errors, warnings;  // with errors there are no jobs
};
LocalPlan plan_local(const LocalRequest& request, Time now);

// docs/formats/pipeline-steps.md, made from the table of steps; what `sampan docs steps` prints.
std::string step_reference();

}  // namespace sampan::pipeline
