// Containers of a yard (testing.h) that answer, for doctest; where podman, docker or HAProxy is missing tests say so.
#pragma once

#include <doctest/doctest.h>

#include <functional>

#include "deliver/local/probe.h"
#include "deliver/local/testing.h"

namespace sampan::deliver::testing {

inline ProbeAnswer get(const std::string& url, const std::string& path,
                       std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
  Probe probe;
  probe.path = path;
  probe.timeout = timeout;
  return probe_address({"127.0.0.1", std::atoi(url.c_str() + url.rfind(':') + 1), probe}, SystemClock());
}

inline bool is_here(std::string_view engine) {
  const auto missing = LocalYard::missing(engine);
  if (!missing.empty()) MESSAGE("not run: this needs " << missing);
  return missing.empty();
}

// What is about containers is tried with each engine there is.
inline void on_each_engine(const std::function<void(LocalYard&)>& test) {
  for (const auto engine : kEngines) {
    if (!is_here(engine)) continue;
    INFO(engine);
    SystemClock clock;
    LocalYard yard(clock, std::string(engine));
    test(yard);
  }
}

// What is about the proxy, with the first engine there is.
inline bool can_run() {
  for (const auto engine : kEngines)
    if (LocalYard::missing(engine).empty()) return true;
  MESSAGE("not run: this needs haproxy, and podman or docker, as root");
  return false;
}
inline std::string first_engine() { return LocalYard::missing("podman").empty() ? "podman" : "docker"; }

// A container of the yard's image that is well.
struct Instance {
  LocalYard& yard;
  InstanceSpec spec;
  Instance(LocalYard& yard_in, const std::string& name,
           std::vector<std::pair<std::string, std::string>> environment = {})
      : yard(yard_in) {
    spec.name = name;
    spec.image = yard.image;
    spec.environment = std::move(environment);
    spec.environment.emplace_back("VERSION", name);
    sampan::testing::must(yard.target->start(spec));
    Probe health;
    health.path = "/health";
    REQUIRE(sampan::testing::wait_until([&] { return yard.target->probe(name, health, 8080).ok; }));
  }
};

}  // namespace sampan::deliver::testing
