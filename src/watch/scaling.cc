#include "watch/scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sampan::watch {

Wish wish(const Load& load, const Targets& targets, int least, int most) {
  Wish best{least, "the least"};
  bool any = false;
  const auto consider = [&](double needed, std::string reason) {
    any = true;
    const int count = static_cast<int>(std::ceil(needed - 0.05));  // a twentieth over the target is noise
    if (count > best.instances) best = {count, std::move(reason)};
  };
  if (targets.requests_per_second > 0) {
    consider(
        load.requests_per_second / targets.requests_per_second,
        fmt::format("{:.0f} requests/s, {:.0f} an instance", load.requests_per_second, targets.requests_per_second));
  }
  if (targets.cpu_percent > 0)
    consider(load.cpu_percent * load.instances / targets.cpu_percent,
             fmt::format("CPU {:.0f} %, target {:.0f} %", load.cpu_percent, targets.cpu_percent));
  if (targets.memory_percent > 0) {
    consider(load.memory_percent * load.instances / targets.memory_percent,
             fmt::format("memory {:.0f} %, target {:.0f} %", load.memory_percent, targets.memory_percent));
  }
  if (!any) return {load.instances, "no target"};
  if (best.instances > most) best = {most, best.reason + fmt::format(" (at most {})", most)};
  return best;
}

std::optional<Wish> Scaler::decide(const Wish& wanted, int current, std::chrono::steady_clock::time_point now,
                                   std::chrono::milliseconds down_after) {
  if (wanted.instances >= current) {
    calm_since_.reset();
    if (wanted.instances == current) return std::nullopt;
    return wanted;
  }
  if (!calm_since_) calm_since_ = now, most_wished_ = wanted.instances;
  most_wished_ = std::max(most_wished_, wanted.instances);
  if (now - *calm_since_ < down_after) return std::nullopt;
  calm_since_.reset();
  return Wish{most_wished_, wanted.reason};
}

}  // namespace sampan::watch
