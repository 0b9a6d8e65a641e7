// Deliver's stories on a target in memory: real SQLite, real git, events.
#include "deliver/store.h"
#include "deliver/yard_testing.h"

using namespace sampan;
using namespace sampan::deliver;
using namespace sampan::deliver::testing;

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

namespace {
// While it lives the disk is full for what ends deployments, or for whatever they do.
struct FullDisk {
  Yard& yard;
  FullDisk(Yard& place, std::string_view when) : yard(place) {
    run(
        fmt::format("create trigger full before update on deployment when {} begin select raise(abort, 'the disk is "
                    "full'); end",
                    when));
  }
  ~FullDisk() { run("drop trigger full"); }
  void run(const std::string& sql) {
    must(yard.house->db->write([&](Tx& tx) -> Result<void> {
      TRY(tx.exec(sql));
      return {};
    }));
  }
};
std::string state_of(Yard& yard, std::int64_t id) {  // empty: there is none yet
  const auto found = yard.house->db->read([&](Tx& tx) { return store::deployment(tx, DeploymentId{id}); });
  return found.has_value() ? std::string(enum_text(found->state)) : std::string();
}
}  // namespace

TEST_CASE("deliver: what a full disk kept from being begun, or from being ended, is taken up without a start") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  for (const auto& full : {std::pair("v2", "true"), std::pair("v3", "new.finished_at is not null")}) {
    const std::string version = full.first;
    INFO(version);
    std::int64_t job = 0;
    {
      const FullDisk disk(yard, full.second);
      yard.house->ask(yard.wanted(version));
      job = yard.house->last_job();
      // Until it has been tried: what fails is written nowhere, so nothing tells of it.
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    CHECK(yard.house->end_of_job(job).state == "succeeded");
    CHECK(yard.target.request(kService) == version);
    CHECK(yard.at_strength(2, 1));
  }
}

TEST_CASE("deliver: what a full disk left behind does not replace what was delivered since") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  const std::int64_t left = 2;
  yard.target.nature(Yard::image("v2"), {.never_ready = true});
  {
    const FullDisk disk(yard, "new.id = 2 and new.finished_at is not null");
    yard.house->ask(yard.wanted("v2"));
    REQUIRE(wait_until([&] { return state_of(yard, left) == "running"; }));
    // Past its second to become ready: that it failed is written nowhere.
    std::this_thread::sleep_for(std::chrono::milliseconds(1300));
    yard.target.nature(Yard::image("v2"), {});
    CHECK(yard.deliver("v3").state == "succeeded");
  }
  CHECK(wait_until([&] { return state_of(yard, left) == "aborted"; }));
  CHECK(yard.target.request(kService) == "v3");
  CHECK(yard.at_strength(2, 1));
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
