// A definition made ready to run: every job compiled to what its runner is told, texts still holding ${NAME} and
// $[...]. A job's plan is kept as JSON in its row: running it again needs neither the file nor the repository's head.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/definition.h"

namespace sampan::pipeline {

struct StepPlan {
  std::string key, name, step;  // step: the name of its kind
  std::vector<Action> actions;
  std::optional<DeployPlan> deploy;
};
BOOST_DESCRIBE_STRUCT(StepPlan, (), (key, name, step, actions, deploy))

struct GatePlan {
  std::vector<std::string> validators;
  bool all_must = false;
  std::string message;
  int timeout_minutes = 0;
};
BOOST_DESCRIBE_STRUCT(GatePlan, (), (validators, all_must, message, timeout_minutes))

struct JobPlan {
  std::string key, stage, name;
  std::vector<std::string> needs;
  std::string condition;
  bool manual = false, platform = false, checkout = true, network = true;
  std::optional<GatePlan> gate;
  int timeout_minutes = 240, clone_depth = 1, most_same_job = 1;
  std::vector<std::string> labels;
  std::string container;
  std::vector<std::string> caches;
  std::vector<StepPlan> steps;
};
BOOST_DESCRIBE_STRUCT(JobPlan, (),
                      (key, stage, name, needs, condition, manual, platform, checkout, network, gate, timeout_minutes,
                       clone_depth, most_same_job, labels, container, caches, steps))

struct StageName {
  std::string id, name;
};
BOOST_DESCRIBE_STRUCT(StageName, (), (id, name))

struct RunPlan {
  std::string name;
  std::vector<StageName> stages;
  std::vector<KeyValue> variables;
  std::vector<std::string> groups;
  Concurrency concurrency;
  std::vector<JobPlan> jobs;  // in the order of the file
};

struct PlanPlace {
  std::string registry_host, repo_path;
};
RunPlan make_plan(const Definition& definition, const PlanPlace& place);

}  // namespace sampan::pipeline
