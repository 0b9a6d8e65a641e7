#include <boost/json.hpp>
#include <filesystem>

#include "base/process.h"
#include "pipeline/fixture_test.h"
#include "pipeline/triggers.h"

namespace sampan::pipeline::testing {
namespace {

const std::string kJob = "stages: { s: { jobs: { j: { steps: { c: { step: Command, with: { run: ls } } } } } } }\n";

Definition define(const std::string& head) {
  return std::move(*read_definition(head + kJob, ".sampan/p.yaml").definition);
}

std::string reason(const std::string& head, const std::string& ref, std::vector<std::string> paths = {},
                   std::string title = "t", std::vector<std::string> options = {}) {
  return why_not(define(head), {ref, "master", std::move(title), std::move(options), std::move(paths), false})
      .value_or("");
}

TEST_CASE("triggers: without sources only the default branch starts the pipeline") {
  CHECK(reason("", "refs/heads/master") == "");
  CHECK(reason("", "refs/heads/x") == "the file has no sources: only pushes on the branch 'master' start it");
  CHECK(reason("", "refs/tags/v1").find("only pushes on the branch") != std::string::npos);
}

TEST_CASE("triggers: events, branch filter and path filter each give their reason") {
  const std::string push =
      "sources: { r: { type: codeup, triggerEvents: push, branchesFilter: '^(master|release/.*)$', pathFilter: '^src/' "
      "} }\n";
  CHECK(reason(push, "refs/heads/release/1", {"src/a.java"}) == "");
  CHECK(reason(push, "refs/heads/dev", {"src/a"}) ==
        "the branch 'dev' does not match branchesFilter '^(master|release/.*)$'");
  CHECK(reason(push, "refs/heads/master", {"docs/a"}) == "none of the 1 changed paths matches pathFilter '^src/'");
  CHECK(reason(push, "refs/tags/v1") == "its triggerEvents have no 'tagPush'");
  CHECK(reason("sources: { r: { type: codeup } }\n", "refs/heads/master") ==
        "the file has no triggerEvents: a person starts it");
  CHECK(reason("sources: { r: { triggerEvents: [tagPush] } }\n", "refs/tags/v1") == "");
  CHECK(reason("sources: { r: { triggerEvents: push, branch: dev } }\n", "refs/heads/dev") == "");
  CHECK(reason("", "refs/heads/master", {}, "docs [skip ci]") == "the commit's title says [skip ci]");
  CHECK(reason("", "refs/heads/master", {}, "t", {"ci.skip"}) == "the push option ci.skip was given");
}

TEST_CASE_FIXTURE(Yard,
                  "triggers: every event that starts nothing is listed with its reason, and hearing a push twice "
                  "starts nothing twice") {
  commit("master", {{"README.md", "x"}});
  commit(
      "master",
      {{".sampan/bad.yaml", "stagess: {}\n" + kJob}, {".sampan/good.yaml", kJob}, {".sampan/app.yaml", "image: x\n"}});
  const Json records = json(Method::get, "/api/v1/repos/company/shop/triggers", actor("vic"));
  REQUIRE(records.at("items").as_array().size() == 3);
  CHECK(at(records, "items.2.reason") == "there is no pipeline file (.sampan/*.yaml) at this commit");
  CHECK(at(records, "items.1.reason").find(".sampan/bad.yaml:1:1: unknown key 'stagess'") != std::string::npos);
  CHECK(at(records, "items.0.outcome") == "started");
  CHECK(at(records, "items.0.pipeline_file") == ".sampan/good.yaml");
  CHECK(at(records, "items.0.actor") == "ann");
  CHECK(at(records, "items.0.run_id") == std::to_string(last_run()));
  // The same news once more, as after a crash of the listener.
  Row row = db->read([](Tx& tx) {
                return tx.one("event", "select body from event where kind = 'push_received' order by id desc limit 1");
              }).value();
  REQUIRE(db->write([&](Tx& tx) { return events->say(tx, "push_received", row.text(0)); }).has_value());
  settle();
  CHECK(json(Method::get, "/api/v1/runs", actor("root")).at("items").as_array().size() == 1);
}

TEST_CASE_FIXTURE(Yard, "triggers: over the limit a run is refused with the reason, or takes the place of the oldest") {
  const std::string limit = "concurrencyConfig: { maxRunningPipelineInstances: 1 }\n";
  commit("master", {{".sampan/p.yaml", limit + kJob}});
  commit("master", {{"a", "1"}});
  Json records = json(Method::get, "/api/v1/repos/company/shop/triggers", actor("vic"));
  CHECK(at(records, "items.0.reason") == "1 runs of 'p' are under way and maxRunningPipelineInstances allows 1");
  const std::int64_t old = last_run();
  commit(
      "master",
      {{".sampan/p.yaml",
        "concurrencyConfig: { maxRunningPipelineInstances: 1, pipelineMaxRunningBehavior: preemptOldest }\n" + kJob}});
  CHECK(at(run(old), "state") == "canceled");
  CHECK(at(run(old), "reason").find("a newer run took its place") != std::string::npos);
  CHECK(at(run(last_run()), "state") == "queued");
}

TEST_CASE_FIXTURE(Yard, "triggers: a person starts a pipeline by its file or name, on a branch, with variables") {
  commit("master",
         {{".sampan/daily.yaml",
           "name: 每日\nsources: { r: { type: codeup } }\nvariables: [{key: A, value: file}, {key: B, value: file}]\n" +
               kJob}});
  const Json run = json(Method::post, "/api/v1/repos/company/shop/runs", actor("ann"),
                        R"({"pipeline":"每日","ref":"master","variables":{"A":"input"},"comment":"试一下"})");
  CHECK(at(run, "trigger") == "manual");
  CHECK(at(run, "comment") == "试一下");
  auto stream = connect_runner();
  const Json order = *parse_json(stream->wait_for("job"));
  std::map<std::string, std::string> environment;
  for (const auto& pair : order.at("environment").as_array()) environment[at(pair, "key")] = at(pair, "value");
  CHECK(environment["A"] == "input");
  CHECK(environment["B"] == "file");
  CHECK(environment["BUILD_NUMBER"] == "1");
  CHECK(environment["BUILD_EXECUTOR"] == "ann");
  CHECK(environment["CI_COMMIT_REF_NAME"] == "master");
  CHECK(environment["DATETIME"].size() == 19);
  const auto wrong = [&](const std::string& body) {
    return call(Method::post, "/api/v1/repos/company/shop/runs", actor("ann"), body).error().message;
  };
  CHECK(wrong(R"({"pipeline":"daly.yaml","ref":"master"})").find("did you mean 'daily.yaml'?") != std::string::npos);
  CHECK(wrong(R"({"pipeline":"daily","ref":"--upload-pack=x"})").find("has no branch or tag") != std::string::npos);
  CHECK(wrong(R"({"pipeline":"daily","ref":"master","variables":{"a b":"x"}})").find("'a b' is not a name") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(Yard, "triggers: an annotated tag runs the commit it names") {
  const Sha sha = commit("master", {{".sampan/p.yaml", "sources: { r: { triggerEvents: tagPush } }\n" + kJob}});
  std::string bare;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() + "/repos")) {
    if (entry.path().filename() == "HEAD" && bare.empty()) bare = entry.path().parent_path();
  }
  const Command tag{
      {"git", "-C", bare, "-c", "user.name=a", "-c", "user.email=a@b", "tag", "-a", "-m", "first", "v1", sha.text()}};
  REQUIRE(run_ok(tag).has_value());
  const std::string object = run_ok({{"git", "-C", bare, "rev-parse", "v1"}}).value().substr(0, 40);
  CHECK(object != sha.text());
  events::PushReceived push;
  push.push = {4711};
  push.repo = repo().id;
  push.repo_path = "company/shop";
  push.updates = {{"refs/tags/v1", Sha::zero(), *Sha::parse(object)}};
  REQUIRE(db->write([&](Tx& tx) { return say(*events, tx, push); }).has_value());
  settle();
  const Json tagged = run(last_run());
  CHECK(at(tagged, "sha") == sha.text());
  CHECK(at(tagged, "ref") == "v1");
  CHECK(at(tagged, "trigger") == "tag");
}

TEST_CASE_FIXTURE(Yard, "triggers: a deleted repository takes its runs, logs and artifacts with it") {
  commit("master", {{".sampan/p.yaml", kJob}});
  const std::int64_t id = last_run();
  REQUIRE(db->write([&](Tx& tx) {
              return say(*events, tx, events::RepoDeleted{repo().id, "company/shop"});
            }).has_value());
  settle();
  CHECK_FALSE(
      db->read([&](Tx& tx) { return tx.one("run", "select id from pipeline_run where id = $1", {id}); }).has_value());
}

}  // namespace
}  // namespace sampan::pipeline::testing
