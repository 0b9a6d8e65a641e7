// Gates, jobs started by hand, deliveries, variable groups.
#include <boost/json.hpp>

#include "pipeline/fixture_test.h"
#include "pipeline/run_actions.h"

namespace sampan::pipeline::testing {
namespace {

const std::string kGate = R"yaml(stages:
  ask: { jobs: { gate: { name: Confirm, component: ManualValidate, with: { validatorType: users, validatorUsers: [li, root], message: 可以吗 } } } }
  go: { jobs: { work: { steps: { c: { step: Command, with: { run: ls } } } } } }
)yaml";

struct Gates : Yard {
  std::string job_path(const Json& run, const std::string& place) {
    return fmt::format("/api/v1/runs/{}/jobs/{}", at(run, "id"), at(run, place + ".id"));
  }
  Json begin(const std::string& yaml = kGate) {
    commit("master", {{".sampan/p.yaml", yaml}});
    return run(last_run());
  }
};

TEST_CASE_FIXTURE(Gates, "gates: a run waits for the people named, and nobody else may pass it") {
  const Json run = begin();
  CHECK(at(run, "state") == "waiting");
  CHECK(at(run, "reason") == "Confirm: waits for 1 approval of li or root");
  const std::string gate = job_path(run, "stages.0.jobs.0");
  CHECK(call(Method::post, gate + "/approve", actor("ann")).error().message ==
        "only li, root may pass or refuse the gate 'Confirm'");
  CHECK(call(Method::post, gate + "/approve", actor("vic")).error().code == Errc::denied);
  CHECK(at(json(Method::get, "/api/v1/runs/" + at(run, "id"), actor("li")), "can.approve") == "true");
  settle();
  CHECK(heard.lock()->gates.at(0).validators == std::vector<std::string>{"li", "root"});
  const Json passed = json(Method::post, gate + "/approve", actor("li"), R"({"comment":"好"})");
  CHECK(at(passed, "stages.0.jobs.0.gate.state") == "approved");
  CHECK(at(passed, "stages.0.jobs.0.gate.approvals.0.comment") == "好");
  CHECK(at(passed, "stages.1.jobs.0.state") == "queued");
  CHECK(call(Method::post, gate + "/approve", actor("li")).error().code == Errc::conflict);
}

TEST_CASE_FIXTURE(Gates, "gates: a refusal fails the run with the person and the words") {
  const Json run = begin();
  const Json refused =
      json(Method::post, job_path(run, "stages.0.jobs.0") + "/refuse", actor("li"), R"({"comment":"周末不发"})");
  CHECK(at(refused, "state") == "failed");
  CHECK(at(refused, "reason") == "Confirm: refused by li: 周末不发");
}

TEST_CASE_FIXTURE(Gates, "gates: approved now and released at the time, with the checks repeated then") {
  const Json run = begin();
  const std::string gate = job_path(run, "stages.0.jobs.0");
  const std::string at_time = format_rfc3339(clock.now() + std::chrono::hours(2));
  CHECK(call(Method::post, gate + "/approve", actor("li"), R"({"release_at":"2001-01-01T00:00:00Z"})").error().code ==
        Errc::invalid);
  const Json approved =
      json(Method::post, gate + "/approve", actor("li"), fmt::format(R"({{"release_at":"{}"}})", at_time));
  CHECK(at(approved, "state") == "waiting");
  CHECK(at(approved, "reason") == fmt::format("Confirm: approved by li, released at {}", at_time));
  clock.advance(std::chrono::minutes(119));
  CHECK(at(this->run(last_run()), "state") == "waiting");
  clock.advance(std::chrono::minutes(2));
  wait_for_state("running");
  CHECK(at(this->run(last_run()), "stages.1.jobs.0.state") == "queued");
}

TEST_CASE_FIXTURE(Gates,
                  "gates: when the branch moved on since the approval nothing is released and the gate is open again") {
  const Json run = begin();
  const std::string gate = job_path(run, "stages.0.jobs.0");
  json(Method::post, gate + "/approve", actor("li"),
       fmt::format(R"({{"release_at":"{}"}})", format_rfc3339(clock.now() + std::chrono::hours(1))));
  commit("master", {{"x", "y"}}, "[skip ci]");
  clock.advance(std::chrono::hours(2));
  {
    auto locked = heard.lock();
    REQUIRE(heard_more.wait_for(locked.lock(), std::chrono::seconds(10), [&] { return locked->gates.size() == 2; }));
  }
  const Json again = this->run(std::stoll(at(run, "id")));
  CHECK(at(again, "state") == "waiting");
  CHECK(at(again, "reason").find("not released: the branch master moved from") != std::string::npos);
  CHECK(at(json(Method::post, gate + "/approve", actor("root")), "stages.0.jobs.0.state") == "succeeded");
}

TEST_CASE_FIXTURE(Gates, "gates: 'and' needs all, and a gate with a time ends by it") {
  std::string yaml = kGate;
  yaml.replace(yaml.find("validatorType"), 0, "validateMethod: and, timeoutMinutes: 30, ");
  const Json run = begin(yaml);
  CHECK(at(run, "reason").find("waits for 2 approvals of li and root, until ") != std::string::npos);
  const Json half = json(Method::post, job_path(run, "stages.0.jobs.0") + "/approve", actor("li"));
  CHECK(at(half, "reason").find("waits for 1 approval of root") != std::string::npos);
  clock.advance(std::chrono::minutes(31));
  wait_for_state("failed");
  CHECK(at(this->run(last_run()), "reason") == "Confirm: nobody decided in the time the gate had");
}

TEST_CASE_FIXTURE(
    Gates,
    "pipeline: a job driven by hand waits for a developer, and a condition that does not hold skips with its values") {
  const Json run = begin(R"yaml(stages:
  a: { driven: manual, jobs: { one: { steps: { c: { step: Command, with: { run: ls } } } } } }
  b: { jobs: { two: { condition: '"${CI_COMMIT_REF_NAME}" == "release"', steps: { c: { step: Command, with: { run: ls } } } } } }
)yaml");
  CHECK(at(run, "reason") == "one: waits for somebody to start it");
  const std::string job = job_path(run, "stages.0.jobs.0");
  CHECK(call(Method::post, job + "/start", actor("vic")).error().code == Errc::denied);
  CHECK(at(json(Method::post, job + "/start", actor("ann")), "state") == "queued");
  auto stream = connect_runner();
  const Json order = *parse_json(stream->wait_for("job"));
  text(Method::post, fmt::format("/api/v1/runner/jobs/{}/finish", at(order, "job")), runner(),
       R"({"fence":1,"state":"succeeded"})");
  const Json done = this->run(last_run());
  CHECK(at(done, "state") == "succeeded");
  CHECK(at(done, "stages.1.jobs.0.reason") == "its condition does not hold: \"master\" == \"release\"");
}

const std::string kDeploy = R"yaml(stages:
  image: { jobs: { build: { steps: { img: { step: ImageBuild, with: { artifact: order } } } } } }
  deploy:
    jobs:
      daily:
        steps:
          set: { step: SetVariables, with: { variables: [ { key: TARGET, value: "dai${SUFFIX}" } ] } }
          go: { step: Deploy, with: { environment: "${TARGET}", image: "$[stages.image.build.img.artifacts.order]" } }
variables: [ { key: SUFFIX, value: ly } ]
)yaml";

