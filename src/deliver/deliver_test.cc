// Deliver's stories on a target in memory: real SQLite, real git, events.
#include "deliver/deliver.h"

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

const std::string kService = "shop-daily";
const std::string kApp = "/api/v1/environments/daily/applications/shop";

std::string yaml(const std::string& version, const std::string& more = "") {
  return "application: shop\nprobes: {readiness: {http: /health, period: 5ms}}\nconfig: {VERSION: " + version +
         "}\ndrain: 2s\nstopGrace: 1s\ndeadlines: {start: 1s}\n" +
         (more.find("scale:") == std::string::npos ? "scale: {instances: 2, max: 4, spare: 1}\n" : "") + more;
}

struct Yard {
  FakeTarget target;
  SystemClock clock;
  std::shared_ptr<deliver::testing::TestDb> db = std::make_shared<deliver::testing::TestDb>();
  std::unique_ptr<House> house = std::make_unique<House>(target, clock, db);
  Yard() { house->open(); }
  void stop() { house.reset(); }
  void start() {
    begin();
    REQUIRE(wait_until([&] { return house->deliver->settled(); }));
  }
  void begin() {
    house = std::make_unique<House>(target, clock, db);
    house->begin();
  }

  sampan::events::DeployRequested wanted(const std::string& version, const std::string& more = "") {
    sampan::events::DeployRequested event;
    event.environment = "daily";
    event.app_yaml = yaml(version, more);
    event.image = image(version);
    return event;
  }
  static std::string image(const std::string& version) { return "localhost/shop@sha256:" + version; }
  sampan::events::DeploymentChanged deliver(const std::string& version, const std::string& more = "") {
    return house->deploy(wanted(version, more));
  }
  std::string text(const Json& json, std::string_view key) const { return std::string(json.at(key).as_string()); }
  std::size_t instances(std::string_view state) {
    std::size_t count = 0;
    for (const auto& app : must(house->deliver->live_apps())) {
      for (const auto& instance : app.instances) count += app.environment == "daily" && instance.state == state;
    }
    return count;
  }
  bool at_strength(std::size_t ready, std::size_t spares) {
    return wait_until([&] {
      return instances("ready") == ready && instances("spare") == spares && instances("starting") == 0 &&
             instances("draining") == 0;
    });
  }
  std::string ready_one() {
    for (const auto& app : must(house->deliver->live_apps()))
      for (const auto& instance : app.instances)
        if (instance.state == "ready") return instance.name;
    return {};
  }
};

}  // namespace

TEST_CASE("deliver: the first release is started, probed, let in, and gets its spare") {
  Yard yard;
  const auto done = yard.deliver("v1");
  CHECK(done.state == "succeeded");
  CHECK(yard.target.request(kService) == "v1");
  CHECK(yard.at_strength(2, 1));
  const auto app = yard.house->json(Method::get, kApp);
  CHECK(yard.text(app, "state") == "running");
  CHECK(app.at("warm").as_array().size() == 1);
  CHECK(app.at("budget").at("used").as_int64() == 100 << 20);
}

TEST_CASE("deliver: a new release takes over, the old one stays warm, and going back wakes it with its configuration") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  CHECK(yard.deliver("v2").state == "succeeded");
  CHECK(yard.target.request(kService) == "v2");
  REQUIRE(yard.at_strength(2, 1));
  CHECK(yard.instances("warm") == 2);
  const int starts = yard.target.starts();

  const auto preview = yard.house->json(Method::get, kApp + "/rollback-preview");
  CHECK(preview.at("warm").as_bool());
  CHECK(yard.text(preview.at("config_changes").at(0), "to") == "v1");
  const auto back = yard.house->json(Method::post, kApp + "/rollback");
  CHECK(yard.house->end_of(back.at("id").as_int64()).state == "succeeded");
  CHECK(yard.target.request(kService) == "v1");
  const auto told = yard.house->json(Method::get, "/api/v1/deployments/" + std::to_string(back.at("id").as_int64()));
  CHECK(told.at("warm_used").as_bool());
  REQUIRE(yard.at_strength(2, 1));
  CHECK(yard.target.starts() == starts + 1);  // the new spare, nothing else
  CHECK(yard.instances("warm") == 2);         // v2 stands by now
}

