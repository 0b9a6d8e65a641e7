// Go: builds and unit tests.
#include "pipeline/steps/kinds.h"
#include "pipeline/steps/tools.h"

namespace sampan::pipeline {
namespace {

const Field kGo{
    .name = "goVersion", .type = FieldType::version, .meaning = "checked against `go version`; absent: any"};

void compile(const StepFields& fields, Compilation& out) {
  out.cache("~/go/pkg/mod");
  out.cache("~/.cache/go-build");
  out.script(need_tool({"Go", "go version", fields.text("goVersion"),
                        "Install it, or run the job in an image with runsOn.container."}) +
             fields.text("run"));
}

}  // namespace

std::span<const StepKind> golang_steps() {
  static const std::vector<StepKind> kinds{
      {.name = "GolangBuild",
       .aliases = {},
       .summary = "Builds with Go; modules and the build cache are kept between runs of the job.",
       .fields = {kGo, {.name = "run", .standard = "go build ./...", .meaning = "the shell text"}},
       .compile = compile},
      {.name = "GolangUnitTest",
       .aliases = {},
       .summary = "Runs unit tests with Go.",
       .fields = {kGo, {.name = "run", .standard = "go test ./...", .meaning = "the shell text"}},
       .compile = compile},
  };
  return kinds;
}

}  // namespace sampan::pipeline
