// The power is cut at every act of a deployment, before and after its effect. Afterwards what is there, what the
// database says and what the proxy serves agree, and the deployment comes to an end.
#include <doctest/doctest.h>

#include <cstdlib>

#include "deliver/fake_target.h"
#include "deliver/state.h"
#include "deliver/testing.h"

using namespace sampan;
using namespace sampan::deliver;
using deliver::testing::House;
using deliver::testing::must;
using deliver::testing::wait_until;

namespace {

constexpr const char* kYaml =
    "application: shop\nprobes: {readiness: {http: /health, period: 5ms}}\nscale: {instances: 2, max: 4, spare: "
    "1}\ndrain: 2s\nstopGrace: 1s\n";
const std::string kService = "shop-daily";

store::Release release(House& house, const store::Application& app, std::string digest, int batches) {
  const auto yaml = fmt::format("{}strategy: {{batches: {}}}\n", kYaml, batches);
  store::Release made{{}, app.id, 0, "sha256:" + digest, "localhost/shop", "c", "t", yaml, "root", house.clock.now()};
  return must(house.db->write([&](Tx& tx) {
    return store::insert_release(tx, made, {{"VERSION", std::move(digest), false, 0, ""}});
  }));
}

DeploymentId insert(House& house, const store::Application& app, const store::Release& to, const char* kind) {
  store::Deployment wanted;
  wanted.application = app.id;
  wanted.kind = kind;
  wanted.release = to.id;
  wanted.previous = app.release;
  wanted.actor = "root";
  wanted.created_at = house.clock.now();
  return must(house.db->write([&](Tx& tx) { return store::insert_deployment(tx, wanted); }));
}

store::Application app_of(House& house) {
  return *must(house.db->read([](Tx& tx) { return store::find_application(tx, "daily", "shop"); }));
}

bool all_settled(House& house) {
  if (!must(house.db->read([](Tx& tx) { return store::open_deployments(tx); })).empty()) return false;
  const auto app = app_of(house);
  std::int64_t ready = 0, spare = 0;
  for (const auto& instance : must(house.db->read([&](Tx& tx) { return store::instances(tx, app.id); }))) {
    if (instance.role == InstanceRole::starting || instance.role == InstanceRole::draining) return false;
    ready += instance.role == InstanceRole::ready;
    spare += instance.role == InstanceRole::spare;
  }
  return ready == app.wanted && spare == 1;
}

void check_agreement(House& house, FakeTarget& target, const std::string& version) {
  const auto app = app_of(house);
  const auto live = must(house.db->read([&](Tx& tx) { return store::release(tx, app.release); }));
  std::vector<std::string> serving, known;
  for (const auto& instance : must(house.db->read([&](Tx& tx) { return store::instances(tx, app.id); }))) {
    known.push_back(instance.name);
    const auto state = must(target.status(instance.name)).state;
    if (instance.role == InstanceRole::ready) {
      CHECK(instance.release == live.id);
      CHECK(state == InstanceState::running);
      serving.push_back(instance.name);
    } else {
      CHECK_MESSAGE(state == InstanceState::frozen, instance.name);
      if (instance.role == InstanceRole::spare) CHECK(instance.release == live.id);
    }
  }
  auto admitted = must(target.admitted(kService)), table = target.in_table(kService), there = must(target.list());
  for (auto* list : {&serving, &known, &admitted, &table, &there}) std::sort(list->begin(), list->end());
  CHECK(admitted == serving);
  CHECK(table == serving);
  CHECK(there == known);
  CHECK(target.request(kService) == version);
}

struct Scenario {
  const char* kind;
  bool back;  // r2 runs, r1 is warm: back to r1. Otherwise r1 runs: on to r2.
  int batches = 1;
  bool sick = false;   // r2 is well until requests come
  bool abort = false;  // somebody ends it while the power is off
};

// True: the power was cut at that act of the deployment; false: the deployment has fewer acts.
bool cut_and_recover(const Scenario& scenario, int act, bool after_effect) {
  INFO(scenario.kind << ", power cut " << (after_effect ? "after" : "before") << " act " << act);
  FakeTarget target;
  SystemClock clock;
  House house(target, clock);
  must(house.db->write(
      [&](Tx& tx) { return store::ensure_environment(tx, "daily", "Daily", 1, "rollback", clock.now()); }));
  const auto environment = *must(house.db->read([](Tx& tx) { return store::find_environment(tx, "daily"); }));
  must(house.db->write([&](Tx& tx) {
    return store::ensure_application(tx, environment, "shop", RepoId{1}, "company/shop", clock.now());
  }));
  DeploymentId id;
  const auto r1 = release(house, app_of(house), "r1", scenario.batches),
             r2 = release(house, app_of(house), "r2", scenario.batches);
  target.nature("localhost/shop@sha256:r2", {.sick_under_load = scenario.sick});
  bool cut = false;
  {
    Deliver::State state(*house.db, clock, house.events, house.hub, house.people, house.git, house.pipeline,
                         house.registry, target,
                         Config{house.db.folder(), "127.0.0.1", "localhost", 0, std::chrono::milliseconds(0)});
    state.lanes.stop();  // everything on this thread
    const auto run = [&](const store::Release& to, const char* kind) {
      state.run_deployment(insert(house, app_of(house), to, kind));
      state.tend(app_of(house).id);
    };
    run(r1, "deploy");
    if (scenario.back) run(r2, "deploy");
    id = insert(house, app_of(house), scenario.back ? r1 : r2, scenario.kind);
    target.cut_power_at(act, after_effect);
    try {
      state.run_deployment(id);
    } catch (const FakeTarget::PowerCut&) {
      cut = true;
    }
  }
  target.revive();
  CHECK(!target.request(kService).empty());  // whatever happened, somebody serves
  if (!cut) return false;
  if (scenario.abort) must(house.db->write([&](Tx& tx) { return store::ask_to_end(tx, id, "aborted by ann"); }));
  house.open();
  REQUIRE(wait_until([&] { return all_settled(house); }, std::chrono::seconds(20)));
  const auto last = must(house.db->read([&](Tx& tx) { return store::deployments(tx, app_of(house).id, 1); })).front();
  if (scenario.abort) {
    CHECK_MESSAGE((last.state == DeploymentState::aborted || last.state == DeploymentState::succeeded), last.reason);
    check_agreement(house, target, app_of(house).release == r1.id ? "r1" : "r2");
    return true;
  }
  CHECK_MESSAGE(last.state == (scenario.sick ? DeploymentState::rolled_back : DeploymentState::succeeded), last.reason);
  check_agreement(house, target, scenario.back || scenario.sick ? "r1" : "r2");
  return true;
}

int sweep(const Scenario& scenario) {
  int act = 1;
  // Every act of the long form; every third (of batches, which are longer, every fifth), at another offset each way, in
  // the short one.
  const bool all = std::getenv("SAMPAN_LONG_TESTS") != nullptr;
  for (; cut_and_recover(scenario, act, false); act += all ? 1 : scenario.batches > 1 ? 5 : 3) {
    cut_and_recover(scenario, all ? act : act + 1, true);
  }
  return act;
}

}  // namespace

TEST_CASE("deliver: a deployment interrupted at any act is finished after the start") {
  CHECK(sweep({"deploy", false}) > 20);
}

TEST_CASE("deliver: a rollback to warm instances interrupted at any act is finished after the start") {
  CHECK(sweep({"rollback", true}) > 15);
}

TEST_CASE("deliver: a restart interrupted at any act is finished after the start") {
  CHECK(sweep({"restart", false}) > 20);
}

TEST_CASE("deliver: a deployment in batches interrupted at any act is finished after the start") {
  CHECK(sweep({"deploy", false, 2}) > 25);
}

TEST_CASE("deliver: a restart in batches interrupted at any act is finished after the start") {
  CHECK(sweep({"restart", false, 2}) > 25);
}

TEST_CASE("deliver: the way back from a batch that is not well, interrupted at any act, ends with the old ones") {
  CHECK(sweep({"deploy", false, 2, true}) > 20);
}

TEST_CASE(
    "deliver: a deployment in batches interrupted at any act and aborted meanwhile ends with one release serving") {
  CHECK(sweep({"deploy", false, 2, false, true}) > 25);
}
