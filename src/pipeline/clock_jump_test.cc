// Somebody sets the clock while jobs run and gates wait.
#include "base/log.h"
#include "base/testing.h"
#include "pipeline/fixture_test.h"

namespace sampan::pipeline::testing {
namespace {

using sampan::testing::wait_until;

const std::string kOneJob = R"yaml(name: daily
stages:
  check:
    jobs:
      unit:
        name: Unit tests
        timeoutMinutes: 30
        steps: { hello: { step: Command, with: { run: "true" } } }
      gate:
        name: Gate
        component: ManualValidate
        with: { validatorType: users, validateMethod: or, validatorUsers: [ ann ], message: Go, timeoutMinutes: 30 }
)yaml";

struct Jumped : Yard {
  Time moment(const std::string& sql) {
    return db->read([&](Tx& tx) -> Result<Time> { return TRY(tx.one("a moment", sql)).time(0); }).value();
  }
  // Leases begin anew, in the transaction in which all else follows.
  bool followed() {
    return wait_until(
        [&] { return moment("select max(lease_until) from run_job") == clock.now() + std::chrono::seconds(30); });
  }
};

TEST_CASE_FIXTURE(Jumped, "pipeline: a clock that is set takes no job from its runner and closes no gate") {
  log::set_level(log::Level::error);
  auto stream = connect_runner();
  commit("master", {{".sampan/daily.yaml", kOneJob}});
  const Json job = *parse_json(stream->wait_for("job"));
  CHECK(at(job, "fence") == "1");
  const auto limit = moment("select max(deadline_at) from run_job") - clock.now();
  for (const auto by : {std::chrono::hours(5), std::chrono::hours(-10)}) {
    clock.jump(by);
    REQUIRE(followed());
    CHECK(moment("select max(deadline_at) from run_job") == clock.now() + limit);
    CHECK(moment("select max(expires_at) from job_gate") == clock.now() + std::chrono::minutes(30));
    CHECK(stream->count("job") == 1);
    CHECK(at(run(last_run()), "stages.0.jobs.0.state") == "running");
    CHECK(at(run(last_run()), "stages.0.jobs.1.state") == "waiting");
  }
  // Their own time still comes, reckoned from the time that really passes; going back does not put it off for hours.
  clock.advance(std::chrono::seconds(31));
  CHECK(stream->wait_closed());
  CHECK(at(*parse_json(connect_runner()->wait_for("job")), "fence") == "2");
  clock.advance(std::chrono::minutes(30));
  wait_for_state("failed");
  CHECK(at(run(last_run()), "stages.0.jobs.1.reason").find("nobody decided") != std::string::npos);
}

}  // namespace
}  // namespace sampan::pipeline::testing
