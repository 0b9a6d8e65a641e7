// A pipeline file, read: `.sampan/*.yaml` in the vocabulary of Flow (docs/formats/pipeline.md). Pure: text in, nouns or
// diagnoses out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "pipeline/action.h"
#include "pipeline/condition.h"
#include "pipeline/steps/step.h"

namespace sampan::pipeline {

enum class TriggerKind { push, tag_push, merge_request_merged, merge_request_opened };

// What starts the pipeline. Without `sources` in the file: pushes on the default branch.
struct Source {
  std::string id, name, branch;  // branch empty: the repository's default branch
  std::vector<TriggerKind> events;
  std::string branches_filter;  // regular expression; empty: only `branch`
  std::string path_filter;      // over changed paths; empty: any
  int clone_depth = 1;          // 0: all history
};

struct RunsOn {
  std::vector<std::string> labels;  // sorted
  std::string container;            // image; empty: the sandbox of the runner
  bool network = true;
};

struct GateSpec {
  std::vector<std::string> validators;  // login names
  bool all_must = false;                // validateMethod: and
  std::string message;
  int timeout_minutes = 0;  // 0: waits for ever
};

struct StepSpec {
  std::string id, name;
  const StepKind* kind = nullptr;
  StepFields fields;
  int line = 0, column = 0;
};

struct JobSpec {
  std::string id, name, stage;     // stage: its id
  std::vector<std::string> needs;  // keys of jobs, those of earlier stages by the order of stages included
  std::string condition_text;      // empty: after success of the jobs before
  bool manual = false;             // driven: manual
  int timeout_minutes = 240;
  RunsOn runs_on;
  bool checkout = true;
  std::vector<StepSpec> steps;
  std::optional<GateSpec> gate;  // component ManualValidate; then there are no steps
  int line = 0, column = 0;
  std::string key() const { return stage + "." + id; }
  bool platform() const;  // runs on the server: it has Deploy steps
};

struct StageSpec {
  std::string id, name;
  std::vector<JobSpec> jobs;
};

struct Concurrency {
  int most_runs = 100;          // maxRunningPipelineInstances
  bool preempt_oldest = false;  // pipelineMaxRunningBehavior: preemptOldest
  int most_same_job = 1;        // maxRunningJobInstances
};

struct Definition {
  std::string file, name;
  std::optional<Source> source;  // absent: the file has no `sources`
  std::vector<KeyValue> variables;
  std::vector<std::string> groups;      // names of variable groups
  std::vector<std::string> cache_dirs;  // "~/.m2"; for all jobs, beside those of their steps
  bool cache_off = false;               // `cache: {cacheDirs: []}`
  Concurrency concurrency;
  std::vector<StageSpec> stages;
  const JobSpec* find_job(std::string_view key) const;
};

struct Reading {
  std::optional<Definition> definition;  // absent when there are errors
  std::vector<Diagnosis> errors;         // at most 20
  std::vector<Diagnosis> warnings;
};
inline constexpr std::size_t kMostJobs = 200;
inline constexpr std::size_t kMostSteps = 50;  // of a job

Reading read_definition(std::string_view text, std::string_view file);

}  // namespace sampan::pipeline
