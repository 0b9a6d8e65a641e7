#include "base/group_sync.h"

namespace sampan {

Result<void> GroupSync::wait() {
  std::unique_lock lock(mutex_);
  const auto needed = begun_ + 1;
  while (ended_ < needed) {
    if (begun_ != ended_) {
      ended_bell_.wait(lock);
      continue;
    }
    ++begun_;
    lock.unlock();
    auto done = sync_();
    lock.lock();
    last_ = std::move(done);
    ended_ = begun_;
    ended_bell_.notify_all();
  }
  return last_;
}

}  // namespace sampan
