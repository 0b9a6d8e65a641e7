#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "deliver/local/engine.h"
#include "deliver/local/exit_watch.h"
#include "deliver/local/freezer.h"
#include "deliver/local/local.h"
#include "deliver/local/probe.h"
#include "deliver/local/proxy.h"
#include "deliver/local/remains.h"

namespace sampan::deliver {

namespace {

class LocalTarget final : public Target {
 public:
  LocalTarget(LocalConfig config, Clock& clock)
      : config_(std::move(config)),
        clock_(clock),
        engine_(config_),
        proxy_(config_.folder, config_.first_port, config_.last_port) {}

  Result<void> check() override {
    const auto haproxy = run({.argv = {"haproxy", "-v"}});
    if (!haproxy.has_value() || !haproxy->exit.ok())
      return fail(Errc::unavailable, "HAProxy is missing: apt-get install haproxy");
    TRY(engine_.prepare());
    return proxy_.start();
  }

  Result<void> pull(const std::string& image) override { return engine_.pull(image); }

  Result<InstanceStatus> start(const InstanceSpec& spec) override {
    (*ports_.lock())[spec.name] = spec.port;  // also of one that an interrupted start left running
    // Nearly always there is none of that name: to look before would keep the start waiting.
    if (auto ran = engine_.run(spec); !ran.has_value()) {
      if (ran.error().code != Errc::conflict) return ran.error();
      const auto before = TRY(status(spec.name));
      if (before.state == InstanceState::running || before.state == InstanceState::frozen) return before;
      TRY(remove(spec.name));
      TRY(engine_.run(spec));
    }
    return status(spec.name);
  }

  // Of one that runs without a question to the engine, which would cost the start it is asked in a tenth of a second.
  Result<InstanceStatus> status(const std::string& instance) override {
    if (const auto container = running(instance)) return status_of(*container);
    const auto found = TRY(engine_.inspect({instance}));
    if (found.empty()) return InstanceStatus{};
    if (found.front().pid != 0) remember(instance, found.front());
    return status_of(found.front());
  }

  Result<std::vector<std::string>> list() override { return engine_.list(); }

  Result<void> freeze(const std::string& instance) override { return set_frozen(TRY(known(instance)).pid, true); }
  Result<void> thaw(const std::string& instance) override { return set_frozen(TRY(known(instance)).pid, false); }

  Result<void> stop(const std::string& instance, std::chrono::milliseconds grace) override {
    exits_.remove(instance);
    const auto now = TRY(status(instance));
    exits_.remove(instance);  // status() watches what runs
    if (now.state == InstanceState::absent || now.state == InstanceState::exited) return {};
    if (now.state == InstanceState::frozen) TRY(set_frozen(static_cast<int>(now.pid), false));
    return engine_.stop(instance, grace);
  }

  Result<void> remove(const std::string& instance) override {
    exits_.remove(instance);
    if (const auto container = known(instance); container.has_value() && is_frozen(container->pid))
      TRY(set_frozen(container->pid, false));
    TRY(engine_.remove(instance));
    known_.lock()->erase(instance);
    return {};
  }

  Result<std::string> log_tail(const std::string& instance, int lines) override {
    const auto found = TRY(engine_.inspect({instance}));
    if (found.empty()) return fail(Errc::not_found, "instance '{}' is gone, and its log with it", instance);
    return tail_of_log(found.front().log_file, lines);
  }

  Result<Usage> usage(const std::string& instance) override {
    const auto container = TRY(known(instance));
    const auto used = TRY(consumption(container.pid));
    const auto now = std::chrono::steady_clock::now();
    auto samples = samples_.lock();
    auto& last = (*samples)[instance];
    Usage answer{0, used.memory_bytes};
    const auto passed = std::chrono::duration<double>(now - last.at).count();
    if (last.cpu_seconds > 0 && passed > 0.05 && used.cpu_seconds >= last.cpu_seconds)
      answer.cpu_percent = (used.cpu_seconds - last.cpu_seconds) / passed * 100;
    last = {used.cpu_seconds, now};
    return answer;
  }

