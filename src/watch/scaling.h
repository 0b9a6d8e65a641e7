// How many instances an application should have: pure. Up at once, down after a calm time.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace sampan::watch {

struct Load {
  double requests_per_second = 0, cpu_percent = 0,
         memory_percent = 0;  // the first of the whole service, the others of an average instance
  int instances = 0;          // that serve
};
struct Targets {
  double requests_per_second = 0, cpu_percent = 0, memory_percent = 0;
};  // per instance; 0: not looked at

struct Wish {
  int instances = 0;
  std::string reason;
};
// The number at which every target holds, within least..most. No targets: what there is.
Wish wish(const Load& load, const Targets& targets, int least, int most);

// Remembers how long less would have been enough.
class Scaler {
 public:
  // What to set now; nullopt: leave it.
  std::optional<Wish> decide(const Wish& wanted, int current, std::chrono::steady_clock::time_point now,
                             std::chrono::milliseconds down_after);

 private:
  std::optional<std::chrono::steady_clock::time_point> calm_since_;
  int most_wished_ = 0;  // while calm: never below what was needed meanwhile
};

}  // namespace sampan::watch
