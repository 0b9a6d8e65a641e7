// JunitReport: test reports, whoever made them.
#include "pipeline/steps/kinds.h"

namespace sampan::pipeline {
namespace {

void compile_junit(const StepFields& fields, Compilation& out) { out.junit_report(fields); }

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
  };
  return kinds;
}

}  // namespace sampan::pipeline
