// Hands queued jobs to connected runners. The rows are the queue; a bell after each commit wakes one thread, which
// leases and sends. A job that was leased but could not be sent (the stream broke) is sent again when its runner is
// back, or lost when the lease ends.
#pragma once

#include <condition_variable>
#include <thread>

#include "base/http.h"
#include "pipeline/room.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline {

struct RunnerHello {
  RunnerId runner;
  std::string version;
  std::int64_t capacity = 1;
  std::vector<std::string> labels;
};

struct ConnectedRunner {
  RunnerId id;
  std::string name, version;
  std::int64_t capacity = 0;
  std::vector<std::string> labels;  // sorted
  std::shared_ptr<EventStream> stream;
  bool has_all(std::string_view wanted) const;  // labels with commas between
};

class Dispatcher {
 public:
  explicit Dispatcher(Room& room) : room_(room) {}
  ~Dispatcher() { stop(); }
  void start();
  void stop();  // idempotent; closes the streams
  void ring();

  // Takes over the stream of a runner (an older one of the same runner is closed), says hello and sends again what it
  // may not have heard.
  Result<void> connect(const RunnerHello& hello, std::shared_ptr<EventStream> stream);
  // Closes the stream of a runner that is silent: behind a link that stands still it would get, and lose, one job after
  // another. It is given jobs again when it connects anew, as it does once it hears that its stream is closed.
  void disconnect(RunnerId runner);
  void send_cancel(const CancelOrder& order);
  std::vector<ConnectedRunner> connected() const;

  // One pass: leases as many jobs as there are free places. Public for tests without the thread. Returns how many were
  // sent.
  Result<int> dispatch();

 private:
  struct Assignment {
    ConnectedRunner runner;
    std::string order;
    JobId job;
  };
  Result<std::vector<Assignment>> lease_jobs(Tx& tx, std::vector<ConnectedRunner> runners);
  Result<std::optional<Assignment>> lease_one(Tx& tx, const ConnectedRunner& runner);
  Result<std::optional<std::string>> lease(Tx& tx, const ConnectedRunner& runner, JobId id);
  Result<void> resend(const ConnectedRunner& runner);
  void run(const std::stop_token& stop);

  Room& room_;
  mutable Sync<std::map<std::int64_t, ConnectedRunner>> runners_;
  std::mutex bell_mutex_;
  std::condition_variable_any bell_;
  bool rung_ = false;
  std::mutex pass_;  // one pass at a time
  std::jthread thread_;
};

}  // namespace sampan::pipeline
