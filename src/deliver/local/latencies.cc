#include "deliver/local/latencies.h"

#include <algorithm>
#include <cmath>

namespace sampan::deliver {

namespace {

constexpr std::int64_t kExact = 16;     // milliseconds below this have a step each
constexpr double kStepsOfDoubling = 8;  // above, steps grow by 9 %
constexpr std::uint64_t kPercentile = 95;

std::int64_t second_of(Latencies::Moment now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

}  // namespace

std::size_t Latencies::step_of(std::chrono::milliseconds took) {
  const auto ms = std::max<std::int64_t>(0, took.count());
  if (ms < kExact) return static_cast<std::size_t>(ms);
  const auto above = std::ceil(kStepsOfDoubling * std::log2(static_cast<double>(ms) / kExact));
  return std::min(kSteps - 1, static_cast<std::size_t>(kExact) + static_cast<std::size_t>(above));
}

double Latencies::longest_of(std::size_t step) {
  if (step < kExact) return static_cast<double>(step);
  return std::floor(kExact * std::exp2(static_cast<double>(step - kExact) / kStepsOfDoubling));
}

void Latencies::add(const std::string& service, std::chrono::milliseconds took, Moment now) {
  const auto number = second_of(now);
  auto& second = services_[service][static_cast<std::size_t>(number) % kSeconds];
  if (second.number != number) second = Second{number, {}};
  ++second.counts[step_of(took)];
}

std::optional<double> Latencies::p95_ms(const std::string& service, Moment now) const {
  const auto found = services_.find(service);
  if (found == services_.end()) return std::nullopt;
  const auto last = second_of(now);
  std::array<std::uint64_t, kSteps> counts{};
  std::uint64_t all = 0;
  for (const auto& second : found->second) {
    if (second.number < 0 || second.number + static_cast<std::int64_t>(kSeconds) <= last) continue;
    for (std::size_t i = 0; i < kSteps; ++i) {
      counts[i] += second.counts[i];
      all += second.counts[i];
    }
  }
  if (all == 0) return std::nullopt;
  std::uint64_t below = 0;
  std::size_t step = 0;
  while (step + 1 < kSteps && (below += counts[step]) * 100 < all * kPercentile) ++step;
  return longest_of(step);
}

}  // namespace sampan::deliver