TEST_CASE("deliver: a warm instance that does not answer well is not used: the release starts cold and says so") {
  Yard yard;
  yard.target.nature(Yard::image("v1"), {.will_not_thaw_well = true});
  yard.deliver("v1", "scale: {instances: 2, max: 4, spare: 0}\n");
  yard.deliver("v2", "scale: {instances: 2, max: 4, spare: 0}\n");
  const auto back = yard.house->json(Method::post, kApp + "/rollback");
  CHECK(yard.house->end_of(back.at("id").as_int64()).state == "succeeded");
  CHECK(yard.target.request(kService) == "v1");
  const auto told = yard.house->json(Method::get, "/api/v1/deployments/" + std::to_string(back.at("id").as_int64()));
  CHECK(!told.at("warm_used").as_bool());
  CHECK(format_json(told).find("starting cold") != std::string::npos);
}

TEST_CASE("deliver: a release that never becomes ready switches nothing, and its evidence is kept") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  yard.target.nature(Yard::image("v2"), {.never_ready = true});
  const auto done = yard.deliver("v2");
  CHECK(done.state == "failed");
  CHECK(done.reason.find("was not ready within 1 s") != std::string::npos);
  CHECK(done.reason.find("nothing was switched") != std::string::npos);
  CHECK(yard.target.request(kService) == "v1");
  const auto told = yard.house->json(Method::get, "/api/v1/deployments/" + std::to_string(done.deployment.value));
  const auto& evidence = told.at("evidence").at(0);
  CHECK(yard.text(evidence, "log_tail").starts_with("hello from"));
  CHECK(evidence.at("last_probe").at("status").as_int64() == 503);
  CHECK(must(yard.target.list()).size() == 3);  // two of v1 and its spare
  // And a fix is delivered all the same.
  CHECK(yard.deliver("v3").state == "succeeded");
}

TEST_CASE("deliver: a release that ends at its start fails at once with its exit code") {
  Yard yard;
  yard.target.nature(Yard::image("v1"), {.dies_at_start = true});
  const auto done = yard.deliver("v1");
  CHECK(done.state == "failed");
  CHECK(done.reason.find("ended with exit code 3") != std::string::npos);
  // The first release of all failed: the fix goes through.
  CHECK(yard.deliver("v2").state == "succeeded");
  CHECK(yard.target.request(kService) == "v2");
}

TEST_CASE("deliver: a release that is well until requests come is switched back") {
  Yard yard;
  yard.deliver("v1");
  yard.target.nature(Yard::image("v2"), {.sick_under_load = true});
  const auto done = yard.deliver("v2");
  CHECK(done.state == "rolled_back");
  CHECK(done.reason.find("the old ones serve again") != std::string::npos);
  CHECK(yard.target.request(kService) == "v1");
  CHECK(yard.at_strength(2, 1));
  CHECK(yard.instances("warm") == 0);
}

TEST_CASE(
    "deliver: with 'freeze' the instances of a failed release stay frozen for a look, until the next deployment") {
  Yard yard;
  yard.target.nature(Yard::image("v1"), {.never_ready = true});
  const auto done = yard.deliver("v1", "onFailure: freeze\n");
  CHECK(done.state == "frozen");
  const auto left = must(yard.target.list());
  REQUIRE(left.size() == 2);
  CHECK(must(yard.target.status(left[0])).state == InstanceState::frozen);
  yard.stop();
  yard.start();
  CHECK(must(yard.target.list()).size() == 2);
  CHECK(yard.deliver("v2").state == "succeeded");
  CHECK(must(yard.target.status(left[0])).state == InstanceState::absent);
}