  ProbeAnswer probe(const std::string& instance, const Probe& probe, int port) override {
    const auto container = known(instance);
    if (!container.has_value()) return {clock_.now(), false, 0, container.error().message};
    if (probe.kind == Probe::Kind::exec) {
      const auto code = engine_.exec(instance, probe.command, probe.timeout);
      return {clock_.now(), code.has_value() && *code == 0, 0,
              code.has_value() ? fmt::format("exit code {}", *code) : code.error().message};
    }
    return probe_address({container->address, probe.port != 0 ? probe.port : port, probe}, clock_);
  }

  void on_exit(std::function<void(const std::string&)> callback) override { exits_.on_exit(std::move(callback)); }

  Result<std::string> ensure_service(const ServiceSpec& spec) override {
    return fmt::format("http://127.0.0.1:{}", TRY(proxy_.ensure(spec.name, spec.port)));
  }
  Result<void> remove_service(const std::string& service) override { return proxy_.remove(service); }

  Result<void> admit(const std::string& service, const std::string& instance) override {
    const auto container = TRY(known(instance));
    const auto port = (*ports_.lock())[instance];
    if (port == 0) return fail(Errc::internal, "the port of '{}' is not known: start() or adopt() it first", instance);
    return proxy_.admit(service, instance, fmt::format("{}:{}", container.address, port));
  }
  void adopt(const std::string& instance, int port) override { (*ports_.lock())[instance] = port; }
  Result<void> drain(const std::string& service, const std::string& instance) override {
    return proxy_.drain(service, instance);
  }
  Result<void> expel(const std::string& service, const std::string& instance) override {
    return proxy_.expel(service, instance);
  }

  Result<std::vector<std::string>> admitted(const std::string& service) override {
    std::vector<std::string> names;
    for (const auto& server : proxy_.servers(service))
      if (!server.drained) names.push_back(server.instance);
    return names;
  }
  Result<Traffic> traffic(const std::string& service) override { return proxy_.traffic(service); }
  std::vector<FailedRequest> failures_since(const std::string& service, Time since, std::size_t most) override {
    return proxy_.failures_since(service, since, most);
  }

 private:
  struct Sample {
    double cpu_seconds = 0;
    std::chrono::steady_clock::time_point at{};
  };

  void remember(const std::string& instance, const Container& container) {
    {
      auto all = known_.lock();
      const auto found = all->find(instance);
      if (found != all->end() && found->second.pid == container.pid) return;
      (*all)[instance] = container;
    }
    exits_.add(instance, container.pid);
  }

  static InstanceStatus status_of(const Container& container) {
    InstanceStatus answer;
    answer.exit_code = container.exit_code;
    answer.out_of_memory = !container.running && container.exit_code == 137;
    answer.pid = container.pid;
    answer.state = InstanceState::exited;
    if (!container.running || container.pid == 0) return answer;
    answer.state = is_frozen(container.pid) ? InstanceState::frozen : InstanceState::running;
    answer.address = container.address;
    return answer;
  }

  std::optional<Container> running(const std::string& instance) {
    auto all = known_.lock();
    const auto found = all->find(instance);
    if (found == all->end() || !is_process_of(found->second.pid, found->second.id)) return std::nullopt;
    return found->second;
  }

  Result<Container> known(const std::string& instance) {
    if (auto container = running(instance)) return std::move(*container);
    const auto found = TRY(engine_.inspect({instance}));
    if (found.empty() || !found.front().running) return fail(Errc::not_found, "instance '{}' does not run", instance);
    remember(instance, found.front());
    return found.front();
  }

  LocalConfig config_;
  Clock& clock_;
  Engine engine_;
  Proxy proxy_;
  Sync<std::map<std::string, Container>> known_;  // those that run
  Sync<std::map<std::string, int>> ports_;
  Sync<std::map<std::string, Sample>> samples_;
  ExitWatch exits_;
};

}  // namespace

std::unique_ptr<Target> make_local_target(LocalConfig config, Clock& clock) {
  return std::make_unique<LocalTarget>(std::move(config), clock);
}

Result<void> remove_local_target(const LocalConfig& config) {
  TRY(Proxy::end(config.folder));
  return Engine(config).remove_everything();
}

}  // namespace sampan::deliver
