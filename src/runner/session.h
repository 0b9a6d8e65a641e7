// The runner's side of the conversation: holds the stream of orders, renews leases, runs jobs, ends what is no longer its own.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <thread>

#include "base/http_client.h"
#include "base/sync.h"
#include "runner/job.h"
#include "runner/reports.h"

namespace sampan::runner {

class Session {
 public:
  Session(HttpClient& http, const Config& config);
  // Until the stop is asked for. unauthenticated: the token is refused for good.
  Result<void> run(std::stop_token stop);

 private:
  struct Running {
    Cancel cancel;
    std::atomic<bool> done{false};
    std::atomic<bool> lost{false};
    std::jthread thread;
  };
  void follow_stream(std::stop_token stop);
  void on_event(std::string_view event, std::string_view data);
  void start(std::string_view json);
  void end(JobKey key, const std::string& reason, bool lost);
  void run_job(Running& running, const Order& order);
  std::vector<JobKey> reap();
  bool beat();  // false: the token is refused

  HttpClient& http_;
  const Config& config_;
  Reports reports_;
  std::stop_source reports_stop_;  // asked only when the process ends: until then reports are repeated
  std::atomic<std::int64_t> lease_ms_{30'000};
  std::atomic<bool> refused_{false};
  Sync<std::map<JobKey, std::unique_ptr<Running>>> jobs_;
  std::mutex beat_mutex_;
  std::condition_variable_any beat_bell_;
};

}  // namespace sampan::runner
