// A target in memory, for tests: instances are entries of a table, what they do is steered, and the power can be cut
// before or after any act. Included by tests only.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>

#include "base/sync.h"
#include "deliver/target.h"

namespace sampan::deliver {

class FakeTarget final : public Target {
 public:
  struct PowerCut {};  // thrown by the act that was the last

  // What instances of an image do.
  struct Nature {
    int ready_after = 0;  // so many probes are answered badly first
    bool never_ready = false;
    bool dies_at_start = false;
    bool sick_under_load = false;  // well until requests go to it
    bool will_not_thaw_well = false;
    int open_for = 0;  // so many looks at the traffic until a drained one has nothing open
  };
  void nature(const std::string& image, Nature nature) { world_.lock()->natures[image] = nature; }

  // The power fails at the `act`th call from now (1: the next), before or after its effect; nothing works until
  // revive().
  void cut_power_at(int act, bool after_effect) {
    auto world = world_.lock();
    world->acts = 0;
    world->cut_at = act;
    world->cut_after = after_effect;
  }
  int acts() { return world_.lock()->acts; }
  void revive() {
    auto world = world_.lock();
    world->acts = world->cut_at = 0;
    world->dark = false;
  }

  // The engine does not say what is there, so many times; or says nothing at all until answer().
  void fail_lists(int times) { world_.lock()->lists_that_fail = times; }
  void fall_silent() { silent_ = true; }
  void answer() {
    silent_ = false;
    silent_.notify_all();
  }

  // An instance's process ends.
  void kill(const std::string& name, int exit_code = 137) {
    std::function<void(const std::string&)> told;
    {
      auto world = world_.lock();
      auto& one = world->instances[name];
      one.state = InstanceState::exited;
      one.exit_code = exit_code;
      told = world->on_exit;
    }
    if (told) told(name);
  }
  // As a customer would: the version that answered (its environment's VERSION), empty: nobody could.
  std::string request(const std::string& service) {
    auto world = world_.lock();
    ++world->services[service].requests;
    for (const auto& [name, drained] : world->services[service].servers) {
      if (drained || world->instances[name].state != InstanceState::running) continue;
      for (const auto& [key, value] : world->instances[name].spec.environment)
        if (key == "VERSION") return value;
      return "?";
    }
    ++world->services[service].failed;
    return {};
  }
  void count_requests(const std::string& service, std::uint64_t requests) {
    world_.lock()->services[service].requests += requests;
  }
  void answer_within(const std::string& service, double p95_ms) { world_.lock()->services[service].p95_ms = p95_ms; }
  std::vector<std::string> in_table(const std::string& service) {
    std::vector<std::string> names;
    auto world = world_.lock();
    for (const auto& [name, drained] : world->services[service].servers) names.push_back(name);
    return names;
  }
  // The fewest that could answer a request since the service was made, once somebody had been drained.
  std::size_t least_serving(const std::string& service) { return world_.lock()->services[service].least; }
  void sicken(const std::string& name) { world_.lock()->instances[name].sick = true; }
  int starts() { return world_.lock()->starts; }

  Result<void> check() override {
    silent_.wait(true);
    return act([](World&) -> Result<void> { return {}; });
  }
  Result<void> pull(const std::string&) override {
    return act([](World&) -> Result<void> { return {}; });
  }
  Result<InstanceStatus> start(const InstanceSpec& spec) override {
    return act([&](World& world) -> Result<InstanceStatus> {
      if (spec.image.find("missing") != std::string::npos)
        return fail(Errc::not_found, "start {}: there is no image {}", spec.name, spec.image);
      auto& one = world.instances[spec.name];
      if (one.state == InstanceState::running || one.state == InstanceState::frozen) return status_of(one);
      one = {};
      one.spec = spec;
      one.state = world.natures[spec.image].dies_at_start ? InstanceState::exited : InstanceState::running;
      one.exit_code = one.state == InstanceState::exited ? 3 : 0;
      ++world.starts;
      return status_of(one);
    });
  }
  void adopt(const std::string&, int) override {}
  Result<InstanceStatus> status(const std::string& name) override {
    return act([&](World& world) -> Result<InstanceStatus> {
      return world.instances.contains(name) ? status_of(world.instances[name]) : InstanceStatus{};
    });
  }
  Result<std::vector<std::string>> list() override {
    return act([](World& world) -> Result<std::vector<std::string>> {
      if (world.lists_that_fail > 0 && world.lists_that_fail-- > 0) return fail(Errc::unavailable, "podman: busy");
      std::vector<std::string> names;
      for (const auto& [name, one] : world.instances) names.push_back(name);
      return names;
    });
  }
  Result<void> freeze(const std::string& name) override { return move(name, InstanceState::frozen); }
  Result<void> thaw(const std::string& name) override { return move(name, InstanceState::running); }
  Result<void> stop(const std::string& name, std::chrono::milliseconds) override {
    return act([&](World& world) -> Result<void> {
      const auto found = world.instances.find(name);
      if (found != world.instances.end()) found->second.state = InstanceState::exited;
      return {};
    });
  }
  Result<void> remove(const std::string& name) override {
    return act([&](World& world) -> Result<void> {
      world.instances.erase(name);
      return {};
    });
  }
  Result<std::string> log_tail(const std::string& name, int) override {
    return act([&](World& world) -> Result<std::string> {
      if (!world.instances.contains(name))
        return fail(Errc::not_found, "instance '{}' is gone, and its log with it", name);
      return "hello from " + name + "\n";
    });
  }
  Result<Usage> usage(const std::string& name) override {
    return act([&](World& world) -> Result<Usage> {
      if (!world.instances.contains(name)) return fail(Errc::not_found, "instance '{}' does not run", name);
      return Usage{10, 100 << 20};
    });
  }
  ProbeAnswer probe(const std::string& name, const Probe& probe, int) override {
    const auto ok = act([&](World& world) -> Result<bool> {
      const auto found = world.instances.find(name);
      if (found == world.instances.end() || found->second.state != InstanceState::running) return false;
      auto& one = found->second;
      const auto& nature = world.natures[one.spec.image];
      const bool loaded =
          nature.sick_under_load && std::any_of(world.services.begin(), world.services.end(), [&](const auto& service) {
            const auto server = service.second.servers.find(name);
            return server != service.second.servers.end() && !server->second;  // not drained
          });
      const bool woken_badly = nature.will_not_thaw_well && one.was_frozen;
      return one.probes++ >= nature.ready_after && !nature.never_ready && !one.sick && !loaded && !woken_badly &&
             probe.path != "/unready";
    });
    return {Time{}, *ok, *ok ? 200 : 503, *ok ? "up" : "not ready"};
  }
  void on_exit(std::function<void(const std::string&)> callback) override {
    world_.lock()->on_exit = std::move(callback);
  }

