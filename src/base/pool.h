// Blocking work on a fixed number of threads with a bounded queue. A full queue refuses: that is the brake.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace sampan {

class Pool {
 public:
  Pool(std::size_t threads, std::size_t queue_limit);
  ~Pool();  // finishes what is queued
  // False: the queue is full (the caller answers 503 or tries later). A stray exception is logged and swallowed.
  bool submit(std::function<void()> work);
  std::size_t waiting() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sampan
