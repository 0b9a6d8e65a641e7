#include "base/pool.h"

#include <condition_variable>
#include <deque>
#include <exception>

#include "base/log.h"
#include "base/sync.h"

namespace sampan {

struct Pool::State {
  struct Queue {
    std::deque<std::function<void()>> work;
    bool closing = false;
  };
  std::size_t limit = 0;
  Sync<Queue> queue;
  std::condition_variable changed;
  std::vector<std::jthread> threads;

  void work() {
    for (;;) {
      std::function<void()> next;
      {
        auto locked = queue.lock();
        changed.wait(locked.lock(), [&] { return !locked->work.empty() || locked->closing; });
        if (locked->work.empty()) return;
        next = std::move(locked->work.front());
        locked->work.pop_front();
      }
      try {
        next();
      } catch (const std::exception& error) {
        log::error("base", "an exception ended in the pool: {}", error.what());
      } catch (...) {
        log::error("base", "an unknown exception ended in the pool");
      }
    }
  }
};

Pool::Pool(std::size_t threads, std::size_t queue_limit) : state_(std::make_unique<State>()) {
  state_->limit = queue_limit;
  for (std::size_t i = 0; i < threads; ++i) state_->threads.emplace_back([state = state_.get()] { state->work(); });
}

Pool::~Pool() {
  state_->queue.lock()->closing = true;
  state_->changed.notify_all();
  state_->threads.clear();  // joins
}

bool Pool::submit(std::function<void()> work) {
  {
    auto queue = state_->queue.lock();
    if (queue->closing || queue->work.size() >= state_->limit) return false;
    queue->work.push_back(std::move(work));
  }
  state_->changed.notify_one();
  return true;
}

std::size_t Pool::waiting() const { return state_->queue.lock()->work.size(); }

}  // namespace sampan
