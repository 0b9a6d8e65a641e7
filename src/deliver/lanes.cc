#include "deliver/lanes.h"

namespace sampan::deliver {

Lanes::~Lanes() { stop(); }

void Lanes::begin() {
  for (int i = 0; i < wanted_; ++i) threads_.emplace_back([this] { run(); });
}

void Lanes::submit(const std::string& lane, std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    const bool fresh = !lanes_.contains(lane);
    lanes_[lane].push_back(std::move(work));
    if (fresh) ready_.push_back(lane);
  }
  changed_.notify_one();
}

bool Lanes::idle(const std::string& lane) {
  const std::lock_guard lock(mutex_);
  return !lanes_.contains(lane);
}

void Lanes::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ready_.clear();
  }
  changed_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void Lanes::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    if (stopping_) return;
    const auto lane = ready_.front();
    ready_.pop_front();
    const auto work = std::move(lanes_[lane].front());
    lanes_[lane].pop_front();
    lock.unlock();
    work();
    lock.lock();
    if (lanes_[lane].empty()) {
      lanes_.erase(lane);
    } else if (!stopping_) {
      ready_.push_back(lane);
      changed_.notify_one();
    }
  }
}

}  // namespace sampan::deliver
