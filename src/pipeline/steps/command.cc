// Command and SetVariables: the two steps that need no tool.
#include "pipeline/steps/kinds.h"

namespace sampan::pipeline {
namespace {

void compile_command(const StepFields& fields, Compilation& out) {
  out.script(fields.text("run"), fields.pairs("variables"));
  if (fields.has("workdir")) out.actions.back().workdir = fields.text("workdir");
}

void compile_set_variables(const StepFields& fields, Compilation& out) {
  Action action;
  action.action = "set_variables";
  action.variables = fields.pairs("variables");
  out.actions.push_back(std::move(action));
}

}  // namespace

std::span<const StepKind> command_steps() {
  static const std::vector<StepKind> kinds{
      {.name = "Command",
       .aliases = {"CustomEnvironmentBuild"},
       .summary =
           "Runs shell text in the checkout. The step fails at the first command that fails (`bash -e -o pipefail`).",
       .fields = {{.name = "run", .required = true, .meaning = "the shell text"},
                  {.name = "workdir", .meaning = "folder of the checkout to run in"},
                  {.name = "variables", .type = FieldType::pairs, .meaning = "environment of this step only"},
                  {.name = "ifGivenShell", .type = FieldType::ignored, .meaning = "the shell is always bash"}},
       .compile = compile_command},
      {.name = "SetVariables",
       .aliases = {},
       .summary = "Sets variables for the later steps of this job and the later jobs of the run.",
       .fields = {{.name = "variables",
                   .type = FieldType::pairs,
                   .required = true,
                   .meaning = "the variables; values may hold `${NAME}`"}},
       .compile = compile_set_variables,
       .platform = false},
  };
  return kinds;
}

}  // namespace sampan::pipeline
