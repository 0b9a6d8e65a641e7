#include "pipeline/local.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

namespace sampan::pipeline {
namespace {

const std::string kYaml = R"yaml(variables: [ { key: A, value: file } ]
stages:
  ask: { jobs: { gate: { component: ManualValidate, with: { validatorUsers: [li] } } } }
  check:
    jobs:
      late: { needs: unit, steps: { c: { step: Command, with: { run: ls } } } }
      unit: { steps: { c: { step: Command, with: { run: "echo ${A}" } } } }
      never: { condition: "\"${A}\" == \"x\"", steps: { c: { step: Command, with: { run: ls } } } }
  go: { jobs: { d: { steps: { x: { step: Deploy, with: { environment: daily, image: a } } } } } }
)yaml";

LocalRequest request(std::string job = "") {
  LocalRequest out;
  out.yaml = kYaml;
  out.file = ".sampan/p.yaml";
  out.repo_path = "company/shop";
  out.job = std::move(job);
  out.variables = {{"A", "input"}};
  return out;
}

}  // namespace

TEST_CASE("local: the working tree's file becomes the orders a runner would be sent, in an order that works") {
  const LocalPlan plan = plan_local(request(), Time{});
  REQUIRE(plan.errors.empty());
  REQUIRE(plan.jobs.size() == 5);
  CHECK(plan.jobs[0].left_out == "a manual gate is for the server");
  CHECK(plan.jobs[1].key == "check.unit");
  CHECK(plan.jobs[1].order.find(R"("checkout":null)") != std::string::npos);
  CHECK(plan.jobs[1].order.find(R"({"key":"A","value":"input"})") != std::string::npos);
  CHECK(plan.jobs[1].order.find(R"("action":"script")") != std::string::npos);
  CHECK(plan.jobs[2].left_out == "its condition does not hold: \"input\" == \"x\"");
  CHECK(plan.jobs[3].key == "check.late");
  CHECK(plan.jobs[4].left_out == "a delivery is for the server");
}

TEST_CASE("local: one job is chosen by its id or key, a wrong one names the nearest") {
  CHECK(plan_local(request("unit"), Time{}).jobs.size() == 1);
  CHECK(plan_local(request("check.late"), Time{}).jobs.size() == 1);
  CHECK(plan_local(request("check.unti"), Time{}).errors.at(0).message.find("did you mean 'check.unit'?") !=
        std::string::npos);
}

TEST_CASE("steps: the printed reference is the one in the documents") {
  std::ifstream file(std::string(SAMPAN_SOURCE_DIR) + "/docs/formats/pipeline-steps.md");
  std::stringstream text;
  text << file.rdbuf();
  CHECK_MESSAGE(text.str() == step_reference(), "write it anew: sampan docs steps > docs/formats/pipeline-steps.md");
}

}  // namespace sampan::pipeline
