#include "base/clock.h"

#include <fmt/format.h>

namespace sampan {

Time SystemClock::now() const { return std::chrono::time_point_cast<Microseconds>(std::chrono::system_clock::now()); }
std::chrono::steady_clock::time_point SystemClock::steady() const { return std::chrono::steady_clock::now(); }

FakeClock::FakeClock(Time start) : start_(start) {}
Time FakeClock::now() const { return start_ + Microseconds(passed_us_.load() + jumped_us_.load()); }
std::chrono::steady_clock::time_point FakeClock::steady() const {
  return std::chrono::steady_clock::time_point(Microseconds(passed_us_.load()));
}
void FakeClock::advance(Microseconds by) { passed_us_ += by.count(); }
void FakeClock::jump(Microseconds by) { jumped_us_ += by.count(); }

JumpWatch::JumpWatch(const Clock& clock) : clock_(clock), wall_(clock.now()), steady_(clock.steady()) {}

std::optional<JumpWatch::Jump> JumpWatch::look() {
  const auto wall = clock_.now();
  const auto steady = clock_.steady();
  const auto passed = std::chrono::duration_cast<Microseconds>(steady - steady_);
  const auto by = wall - wall_ - passed;
  wall_ = wall;
  steady_ = steady;
  if (by < std::chrono::seconds(1) && by > -std::chrono::seconds(1)) return std::nullopt;
  return Jump{by, wall - passed, wall};
}

std::int64_t to_micros(Time time) { return time.time_since_epoch().count(); }
Time from_micros(std::int64_t micros) { return Time(Microseconds(micros)); }

namespace {

// Writes the last digits of a number that is not negative over what ends at `end`; returns where they begin.
char* put_digits(char* end, std::int64_t number, int digits) {
  for (; digits > 0; --digits, number /= 10) *--end = static_cast<char>('0' + number % 10);
  return end;
}

}  // namespace

std::string format_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Microseconds> clock(time - day);
  auto text = fmt::format("{:04}-00-00T00:00:00.000000Z", static_cast<int>(date.year()));
  // By hand: a page of a list has hundreds of them.
  char* at = put_digits(text.data() + text.size() - 1, clock.subseconds().count(), 6) - 1;
  at = put_digits(at, clock.seconds().count(), 2) - 1;
  at = put_digits(at, clock.minutes().count(), 2) - 1;
  at = put_digits(at, clock.hours().count(), 2) - 1;
  at = put_digits(at, static_cast<unsigned>(date.day()), 2) - 1;
  put_digits(at, static_cast<unsigned>(date.month()), 2);
  return text;
}

namespace {

// Takes exactly `digits` decimal digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

Microseconds take_fraction(std::string_view& text) {
  std::int64_t micros = 0, unit = 100'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    micros += (text.front() - '0') * unit;
    unit /= 10;
    text.remove_prefix(1);
  }
  return Microseconds(micros);
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, "Zz")) return std::chrono::minutes(0);
  const bool minus = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ":")) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const auto offset = std::chrono::minutes(*hours * 60 + *minutes);
  return minus ? -offset : offset;
}

}  // namespace

std::optional<Time> parse_rfc3339(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take(text, "Tt ")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ":")) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  Microseconds fraction{0};
  if (take(text, ".")) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    fraction = take_fraction(text);
  }
  const auto offset = take_offset(text);
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!offset || !text.empty() || !date.ok()) return std::nullopt;
  const Time time = Time(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) -
                    *offset + std::chrono::seconds(*second) + fraction;
  const int in_utc = static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(time)).year());
  if (in_utc < 0 || in_utc > 9999) return std::nullopt;  // by its offset: could not be written again
  return time;
}

}  // namespace sampan