struct Deliveries : Gates {
  events::DeployRequested requested() {
    commit("master", {{".sampan/p.yaml", kDeploy}, {".sampan/app.yaml", "name: order\n"}});
    auto stream = connect_runner();
    const Json order = *parse_json(stream->wait_for("job"));
    const std::string job = "/api/v1/runner/jobs/" + at(order, "job");
    text(Method::post, job + "/images", runner(),
         fmt::format(R"({{"fence":1,"name":"order","image":"127.0.0.1:8080/company/shop:v1","digest":"sha256:{}"}})",
                     std::string(64, 'b')));
    text(Method::post, job + "/finish", runner(), R"({"fence":1,"state":"succeeded"})");
    settle();
    return heard.lock()->deploys.back();
  }
  void tell(const events::DeployRequested& request, std::int64_t id, bool finished, bool ok,
            const std::string& reason = "") {
    events::DeploymentChanged change;
    change.deployment = {id};
    change.application = "order";
    change.environment = "daily";
    change.state = !finished ? "running" : ok ? "succeeded" : "rolled_back";
    change.finished = finished;
    change.ok = ok;
    change.job = request.job;
    change.step = request.step;
    change.reason = reason;
    REQUIRE(db->write([&](Tx& tx) { return say(*events, tx, change); }).has_value());
    settle();
  }
};

