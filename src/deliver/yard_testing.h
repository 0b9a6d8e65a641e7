// A yard of deliver on a target in memory, for doctest: what its stories share.
#pragma once

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "deliver/fake_target.h"
#include "deliver/testing.h"

namespace sampan::deliver::testing {

inline const std::string kService = "shop-daily";
inline const std::string kApp = "/api/v1/environments/daily/applications/shop";

inline std::string yaml(const std::string& version, const std::string& more = "") {
  return "application: shop\nprobes: {readiness: {http: /health, period: 5ms}}\nconfig: {VERSION: " + version +
         "}\ndrain: 2s\nstopGrace: 1s\ndeadlines: {start: 1s}\n" +
         (more.find("scale:") == std::string::npos ? "scale: {instances: 2, max: 4, spare: 1}\n" : "") + more;
}

struct Yard {
  FakeTarget target;
  SystemClock clock;
  std::shared_ptr<TestDb> db = std::make_shared<TestDb>();
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

}  // namespace sampan::deliver::testing