TEST_CASE("deliver: requests that are open when the switch comes end by themselves") {
  Yard yard;
  yard.target.nature(Yard::image("v1"), {.open_for = 30});
  yard.deliver("v1");
  CHECK(yard.deliver("v2", "keepWarm: 0s\n").state == "succeeded");
  CHECK(yard.instances("warm") == 0);
  REQUIRE(yard.at_strength(2, 1));
}

TEST_CASE("deliver: a killed instance is replaced by the thawed spare, and a new spare starts behind") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  const auto victim = yard.ready_one();
  yard.target.kill(victim);
  REQUIRE(wait_until([&] { return yard.instances("ready") == 2 && yard.ready_one() != victim; }));
  REQUIRE(yard.at_strength(2, 1));
  const auto app = yard.house->json(Method::get, kApp);
  CHECK(format_json(app.at("events")).find("its process ended") != std::string::npos);
  CHECK(wait_until([&] { return must(yard.target.status(victim)).state == InstanceState::absent; }));
  // Its log and exit code are still to be had.
  const auto log = yard.house->json(Method::get, kApp + "/instances/" + victim + "/log");
  CHECK(format_json(log).find("hello from") != std::string::npos);
}

TEST_CASE("deliver: what dies again and again is not started again and again") {
  Yard yard;
  yard.deliver("v1", "scale: {instances: 1, max: 1, spare: 0}\n");
  for (int i = 0; i < 4; ++i) {
    REQUIRE(wait_until([&] { return yard.instances("ready") == 1; }));
    const auto victim = yard.ready_one();
    yard.target.kill(victim);
    REQUIRE(wait_until([&] { return yard.ready_one() != victim; }));
  }
  const int starts = yard.target.starts();
  // Nothing to wait for: it is about what must not happen.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(yard.target.starts() <= starts + 1);
}

TEST_CASE("deliver: scaling out takes the spare first, scaling in drains; never beyond what app.yaml allows") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  const auto app = must(yard.house->deliver->live_apps()).front();
  must(yard.house->deliver->scale(app.app, 3, "load"));
  REQUIRE(yard.at_strength(3, 1));
  must(yard.house->deliver->scale(app.app, 100, "load"));
  REQUIRE(yard.at_strength(4, 1));
  must(yard.house->deliver->scale(app.app, 1, "calm"));
  REQUIRE(yard.at_strength(1, 1));
  CHECK(yard.target.in_table(kService).size() == 1);
  CHECK(!yard.house->call(yard.house->deliver->routes(), Method::post, kApp + "/scale", R"({"instances":9})")
             .has_value());
}

TEST_CASE("deliver: the number that load has set survives a release, unless the file says another one") {
  Yard yard;
  yard.deliver("v1");
  const auto app = must(yard.house->deliver->live_apps()).front();
  must(yard.house->deliver->scale(app.app, 3, "load"));
  yard.deliver("v2");
  CHECK(must(yard.house->deliver->live_apps()).front().wanted == 3);
  yard.deliver("v3", "scale: {instances: 4, max: 4}\n");
  CHECK(must(yard.house->deliver->live_apps()).front().wanted == 4);
}

TEST_CASE("deliver: asked twice by the same job, one deployment is made") {
  Yard yard;
  yard.deliver("v1");
  const auto before = yard.house->json(Method::get, kApp).at("deployments").as_array().size();
  auto again = yard.wanted("v1");
  const auto repo = yard.house->repo();
  again.job = JobId{yard.house->last_job()};
  again.step = "deploy";
  again.repo = repo.id;
  again.repo_path = repo.path();
  must(yard.house->db->write([&](Tx& tx) { return say(yard.house->events, tx, again); }));
  yard.house->events.settle();
  CHECK(yard.house->json(Method::get, kApp).at("deployments").as_array().size() == before);
}

