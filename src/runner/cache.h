// Dependency caches: folders on this machine, one for each (key, generation), written by one job at a time.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "runner/order.h"
#include "runner/wire.h"

namespace sampan::runner {

// A cache in use; gives it back when it goes.
class HeldCache {
 public:
  const CacheOrder& order() const { return order_; }
  const std::string& folder() const { return folder_; }  // where it lies now
  bool warm() const { return warm_; }                    // it held something when taken
  bool own() const { return lock_.get() >= 0; }  // false: another job writes it; ours is a copy that is not kept
  // From now on an empty folder; keep_new() or restore_old() decides which content stays.
  Result<void> set_aside();
  Result<void> keep_new();
  Result<void> restore_old();
  std::int64_t size() const;  // bytes on disk

 private:
  friend class Caches;
  CacheOrder order_;
  std::string folder_, aside_;
  bool warm_ = false;
  Fd lock_;
};

class Caches {
 public:
  explicit Caches(std::string folder) : folder_(std::move(folder)) {}
  // Drops other generations of the key. One that another job writes is copied to `spare` (empty when it is over 2 GiB).
  Result<HeldCache> hold(const CacheOrder& order, const std::string& spare);

 private:
  std::string folder_;
};

}  // namespace sampan::runner