TEST_CASE_FIXTURE(Deliveries, "deploy: the step asks with everything resolved, and ends as its deployment ends") {
  const events::DeployRequested request = requested();
  CHECK(request.environment == "daily");
  CHECK(request.image == fmt::format("127.0.0.1:8080/company/shop@sha256:{}", std::string(64, 'b')));
  CHECK(request.app_yaml == "name: order\n");
  CHECK(request.actor_name == "ann");
  REQUIRE(pipeline->append_log(request.job, "go", "starting 1 of 2").has_value());
  tell(request, 7, false, false);
  CHECK(at(run(last_run()), "stages.1.jobs.0.deployment_id") == "7");
  tell(request, 7, true, true);
  const Json done = run(last_run());
  CHECK(at(done, "state") == "succeeded");
  CHECK(at(done, "stages.1.jobs.0.steps.1.log_first_line") == "1");
  const Json log =
      json(Method::get, fmt::format("/api/v1/runs/{}/jobs/{}/log", at(done, "id"), request.job.value), actor("vic"));
  CHECK(at(log, "lines.0.text") == "starting 1 of 2");
}

TEST_CASE_FIXTURE(Deliveries,
                  "deploy: a deployment that failed fails the job with its reason; a cancelled run aborts it, and its "
                  "late news is not for the next try") {
  const events::DeployRequested request = requested();
  tell(request, 0, true, false, "there is no environment 'daily'");
  CHECK(at(run(last_run()), "reason").find("there is no environment 'daily'") != std::string::npos);
  text(Method::post, fmt::format("/api/v1/runs/{}/retry", last_run()), actor("ann"),
       fmt::format(R"({{"job":{}}})", request.job.value));
  tell(request, 7, true, false, "no instance became ready in 60 s");
  CHECK(at(run(last_run()), "reason") ==
        "daily: the deployment of order to daily ended as rolled_back: no instance became ready in 60 s");
  const std::string retry = fmt::format("/api/v1/runs/{}/retry", last_run());
  text(Method::post, retry, actor("ann"), fmt::format(R"({{"job":{}}})", request.job.value));
  tell(request, 8, false, false);
  text(Method::post, fmt::format("/api/v1/runs/{}/cancel", last_run()), actor("ann"));
  settle();
  CHECK(heard.lock()->aborts.back().step == "go");
  text(Method::post, retry, actor("ann"), fmt::format(R"({{"job":{}}})", request.job.value));
  tell(request, 8, true, false, "aborted");
  CHECK(at(run(last_run()), "stages.1.jobs.0.state") == "running");
  tell(request, 9, true, true);
  CHECK(at(run(last_run()), "state") == "succeeded");
}

TEST_CASE_FIXTURE(Deliveries,
                  "deploy: without the file that declares the application the step fails with the sentence") {
  commit("master", {{".sampan/p.yaml",
                     "stages: { d: { jobs: { go: { steps: { x: { step: Deploy, with: { environment: daily, "
                     "promoteFrom: staging } } } } } } }\n"}});
  CHECK(at(run(last_run()), "reason").find("there is no file .sampan/app.yaml at commit") != std::string::npos);
}

struct Groups : Gates {
  void put(const std::string& group, const std::string& body) {
    text(Method::put, "/api/v1/variable-groups/" + group, actor("root"), body);
  }
  void set(const std::string& group, const std::string& key, const std::string& body) {
    text(Method::put, "/api/v1/variable-groups/" + group + "/variables/" + key, actor("root"), body);
  }
};

