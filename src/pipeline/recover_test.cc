// What a start of the server makes of runs that were left behind, and a stop of those under way.
#include "pipeline/fixture_test.h"

namespace sampan::pipeline::testing {
namespace {

const std::string kTwoJobs = R"yaml(name: daily
stages:
  check:
    jobs: { unit: { name: Unit tests, steps: { test: { step: Command, with: { run: "true" } } } } }
  image:
    jobs: { build: { name: Build, steps: { build: { step: Command, with: { run: "true" } } } } }
)yaml";

struct Left : Yard {
  void change(std::string_view sql, std::int64_t run) {
    REQUIRE(db->write([&](Tx& tx) { return tx.exec(sql, {run}); }).has_value());
  }
  // Its first job is over, and nobody has drawn a conclusion from that.
  std::int64_t stalled_run(const std::string& branch) {
    std::string file = kTwoJobs;
    file.insert(file.find("stages:"), fmt::format("sources:\n  code: {{ type: git, branch: {0}, branchesFilter: ^{0}$, "
                                                  "triggerEvents: push }}\n",
                                                  branch));
    commit(branch, {{".sampan/daily.yaml", file}});
    const auto run = last_run();
    change("update run_job set state = 'succeeded', finished_at = 1 where run = $1 and key = 'check.unit'", run);
    return run;
  }
};

TEST_CASE_FIXTURE(Left, "pipeline: a run in which nothing was under way is brought on at the start") {
  const auto run = stalled_run("master");
  CHECK(at(this->run(run), "stages.1.jobs.0.state") == "pending");
  reopen();
  CHECK(at(this->run(run), "stages.1.jobs.0.state") == "queued");
  auto stream = connect_runner();
  CHECK(at(*parse_json(stream->wait_for("job")), "job_key") == "image.build");
}

TEST_CASE_FIXTURE(Left, "pipeline: a run that cannot be brought on at the start is not in the way of others") {
  const auto broken = stalled_run("master"), other = stalled_run("second");
  REQUIRE(broken < other);
  change("update run_job set plan = '{' where run = $1", broken);
  reopen();
  CHECK(at(this->run(other), "stages.1.jobs.0.state") == "queued");
}

TEST_CASE_FIXTURE(Left, "pipeline: a run whose last job is over ends at the start, and says so") {
  const auto run = stalled_run("master");
  change("update run_job set state = 'skipped', finished_at = 1 where run = $1 and key = 'image.build'", run);
  reopen();
  wait_for_state("succeeded");
  CHECK(at(this->run(run), "state") == "succeeded");
  CHECK(at(this->run(run), "finished_at") != "null");
}

TEST_CASE_FIXTURE(Left, "pipeline: while the server stops, and hears no runner any more, no runner has vanished") {
  auto stream = connect_runner();
  commit("master", {{".sampan/daily.yaml", kTwoJobs}});
  const Json job = *parse_json(stream->wait_for("job"));
  pipeline->stop_timers();
  clock.advance(std::chrono::seconds(31));
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));  // the timers would have looked twice
  CHECK_FALSE(stream->closed());
  reopen();
  const std::string beat = fmt::format(R"({{"jobs":[{{"job":{},"fence":1}}]}})", at(job, "job"));
  CHECK(text(Method::post, "/api/v1/runner/heartbeat", runner(), beat) == R"({"lost":[],"canceled":[]})");
}

}  // namespace
}  // namespace sampan::pipeline::testing
