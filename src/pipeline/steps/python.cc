// Python: builds and unit tests.
#include "pipeline/steps/kinds.h"
#include "pipeline/steps/tools.h"

namespace sampan::pipeline {
namespace {

const Field kPython{
    .name = "pythonVersion", .type = FieldType::version, .meaning = "checked against `python3 --version`; absent: any"};

void compile_build(const StepFields& fields, Compilation& out) {
  out.cache("~/.cache/pip");
  out.script(need_tool({"Python", "python3 --version", fields.text("pythonVersion"),
                        "Install it, or run the job in an image with runsOn.container."}) +
             fields.text("run"));
}

void compile_test(const StepFields& fields, Compilation& out) {
  compile_build(fields, out);
  out.junit_report(fields);
}

}  // namespace

std::span<const StepKind> python_steps() {
  static const std::vector<StepKind> kinds{
      {.name = "PythonBuild",
       .aliases = {},
       .summary = "Builds with Python; pip's cache is kept between runs of the job.",
       .fields = {kPython, {.name = "run", .required = true, .meaning = "the shell text"}},
       .compile = compile_build},
      {.name = "PythonUnitTest",
       .aliases = {},
       .summary = "Runs unit tests with Python and, where `reports` says so, collects their JUnit reports.",
       .fields = {kPython,
                  {.name = "run", .standard = "python3 -m pytest", .meaning = "the shell text"},
                  {.name = "name", .standard = "unit tests", .meaning = "name of the report"},
                  {.name = "reports", .type = FieldType::words, .meaning = "patterns of the report files"}},
       .compile = compile_test},
  };
  return kinds;
}

}  // namespace sampan::pipeline
