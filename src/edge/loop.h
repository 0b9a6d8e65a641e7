// One thread that waits for descriptors (epoll, edge-triggered) and runs what others post to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/files.h"
#include "base/sync.h"

namespace sampan::edge {

using SteadyTime = std::chrono::steady_clock::time_point;

class Loop {
 public:
  static constexpr std::chrono::milliseconds kTick{200};

  // Something with descriptors. Called on the loop's thread only. Calls are hints, never facts: a handler tries its
  // work and finds out; one call too many is harmless (a closed descriptor's number may have been given out again).
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void on_ready(int fd, std::uint32_t events) = 0;  // events as epoll gives them; 0 after again()
    virtual void on_tick(SteadyTime now) = 0;                 // about every kTick: deadlines are looked at here
    enum class Stop { finish, at_once };
    virtual void on_stop(Stop how) = 0;
  };

  Loop();
  void run();   // until stop(); the caller gives the thread
  void stop();  // any thread; what was posted before still runs

  void post(std::function<void()> task);  // any thread; runs in the order of posting

  // The rest: on the loop's thread only.
  // Keeps the handler alive until forget(). Reports each change to readable, writable or hung up. Files that cannot be
  // waited for (they are always ready) are accepted.
  void watch(int fd, std::shared_ptr<Handler> handler);
  void forget(int fd);                            // before the descriptor is closed
  void again(std::shared_ptr<Handler> handler);   // on_ready(-1, 0) after the others had their turn
  void stop_all(Handler::Stop how);               // on_stop of every watched handler
  SteadyTime now() const { return now_; }         // taken once a round
  std::span<char> scratch() { return scratch_; }  // for reading into; valid until the handler returns

 private:
  void run_posted();
  void tick();
  std::vector<std::shared_ptr<Handler>> handlers() const;

  Fd epoll_, bell_;
  SteadyTime now_, next_tick_;
  std::unordered_map<int, std::shared_ptr<Handler>> watched_;
  std::vector<std::shared_ptr<Handler>> again_;
  std::vector<char> scratch_;
  struct Posted {
    std::vector<std::function<void()>> tasks;
    bool stopping = false;
  };
  Sync<Posted> posted_;
};

}  // namespace sampan::edge
