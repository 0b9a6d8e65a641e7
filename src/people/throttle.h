// How long a login or an address must wait after failed sign-ins.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/sync.h"

namespace sampan::people {

// A login may fail 5 times freely and an address (perhaps a whole office) 30 times; each further failure doubles the
// wait, from 1 s to 60 s. 15 quiet minutes forgive everything; a success forgives the login. Thread-safe; in memory
// only.
class Throttle {
 public:
  explicit Throttle(const Clock& clock) : clock_(clock) {}
  // Counts an attempt as failed until succeeded() says otherwise, so that attempts made at once count too.
  // The time left to wait when this attempt must not be made; it is not counted then.
  std::optional<std::chrono::seconds> begin(std::string_view login, std::string_view address);
  void succeeded(std::string_view login, std::string_view address);

 private:
  struct Entry {
    int failures = 0;
    std::chrono::steady_clock::time_point last;
  };
  using Entries = std::unordered_map<std::string, Entry>;
  std::chrono::seconds left(const Entries& entries, const std::string& key, int free) const;
  const Clock& clock_;
  Sync<Entries> entries_;
};

}  // namespace sampan::people
