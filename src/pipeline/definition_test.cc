#include "pipeline/definition.h"

#include <doctest/doctest.h>

namespace sampan::pipeline {
namespace {

// All complaints, one a line.
std::string complaints(std::string_view yaml) {
  std::string all;
  for (const Diagnosis& diagnosis : read_definition(yaml, ".sampan/p.yaml").errors) all += format(diagnosis) + "\n";
  return all;
}

Definition read(std::string_view yaml) {
  Reading reading = read_definition(yaml, ".sampan/p.yaml");
  REQUIRE_MESSAGE(reading.definition.has_value(), complaints(yaml));
  return std::move(*reading.definition);
}

bool has(const std::string& text, std::string_view part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

constexpr std::string_view kDaily = R"yaml(name: 每日构建
sources:
  order_repo: { type: codeup, branch: master, branchesFilter: ^master$, triggerEvents: [push, tagPush], cloneDepth: "1" }
variables: [ { key: APP_ENV, value: daily }, { key: N, value: 3, type: Number } ]
variableGroups: [ daily ]
cache: { cacheDirs: [ ~/.m2 ] }
concurrencyConfig: { maxRunningPipelineInstances: 2, pipelineMaxRunningBehavior: preemptOldest }
x-anchors: { jdk: &jdk "17" }
stages:
  check:
    name: Check
    jobs:
      ut:
        name: Unit tests
        steps:
          test: { name: test, step: MavenUnitTest, with: { jdkVersion: *jdk, run: mvn -B test } }
  image:
    jobs:
      build:
        runsOn: { labels: "linux,amd64", container: "maven:3" }
        timeoutMinutes: 30
        steps:
          mvn: { step: JavaBuild, with: { jdkVersion: "17" } }
          img: { step: ACRDockerBuild, with: { artifact: order_image, dockerfilePath: Dockerfile, dockerTag: "daily-${DATETIME}", serviceConnection: x } }
  gate:
    jobs:
      ask:
        component: ManualValidate
        with: { validatorType: users, validateMethod: and, validatorUsers: [ li, wang ], message: 可以发布吗 }
  deploy:
    jobs:
      go:
        condition: '"${APP_ENV}" == "daily"'
        steps:
          d: { step: Deploy, with: { environment: daily, image: "$[stages.image.build.img.artifacts.order_image.dockerUrl]" } }
)yaml";

TEST_CASE("definition: a file in Flow's vocabulary is read with all it says") {
  const Definition definition = read(kDaily);
  CHECK(definition.name == "每日构建");
  CHECK(definition.source->events.size() == 2);
  CHECK(definition.variables[1].value == "3");
  CHECK(definition.concurrency.most_runs == 2);
  CHECK(definition.concurrency.preempt_oldest);
  REQUIRE(definition.stages.size() == 4);
  const JobSpec& build = definition.stages[1].jobs[0];
  CHECK(build.needs == std::vector<std::string>{"check.ut"});
  CHECK(build.runs_on.labels == std::vector<std::string>{"amd64", "linux"});
  CHECK(build.timeout_minutes == 30);
  CHECK(build.steps[1].kind->name == "ImageBuild");
  CHECK(definition.find_job("gate.ask")->gate->all_must);
  CHECK(definition.find_job("deploy.go")->platform());
}

TEST_CASE("definition: the same file with the line ends of Windows reads the same") {
  std::string crlf;
  for (char c : kDaily) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK(read(crlf).stages.size() == 4);
}

TEST_CASE("definition: what Flow has and we do not need is a warning, not an error") {
  const Reading reading = read_definition(kDaily, "p.yaml");
  REQUIRE(reading.warnings.size() == 1);
  CHECK(reading.warnings[0].message.find("serviceConnection") != std::string::npos);
}

TEST_CASE("definition: the file's own name is the name of a pipeline without one") {
  CHECK(read("stages: {s: {jobs: {j: {steps: {a: {step: Command, with: {run: ls}}}}}}}").name == "p");
}

TEST_CASE("definition: unknown keys, values, steps and components name the nearest") {
  const std::string text = complaints(R"yaml(stagess: {}
sources: { r: { type: codeup, triggerEvents: [psuh] } }
concurrencyConfig: { pipelineMaxRunningBehavior: rejectAll }
stages:
  s:
    jobs:
      a:
        timeoutMinute: 3
        steps:
          x: { step: Comand, with: { run: ls } }
          y: { step: MavenUnitTest, with: { runn: ls } }
      b: { component: ManualValidat }
)yaml");
  has(text, ".sampan/p.yaml:1:1: unknown key 'stagess' in the pipeline, did you mean 'stages'?");
  has(text, "the trigger event 'psuh'");
  has(text, "did you mean 'push'?");
  has(text, "expected one of 'rejectNew', 'preemptOldest'");
  has(text, ":8:9: unknown key 'timeoutMinute' in job 'a', did you mean 'timeoutMinutes'?");
  has(text, "did you mean 'Command'?");
  has(text, "unknown key 'runn' in 'with' of step 'y' (MavenUnitTest), did you mean 'run'?");
  has(text, "did you mean 'ManualValidate'?");
}

TEST_CASE("definition: a scan step becomes the scanner, a report and metrics with their red lines") {
  const auto file = [](const std::string& with) {
    return "stages:\n  s:\n    jobs:\n      j:\n        steps:\n          p3c: { step: JavaP3CScan, with: " + with +
           " }\n";
  };
  const auto actions_of = [&](const std::string& with) {
    const auto definition = read(file(with));
    const auto& step = definition.stages[0].jobs[0].steps[0];
    Compilation out;
    step.kind->compile(step.fields, out);
    return out.actions;
  };
  const auto actions = actions_of(
      "{ exclusion: \"it's/**\", redlines: [ { metric: p3c.blocker, comparator: EQ, limit: 0 }, { metric: x, limit: "
      "1.5 } ] }");
  REQUIRE(actions.size() == 3);
  has(*actions[0].script, "--engines p3c ");
  has(*actions[0].script, "--exclude 'it'\\''s/**'");
  has(*actions[0].script, "[ $sampan_code -ne 1 ] || sampan_code=0");
  CHECK(actions[1].action == "junit_report");
  REQUIRE(actions[2].redlines->size() == 2);
  CHECK(actions[2].redlines->at(0).comparator == "EQ");
  CHECK(actions[2].redlines->at(1).limit == 1.5);
  CHECK(actions[2].redlines->at(1).comparator == "LE");
  CHECK(actions[0].script->find("advisories") == std::string::npos);      // of packages only
  CHECK(actions_of("{}")[0].script->find("-ne 1") == std::string::npos);  // then the file's limits are the verdict
  has(complaints(file("{ redlines: [ { metric: a, comparator: LT, limit: 0 } ] }")), "'LE'");
  has(complaints(file("{ redlines: [ { metric: a, limit: many } ] }")), "'many': expected a number");
  has(complaints(file("{ redlines: [ { limit: 1 } ] }")), "metric");
  has(complaints(file("{ redlines: 3 }")), "expected a list of {metric, comparator, limit}");
}

TEST_CASE("definition: a circle of needs is named by its jobs") {
  const std::string text = complaints(R"yaml(stages:
  s:
    jobs:
      a: { needs: c, steps: { x: { step: Command, with: { run: ls } } } }
      b: { needs: a, steps: { x: { step: Command, with: { run: ls } } } }
      c: { needs: [b], steps: { x: { step: Command, with: { run: ls } } } }
)yaml");
  has(text, "in a circle: s.a needs s.c needs s.b needs s.a");
}

TEST_CASE("definition: duplicate ids, wrong ids and unknown needs are told with their place") {
  has(complaints("stages:\n  s: {jobs: {}}\n  s: {jobs: {}}\n"), ":3:3: ");
  const std::string text = complaints(R"yaml(stages:
  1s:
    jobs:
      构建: { needs: [tset], steps: { x y: { step: Command, with: { run: ls } } } }
      test: { steps: { x: { step: Command, with: { run: ls } } } }
)yaml");
  has(text, ":2:3: the id '1s' of a stage");
  has(text, ":4:7: the id '构建' of a job");
  has(text, "the id 'x y' of a step");
  has(text, "there is no job 'tset', did you mean 'test'?");
}

TEST_CASE("definition: an artifact must exist, be made before, and be named right") {
  const std::string head = R"yaml(stages:
  a:
    jobs:
      make: { steps: { up: { step: ArtifactUpload, with: { artifact: jar, filePath: target/*.jar } } } }
      beside: { steps: { x: { step: Command, with: { run: "echo $[jobs.make.up.artifacts.jar]" } } } }
  b:
    jobs:
      use: { steps: { x: { step: Command, with: { run: "echo )yaml";
  const std::string tail = "\" } } } }\n";
  has(complaints(head + "$[stages.a.make.up.artifacts.jar]" + tail), "job 'a.make' does not end before job 'a.beside'");
  has(complaints(head + "$[stages.a.make.up.artifacts.jra]" + tail), "step 'up' makes jar, not 'jra'");
  has(complaints(head + "$[stages.a.mkae.up.artifacts.jar]" + tail),
      "there is no job 'a.mkae', did you mean 'a.make'?");
  has(complaints(head + "$[stages.a.make.artifacts.jar]" + tail), "is not a reference to an artifact");
}

TEST_CASE("definition: a Deploy step stands only beside its like, with one origin") {
  const std::string text = complaints(R"yaml(stages:
  s:
    jobs:
      a:
        steps:
          c: { step: Command, with: { run: ls } }
          d: { step: Deploy, with: { environment: daily, image: a, promoteFrom: daily } }
)yaml");
  has(text, "step 'c' (Command) stands beside a Deploy step");
  has(text, "exactly one of 'image' and 'promoteFrom'");
}

TEST_CASE("definition: hostile files end with a sentence") {
  has(complaints("# template=true\nstages: {{ range }}"), "template files");
  has(complaints(""), "the file is empty");
  has(complaints("- a\n- b\n"), "expected a mapping");
  has(complaints("stages:\n\ts: {}\n"), ":2:");
  std::string deep, bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 0; i < 1000; ++i) deep += "[";
  CHECK_FALSE(complaints("stages: " + deep).empty());
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 0; k < 8; ++k) bomb += "," + last;
    bomb += "]\n";
  }
  CHECK_FALSE(complaints(bomb).empty());
  std::string many = "stages:\n  s:\n    jobs:\n";
  for (int i = 0; i < 201; ++i)
    many += "      j" + std::to_string(i) + ": { steps: { x: { step: Command, with: { run: ls } } } }\n";
  has(complaints(many), "more than 200 jobs");
  std::string wrong = "stages: {}\n";
  for (int i = 0; i < 50; ++i) wrong += "k" + std::to_string(i) + ": 1\n";
  CHECK(read_definition(wrong, "p").errors.size() == 20);
}

TEST_CASE("definition: cache folders stay below the home folder") {
  const std::string text = complaints("cache: { cacheDirs: [ /, ~/, ~/../x, /srv/.m2 ] }\nstages: {}\n");
  has(text, "the cache folder '/'");
  has(text, "the cache folder '~/../x'");
  has(text, "the cache folder '/srv/.m2'");
}

}  // namespace

TEST_CASE("steps: every kind has a summary, meanings, and names that belong to it alone") {
  std::set<std::string> names;
  for (const StepKind* kind : step_kinds()) {
    CHECK_FALSE(kind->summary.empty());
    CHECK((kind->compile != nullptr));
    CHECK(names.insert(kind->name).second);
    for (const std::string& alias : kind->aliases) CHECK(names.insert(alias).second);
    for (const Field& field : kind->fields) CHECK_FALSE(field.meaning.empty());
  }
}

}  // namespace sampan::pipeline
