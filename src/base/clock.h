// Time as the program sees it: a seam, so that tests tick by hand.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sampan {

using Microseconds = std::chrono::microseconds;
// A moment, microseconds since 1970-01-01 UTC; stored as bigint, sent as RFC 3339 text by JSON.
using Time = std::chrono::time_point<std::chrono::system_clock, Microseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;  // wall clock; may jump
  virtual std::chrono::steady_clock::time_point steady()
      const = 0;  // never goes back; for deadlines inside the process
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
  std::chrono::steady_clock::time_point steady() const override;
};

// For tests: stands still until told. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Time start = Time(std::chrono::seconds(1'700'000'000)));
  Time now() const override;
  std::chrono::steady_clock::time_point steady() const override;
  void advance(Microseconds by);

 private:
  Time start_;
  std::atomic<std::int64_t> passed_us_{0};
};

std::int64_t to_micros(Time time);
Time from_micros(std::int64_t micros);
std::string format_rfc3339(Time time);                     // "2026-11-24T08:30:00.123456Z"
std::optional<Time> parse_rfc3339(std::string_view text);  // any offset; digits beyond microseconds are cut

}  // namespace sampan
