// Answers remembered for a few seconds, so that a request need not ask the database who is asking.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "base/sync.h"

namespace sampan::people {

// Bounded and thread-safe. An answer read before a forget() is never put back after it: the reader takes generation()
// first and gives it to put(), which drops the answer when something was forgotten in between. Another server's change
// shows after `life` at the latest.
template <class Key, class Value, class Hash = std::hash<Key>>
class Recent {
 public:
  Recent(const Clock& clock, std::chrono::seconds life, std::size_t most) : clock_(clock), life_(life), most_(most) {}

  std::optional<Value> get(const Key& key) {
    auto held = held_.lock();
    auto found = held->entries.find(key);
    if (found == held->entries.end() || found->second.until <= clock_.steady()) return std::nullopt;
    return found->second.value;
  }
  std::uint64_t generation() { return held_.lock()->generation; }
  void put(std::uint64_t generation, const Key& key, const Value& value) {
    auto held = held_.lock();
    if (held->generation != generation) return;
    if (held->entries.size() >= most_) held->entries.clear();
    held->entries.insert_or_assign(key, Entry{value, clock_.steady() + life_});
  }
  // Of those alone for which it says yes.
  void forget(const std::function<bool(const Value&)>& is_gone) {
    auto held = held_.lock();
    ++held->generation;
    std::erase_if(held->entries, [&](const auto& entry) { return is_gone(entry.second.value); });
  }
  void forget() {
    auto held = held_.lock();
    ++held->generation;
    held->entries.clear();
  }

 private:
  struct Entry {
    Value value;
    std::chrono::steady_clock::time_point until;
  };
  struct Held {
    std::uint64_t generation = 0;
    std::unordered_map<Key, Entry, Hash> entries;
  };
  const Clock& clock_;
  const std::chrono::seconds life_;
  const std::size_t most_;
  Sync<Held> held_;
};

}  // namespace sampan::people
