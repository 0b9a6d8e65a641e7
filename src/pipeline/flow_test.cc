// The thin thread: push -> run -> order -> log -> finish, and what goes wrong on the way.
#include "base/log.h"
#include "pipeline/fixture_test.h"

namespace sampan::pipeline::testing {
namespace {

const std::string kTwoJobs = R"yaml(name: daily
variables: [ { key: APP_ENV, value: daily } ]
stages:
  check:
    jobs:
      unit:
        name: Unit tests
        steps:
          hello: { step: Command, with: { run: "echo ${APP_ENV}" } }
          test: { step: MavenUnitTest }
  image:
    jobs:
      build:
        name: Build
        steps:
          img: { step: ImageBuild, with: { artifact: order, tag: "v${BUILD_NUMBER}" } }
)yaml";

struct Flow : Yard {
  std::string order(const std::shared_ptr<FakeStream>& stream, std::size_t n = 1) { return stream->wait_for("job", n); }
  void report(const Json& job, const std::string& what, const std::string& body) {
    text(Method::post, fmt::format("/api/v1/runner/jobs/{}/{}", at(job, "job"), what), runner(), body);
  }
  void finish(const Json& job, const std::string& state, const std::string& reason = "") {
    report(job, "finish", fmt::format(R"({{"fence":{},"state":"{}","reason":"{}"}})", at(job, "fence"), state, reason));
  }
};

TEST_CASE_FIXTURE(Flow, "pipeline: a metric stands beside its values in the runs before, newest first") {
  auto stream = connect_runner();
  for (int i = 1; i <= 3; ++i) {
    commit("master", {{".sampan/daily.yaml", kTwoJobs}, {"n", std::to_string(i)}});
    const Json job = *parse_json(order(stream, static_cast<std::size_t>(i)));
    report(job, "metrics",
           fmt::format(
               R"({{"fence":1,"step":"test","metrics":[{{"name":"p3c.major","value":{},"comparator":"","limit":0}}]}})",
               i));
    finish(job, "failed", "enough");
  }
  const Json run = this->run(last_run());
  const auto& metric = run.at("stages").as_array()[0].at("jobs").as_array()[0].at("metrics").as_array()[0];
  CHECK(format_json(metric.at("before")) == "[2,1]");
}

TEST_CASE_FIXTURE(Flow, "pipeline: a job that crossed a red line says so in both languages, and so does its run") {
  auto stream = connect_runner();
  std::size_t orders = 0;
  const auto run_of = [&](const std::string& metrics, const std::string& reason) {
    commit("master", {{".sampan/daily.yaml", kTwoJobs}, {"n", reason}});
    const Json job = *parse_json(order(stream, ++orders));
    report(job, "metrics", fmt::format(R"({{"fence":1,"step":"test","metrics":[{}]}})", metrics));
    finish(job, "failed", reason);
    return this->run(last_run());
  };
  const std::string over = R"({"name":"p3c.major","value":3,"comparator":"LE","limit":2.5})";
  const std::string under = R"({"name":"tests.share","value":0.5,"comparator":"GE","limit":0.8})";
  const std::string met = R"({"name":"scan.gaps","value":0,"comparator":"EQ","limit":0})";

  const Json crossed =
      run_of(over + "," + under + "," + met,
             "step test: scan.gaps is 0; p3c.major is 3: the red line is <= 2.5; tests.share is 0.5: ...");
  CHECK(at(crossed, "stages.0.jobs.0.why.zh") == "p3c.major 为 3，红线为 ≤ 2.5；tests.share 为 0.5，红线为 ≥ 0.8");
  CHECK(at(crossed, "stages.0.jobs.0.why.en") == at(crossed, "stages.0.jobs.0.reason"));
  CHECK(at(crossed, "why.zh") == "Unit tests：p3c.major 为 3，红线为 ≤ 2.5；tests.share 为 0.5，红线为 ≥ 0.8");
  CHECK(at(crossed, "why.en") == at(crossed, "reason"));

  const Json otherwise = run_of(over, "step test: exit code 6");  // the line is not why it failed
  CHECK(at(otherwise, "stages.0.jobs.0.metrics.0.crossed") == "true");
  CHECK(at(otherwise, "stages.0.jobs.0.why") == "null");
  CHECK(at(otherwise, "why") == "null");
}

TEST_CASE_FIXTURE(Flow, "pipeline: a push on the default branch goes from order to order until the run has succeeded") {
  auto stream = connect_runner();
  CHECK(at(*parse_json(stream->wait_for("hello")), "lease_ms") == "30000");
  const Sha sha = commit("master", {{".sampan/daily.yaml", kTwoJobs}}, "first 提交");
  const Json first = *parse_json(order(stream));
  CHECK(at(first, "job_key") == "check.unit");
  CHECK(at(first, "checkout.sha") == sha.text());
  CHECK(at(first, "checkout.clone_url") == "http://sampan.test/company/shop.git");
  CHECK(at(first, "fence") == "1");
  CHECK(at(first, "steps.0.actions.0.action") == "script");
  CHECK(at(first, "steps.0.actions.0.artifact") == "");
  CHECK(at(first, "steps.1.actions.1.action") == "junit_report");
  CHECK(at(first, "caches.0.directory") == "~/.m2");
  CHECK(people->actor_of_token(at(first, "token")).has_value());

  const std::string log =
      "\x1e"
      "hello\ndaily\n\x1e"
      "test\nTests run: 3\n";
  CHECK(at(json(Method::post, fmt::format("/api/v1/runner/jobs/{}/log?fence=1&offset=0", at(first, "job")), runner(),
                log),
           "size") == std::to_string(log.size()));
  report(
      first, "steps",
      R"({"fence":1,"updates":[{"step":"hello","state":"succeeded","exit_code":0},{"step":"test","state":"running"}],"variables":{"IMAGE_TAG":"x1","PATH":"/evil"}})");
  report(first, "reports?fence=1&kind=junit&name=unit%20tests&step=test",
         R"(<testsuite><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite>)");
  report(first, "reports?fence=1&kind=junit&name=unit%20tests&step=test",
         R"(<testsuite><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite>)");
  std::vector<ToolReport> told;
  pipeline->on_tool_report([&](const ToolReport& one) -> Result<void> {
    told.push_back(one);
    if (one.sarif == "{}") return fail(Errc::invalid, "no SARIF");
    return {};
  });
  report(first, "reports?fence=1&kind=sarif&name=Lint&step=test&root=%2Fworkspace", "{\"runs\":[]}");
  REQUIRE(told.size() == 1);
  CHECK(told[0].commit == sha.text());
  CHECK(told[0].repo == repo().id);
  CHECK(told[0].by.starts_with("run 1 of "));
  CHECK(told[0].tool == "Lint");
  CHECK(told[0].root == "/workspace");
  const auto sarif = fmt::format("/api/v1/runner/jobs/{}/reports?fence=", at(first, "job"));
  CHECK(call(Method::post, sarif + "1&kind=sarif", runner(), "{}").error().message == "no SARIF");
  CHECK(call(Method::post, sarif + "2&kind=sarif", runner(), "[]").error().code == Errc::conflict);
  CHECK(told.size() == 2);
  report(
      first, "metrics",
      R"({"fence":1,"step":"test","metrics":[{"name":"p3c.major","value":3,"comparator":"LE","limit":2.5},{"name":"scan.gaps","value":0,"comparator":"","limit":0}]})");
  CHECK(call(Method::post, fmt::format("/api/v1/runner/jobs/{}/metrics", at(first, "job")), runner(),
             R"({"fence":1,"step":"test","metrics":[{"name":"x","value":1,"comparator":"GT","limit":0}]})")
            .error()
            .message == "field 'metrics': 'GT' is no comparator: LE, GE or EQ");
  finish(first, "succeeded");
  finish(first, "succeeded");
  CHECK(people->actor_of_token(at(first, "token")).error().code == Errc::unauthenticated);

  const Json second = *parse_json(order(stream, 2));
  CHECK(at(second, "job_key") == "image.build");
  CHECK(at(second, "steps.0.actions.0.image") == "127.0.0.1:8080/company/shop");
  bool passed_on = false;
  for (const auto& pair : second.at("environment").as_array()) {
    passed_on = passed_on || at(pair, "key") == "IMAGE_TAG";
    CHECK(at(pair, "value") != "/evil");
  }
  CHECK(passed_on);
  report(second, "images",
         fmt::format(R"({{"fence":1,"name":"order","image":"127.0.0.1:8080/company/shop:v1","digest":"sha256:{}"}})",
                     std::string(64, 'a')));
  finish(second, "succeeded");

  const Json run = this->run(last_run());
  CHECK(at(run, "state") == "succeeded");
  CHECK(at(run, "title") == "first 提交");
  CHECK(at(run, "stages.0.jobs.0.steps.1.log_first_line") == "2");
  CHECK(at(run, "stages.0.jobs.0.reports.0.tests") == "2");
  CHECK(at(run, "stages.0.jobs.0.reports.0.failed_cases.0.name") == "b");
  CHECK(at(run, "stages.0.jobs.0.metrics.0.crossed") == "true");
  CHECK(at(run, "stages.0.jobs.0.metrics.0.limit") == "2.5");
  CHECK(at(run, "stages.0.jobs.0.metrics.1.comparator") == "null");
  CHECK(run.at("stages")
            .as_array()[0]
            .at("jobs")
            .as_array()[0]
            .at("metrics")
            .as_array()[0]
            .at("before")
            .as_array()
            .empty());
  CHECK(at(run, "stages.1.jobs.0.artifacts.0.image") == "127.0.0.1:8080/company/shop:v1");
  CHECK(at(run, "edges.0.from") == "check.unit");
  settle();
  std::vector<std::string> states;
  for (const auto& event : heard.lock()->runs) states.push_back(event.state);
  CHECK(states == std::vector<std::string>{"queued", "running", "succeeded"});
  const Json lines = json(
      Method::get, fmt::format("/api/v1/runs/{}/jobs/{}/log?tail=1", at(run, "id"), at(first, "job")), actor("vic"));
  CHECK(at(lines, "lines.0.text") == "Tests run: 3");
  CHECK(at(lines, "complete") == "true");
}

TEST_CASE_FIXTURE(
    Flow, "pipeline: what follows a failed job is skipped with the reason, and a retry starts exactly that again") {
  auto stream = connect_runner();
  commit("master", {{".sampan/daily.yaml", kTwoJobs}});
  const Json job = *parse_json(order(stream));
  finish(job, "failed", "step 'test': exit code 1");
  Json run = this->run(last_run());
  CHECK(at(run, "state") == "failed");
  CHECK(at(run, "reason") == "Unit tests: step 'test': exit code 1");
  CHECK(at(run, "stages.1.jobs.0.state") == "skipped");
  CHECK(at(run, "stages.1.jobs.0.reason") == "job 'Unit tests' failed");
  text(Method::post, fmt::format("/api/v1/runs/{}/retry", at(run, "id")), actor("ann"),
       fmt::format(R"({{"job":{}}})", at(job, "job")));
  const Json again = *parse_json(order(stream, 2));
  CHECK(at(again, "job") == at(job, "job"));
  CHECK(at(again, "fence") == "2");
  run = this->run(last_run());
  CHECK(at(run, "state") == "running");
  CHECK(at(run, "stages.1.jobs.0.reason") == "waits for Unit tests");
  // The old lease is dead: its late words are refused.
  auto late = call(Method::post, fmt::format("/api/v1/runner/jobs/{}/finish", at(job, "job")), runner(),
                   R"({"fence":1,"state":"succeeded"})");
  CHECK(late.error().code == Errc::conflict);
}

TEST_CASE_FIXTURE(Flow, "pipeline: a retry of the whole run has the same inputs, though the branch moved on") {
  const Sha sha = commit("master", {{".sampan/daily.yaml", kTwoJobs}});
  const std::int64_t first = last_run();
  commit("master", {{".sampan/daily.yaml", "name: other\n" + kTwoJobs.substr(12)}, {"x", "y"}}, "[skip ci] moved");
  const Json again = json(Method::post, fmt::format("/api/v1/runs/{}/retry", first), actor("ann"));
  CHECK(at(again, "sha") == sha.text());
  CHECK(at(again, "trigger") == "retry");
  CHECK(at(again, "number") == "2");
  CHECK(at(again, "pipeline") == "daily");
}

TEST_CASE_FIXTURE(Flow, "pipeline: a vanished runner's job is tried again, then failed, each with its reason") {
  auto stream = connect_runner();
  commit("master", {{".sampan/daily.yaml", kTwoJobs}});
  const Json job = *parse_json(order(stream));
  const std::string beat = fmt::format(R"({{"jobs":[{{"job":{},"fence":1}}]}})", at(job, "job"));
  clock.advance(std::chrono::seconds(20));
  CHECK(text(Method::post, "/api/v1/runner/heartbeat", runner(), beat) == R"({"lost":[],"canceled":[]})");
  clock.advance(std::chrono::seconds(31));
  CHECK(stream->wait_closed());  // or it would be given the job again, wherever it is
  CHECK(stream->count("job") == 1);
  const Json second = *parse_json(order(connect_runner()));
  CHECK(at(second, "fence") == "2");
  CHECK(text(Method::post, "/api/v1/runner/heartbeat", runner(), beat) ==
        fmt::format(R"({{"lost":[{{"job":{},"fence":1}}],"canceled":[]}})", at(job, "job")));
  clock.advance(std::chrono::seconds(31));
  wait_for_state("failed");
  CHECK(at(run(last_run()), "stages.0.jobs.0.reason").find("the runner local vanished, 2 times") != std::string::npos);
}

TEST_CASE_FIXTURE(Flow,
                  "pipeline: cancelling is decided by the server, and the runner's place is free when it has stopped") {
  auto stream = connect_runner(1);
  commit("master", {{".sampan/daily.yaml", kTwoJobs}});
  const Json job = *parse_json(order(stream));
  const std::int64_t id = last_run();
  CHECK(at(json(Method::post, fmt::format("/api/v1/runs/{}/cancel", id), actor("ann")), "state") == "canceled");
  CHECK(at(*parse_json(stream->wait_for("cancel")), "reason") == "cancelled by ann");
  CHECK(call(Method::post, fmt::format("/api/v1/runs/{}/cancel", id), actor("ann")).error().code == Errc::conflict);
  CHECK(call(Method::post, fmt::format("/api/v1/runs/{}/cancel", id), actor("vic")).error().code == Errc::denied);
  json(Method::post, fmt::format("/api/v1/runs/{}/retry", id), actor("ann"));
  CHECK(at(run(last_run()), "reason") == "Unit tests: waits for a runner; 1 of 1 places are busy");
  // Its last words are still taken.
  text(Method::post, fmt::format("/api/v1/runner/jobs/{}/log?fence=1&offset=0", at(job, "job")), runner(), "stopped\n");
  finish(job, "canceled");
  CHECK(at(*parse_json(order(stream, 2)), "run_number") == "2");
}

TEST_CASE_FIXTURE(Flow, "pipeline: a job nobody can take says what it waits for") {
  std::string yaml = kTwoJobs;
  yaml.replace(yaml.find("        name: Unit tests\n"), 25,
               "        name: Unit tests\n        runsOn: { labels: [gpu] }\n");
  commit("master", {{".sampan/daily.yaml", yaml}});
  CHECK(at(run(last_run()), "reason") == "Unit tests: waits for a runner with the labels gpu: none is connected");
  auto stream = connect_runner();
  CHECK(at(run(last_run()), "reason") ==
        "Unit tests: waits for a runner with the labels gpu: none of the 1 connected has them");
  auto other = connect_runner(1, "gpu,linux");
  CHECK(at(*parse_json(order(other)), "job_key") == "check.unit");
}

TEST_CASE_FIXTURE(Flow,
                  "pipeline: a restart of the server loses no run, and an order that was not heard is sent again") {
  auto stream = connect_runner();
  commit("master", {{".sampan/daily.yaml", kTwoJobs}});
  const Json job = *parse_json(order(stream));
  reopen();
  auto again = connect_runner();
  const Json resent = *parse_json(order(again));
  CHECK(at(resent, "job") == at(job, "job"));
  CHECK(at(resent, "fence") == "1");
  // It may have been heard after all: whoever works with the first token goes on with it.
  for (const auto& one : {job, resent}) CHECK(people->actor_of_token(at(one, "token")).has_value());
  text(Method::post, fmt::format("/api/v1/runner/jobs/{}/log?fence=1&offset=0", at(job, "job")), runner(), "x\n");
  clock.advance(std::chrono::minutes(10));  // the server was down for longer than a lease
  reopen();
  auto third = connect_runner();
  const std::string beat = fmt::format(R"({{"jobs":[{{"job":{},"fence":1}}]}})", at(job, "job"));
  CHECK(text(Method::post, "/api/v1/runner/heartbeat", runner(), beat) == R"({"lost":[],"canceled":[]})");
  finish(resent, "succeeded");
  for (const auto& one : {job, resent}) CHECK_FALSE(people->actor_of_token(at(one, "token")).has_value());
  CHECK(at(*parse_json(order(third)), "job_key") == "image.build");
}

TEST_CASE_FIXTURE(Flow, "pipeline: the same job of two runs never overlaps, and the later one says so") {
  auto stream = connect_runner(5);
  commit("master", {{".sampan/daily.yaml", kTwoJobs}});
  const Json first = *parse_json(order(stream));
  commit("master", {{"a", "b"}});
  CHECK(at(run(last_run()), "reason") ==
        "Unit tests: another run of this job is under way (maxRunningJobInstances: 1)");
  finish(first, "succeeded");
  order(stream, 3);
  CHECK(stream->count("job") == 3);
}

TEST_CASE_FIXTURE(Flow, "pipeline: a row that cannot be read is set aside, and the jobs behind it go out") {
  log::set_level(log::Level{4});  // the alarm is expected
  commit("master", {{".sampan/a.yaml", kTwoJobs}});
  REQUIRE(db->write([](Tx& tx) {
              return tx.exec("update run_job set plan = '{broken' where state = 'queued'");
            }).has_value());
  commit("master", {{".sampan/a.yaml", "x: ["}, {".sampan/b.yaml", kTwoJobs}});
  auto stream = connect_runner();
  CHECK(at(*parse_json(order(stream)), "run_number") == "1");
  log::set_level(log::Level::error);
}

TEST_CASE_FIXTURE(Flow, "pipeline: an artifact of one job is read by the next, by reference") {
  auto stream = connect_runner();
  commit("master", {{".sampan/p.yaml", R"yaml(stages:
  a: { jobs: { make: { steps: { up: { step: ArtifactUpload, with: { artifact: jar, filePath: x } } } } } }
  b: { jobs: { use: { steps: { down: { step: ArtifactDownload, with: { artifact: "$[stages.a.make.up.artifacts.jar]" } } } } } }
)yaml"}});
  const Json make = *parse_json(order(stream));
  const std::string bytes = "not really a jar";
  const Json kept = json(
      Method::put,
      fmt::format("/api/v1/runner/jobs/{}/artifacts/jar?fence=1&file_name=jar.tar.zst&kind=archive", at(make, "job")),
      runner(), bytes);
  CHECK(at(kept, "sha256") == sha256_hex(bytes));
  for (const char* bad : {"..", "a%2Fb"}) {
    auto refused =
        call(Method::put, fmt::format("/api/v1/runner/jobs/{}/artifacts/x?fence=1&file_name={}", at(make, "job"), bad),
             runner(), bytes);
    CHECK(refused.error().code == Errc::invalid);
  }
  finish(make, "succeeded");
  const Json use = *parse_json(order(stream, 2));
  CHECK(at(use, "steps.0.actions.0.artifact") == at(kept, "id"));
  auto read = call(Method::get, "/api/v1/runner/artifacts/" + at(kept, "id"), runner());
  CHECK(std::get<FileBody>(read->body).size == bytes.size());
}

TEST_CASE_FIXTURE(Flow, "pipeline: a job that scans is told which advisories to fetch, each import by its own sum") {
  auto stream = connect_runner();
  const std::string file = R"yaml(stages:
  a: { jobs: { scan: { steps: { look: { step: DependencySecurityScan } } } } }
)yaml";
  commit("master", {{".sampan/p.yaml", file}});
  Json job = *parse_json(order(stream));
  CHECK(at(job, "advisories") == "null");  // there are none
  finish(job, "failed");
  const auto import = [&](const std::string& bytes) {
    REQUIRE(write_file_durably(folder.path() + "/advisories", bytes).has_value());
  };
  const auto fetch = [&](const std::string& sum) {
    return call(Method::get, "/api/v1/runner/advisories/" + sum, runner());
  };
  import("as of monday");
  commit("master", {{"n", "2"}});
  job = *parse_json(order(stream, 2));
  CHECK(at(job, "advisories") == sha256_hex("as of monday"));
  CHECK(std::get<FileBody>(fetch(at(job, "advisories"))->body).size == 12);
  import("of tuesday");
  CHECK(fetch(at(job, "advisories")).error().message ==
        "the advisories were imported anew since this job was given out");
  CHECK(std::get<FileBody>(fetch(sha256_hex("of tuesday"))->body).size == 10);
  finish(job, "failed");
  commit("master", {{".sampan/p.yaml", kTwoJobs}});
  CHECK(at(*parse_json(order(stream, 3)), "advisories") == "null");  // it scans nothing
}

TEST_CASE_FIXTURE(Flow, "pipeline: an artifact that was not made fails the job that needs it, with the sentence") {
  auto stream = connect_runner();
  commit("master", {{".sampan/p.yaml", R"yaml(stages:
  a: { jobs: { make: { steps: { up: { step: ArtifactUpload, with: { artifact: jar, filePath: x } } } } } }
  b: { jobs: { use: { steps: { down: { step: ArtifactDownload, with: { artifact: "$[stages.a.make.up.artifacts.jar]" } } } } } }
)yaml"}});
  finish(*parse_json(order(stream)), "succeeded");
  wait_for_state("failed");
  CHECK(at(run(last_run()), "reason") == "use: step 'down': job 'a.make' left no artifact 'jar'");
}

TEST_CASE_FIXTURE(Flow, "pipeline: a live log is followed to its end") {
  auto stream = connect_runner();
  commit("master", {{".sampan/daily.yaml", kTwoJobs}});
  const Json job = *parse_json(order(stream));
  auto response =
      call(Method::get, fmt::format("/api/v1/runs/{}/jobs/{}/log/stream?from_line=1", last_run(), at(job, "job")),
           actor("vic"))
          .value();
  auto browser = std::make_shared<FakeStream>();
  std::get<StreamBody>(response.body).start(browser);
  text(Method::post, fmt::format("/api/v1/runner/jobs/{}/log?fence=1&offset=0", at(job, "job")), runner(), "one\ntw");
  CHECK(browser->wait_for("lines") == R"({"first_line":1,"lines":[{"n":1,"text":"one","step":""}]})");
  text(Method::post, fmt::format("/api/v1/runner/jobs/{}/log?fence=1&offset=6", at(job, "job")), runner(), "o\n");
  CHECK(browser->wait_for("lines", 2).find(R"("text":"two")") != std::string::npos);
  finish(job, "succeeded");
  browser->wait_for("end");
  CHECK(browser->wait_closed());
}

}  // namespace
}  // namespace sampan::pipeline::testing