TEST_CASE("deliver: only what ran elsewhere is promoted, by its digest; the same tree in another commit counts") {
  Yard yard;
  auto first = yard.wanted("v1");
  first.commit = yard.house->commit("one");
  REQUIRE(yard.house->deploy(first).state == "succeeded");
  sampan::events::DeployRequested promote;
  promote.environment = "production";
  promote.promote_from = "daily";
  promote.app_yaml = yaml("v1");
  promote.commit = first.commit;
  CHECK(yard.house->deploy(promote).image_digest == "sha256:v1");
  promote.commit = yard.house->commit("two");
  const auto refused = yard.house->deploy(promote);
  CHECK(refused.state == "failed");
  CHECK(refused.reason.find("was never delivered to 'daily'") != std::string::npos);
  promote.commit = yard.house->commit("one");  // the content of the first again
  CHECK(yard.house->deploy(promote).image_digest == "sha256:v1");
}

TEST_CASE("deliver: what is asked for wrongly is refused with a sentence, and nothing is made") {
  Yard yard;
  auto wrong = yard.wanted("v1");
  wrong.environment = "dayly";
  CHECK(yard.house->deploy(wrong).reason.find("no environment 'dayly'") != std::string::npos);
  wrong = yard.wanted("v1", "secrets: [DB_PASSWORD]\n");
  CHECK(yard.house->deploy(wrong).reason.find("DB_PASSWORD") != std::string::npos);
  wrong = yard.wanted("v1", "replicas: 3\n");
  CHECK(yard.house->deploy(wrong).reason.find("app.yaml:") != std::string::npos);
  wrong = yard.wanted("v1");
  wrong.image = "localhost/shop:latest";
  CHECK(yard.house->deploy(wrong).reason.find("digest") != std::string::npos);
  CHECK(must(yard.target.list()).empty());
}

TEST_CASE("deliver: who has no right on the environment may not deliver to it") {
  Yard yard;
  auto mine = yard.wanted("v1");
  must(yard.house->call(yard.house->people.routes(), Method::post, "/api/v1/users",
                        R"({"login":"vic","password":"password-vic"})"));
  mine.actor = must(yard.house->people.find_user("vic")).id;
  mine.actor_name = "vic";
  CHECK(yard.house->deploy(mine).reason.find("vic may not deploy to 'daily'") != std::string::npos);
}

TEST_CASE("deliver: a locked environment takes nothing but rollbacks") {
  Yard yard;
  yard.deliver("v1");
  yard.deliver("v2");
  yard.house->json(Method::post, "/api/v1/environments/daily/lock", R"({"reason":"holidays"})");
  CHECK(yard.deliver("v3").reason.find("locked by root: holidays") != std::string::npos);
  const auto back = yard.house->json(Method::post, kApp + "/rollback");
  CHECK(yard.house->end_of(back.at("id").as_int64()).state == "succeeded");
}

TEST_CASE("deliver: the newest wins; a rollback does not wait for the release it flees from") {
  Yard yard;
  yard.deliver("v1");
  yard.target.nature(Yard::image("v2"), {.never_ready = true});
  const std::string slow = "deadlines: {start: 100s}\n";
  auto stuck = yard.wanted("v2");
  stuck.app_yaml.replace(stuck.app_yaml.find("deadlines: {start: 1s}\n"), 23, slow);
  yard.house->ask(stuck);
  const auto stuck_job = yard.house->last_job();
  yard.house->ask(yard.wanted("v3"));
  const auto waiting_job = yard.house->last_job();
  const auto probing = [&] { return yard.house->json(Method::get, kApp).at("deployments").as_array().size() == 3; };
  REQUIRE(wait_until(probing));
  // Without a number "back" would be one too far.
  CHECK(!yard.house->call(yard.house->deliver->routes(), Method::post, kApp + "/rollback").has_value());
  const auto back = yard.house->json(Method::post, kApp + "/rollback", R"({"release":1})");
  CHECK(yard.house->end_of_job(waiting_job).reason.find("superseded") != std::string::npos);
  CHECK(yard.house->end_of_job(stuck_job).state == "aborted");
  CHECK(yard.house->end_of(back.at("id").as_int64()).state == "succeeded");
  CHECK(yard.target.request(kService) == "v1");
}

