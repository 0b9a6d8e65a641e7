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
  void jump(Microseconds by);  // of the wall clock alone; may go back

 private:
  Time start_;
  std::atomic<std::int64_t> passed_us_{0}, jumped_us_{0};
};

// Notices when somebody sets the wall clock: moments that were written down to wait for must then move with it, or they
// come at once, or hours late. Not thread-safe.
class JumpWatch {
 public:
  struct Jump {
    Microseconds by{};    // ahead; negative: back
    Time since{}, now{};  // moments between these two were written down after it
    // Is a moment that was written down of the time before the jump?
    bool is_before(Time moment) const { return moment < since || moment > now; }
  };
  explicit JumpWatch(const Clock& clock);
  // What the wall clock has gained or lost against the time that has passed since the last look, when it is more than
  // a second: less is the slewing of a time server.
  std::optional<Jump> look();

 private:
  const Clock& clock_;
  Time wall_;
  std::chrono::steady_clock::time_point steady_;
};

std::int64_t to_micros(Time time);
Time from_micros(std::int64_t micros);
std::string format_rfc3339(Time time);                     // "2026-11-24T08:30:00.123456Z"
std::optional<Time> parse_rfc3339(std::string_view text);  // any offset; digits beyond microseconds are cut

}  // namespace sampan
