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

}  // namespace
}  // namespace sampan::pipeline::testing
