// Where an environment lives, as a seam: one machine (local/), a cluster later, a hand-made fake for tests. One
// conformance suite (target_suite.h) holds for all. A target knows instances and traffic, nothing of releases, people
// or databases; deliver decides. Blocking; thread-safe. Everything is idempotent by name, so that deliver can repeat
// after a crash.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"

namespace sampan::deliver {

struct Probe {
  enum class Kind { http, tcp, exec };
  Kind kind = Kind::http;
  std::string path = "/";
  int port = 0;  // 0: the application's
  std::vector<std::string> command;
  std::chrono::milliseconds period{1000}, timeout{1000};
  int good = 1, bad = 3;  // answers in a row
};
struct ProbeAnswer {
  Time at{};
  bool ok = false;
  int status = 0;
  std::string body;
};  // body: first 512 bytes, or why there was none

struct InstanceSpec {
  std::string name;     // unique on the target: "order-service-daily-r12-3"
  std::string service;  // "order-service-daily": what the proxy balances
  std::string image;    // reference with digest, as the target pulls it
  int port = 8080;
  std::vector<std::pair<std::string, std::string>> environment;  // configuration and secrets
  std::vector<std::string> command;                              // empty: the image's
  std::uint64_t memory_bytes = 0;                                // limit; 0: none
  double cpus = 0;                                               // limit; 0: none
  int pids = 1024;
  std::chrono::milliseconds stop_grace{30'000};
};

enum class InstanceState { absent, running, frozen, exited };
struct InstanceStatus {
  InstanceState state = InstanceState::absent;
  std::string address;  // "10.89.0.7:8080" while running or frozen
  int exit_code = 0;
  bool out_of_memory = false;
  std::int64_t pid = 0;
};
struct Usage {
  double cpu_percent = 0;
  std::uint64_t memory_bytes = 0;
};

// Counters of one service since some moment the target chose; they may restart from 0 (deliver adds differences).
struct Traffic {
  std::uint64_t requests = 0, failed = 0;  // failed: 5xx, or no answer from the proxy's side
  std::uint64_t open = 0, queued = 0;
  double requests_per_second = 0;
  // 95 of 100 requests of the last seconds got the first byte of their answer sooner; nullopt: there were none.
  std::optional<double> p95_ms{};
  std::map<std::string, std::uint64_t> open_by_instance;  // name -> open requests
  std::map<std::string, std::uint64_t> requests_by_instance;
  std::map<std::string, std::uint64_t> failed_by_instance;
};
struct FailedRequest {
  Time at{};
  int status = 0;
  std::string method, path, instance, detail;
};

// A way in: the address the service answers on. Applications listen on a port of their own in the environment.
struct ServiceSpec {
  std::string name;
  int port = 0;                    // 0: the target chooses and keeps it
  std::vector<std::string> hosts;  // routed by Host on the shared port too
  std::chrono::milliseconds drain{30'000};
};

class Target {
 public:
  virtual ~Target() = default;
  virtual Result<void>
  check() = 0;  // is everything it needs here? the sentence says what is missing and how to mend it

  // Instances.
  virtual Result<void> pull(const std::string& image) = 0;
  virtual Result<InstanceStatus> start(const InstanceSpec& spec) = 0;  // already running: its status
  // After a restart of ours: an instance that an earlier process started, and the port it listens on.
  virtual void adopt(const std::string& instance, int port) = 0;
  virtual Result<InstanceStatus> status(const std::string& instance) = 0;
  virtual Result<std::vector<std::string>> list() = 0;  // names of all that exist, any state
  virtual Result<void> freeze(const std::string& instance) = 0;
  virtual Result<void> thaw(const std::string& instance) = 0;
  virtual Result<void> stop(const std::string& instance,
                            std::chrono::milliseconds grace) = 0;  // TERM, grace, KILL; kept for its log
  virtual Result<void> remove(const std::string& instance) = 0;    // with its log
  virtual Result<std::string> log_tail(const std::string& instance, int lines) = 0;
  virtual Result<Usage> usage(const std::string& instance) = 0;
  virtual ProbeAnswer probe(const std::string& instance, const Probe& probe, int port) = 0;
  // Called on a thread of the target, once, soon after (milliseconds) a running instance ends. Replaces the former
  // callback.
  virtual void on_exit(std::function<void(const std::string& instance)> callback) = 0;

  // Traffic.
  virtual Result<std::string> ensure_service(const ServiceSpec& spec) = 0;  // -> "http://127.0.0.1:8101"
  virtual Result<void> remove_service(const std::string& service) = 0;
  // From now on new requests may go to it. Already in: nothing.
  virtual Result<void> admit(const std::string& service, const std::string& instance) = 0;
  // From now on no new request goes to it; those open go on.
  virtual Result<void> drain(const std::string& service, const std::string& instance) = 0;
  virtual Result<void> expel(const std::string& service,
                             const std::string& instance) = 0;  // out of the table; open requests are cut
  virtual Result<std::vector<std::string>> admitted(const std::string& service) = 0;  // those new requests may go to
  virtual Result<Traffic> traffic(const std::string& service) = 0;
  virtual std::vector<FailedRequest> failures_since(const std::string& service, Time since, std::size_t most) = 0;
};

// What pages and watch see of an instance.
struct InstanceView {
  InstanceId id;
  std::string name, state, address;
  std::int64_t release = 0;
};

}  // namespace sampan::deliver
