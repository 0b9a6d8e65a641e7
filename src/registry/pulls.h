// How often images were pulled: counted in memory, written now and then, so that a pull is not a write.
#pragma once

#include <map>

#include "base/clock.h"
#include "base/db.h"
#include "base/sync.h"

namespace sampan::registry {

// What was counted in the last second before a crash may be lost; nobody decides by it.
class Pulls {
 public:
  Pulls(Db& db, Clock& clock) : db_(db), clock_(clock) {}
  ~Pulls();
  // Writes what is counted when that was not done for a second.
  Result<void> count(std::int64_t repository);
  Result<void> write();

 private:
  struct Held {
    std::map<std::int64_t, std::int64_t> counted;  // by repository
    std::chrono::steady_clock::time_point next_write{};
  };
  Db& db_;
  Clock& clock_;
  Sync<Held> held_;
};

}  // namespace sampan::registry
