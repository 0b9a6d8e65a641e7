#include "people/throttle.h"

#include <doctest/doctest.h>

using namespace sampan;
using std::chrono::seconds;

TEST_CASE("people: a login that keeps failing waits longer each time, and a success forgives it") {
  FakeClock clock;
  people::Throttle throttle(clock);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(throttle.begin("Ann", "10.0.0.1"));
  CHECK(throttle.begin("ann", "10.0.0.2") == seconds(1));  // the same login in other letters, from elsewhere
  clock.advance(seconds(1));
  CHECK_FALSE(throttle.begin("ann", "10.0.0.2"));
  CHECK(throttle.begin("ann", "10.0.0.2") == seconds(2));
  clock.advance(seconds(2));
  CHECK_FALSE(throttle.begin("ann", "10.0.0.2"));
  throttle.succeeded("ann", "10.0.0.2");
  CHECK_FALSE(throttle.begin("ann", "10.0.0.2"));
}

TEST_CASE("people: an address that tries many logins waits, other addresses do not") {
  FakeClock clock;
  people::Throttle throttle(clock);
  for (int i = 0; i < 30; ++i) CHECK_FALSE(throttle.begin("user" + std::to_string(i), "10.0.0.1"));
  CHECK(throttle.begin("someone", "10.0.0.1"));
  CHECK_FALSE(throttle.begin("someone", "10.0.0.9"));
  clock.advance(std::chrono::minutes(16));
  CHECK_FALSE(throttle.begin("someone", "10.0.0.1"));
}

TEST_CASE("people: the wait never grows over a minute") {
  FakeClock clock;
  people::Throttle throttle(clock);
  for (int i = 0; i < 40; ++i) {
    auto wait = throttle.begin("ann", "10.0.0." + std::to_string(i));
    if (!wait) continue;
    CHECK(*wait <= seconds(60));
    clock.advance(*wait);
  }
}
