// How soon the requests of the last seconds were answered, by service: counted in steps of at most a tenth, so that a
// percentile costs the same at any load. Not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace sampan::deliver {

class Latencies {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  void add(const std::string& service, std::chrono::milliseconds took, Moment now);
  // 95 of 100 took no longer, as far as the last ten seconds go; nullopt: there was none.
  std::optional<double> p95_ms(const std::string& service, Moment now) const;

 private:
  static constexpr std::size_t kSteps = 128, kSeconds = 10;
  struct Second {
    std::int64_t number = -1;  // of the steady clock
    std::array<std::uint32_t, kSteps> counts{};
  };
  static std::size_t step_of(std::chrono::milliseconds took);
  static double longest_of(std::size_t step);
  std::map<std::string, std::array<Second, kSeconds>> services_;
};

}  // namespace sampan::deliver
