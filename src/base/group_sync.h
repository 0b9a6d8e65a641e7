// One sync of a file for all who wait for one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "base/result.h"

namespace sampan {

// Who comes while a sync is under way shares the next one with everybody else who came meanwhile: on a disk that takes
// its time, eight writers cost hardly more syncs than one.
class GroupSync {
 public:
  // `sync` makes durable whatever was written before it was called; never called by two threads at once. After it
  // failed its next success must cover what the failed one should have kept.
  explicit GroupSync(std::function<Result<void>()> sync) : sync_(std::move(sync)) {}
  // Returns when a sync that began after this call has ended, with the last one's result.
  Result<void> wait();

 private:
  std::function<Result<void>()> sync_;
  std::mutex mutex_;
  std::condition_variable ended_bell_;
  std::uint64_t begun_ = 0, ended_ = 0;  // syncs so far; one is under way while they differ
  Result<void> last_;
};

}  // namespace sampan
