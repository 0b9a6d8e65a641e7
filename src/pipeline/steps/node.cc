// Node.js: builds and unit tests.
#include "pipeline/steps/kinds.h"
#include "pipeline/steps/tools.h"

namespace sampan::pipeline {
namespace {

const Field kNode{
    .name = "nodeVersion", .type = FieldType::version, .meaning = "checked against `node --version`; absent: any"};
const Field kVersionType{
    .name = "versionType", .type = FieldType::ignored, .meaning = "the version is the one of the machine or image"};

std::string tools(const StepFields& fields) {
  return need_tool({"Node.js", "node --version", fields.text("nodeVersion"),
                    "Install it, or run the job in an image with runsOn.container."});
}

void keep_caches(Compilation& out) {
  out.cache("~/.npm");
  out.cache("~/.yarn");
}

void compile_setup(const StepFields& fields, Compilation& out) {
  out.prelude += tools(fields);
  keep_caches(out);
  out.script("node --version\n");
}

void compile_build(const StepFields& fields, Compilation& out) {
  keep_caches(out);
  out.script(tools(fields) + fields.text("run"));
}

void compile_test(const StepFields& fields, Compilation& out) {
  compile_build(fields, out);
  out.junit_report(fields);
}

}  // namespace

std::span<const StepKind> node_steps() {
  static const std::vector<StepKind> kinds{
      {.name = "NodeBuild",
       .aliases = {},
       .summary = "Builds with Node.js; `~/.npm` and `~/.yarn` are kept between runs of the job.",
       .fields = {kNode,
                  kVersionType,
                  {.name = "run", .standard = "npm ci && npm run build", .meaning = "the shell text"}},
       .compile = compile_build},
      {.name = "SetupNode",
       .aliases = {},
       .summary = "Checks the Node.js version for all later steps of the job.",
       .fields = {kNode,
                  kVersionType,
                  {.name = "npmType", .type = FieldType::ignored, .meaning = "npm is the one of the machine or image"}},
       .compile = compile_setup},
      {.name = "NodeUnitTest",
       .aliases = {},
       .summary = "Runs unit tests with Node.js and, where `reports` says so, collects their JUnit reports.",
       .fields = {kNode,
                  kVersionType,
                  {.name = "run", .standard = "npm ci && npm test", .meaning = "the shell text"},
                  {.name = "name", .standard = "unit tests", .meaning = "name of the report"},
                  {.name = "reports", .type = FieldType::words, .meaning = "patterns of the report files"}},
       .compile = compile_test},
  };
  return kinds;
}

}  // namespace sampan::pipeline
