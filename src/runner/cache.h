// Dependency caches: folders on this machine, one for each (key, generation), held by one job at a time.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "runner/order.h"
#include "runner/reports.h"

namespace sampan::runner {

// A cache in use; gives it back when it goes.
class HeldCache {
 public:
  const CacheOrder& order() const { return order_; }
  const std::string& folder() const { return folder_; }  // where it lies now
  bool warm() const { return warm_; }                    // it held something when taken
  bool own() const { return lock_.get() >= 0; }          // false: another job has it; ours is an empty one that is not kept
  // From now on an empty folder; keep() or restore() decides which content stays.
  Result<void> set_aside();
  Result<void> keep_new();
  Result<void> restore_old();
  std::int64_t size() const;

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
  // Drops lower generations of the key. A busy cache is replaced by an empty one in `spare`.
  Result<HeldCache> hold(const CacheOrder& order, const std::string& spare);

 private:
  std::string folder_;
};

}  // namespace sampan::runner
