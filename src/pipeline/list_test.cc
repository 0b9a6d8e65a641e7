// Lists of runs: who sees what, and what is read for them.
#include <boost/json.hpp>

#include "pipeline/fixture_test.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline::testing {
namespace {

std::string one_job(std::string_view command) {
  return fmt::format(
      "stages: {{ s: {{ jobs: {{ one: {{ steps: {{ a: {{ step: Command, with: {{ run: {} }} }} }} }} }} }} }}\n",
      command);
}

TEST_CASE_FIXTURE(Yard, "pipeline: a list has the runs of the repositories one may see, and no others") {
  commit("master", {{".sampan/p.yaml", one_job("one")}});
  const auto runs_of = [&](const Actor& asking) {
    return json(Method::get, "/api/v1/runs?limit=50", asking).at("items").as_array().size();
  };
  CHECK(runs_of(actor("vic")) == 1);
  Actor stranger = actor("vic");
  stranger.user = UserId{999'999};
  CHECK(runs_of(stranger) == 0);
  Actor job;
  job.kind = Actor::Kind::job;
  CHECK(runs_of(job) == 0);
}

TEST_CASE_FIXTURE(Yard, "pipeline: jobs that say the same share one plan, and a changed file has its own") {
  const auto plan = [&] {
    const RunId run{last_run()};
    return db->read([&](Tx& tx) { return store::load_jobs(tx, run); }).value().at(0).plan;
  };
  commit("master", {{".sampan/p.yaml", one_job("one")}});
  const auto first = plan();
  commit("master", {{"a", "b"}});
  CHECK(plan() == first);
  commit("master", {{".sampan/p.yaml", one_job("two")}});
  CHECK(plan() != first);
  CHECK(plan()->steps.at(0).actions.size() == first->steps.at(0).actions.size());
}

TEST_CASE_FIXTURE(Yard, "pipeline: each run of a list has its own jobs' reason, however many there are") {
  std::map<std::string, std::string> files;
  for (int n = 0; n < 40; ++n) {
    files[fmt::format(".sampan/p{}.yaml", n)] = fmt::format(
        "concurrencyConfig: {{ maxRunningJobInstances: 9 }}\nstages: {{ s: {{ jobs: {{ one: {{ name: Job {}, {}steps: "
        "{{ a: {{ step: Command, with: {{ run: x }} }} }} }} "
        "}} }} }}\n",
        n, n % 2 == 0 ? "runsOn: { labels: nowhere }, " : "condition: '\"a\" == \"b\"', ");
  }
  commit("master", {files.begin(), files.end()});
  commit("master", {{"a", "b"}});
  const Json list = json(Method::get, "/api/v1/runs?limit=200", actor("vic"));
  REQUIRE(list.at("items").as_array().size() == 80);
  for (const auto& run : list.at("items").as_array()) {
    const auto file = at(run, "pipeline_file"), number = file.substr(9, file.size() - 14);
    const auto wanted =
        std::atoi(number.c_str()) % 2 == 0
            ? fmt::format("Job {}: waits for a runner with the labels nowhere: none is connected", number)
            : std::string();
    CHECK(at(run, "reason") == wanted);
  }
  CHECK(at(json(Method::get, "/api/v1/runs?limit=7", actor("vic")), "items.6.pipeline_file") ==
        at(list, "items.6.pipeline_file"));
}

}  // namespace
}  // namespace sampan::pipeline::testing
