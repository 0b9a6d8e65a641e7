// That what the engine keeps to answer sooner can be taken back.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "base/db.h"
#include "base/testing.h"

using namespace sampan;
using namespace sampan::testing;

TEST_CASE("sqlite: pages kept of large reads and writes are let go when asked, and read again when needed") {
  const TempDir folder = must(TempDir::create());
  const auto db = must(Db::open("sqlite:" + folder.path() + "/large.db"));
  must(db->write([](Tx& tx) -> Result<void> {
    TRY(tx.exec("create table thing (text text not null)"));
    for (int i = 0; i < 2000; ++i) TRY(tx.exec("insert into thing (text) values ($1)", {std::string(3000, 'x')}));
    return {};
  }));
  const auto length = [&] {
    return must(db->read([](Tx& tx) { return tx.one("sum", "select sum(length(text)) from thing"); })).integer(0);
  };
  CHECK(length() == 6'000'000);
  const auto kept = sqlite3_memory_used();
  db->give_back_memory();
  CHECK(sqlite3_memory_used() < kept - 10'000'000);  // of the writer, and of one reader
  CHECK(length() == 6'000'000);
}
