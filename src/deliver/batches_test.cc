// Releases in batches, on a target in memory.
#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "deliver/fake_target.h"
#include "deliver/testing.h"

using namespace sampan;
using namespace sampan::deliver;
using deliver::testing::House;
using deliver::testing::must;
using deliver::testing::wait_until;

namespace {

const std::string kService = "shop-daily", kApp = "/api/v1/environments/daily/applications/shop";

struct Yard {
  FakeTarget target;
  SystemClock clock;
  House house{target, clock};
  explicit Yard(const std::string& more = "") {
    house.open();
    CHECK(house.deploy(wanted("v1", more)).state == "succeeded");
    REQUIRE(wait_until([&] { return must(target.list()).size() == 4; }));  // with its spare
  }

  sampan::events::DeployRequested wanted(const std::string& version, const std::string& more = "") {
    sampan::events::DeployRequested event;
    event.environment = "daily";
    event.app_yaml =
        "application: shop\nprobes: {readiness: {http: /health, period: 5ms}}\nconfig: {VERSION: " + version +
        "}\nscale: {instances: 3, max: 4, spare: 1}\ndrain: 2s\nstopGrace: 1s\ndeadlines: {start: 1s}\n" + more;
    event.image = image(version);
    return event;
  }
  static std::string image(const std::string& version) { return "localhost/shop@sha256:" + version; }
  // How many instances of a release requests may go to.
  std::int64_t serving(const std::string& release) {
    const auto names = must(target.admitted(kService));
    return std::count_if(names.begin(), names.end(),
                         [&](const std::string& name) { return name.find("-" + release + "-") != std::string::npos; });
  }
  std::string told(std::int64_t deployment) {
    return format_json(house.json(Method::get, "/api/v1/deployments/" + std::to_string(deployment)));
  }
  std::int64_t newest() { return house.json(Method::get, kApp).at("deployments").at(0).at("id").as_int64(); }
  bool between_batches() {
    return wait_until([&] { return told(newest()).find("batch 1 of 3 serves") != std::string::npos; });
  }
};

}  // namespace

TEST_CASE("batches: one after the other takes over, and never fewer than wanted serve") {
  Yard yard;
  const auto done = yard.house.deploy(yard.wanted("v2", "strategy: {batches: 3}\n"));
  CHECK(done.state == "succeeded");
  CHECK(yard.target.least_serving(kService) == 3);
  CHECK(yard.serving("r1") == 0);
  CHECK(yard.serving("r2") == 3);
  const auto told = yard.told(done.deployment.value);
  CHECK(told.find("batch 1 of 3 serves, 1 of 3 instances") != std::string::npos);
  CHECK(told.find("batch 2 of 3 serves, 2 of 3 instances") != std::string::npos);
  CHECK(told.find("starting 1 new instances of r2") != std::string::npos);
}

TEST_CASE("batches: more of them than instances are as many as instances") {
  Yard yard;
  const auto done = yard.house.deploy(yard.wanted("v2", "strategy: {batches: 50}\n"));
  CHECK(done.state == "succeeded");
  CHECK(yard.told(done.deployment.value).find("batch 2 of 3 serves") != std::string::npos);
  CHECK(yard.serving("r2") == 3);
}

