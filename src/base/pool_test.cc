#include "base/pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <stdexcept>

#include "base/testing.h"

using namespace sampan;
using sampan::testing::wait_until;

TEST_CASE("pool: all that was taken is done before the pool is gone") {
  std::atomic<int> done{0};
  {
    Pool pool(3, 1000);
    for (int i = 0; i < 500; ++i) REQUIRE(pool.submit([&] { ++done; }));
  }
  CHECK(done == 500);
}

TEST_CASE("pool: a full queue refuses and takes again when there is room") {
  std::promise<void> gate;
  auto open = gate.get_future().share();
  Pool pool(1, 2);
  REQUIRE(pool.submit([open] { open.wait(); }));
  REQUIRE(wait_until([&] { return pool.waiting() == 0; }));
  CHECK(pool.submit([] {}));
  CHECK(pool.submit([] {}));
  CHECK_FALSE(pool.submit([] {}));
  CHECK(pool.waiting() == 2);
  gate.set_value();
  CHECK(wait_until([&] { return pool.submit([] {}); }));
}

TEST_CASE("pool: work that throws does not take its thread along") {
  std::promise<void> after;
  Pool pool(1, 10);
  pool.submit([] { throw std::runtime_error("thrown by a test"); });
  pool.submit([&] { after.set_value(); });
  CHECK(after.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}
