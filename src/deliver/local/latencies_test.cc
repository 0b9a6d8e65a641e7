#include "deliver/local/latencies.h"

#include <doctest/doctest.h>

using namespace sampan::deliver;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("latencies: the 95th percentile is right to a tenth, whatever its size") {
  const Latencies::Moment now{seconds(1'000)};
  for (const int most : {10, 100, 1'000, 20'000}) {
    Latencies latencies;
    for (int i = 1; i <= 1'000; ++i) latencies.add("shop", milliseconds(most * i / 1'000), now);
    const auto p95 = latencies.p95_ms("shop", now);
    REQUIRE(p95);
    CHECK(*p95 >= 0.95 * most - 1);
    CHECK(*p95 <= 0.95 * most * 1.1);
  }
}

TEST_CASE("latencies: the slowest twentieth does not count, one more does; services are apart") {
  Latencies latencies;
  const Latencies::Moment now{seconds(50)};
  for (int i = 0; i < 95; ++i) latencies.add("shop", milliseconds(3), now);
  for (int i = 0; i < 5; ++i) latencies.add("shop", milliseconds(900), now);
  CHECK(latencies.p95_ms("shop", now) == 3.0);
  latencies.add("shop", milliseconds(900), now);
  CHECK(latencies.p95_ms("shop", now).value() >= 900);
  CHECK(!latencies.p95_ms("other", now));
  latencies.add("other", milliseconds(-1), now);
  latencies.add("other", std::chrono::hours(24), now);
  CHECK(latencies.p95_ms("other", now).value() > 60'000);
}

TEST_CASE("latencies: ten seconds later nothing is left of a request") {
  Latencies latencies;
  latencies.add("shop", milliseconds(40), Latencies::Moment{seconds(100)});
  CHECK(latencies.p95_ms("shop", Latencies::Moment{seconds(109)}).value() >= 40);
  CHECK(!latencies.p95_ms("shop", Latencies::Moment{seconds(110)}));
  latencies.add("shop", milliseconds(2), Latencies::Moment{seconds(110)});  // in the place of the old one
  CHECK(latencies.p95_ms("shop", Latencies::Moment{seconds(110)}) == 2.0);
}
