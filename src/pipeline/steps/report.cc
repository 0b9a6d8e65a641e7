// JunitReport, SarifReport: what tests and other tools said, whoever ran them.
#include "pipeline/steps/kinds.h"

namespace sampan::pipeline {
namespace {

void compile_junit(const StepFields& fields, Compilation& out) { out.junit_report(fields); }

void compile_sarif(const StepFields& fields, Compilation& out) {
  Action action;
  action.action = "sarif_report";
  action.name = fields.text("tool");
  action.paths = fields.words("reports");
  action.always = true;
  out.actions.push_back(std::move(action));
}

}  // namespace

std::span<const StepKind> report_steps() {
  static const std::vector<StepKind> kinds{
      {.name = "JunitReport",
       .aliases = {},
       .summary = "Collects JUnit report files; it runs also after a step that failed.",
       .fields = {{.name = "reports",
                   .type = FieldType::words,
                   .required = true,
                   .meaning = "patterns of the report files",
                   .aliases = {"reportPath", "path"}},
                  {.name = "name", .standard = "unit tests", .meaning = "name of the report"}},
       .compile = compile_junit},
      {.name = "SarifReport",
       .aliases = {},
       .summary = "Hands in what other tools found (SARIF 2.1.0) for the run's commit: it joins the findings of the "
                  "scan, their red lines and the gate. It runs also after a step that failed, and fails when no file "
                  "is there.",
       .fields = {{.name = "reports",
                   .type = FieldType::words,
                   .required = true,
                   .meaning = "patterns of the SARIF files; those of one step are handed in together",
                   .aliases = {"reportPath", "path"}},
                  {.name = "tool",
                   .meaning = "the tool's name in the lists, when not as the file has it; two steps that hand in "
                              "results of one tool need two names"}},
       .compile = compile_sarif},
  };
  return kinds;
}

}  // namespace sampan::pipeline