TEST_CASE("deliver: a deployment is aborted before it switches, by hand or with its run") {
  Yard yard;
  yard.deliver("v1");
  yard.target.nature(Yard::image("v2"), {.never_ready = true});
  auto stuck = yard.wanted("v2");
  stuck.app_yaml.replace(stuck.app_yaml.find("deadlines: {start: 1s}\n"), 23, "deadlines: {start: 100s}\n");
  yard.house->ask(stuck);
  REQUIRE(wait_until([&] { return yard.house->json(Method::get, kApp).at("deployments").as_array().size() == 2; }));
  SUBCASE("by hand") {
    const auto id = yard.house->json(Method::get, kApp).at("deployments").at(0).at("id").as_int64();
    yard.house->json(Method::post, "/api/v1/deployments/" + std::to_string(id) + "/abort");
  }
  SUBCASE("with its run") {
    must(yard.house->db->write([&](Tx& tx) {
      return say(yard.house->events, tx,
                 sampan::events::DeployCanceled{JobId{yard.house->last_job()}, "deploy", "ann"});
    }));
  }
  const auto done = yard.house->end_of_job(yard.house->last_job());
  CHECK(done.state == "aborted");
  CHECK(done.reason.find("nothing was switched") != std::string::npos);
  CHECK(yard.target.request(kService) == "v1");
}

TEST_CASE("deliver: after a restart of the machine everything starts again, without waiting for a back-off") {
  Yard yard;
  yard.deliver("v1", "scale: {instances: 4, max: 4, spare: 1}\n");
  REQUIRE(yard.at_strength(4, 1));
  yard.stop();
  for (const auto& name : must(yard.target.list())) yard.target.kill(name, 137);
  yard.start();
  CHECK(yard.at_strength(4, 1));
  CHECK(yard.target.request(kService) == "v1");
}

TEST_CASE("deliver: while it is down the applications serve; containers that are nobody's go at its start") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  yard.stop();
  CHECK(yard.target.request(kService) == "v1");
  InstanceSpec stray;
  stray.name = "nobody-knows-me";
  must(yard.target.start(stray));
  const int starts = yard.target.starts();
  yard.start();
  CHECK(must(yard.target.status("nobody-knows-me")).state == InstanceState::absent);
  CHECK(yard.at_strength(2, 1));
  CHECK(yard.target.starts() == starts);
}

TEST_CASE(
    "deliver: while the engine is silent at the start pages answer, nothing is taken out, and what is asked waits") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  const int starts = yard.target.starts();
  yard.stop();
  yard.target.fall_silent();
  yard.begin();
  CHECK(yard.text(yard.house->json(Method::get, kApp), "name") == "shop");
  CHECK(must(yard.house->deliver->live_apps()).empty());  // so that watch judges nobody
  CHECK(yard.house->call(yard.house->deliver->routes(), Method::del, kApp).error().code == Errc::unavailable);
  yard.house->ask(yard.wanted("v2"));
  CHECK(yard.target.request(kService) == "v1");
  CHECK(yard.target.starts() == starts);
  yard.target.answer();
  CHECK(wait_until([&] { return yard.target.request(kService) == "v2"; }));
}

TEST_CASE(
    "deliver: an engine that fails at the start is asked again, and nothing is delivered before it says what runs") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  const int starts = yard.target.starts();
  yard.stop();
  yard.target.fail_lists(1);
  yard.start();
  CHECK(yard.at_strength(2, 1));
  CHECK(yard.target.starts() == starts);
  CHECK(yard.deliver("v2").state == "succeeded");
}
