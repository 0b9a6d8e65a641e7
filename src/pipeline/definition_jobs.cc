// `stages`, their jobs and steps.
#include "base/text.h"
#include "pipeline/definition_read.h"

namespace sampan::pipeline {
namespace {

const std::vector<std::string> kDriven{"auto", "manual"};

bool read_manual(MapReader& map) { return map.choice("driven", kDriven) == "manual"; }

std::string read_name(MapReader& map, const std::string& id) {
  std::string name = map.text("name").value_or(id);
  if (name.size() > 200)
    map.diagnoses().error(*map.node().find("name"), fmt::format("the name of {} is longer than 200 bytes", map.what()));
  return name;
}

RunsOn read_runs_on(const YamlNode& node, Diagnoses& diagnoses) {
  RunsOn runs_on;
  if (node.kind == YamlNode::Kind::scalar) {
    // public/<region> is any runner; private/<label> is one that has the label.
    if (node.text.starts_with("private/")) {
      runs_on.labels = {node.text.substr(8)};
    } else if (!node.text.starts_with("public/")) {
      runs_on.labels = {node.text};
    }
    return runs_on;
  }
  MapReader map(node, "'runsOn'", diagnoses);
  auto group = map.text("group");
  if (group && group->starts_with("private/")) runs_on.labels.push_back(group->substr(8));
  for (const Word& word : map.words("labels")) {
    for (const std::string& label : split(word.text, ',')) {
      if (!trim(label).empty()) runs_on.labels.emplace_back(trim(label));
    }
  }
  runs_on.container = map.text("container").value_or("");
  runs_on.network = map.flag("network").value_or(true);
  for (std::string_view key : {"instanceType", "vm", "enableDockerDaemon"}) {
    if (const YamlNode* value = map.take(key))
      diagnoses.warning(*value, fmt::format("'{}' of 'runsOn' has no effect here", key));
  }
  map.finish();
  std::sort(runs_on.labels.begin(), runs_on.labels.end());
  runs_on.labels.erase(std::unique(runs_on.labels.begin(), runs_on.labels.end()), runs_on.labels.end());
  return runs_on;
}

StepSpec read_step(const YamlNode& key, const YamlNode& node, Diagnoses& diagnoses) {
  StepSpec step;
  step.id = key.text;
  step.line = key.line;
  step.column = key.column;
  check_id({key.text, key.line, key.column}, "step", 64, diagnoses);
  MapReader map(node, fmt::format("step '{}'", step.id), diagnoses);
  step.name = read_name(map, step.id);
  const YamlNode* type = map.require("step");
  const YamlNode* with = map.take("with");
  map.text("workspace");
  map.finish();
  if (type == nullptr) return step;
  step.kind = find_step_kind(type->text);
  if (step.kind == nullptr) {
    diagnoses.error(*type,
                    fmt::format("'step' of {} is '{}', which is not a kind of step{}; `sampan docs steps` lists them",
                                map.what(), type->text, did_you_mean(type->text, step_names())));
    return step;
  }
  step.fields = read_step_fields(*step.kind, with, node, map.what(), diagnoses);
  if (step.kind->platform && step.fields.has("image") == step.fields.has("promoteFrom")) {
    diagnoses.error(*type, fmt::format("step '{}': expected exactly one of 'image' and 'promoteFrom'", step.id));
  }
  return step;
}

void read_steps(const YamlNode& node, JobSpec& job, Diagnoses& diagnoses) {
  if (node.kind != YamlNode::Kind::mapping) {
    diagnoses.error(node, fmt::format("'steps' of job '{}': expected a mapping of ids to steps, found {}", job.id,
                                      kind_name(node)));
    return;
  }
  if (node.pairs.size() > kMostSteps) {
    diagnoses.error(
        node, fmt::format("job '{}' has {} steps: at most {} are allowed", job.id, node.pairs.size(), kMostSteps));
    return;
  }
  for (const auto& [key, value] : node.pairs) job.steps.push_back(read_step(key, value, diagnoses));
  if (!job.platform()) return;
  for (const StepSpec& step : job.steps) {
    if (step.kind == nullptr || step.kind->platform || step.kind->name == "SetVariables") continue;
    diagnoses.error_at(step.line, step.column,
                       fmt::format("step '{}' ({}) stands beside a Deploy step: the server itself runs such a job, "
                                   "which may hold only Deploy and "
                                   "SetVariables steps; move it to a job of its own",
                                   step.id, step.kind->name));
  }
}

GateSpec read_gate(const YamlNode* with, const YamlNode& job, Diagnoses& diagnoses) {
  static const std::vector<std::string> kTypes{"users"};
  static const std::vector<std::string> kMethods{"or", "and"};
  GateSpec gate;
  if (with == nullptr) {
    diagnoses.error(job,
                    "the component ManualValidate lacks 'with: {validatorType: users, validatorUsers: [login names]}'");
    return gate;
  }
  MapReader map(*with, "'with' of ManualValidate", diagnoses);
  map.choice("validatorType", kTypes);
  gate.all_must = map.choice("validateMethod", kMethods) == "and";
  for (std::string_view key : {"validatorUsers", "validators"}) {
    for (Word& word : map.words(key)) gate.validators.push_back(std::move(word.text));
  }
  gate.message = map.text("message").value_or("");
  gate.timeout_minutes = static_cast<int>(map.integer("timeoutMinutes", 1, 60 * 24 * 90).value_or(0));
  map.finish();
  if (gate.validators.empty() && with->kind == YamlNode::Kind::mapping)
    diagnoses.error(*with, "ManualValidate names nobody: expected 'validatorUsers' with login names");
  return gate;
}

void read_component(MapReader& map, const YamlNode& component, const YamlNode* with, JobSpec& job) {
  static const std::vector<std::string> kComponents{"ManualValidate"};
  if (component.text == "ManualValidate") {
    job.gate = read_gate(with, map.node(), map.diagnoses());
  } else {
    map.diagnoses().error(
        component, fmt::format("the component '{}' of {} is not offered: {}; a delivery is a job with a Deploy step",
                               component.text, map.what(), expected_one_of(component.text, kComponents)));
  }
}

}  // namespace

JobSpec read_job(const Word& id, const YamlNode& node, const StageSpec& stage, Diagnoses& diagnoses) {
  JobSpec job;
  job.id = id.text;
  job.stage = stage.id;
  job.line = id.line;
  job.column = id.column;
  check_id(id, "job", 30, diagnoses);
  MapReader map(node, fmt::format("job '{}'", job.id), diagnoses);
  job.name = read_name(map, job.id);
  if (const YamlNode* runs_on = map.take("runsOn")) job.runs_on = read_runs_on(*runs_on, diagnoses);
  for (Word& word : map.words("needs")) job.needs.push_back(std::move(word.text));
  job.condition_text = map.text("condition").value_or("");
  job.manual = read_manual(map);
  job.timeout_minutes = static_cast<int>(map.integer("timeoutMinutes", 1, 60 * 24 * 7).value_or(240));
  if (const YamlNode* sources = map.take("sourceOption")) {
    job.checkout = !(sources->kind == YamlNode::Kind::sequence && sources->items.empty());
  }
  const YamlNode* steps = map.take("steps");
  const YamlNode* component = map.take("component");
  const YamlNode* with = map.take("with");
  if (const YamlNode* plugins = map.take("plugins")) {
    diagnoses.warning(*plugins,
                      "'plugins' has no effect here: messages are sent by robots, which an administrator sets up once "
                      "for all pipelines");
  }
  map.finish();
  if (steps != nullptr && component != nullptr) {
    diagnoses.error(*component, fmt::format("{} has 'steps' and 'component': expected one of them", map.what()));
  } else if (component != nullptr) {
    read_component(map, *component, with, job);
  } else if (steps != nullptr) {
    read_steps(*steps, job, diagnoses);
    if (with != nullptr)
      diagnoses.error(*with, fmt::format("'with' of {} belongs to a step or to a component", map.what()));
    if (job.steps.empty() && steps->kind == YamlNode::Kind::mapping)
      diagnoses.error(*steps, fmt::format("{} has no step", map.what()));
  } else if (node.kind == YamlNode::Kind::mapping) {
    diagnoses.error(node, fmt::format("{} lacks 'steps' (or a 'component')", map.what()));
  }
  return job;
}

std::vector<StageSpec> read_stages(const YamlNode& stages, Diagnoses& diagnoses) {
  std::vector<StageSpec> out;
  StageNeeds stage_needs;
  if (stages.kind != YamlNode::Kind::mapping) {
    diagnoses.error(stages, fmt::format("'stages': expected a mapping of ids to stages, found {}", kind_name(stages)));
    return out;
  }
  std::size_t jobs_found = 0;
  for (const auto& [key, node] : stages.pairs) {
    StageSpec stage;
    stage.id = key.text;
    check_id({key.text, key.line, key.column}, "stage", 30, diagnoses);
    MapReader map(node, fmt::format("stage '{}'", stage.id), diagnoses);
    stage.name = read_name(map, stage.id);
    const bool manual = read_manual(map);
    const bool has_needs = node.find("needs") != nullptr;
    std::vector<Word> needs = map.words("needs");
    stage_needs.push_back(has_needs ? std::optional(std::move(needs)) : std::nullopt);
    const YamlNode* jobs = map.require("jobs");
    map.finish();
    if (jobs != nullptr && jobs->kind != YamlNode::Kind::mapping) {
      diagnoses.error(*jobs, fmt::format("'jobs' of {}: expected a mapping of ids to jobs, found {}", map.what(),
                                         kind_name(*jobs)));
    } else if (jobs != nullptr) {
      jobs_found += jobs->pairs.size();
      if (jobs_found > kMostJobs) {
        diagnoses.error(*jobs, fmt::format("the pipeline has more than {} jobs", kMostJobs));
        return out;
      }
      for (const auto& [id, job] : jobs->pairs)
        stage.jobs.push_back(read_job({id.text, id.line, id.column}, job, stage, diagnoses));
    }
    if (stage.jobs.empty() && jobs != nullptr && jobs->kind == YamlNode::Kind::mapping)
      diagnoses.error(*jobs, fmt::format("{} has no job", map.what()));
    // A stage somebody must start: its first jobs wait for the person.
    for (JobSpec& job : stage.jobs) job.manual = job.manual || (manual && job.needs.empty());
    out.push_back(std::move(stage));
  }
  if (out.empty()) diagnoses.error(stages, "the pipeline has no stage");
  resolve_needs(out, stage_needs, diagnoses);
  return out;
}

}  // namespace sampan::pipeline
