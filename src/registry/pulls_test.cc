#include "registry/pulls.h"

#include <doctest/doctest.h>

#include "base/testing.h"
#include "registry/store.h"

using namespace sampan;
using namespace sampan::registry;
using sampan::testing::must;
using sampan::testing::TestDb;

TEST_CASE("registry: pulls are written at most once a second, when they are asked for, and at the end") {
  TestDb db;
  FakeClock clock;
  const auto id = must(db->write([&](Tx& tx) { return store::ensure_repository(tx, "company/shop", clock.now()); })).id;
  const auto written = [&] {
    return must(db->read([](Tx& tx) { return tx.one("count", "select pulls from image_repository"); })).integer(0);
  };
  {
    Pulls pulls(*db, clock);
    must(pulls.count(id));
    CHECK(written() == 1);
    must(pulls.count(id));
    must(pulls.count(id));
    CHECK(written() == 1);
    clock.advance(std::chrono::seconds(1));
    must(pulls.count(id));
    CHECK(written() == 4);
    must(pulls.count(id));
    must(pulls.write());
    CHECK(written() == 5);
    must(pulls.count(id));
  }
  CHECK(written() == 6);
}