TEST_CASE_FIXTURE(Groups, "variables: a secret is sealed, never shown, and reaches the runner as a secret") {
  put("daily", R"({"repos":["company/*"]})");
  set("daily", "TOKEN", R"({"value":"hunter2-hunter2","secret":true})");
  set("daily", "URL", R"({"value":"http://x"})");
  const std::string shown = text(Method::get, "/api/v1/variable-groups", actor("root"));
  CHECK(shown.find("hunter2") == std::string::npos);
  CHECK(shown.find("http://x") != std::string::npos);
  CHECK(text(Method::get, "/api/v1/variable-groups", actor("ann")).find("http://x") == std::string::npos);
  const auto rows = db->read([](Tx& tx) { return tx.query("select value from variable_change"); }).value();
  for (const Row& row : rows) CHECK(row.text(0).find("hunter2") == std::string::npos);
  commit("master",
         {{".sampan/p.yaml",
           "variableGroups: [daily]\nvariables: [{key: URL, value: mine}]\n" + kGate.substr(0, kGate.find("  ask")) +
               "  go: { jobs: { work: { steps: { c: { step: Command, with: { run: ls } } } } } }\n"}});
  auto stream = connect_runner();
  const Json order = *parse_json(stream->wait_for("job"));
  CHECK(at(order, "secrets.0.key") == "TOKEN");
  CHECK(at(order, "secrets.0.value") == "hunter2-hunter2");
  bool overridden = false;
  for (const auto& pair : order.at("environment").as_array())
    overridden = overridden || (at(pair, "key") == "URL" && at(pair, "value") == "mine");
  CHECK(overridden);
}

TEST_CASE_FIXTURE(Groups,
                  "variables: what is bound to an environment joins at delivery and cannot be read by a pipeline") {
  put("production", R"({"environments":["production"]})");
  set("production", "DB_PASSWORD", R"({"value":"secret-one","secret":true})");
  commit("master", {{".sampan/p.yaml", "variableGroups: [production]\n" + kGate}});
  const Json records = json(Method::get, "/api/v1/repos/company/shop/triggers", actor("vic"));
  CHECK(at(records, "items.0.reason")
            .find("the variable group 'production' is not open to the pipelines of company/shop") != std::string::npos);
  auto settings = pipeline->settings_for("production", "company/shop").value();
  REQUIRE(settings.size() == 1);
  CHECK(settings[0].value == "secret-one");
  CHECK(pipeline->settings_for("daily", "company/shop").value().empty());
  // A release keeps its versions: a rollback gets the values of its time.
  set("production", "DB_PASSWORD", R"({"value":"secret-two","secret":true})");
  CHECK(pipeline->settings_for("production", "company/shop").value()[0].value == "secret-two");
  CHECK(pipeline->settings_at(settings).value()[0].value == "secret-one");
  settings[0].version = 99;
  CHECK(pipeline->settings_at(settings).error().message ==
        "version 99 of 'DB_PASSWORD' in the variable group 'production' is gone");
}

TEST_CASE_FIXTURE(Groups, "variables: every change is kept, and a deleted key's versions go on") {
  put("daily", "{}");
  set("daily", "A", R"({"value":"1"})");
  set("daily", "A", R"({"value":"2"})");
  text(Method::del, "/api/v1/variable-groups/daily/variables/A", actor("root"));
  set("daily", "A", R"({"value":"3"})");
  const Json history = json(Method::get, "/api/v1/variable-groups/daily/history", actor("root"));
  REQUIRE(history.at("items").as_array().size() == 4);
  CHECK(at(history, "items.0.version") == "4");
  CHECK(at(history, "items.2.old") == "1");
  CHECK(at(history, "items.2.new") == "2");
  CHECK(at(history, "items.1.action") == "delete");
  CHECK(call(Method::put, "/api/v1/variable-groups/daily/variables/a-b", actor("root"), R"({"value":"1"})")
            .error()
            .code == Errc::invalid);
}

TEST_CASE_FIXTURE(Groups, "caches: what a job keeps is listed with its size, and deleting it makes runners drop it") {
  commit("master", {{".sampan/p.yaml", "stages: { s: { jobs: { j: { steps: { c: { step: JavaBuild } } } } } }\n"}});
  auto stream = connect_runner();
  const Json order = *parse_json(stream->wait_for("job"));
  const std::string job = "/api/v1/runner/jobs/" + at(order, "job");
  CHECK(at(order, "caches.0.generation") == "1");
  text(
      Method::post, job + "/caches", runner(),
      fmt::format(R"({{"fence":1,"caches":[{{"key":"{}","size":4096,"dropped":false}}]}})", at(order, "caches.0.key")));
  text(Method::post, job + "/finish", runner(), R"({"fence":1,"state":"succeeded"})");
  const Json caches = json(Method::get, "/api/v1/repos/company/shop/caches", actor("vic"));
  CHECK(at(caches, "items.0.size") == "4096");
  text(Method::del, "/api/v1/repos/company/shop/caches/" + at(caches, "items.0.id"), actor("ann"));
  CHECK(json(Method::get, "/api/v1/repos/company/shop/caches", actor("vic")).at("items").as_array().empty());
  commit("master", {{"a", "b"}});
  CHECK(at(*parse_json(stream->wait_for("job", 2)), "caches.0.generation") == "2");
}

}  // namespace
}  // namespace sampan::pipeline::testing
