#include "watch/scaling.h"

#include <doctest/doctest.h>

using namespace sampan::watch;
using namespace std::chrono_literals;

TEST_CASE("scaling: the number at which every target holds, within least and most") {
  CHECK(wish({400, 0, 0, 2}, {150, 0, 0}, 2, 4).instances == 3);
  CHECK(wish({40, 0, 0, 3}, {150, 0, 0}, 2, 4).instances == 2);
  CHECK(wish({4000, 0, 0, 2}, {150, 0, 0}, 2, 4).instances == 4);
  CHECK(wish({0, 160, 0, 2}, {0, 80, 0}, 1, 8).instances == 4);
  CHECK(wish({301, 0, 0, 2}, {150, 0, 0}, 2, 4).instances == 2);
}

TEST_CASE("scaling: up at once, down only after the calm time, and not below what was needed in it") {
  Scaler scaler;
  const auto start = std::chrono::steady_clock::now();
  CHECK(scaler.decide({3, ""}, 2, start, 60s)->instances == 3);
  CHECK(!scaler.decide({1, ""}, 3, start + 1s, 60s));
  CHECK(!scaler.decide({2, ""}, 3, start + 30s, 60s));
  CHECK(!scaler.decide({1, ""}, 3, start + 60s, 60s));
  CHECK(scaler.decide({1, ""}, 3, start + 62s, 60s)->instances == 2);
}

TEST_CASE("scaling: a burst begins the calm time anew") {
  Scaler scaler;
  const auto start = std::chrono::steady_clock::now();
  CHECK(!scaler.decide({1, ""}, 3, start, 10s));
  CHECK(!scaler.decide({3, ""}, 3, start + 5s, 10s));
  CHECK(!scaler.decide({1, ""}, 3, start + 11s, 10s));
  CHECK(scaler.decide({1, ""}, 3, start + 22s, 10s)->instances == 1);
}
