// Watch's stories on a target in memory: load makes instances, sick ones go.
#include "watch/watch.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "deliver/fake_target.h"
#include "deliver/testing.h"

using namespace sampan;
using deliver::FakeTarget;
using deliver::testing::House;
using deliver::testing::must;
using deliver::testing::wait_until;

namespace {

struct Yard {
  FakeTarget target;
  SystemClock clock;
  House house{target, clock};
  std::unique_ptr<watch::Watch> watch;

  explicit Yard(const std::string& more) {
    house.open();
    watch = std::make_unique<watch::Watch>(*house.db, clock, house.hub, *house.deliver, target, house.people,
                                           watch::Config{std::chrono::milliseconds(60), std::chrono::hours(1)});
    sampan::events::DeployRequested event;
    event.environment = "daily";
    event.app_yaml =
        "application: shop\nprobes:\n  readiness: {http: /health, period: 5ms}\n  liveness: {http: /health, period: "
        "5ms, bad: 3}\ndrain: 1s\nstopGrace: 1s\n" +
        more;
    event.image = "localhost/shop@sha256:v1";
    REQUIRE(house.deploy(event).state == "succeeded");
    watch->start();
  }
  ~Yard() { watch->stop(); }
  deliver::LiveApp app() { return must(house.deliver->live_apps()).front(); }
  std::string ready_one() {
    for (const auto& instance : app().instances)
      if (instance.state == "ready") return instance.name;
    return {};
  }
};

}  // namespace

TEST_CASE(
    "watch: more requests than the instances should bear make more of them, calm makes fewer, within the limits") {
  Yard yard("scale: {instances: 1, min: 1, max: 3, spare: 1, requestsPerSecond: 100, downAfter: 200ms}\n");
  std::atomic<bool> loaded{true};
  std::jthread load([&](std::stop_token stop) {
    while (!stop.stop_requested()) {
      if (loaded) yard.target.count_requests("shop-daily", 20);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  CHECK(wait_until([&] { return yard.app().ready == 3; }));
  const auto detail = yard.house.json(Method::get, "/api/v1/environments/daily/applications/shop");
  CHECK(format_json(detail.at("events")).find("requests/s") != std::string::npos);
  loaded = false;
  CHECK(wait_until([&] { return yard.app().ready == 1; }));
}

TEST_CASE("watch: an instance that answers badly three times is replaced; one bad answer is forgiven") {
  Yard yard("scale: {instances: 2, max: 2, spare: 1}\n");
  REQUIRE(wait_until([&] { return yard.app().ready == 2; }));
  const auto sick = yard.ready_one();
  yard.target.sicken(sick);
  CHECK(wait_until([&] { return yard.app().ready == 2 && yard.ready_one() != sick; }));
  CHECK(wait_until([&] {
    const auto detail = yard.house.json(Method::get, "/api/v1/environments/daily/applications/shop");
    return format_json(detail.at("events")).find("3 bad answers in a row on /health") != std::string::npos;
  }));
}

TEST_CASE("watch: what was measured is kept, shown, and told to Prometheus") {
  Yard yard("scale: {instances: 1, max: 1, spare: 0}\n");
  const auto call = [&](const std::string& path) { return yard.house.call(yard.watch->routes(), Method::get, path); };
  CHECK(wait_until([&] {
    const auto answer = must(call("/api/v1/environments/daily/applications/shop/metrics"));
    return std::get<std::string>(answer.body).find("\"instances\":1") != std::string::npos;
  }));
  CHECK(std::get<std::string>(must(call("/api/v1/environments/daily/applications/shop/metrics")).body)
            .find("\"p95_ms\":null") != std::string::npos);
  yard.target.answer_within("shop-daily", 12.5);
  CHECK(wait_until([&] {
    const auto answer = must(call("/api/v1/environments/daily/applications/shop/metrics"));
    return std::get<std::string>(answer.body).find("\"p95_ms\":12.5") != std::string::npos;
  }));
  const auto metrics = std::get<std::string>(must(call("/metrics")).body);
  CHECK(metrics.find("sampan_app_p95_seconds{application=\"shop\",environment=\"daily\"} 0.013") != std::string::npos);
  CHECK(metrics.find("sampan_app_instances{application=\"shop\",environment=\"daily\"} 1") != std::string::npos);
  CHECK(!call("/api/v1/environments/daily/applications/nothing/metrics").has_value());
}
