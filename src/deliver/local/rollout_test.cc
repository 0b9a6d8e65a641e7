// A release in batches with real podman and real HAProxy, under load. Where they are missing the test says so and
// passes.
#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "deliver/local/probe.h"
#include "deliver/local/testing.h"
#include "deliver/testing.h"

using namespace sampan;
using namespace sampan::deliver;
using deliver::testing::House;
using deliver::testing::LocalYard;

namespace {

// Customers, each asking again as soon as it was answered, from now until stop().
class Load {
 public:
  explicit Load(int port) {
    for (int i = 0; i < 4; ++i) {
      threads_.emplace_back([this, port](std::stop_token stop) {
        Probe probe;
        probe.path = "/version";
        probe.timeout = std::chrono::seconds(5);
        const SystemClock clock;
        while (!stop.stop_requested()) {
          const auto answer = probe_address({"127.0.0.1", port, probe}, clock);
          ++(*answers_.lock())[answer.status == 200 ? answer.body : fmt::format("{} {}", answer.status, answer.body)];
        }
      });
    }
  }
  std::map<std::string, int> stop() {
    threads_.clear();
    return *answers_.lock();
  }

 private:
  Sync<std::map<std::string, int>> answers_;
  std::vector<std::jthread> threads_;
};

}  // namespace

TEST_CASE("local target: a release in batches fails no request, and both releases answer on the way") {
  if (const auto missing = LocalYard::missing(); !missing.empty()) {
    MESSAGE("not run: this needs " << missing);
    return;
  }
  SystemClock clock;
  LocalYard yard(clock);
  House house(*yard.target, clock);
  house.observe = std::chrono::milliseconds(200);
  house.open();
  const auto deliver = [&](const std::string& version) {
    sampan::events::DeployRequested event;
    event.environment = "daily";
    event.image = yard.image;
    event.app_yaml =
        "application: shop\nprobes: {readiness: {http: /health, period: 50ms, good: 2}}\nconfig: {VERSION: " + version +
        "}\nscale: {instances: 2, max: 2}\nstrategy: {batches: 2, wait: 500ms}\ndrain: 5s\nstopGrace: 1s\n";
    return house.deploy(event);
  };
  const auto first = deliver("v1");
  REQUIRE_MESSAGE(first.state == "succeeded", first.reason);
  const auto app = house.json(Method::get, "/api/v1/environments/daily/applications/shop");
  const std::string url(app.at("url").as_string());
  Load load(std::atoi(url.c_str() + url.rfind(':') + 1));
  const auto done = deliver("v2");
  const auto answers = load.stop();
  const auto record = house.json(Method::get, "/api/v1/deployments/" + std::to_string(done.deployment.value));
  std::string told;
  int requests = 0;
  for (const auto& [answer, count] : answers) told += fmt::format("{} x {}; ", count, answer), requests += count;
  MESSAGE(told);
  INFO(format_json(record));
  CHECK(done.state == "succeeded");
  CHECK(answers.size() == 2);  // the two versions, and nothing else
  CHECK(requests > 200);
  CHECK(record.at("requests").as_int64() > 200);
  CHECK(record.at("failed").as_int64() == 0);
  house.close();
}
