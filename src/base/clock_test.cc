#include "base/clock.h"

#include <doctest/doctest.h>

#include "base/result.h"

using namespace sampan;

TEST_CASE("clock: a time survives its text") {
  const Time time = from_micros(1'795'509'000'123'456);
  CHECK(format_rfc3339(time) == "2026-11-24T08:30:00.123456Z");
  CHECK(parse_rfc3339("2026-11-24T08:30:00.123456Z") == time);
  CHECK(parse_rfc3339("2026-11-24T16:30:00.1234569+08:00") == time);
  CHECK(parse_rfc3339("1969-12-31T23:59:59Z") == from_micros(-1'000'000));
  CHECK(format_rfc3339(from_micros(-1)) == "1969-12-31T23:59:59.999999Z");
  CHECK(format_rfc3339(from_micros(253'402'300'800'000'007)) == "10000-01-01T00:00:00.000007Z");
}

TEST_CASE("clock: a text that is not a time is refused") {
  for (const char* bad : {"", "2026-11-24", "2026-02-30T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T08:30:00",
                          "2026-11-24T08:30:00.Z", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
                          "2026-11-24T08:30:00Zx", "2026-11-24T08:30:00+8:00"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rfc3339(bad));
  }
}

TEST_CASE("clock: the fake one moves only when told") {
  FakeClock clock;
  const Time before = clock.now();
  CHECK(clock.now() == before);
  clock.advance(std::chrono::seconds(3));
  CHECK(clock.now() - before == std::chrono::seconds(3));
  CHECK(clock.steady().time_since_epoch() == std::chrono::seconds(3));
}

namespace {
Result<int> half(int n) {
  if (n % 2) return fail(Errc::invalid, "{} is odd", n);
  return n / 2;
}
Result<int> quarter(int n) { return half(TRY(half(n))); }
}  // namespace

TEST_CASE("result: TRY hands on the value or the first error") {
  CHECK(quarter(8) == 2);
  REQUIRE_FALSE(quarter(6).has_value());
  CHECK(quarter(6).error().message == "3 is odd");
  CHECK(quarter(6).context("halving").error().message == "halving: 3 is odd");
}

TEST_CASE("result: a full disk is told apart from other faults of the machine") {
  errno = ENOSPC;
  CHECK(fail_errno("x").value().code == Errc::unavailable);
  errno = EACCES;
  CHECK(fail_errno("x").value().code == Errc::internal);
  errno = EACCES;
  CHECK(fail_errno("x").value().message == "x: Permission denied");
}

TEST_CASE("clock: a jump of the wall clock is noticed, with its size and which moments are of before") {
  FakeClock clock;
  JumpWatch watch(clock);
  CHECK(!watch.look());
  clock.advance(std::chrono::hours(3));
  CHECK(!watch.look());
  clock.jump(std::chrono::milliseconds(900));
  CHECK(!watch.look());
  for (const auto by : {std::chrono::hours(2), std::chrono::hours(-5)}) {
    const auto before = clock.now();
    clock.advance(std::chrono::seconds(1));
    clock.jump(by);
    clock.advance(std::chrono::seconds(1));
    const auto after = clock.now();
    clock.advance(std::chrono::seconds(1));
    const auto jump = watch.look();
    REQUIRE(jump);
    CHECK(jump->by == by);
    CHECK(jump->is_before(before));
    CHECK(!jump->is_before(after));
    CHECK(!watch.look());
  }
}