TEST_CASE("batches: between two of them both releases serve, the dead are replaced, and the way back takes no start") {
  Yard yard;
  yard.house.ask(yard.wanted("v2", "strategy: {batches: 3, wait: 100s}\n"));
  const auto job = yard.house.last_job();
  REQUIRE(yard.between_batches());
  CHECK(yard.serving("r1") == 2);
  CHECK(yard.serving("r2") == 1);
  CHECK(yard.house.json(Method::get, kApp).at("release").at("number").as_int64() == 1);
  const auto id = yard.newest();
  SUBCASE("aborted by hand") {
    const auto names = must(yard.target.admitted(kService));
    const auto victim = *std::find_if(names.begin(), names.end(),
                                      [](const std::string& name) { return name.find("-r1-") != std::string::npos; });
    const int starts = yard.target.starts();
    yard.target.kill(victim);
    const auto gone = [&] { return must(yard.target.status(victim)).state == InstanceState::absent; };
    REQUIRE(wait_until([&] { return gone() && yard.serving("r1") == 2; }));  // the spare came; one drained stands by
    yard.house.json(Method::post, "/api/v1/deployments/" + std::to_string(id) + "/abort");
    const auto done = yard.house.end_of_job(job);
    CHECK(done.state == "aborted");
    CHECK(done.reason.find("the old ones serve again") != std::string::npos);
    CHECK(wait_until([&] { return must(yard.target.list()).size() == 4; }));
    CHECK(yard.target.starts() == starts + 1);  // a new spare, nothing else
  }
  SUBCASE("by a rollback") {
    const auto back = yard.house.json(Method::post, kApp + "/rollback", R"({"release":1})");
    CHECK(yard.house.end_of_job(job).state == "aborted");
    CHECK(yard.house.end_of(back.at("id").as_int64()).state == "succeeded");
  }
  CHECK(yard.serving("r1") == 3);
  CHECK(yard.serving("r2") == 0);
  CHECK(yard.target.least_serving(kService) >= 2);  // one was killed
}

TEST_CASE("batches: one that is not well once requests come ends the deployment, whatever the policy keeps of it") {
  Yard yard;
  yard.target.nature(Yard::image("v2"), {.sick_under_load = true});
  std::string policy, state;
  SUBCASE("rollback") { policy = "rollback", state = "rolled_back"; }
  SUBCASE("freeze") { policy = "freeze", state = "frozen"; }
  SUBCASE("hold") { policy = "hold", state = "failed"; }
  const auto done = yard.house.deploy(yard.wanted("v2", "strategy: {batches: 3}\nonFailure: " + policy + "\n"));
  CHECK(done.state == state);
  CHECK(done.reason.find("the old ones serve again") != std::string::npos);
  CHECK(yard.serving("r1") == 3);
  CHECK(yard.serving("r2") == 0);
  std::size_t kept = 0;
  for (const auto& name : must(yard.target.list())) kept += name.find("-r2-") != std::string::npos;
  CHECK(kept == (policy == "rollback" ? 0 : 1));
}

TEST_CASE("batches: a new instance that dies between two of them ends the deployment") {
  Yard yard;
  yard.house.ask(yard.wanted("v2", "strategy: {batches: 3, wait: 1s}\n"));
  const auto job = yard.house.last_job();
  REQUIRE(yard.between_batches());
  for (const auto& name : must(yard.target.admitted(kService)))
    if (name.find("-r2-") != std::string::npos) yard.target.kill(name, 9);
  const auto done = yard.house.end_of_job(job);
  CHECK(done.state == "rolled_back");
  CHECK(done.reason.find("its process ended") != std::string::npos);
  CHECK(yard.told(done.deployment.value).find("hello from shop-daily-r2") != std::string::npos);
  CHECK(wait_until([&] { return yard.serving("r1") >= 3 && yard.serving("r2") == 0; }));
}

TEST_CASE("batches: the first release and a way back go at once") {
  Yard yard;
  CHECK(yard.house.deploy(yard.wanted("v2", "strategy: {batches: 3}\nkeepWarm: 0s\n")).state == "succeeded");
  CHECK(yard.house.deploy(yard.wanted("v3", "strategy: {batches: 3}\nkeepWarm: 0s\n")).state == "succeeded");
  const auto back = yard.house.json(Method::post, kApp + "/rollback").at("id").as_int64();  // cold
  CHECK(yard.house.end_of(back).state == "succeeded");
  CHECK(yard.told(back).find("batch") == std::string::npos);
}

TEST_CASE("batches: a restart goes by them too, and those who are more than wanted meanwhile are left alone") {
  Yard yard("strategy: {batches: 2, wait: 3s}\n");  // longer than from one look of care to the next
  const auto id = yard.house.json(Method::post, kApp + "/restart").at("id").as_int64();
  const auto done = yard.house.end_of(id);
  CHECK_MESSAGE(done.state == "succeeded", done.reason);
  CHECK(yard.told(id).find("batch 1 of 2 serves, 2 of 3 instances") != std::string::npos);
  CHECK(yard.target.least_serving(kService) == 3);
}
