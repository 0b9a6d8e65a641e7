#include "pipeline/steps/kinds.h"

namespace sampan::pipeline {
namespace {

std::vector<const StepKind*> join_kinds() {
  std::vector<const StepKind*> all;
  for (auto kinds : {command_steps(), java_steps(), node_steps(), golang_steps(), python_steps(), image_steps(),
                     artifact_steps(), report_steps(), scan_steps(), deploy_steps()}) {
    for (const StepKind& kind : kinds) all.push_back(&kind);
  }
  return all;
}

}  // namespace

std::span<const StepKind* const> step_kinds() {
  static const std::vector<const StepKind*> all = join_kinds();
  return all;
}

const StepKind* find_step_kind(std::string_view name) {
  for (const StepKind* kind : step_kinds()) {
    if (kind->name == name || std::find(kind->aliases.begin(), kind->aliases.end(), name) != kind->aliases.end())
      return kind;
  }
  return nullptr;
}

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  for (const StepKind* kind : step_kinds()) {
    names.push_back(kind->name);
    names.insert(names.end(), kind->aliases.begin(), kind->aliases.end());
  }
  return names;
}

}  // namespace sampan::pipeline
