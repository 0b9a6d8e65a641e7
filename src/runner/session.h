// The runner's side of the conversation: holds the stream of orders, renews leases, runs jobs, ends what is no longer
// its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/http_client.h"
#include "runner/advisories.h"
#include "runner/job.h"
#include "runner/job_folders.h"
#include "runner/reports.h"

namespace sampan::runner {

class Session {
 public:
  Session(HttpClient& http, const Config& config);
  ~Session();
  // Until the stop is asked for; then running jobs have `patience` to end by themselves. unauthenticated: the token is
  // refused, and nothing runs.
  Result<void> run(std::stop_token stop, std::chrono::milliseconds patience = std::chrono::minutes(1));

 private:
  struct Running {
    Cancel cancel;
    bool done = false;  // guarded by mutex_
    std::jthread thread;
  };
  void follow_stream(std::stop_token stop);
  void on_event(std::string_view event, std::string_view data);
  void take_order(std::string_view json);
  // Runs the work on a thread of its own under the key, once.
  void start(JobKey key, std::function<void(Running&)> work);
  void run_job(Running& running, const Order& order);
  void renew_advisories(const Order& order, Sink& sink);
  void end(JobKey key, Cancel::Why why, const std::string& reason);
  std::vector<JobKey> reap();  // forgets those that are done; the others
  bool beat();                 // false: the token is refused
  void finish_up(std::chrono::milliseconds patience);
  void pause(std::unique_lock<std::mutex>& lock, std::stop_token stop, std::chrono::milliseconds length, bool& bell);

  HttpClient& http_;
  const Config config_;
  const Folders folders_;
  JobFolders job_folders_;
  Launcher launcher_;
  Advisories advisories_;
  std::stop_source reports_stop_;  // asked only when the process ends: until then reports are repeated
  Reports reports_;
  // When the stream of orders broke last, which the death of the server does within a moment.
  std::atomic<std::chrono::steady_clock::time_point> broke_at_{};
  bool refused_ = false;  // by the last heartbeat; of the thread in run()
  std::mutex mutex_;      // of all below
  std::condition_variable_any changed_;
  bool beat_now_ = false, job_done_ = false, stopping_ = false;
  std::int64_t lease_ms_ = 30'000;
  std::map<JobKey, std::unique_ptr<Running>> jobs_;
};

}  // namespace sampan::runner
