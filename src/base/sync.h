// Data that lives inside its mutex: holding the lock is the only way to reach it.
#pragma once

#include <mutex>
#include <utility>

namespace sampan {

template <class T>
class Sync {
 public:
  Sync() = default;
  explicit Sync(T value) : value_(std::move(value)) {}

  class Locked {
   public:
    explicit Locked(Sync& owner) : lock_(owner.mutex_), value_(owner.value_) {}
    T& operator*() { return value_; }
    T* operator->() { return &value_; }
    std::unique_lock<std::mutex>& lock() { return lock_; }  // for condition_variable::wait
    void release() { lock_.unlock(); }  // before its scope ends; nothing is reached through it afterwards

   private:
    std::unique_lock<std::mutex> lock_;
    T& value_;
  };
  Locked lock() { return Locked(*this); }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace sampan
