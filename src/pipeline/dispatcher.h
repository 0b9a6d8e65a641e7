// Hands queued jobs to connected runners. The rows are the queue; a bell after each commit wakes one thread, which
// leases and sends. A job that was leased but could not be sent (the stream broke) is sent again when its runner is
// back, or lost when the lease ends.
#pragma once

#include <condition_variable>
#include <functional>
#include <shared_mutex>
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

  // Does `write`, which gives back a place of the runner, and leases the runner its next jobs in the same transaction:
  // the end of one job and the beginning of the next cost one commit. `write` is run again when it has to be.
  Result<void> hand_on(RunnerId runner, const std::function<Result<void>(Tx&)>& write);

 private:
  struct Assignment {
    ConnectedRunner runner;
    std::string order;
    JobId job;
  };
  struct Free {
    const ConnectedRunner* runner;
    std::int64_t places;
  };
  static Result<std::vector<Free>> free_places(Tx& tx, const std::vector<ConnectedRunner>& runners);
  Result<std::vector<Assignment>> lease_jobs(Tx& tx, const std::vector<ConnectedRunner>& runners);
  Result<std::optional<Assignment>> lease_one(Tx& tx, const ConnectedRunner& runner);
  Result<std::optional<std::string>> lease(Tx& tx, const ConnectedRunner& runner, JobId id);
  Result<void> resend(const ConnectedRunner& runner);
  void run(const std::stop_token& stop);

  Room& room_;
  mutable Sync<std::map<std::int64_t, ConnectedRunner>> runners_;
  std::mutex bell_mutex_;
  std::condition_variable_any bell_;
  bool rung_ = false;
  std::shared_lock<std::shared_mutex> lease_pass();
  std::mutex entrance_;        // of streams_; a stream that is taken over does not wait for ever for leases
  std::shared_mutex streams_;  // shared from a lease until its order is sent; no stream is taken over meanwhile
  std::jthread thread_;
};

}  // namespace sampan::pipeline