  Result<std::string> ensure_service(const ServiceSpec& spec) override {
    return act([&](World& world) -> Result<std::string> {
      auto& service = world.services[spec.name];
      if (service.port == 0)
        service.port =
            spec.port != 0 ? spec.port : 1;  // nobody listens there: the deployment's own prober hears "refused"
      return fmt::format("http://127.0.0.1:{}", service.port);
    });
  }
  Result<void> remove_service(const std::string& name) override {
    return act([&](World& world) -> Result<void> {
      world.services.erase(name);
      return {};
    });
  }
  Result<void> admit(const std::string& service, const std::string& name) override {
    return act([&](World& world) -> Result<void> {
      if (!world.services.contains(service)) return fail(Errc::not_found, "no service '{}'", service);
      world.services[service].servers[name] = false;
      return {};
    });
  }
  Result<void> drain(const std::string& service, const std::string& name) override {
    return act([&](World& world) -> Result<void> {
      auto& servers = world.services[service].servers;
      if (!servers.contains(name) || servers[name]) return {};
      servers[name] = true;
      std::size_t serving = 0;
      for (const auto& [other, drained] : servers)
        serving += !drained && world.instances[other].state == InstanceState::running;
      world.services[service].least = std::min(world.services[service].least, serving);
      auto& one = world.instances[name];
      one.open = world.natures[one.spec.image].open_for;
      return {};
    });
  }
  Result<void> expel(const std::string& service, const std::string& name) override {
    return act([&](World& world) -> Result<void> {
      world.services[service].servers.erase(name);
      return {};
    });
  }
  Result<std::vector<std::string>> admitted(const std::string& service) override {
    return act([&](World& world) -> Result<std::vector<std::string>> {
      std::vector<std::string> names;
      for (const auto& [name, drained] : world.services[service].servers)
        if (!drained) names.push_back(name);
      return names;
    });
  }
  Result<Traffic> traffic(const std::string& name) override {
    return act([&](World& world) -> Result<Traffic> {
      auto& service = world.services[name];
      Traffic traffic;
      traffic.requests = service.requests;
      traffic.failed = service.failed;
      traffic.p95_ms = service.p95_ms;
      for (const auto& [instance, drained] : service.servers) {
        auto& one = world.instances[instance];
        traffic.open_by_instance[instance] = static_cast<std::uint64_t>(one.open);
        if (drained && one.open > 0) --one.open;
      }
      return traffic;
    });
  }
  std::vector<FailedRequest> failures_since(const std::string&, Time, std::size_t) override { return {}; }

 private:
  struct Instance {
    InstanceSpec spec;
    InstanceState state = InstanceState::absent;
    int probes = 0, open = 0, exit_code = 0;
    bool sick = false, was_frozen = false;
  };
  struct Service {
    int port = 0;
    std::map<std::string, bool> servers;  // name -> drained
    std::uint64_t requests = 0, failed = 0;
    std::size_t least = SIZE_MAX;
    std::optional<double> p95_ms{};
  };
  struct World {
    std::map<std::string, Instance> instances;
    std::map<std::string, Service> services;
    std::map<std::string, Nature> natures;
    std::function<void(const std::string&)> on_exit;
    int acts = 0, cut_at = 0, starts = 0, lists_that_fail = 0;
    bool cut_after = false, dark = false;
  };

  template <class Effect>
  auto act(Effect effect) -> std::invoke_result_t<Effect, World&> {
    auto world = world_.lock();
    if (world->dark) throw PowerCut{};
    ++world->acts;
    const bool last = world->acts == world->cut_at;
    if (last) world->dark = true;
    if (last && !world->cut_after) throw PowerCut{};
    auto result = effect(*world);
    if (last) throw PowerCut{};
    return result;
  }
  Result<void> move(const std::string& name, InstanceState to) {
    return act([&](World& world) -> Result<void> {
      const auto found = world.instances.find(name);
      if (found == world.instances.end() ||
          (found->second.state != InstanceState::running && found->second.state != InstanceState::frozen)) {
        return fail(Errc::not_found, "instance '{}' does not run", name);
      }
      found->second.state = to;
      found->second.was_frozen |= to == InstanceState::frozen;
      return {};
    });
  }
  static InstanceStatus status_of(const Instance& one) {
    return {one.state, one.state == InstanceState::running || one.state == InstanceState::frozen ? "10.0.0.1" : "",
            one.exit_code, false, 0};
  }

  Sync<World> world_;
  std::atomic<bool> silent_{false};
};

}  // namespace sampan::deliver
