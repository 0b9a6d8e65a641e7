// One suite, run on every engine.
#include "base/db.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "base/db_engine.h"
#include "base/postgres_testing.h"
#include "base/testing.h"

using namespace sampan;
using namespace sampan::testing;

namespace {

const std::vector<Migration> kMigrations{
    {"0001_first.sql",
     "-- a; comment;\ncreate table thing (\n  id ID_COLUMN,\n  name text not null unique,\n  n bigint,\n  r double "
     "precision,\n"
     "  flag bigint not null default 0,\n  at bigint\n);\ncreate table part (id ID_COLUMN, thing bigint not null "
     "references thing (id));\n"},
    {"0002_second.sql", "create table raw (k text primary key, b BLOB_COLUMN);\n"}};

struct Engine {
  std::string name;
  std::unique_ptr<Db> db;
  std::string url;
};

struct Engines {
  TempDir folder = must(TempDir::create());
  std::optional<PostgresServer> postgres = PostgresServer::start();
  int count = 0;

  std::vector<Migration> list(bool is_postgres) {
    auto migrations = kMigrations;
    auto& sql = migrations[1].sql;
    sql.replace(sql.find("BLOB_COLUMN"), 11, is_postgres ? "bytea" : "blob");
    return migrations;
  }
  Engine make(bool is_postgres, bool migrated) {
    ++count;
    Engine engine;
    engine.name = is_postgres ? "postgresql" : "sqlite";
    engine.url = is_postgres ? postgres->create_database(fmt::format("db{}", count))
                             : fmt::format("sqlite:{}/sub/{}.db", folder.path(), count);
    engine.db = must(Db::open(engine.url));
    if (migrated) must(engine.db->migrate(list(is_postgres)));
    return engine;
  }
};

Engines& engines() {
  log::set_level(log::Level::warning);
  static Engines all;
  return all;
}

template <class F>
void on_each_engine(F&& test, bool migrated = true) {
  for (const bool is_postgres : {false, true}) {
    if (is_postgres && !engines().postgres) continue;
    Engine engine = engines().make(is_postgres, migrated);
    CAPTURE(engine.name);
    test(engine);
  }
}

std::int64_t count(Db& db, std::string_view table) {
  return must(db.read([&](Tx& tx) { return tx.one("count", fmt::format("select count(*) from {}", table)); }))
      .integer(0);
}

Result<std::int64_t> add(Tx& tx, std::string_view name) {
  return tx.insert("insert into thing (name) values ($1) returning id", {name});
}

}  // namespace

TEST_CASE("db: every kind of value comes back as it went in") {
  on_each_engine([](Engine& engine) {
    const std::int64_t least = std::numeric_limits<std::int64_t>::min();
    const std::string bytes("\0\xFF'x", 4);
    auto row = must(engine.db->write([&](Tx& tx) -> Result<Row> {
      const auto id = TRY(tx.insert("insert into thing (name, n, r, flag, at) values ($1, $2, $3, $4, $5) returning id",
                                    {"订'单", least, 0.1, true, from_micros(1'795'509'000'123'456)}));
      TRY(tx.exec("insert into raw (k, b) values ($1, $2)", {"k", Blob{bytes}}));
      TRY(tx.exec("insert into raw (k, b) values ($1, $2)", {"empty", Blob{}}));
      return tx.one("thing",
                    "select name, n, r, flag, at, null, count(*) over (), (select b from raw where k = 'k'), "
                    "(select b from raw where k = 'empty') from thing where id = $1",
                    {id});
    }));
    CHECK(row.text(0) == "订'单");
    CHECK(row.integer(1) == least);
    CHECK(row.real(2) == 0.1);
    CHECK(row.flag(3));
    CHECK(row.time(4) == from_micros(1'795'509'000'123'456));
    CHECK(row.is_null(5));
    CHECK(row.text(5).empty());
    CHECK_FALSE(row.maybe_integer(5));
    CHECK_FALSE(row.maybe_time(5));
    CHECK(row.integer(6) == 1);
    CHECK(row.bytes(7) == bytes);
    CHECK(row.bytes(8).empty());
    CHECK(row.take_text(0) == "订'单");
    CHECK(row.text(0).empty());
    CHECK(row.take_text(5).empty());
    CHECK_FALSE(row.is_null(8));
  });
}

TEST_CASE("db: sums, truth values, repeated and null parameters read alike") {
  on_each_engine([](Engine& engine) {
    must(engine.db->write([](Tx& tx) -> Result<void> {
      for (int i = 1; i <= 3; ++i)
        TRY(tx.exec("insert into thing (name, n) values ($1, $2)", {fmt::format("t{}", i), i}));
      TRY(tx.exec("insert into thing (name, n) values ($1, $2)", {"none", std::optional<std::int64_t>()}));
      return {};
    }));
    const auto row = must(engine.db->read([](Tx& tx) {
      return tx.one("sum",
                    "select sum(n), exists (select 1 from thing where n > $2), avg(n), count(*) from thing where n >= "
                    "$1 and n <= $2 and n <> 7 * $1",
                    {1, 3});
    }));
    CHECK(row.integer(0) == 6);
    CHECK_FALSE(row.flag(1));
    CHECK(row.real(2) == 2.0);
    CHECK(row.integer(3) == 3);
    const auto page = must(engine.db->read([](Tx& tx) {
      return tx.query("select name from thing order by name limit $1 offset $2", {2, 1});
    }));
    REQUIRE(page.size() == 2);
    CHECK(page[0].text(0) == "t1");
  });
}

TEST_CASE("db: parameters are values, whatever they hold") {
  on_each_engine([](Engine& engine) {
    const std::string evil = "x'); drop table thing; --";
    must(engine.db->write([&](Tx& tx) { return add(tx, evil); }));
    const auto found =
        must(engine.db->read([&](Tx& tx) { return tx.maybe("select name from thing where name = $1", {evil}); }));
    REQUIRE(found);
    CHECK(found->text(0) == evil);
  });
}

TEST_CASE("db: exec counts the rows and nothing found is said by name") {
  on_each_engine([](Engine& engine) {
    must(engine.db->write([](Tx& tx) -> Result<void> {
      TRY(add(tx, "a"));
      TRY(add(tx, "b"));
      return {};
    }));
    CHECK(must(engine.db->write([](Tx& tx) { return tx.exec("update thing set n = 1"); })) == 2);
    CHECK(must(engine.db->write([](Tx& tx) {
            return tx.exec("insert into thing (name) values ($1) on conflict (name) do nothing", {"a"});
          })) == 0);
    const auto missing =
        engine.db->read([](Tx& tx) { return tx.one("thing 'z'", "select id from thing where name = $1", {"z"}); });
    CHECK(missing.error().code == Errc::not_found);
    CHECK(missing.error().message == "there is no thing 'z'");
    CHECK(
        must(engine.db->write([](Tx& tx) {
          return tx.insert(
              "insert into thing (name, n) values ($1, $2) on conflict (name) do update set n = excluded.n returning n",
              {"a", 9});
        })) == 9);
  });
}

TEST_CASE("db: an error rolls all of it back and drops what waited for the commit") {
  on_each_engine([](Engine& engine) {
    bool rang = false;
    const auto failed = engine.db->write([&](Tx& tx) -> Result<void> {
      TRY(add(tx, "a"));
      tx.after_commit([&] { rang = true; });
      return fail(Errc::denied, "no");
    });
    CHECK(failed.error().code == Errc::denied);
    CHECK_FALSE(rang);
    CHECK(count(*engine.db, "thing") == 0);
    must(engine.db->write([&](Tx& tx) -> Result<void> {
      TRY(add(tx, "a"));
      tx.after_commit([&] { rang = count(*engine.db, "thing") == 1; });  // the commit is behind it
      return {};
    }));
    CHECK(rang);
  });
}

TEST_CASE("db: a duplicate and a missing parent are conflicts and other faults are internal") {
  on_each_engine([](Engine& engine) {
    must(engine.db->write([](Tx& tx) { return add(tx, "a"); }));
    CHECK(engine.db->write([](Tx& tx) { return add(tx, "a"); }).error().code == Errc::conflict);
    CHECK(engine.db->write([](Tx& tx) { return tx.exec("insert into part (thing) values ($1)", {77}); }).error().code ==
          Errc::conflict);
    CHECK(engine.db->write([](Tx& tx) { return tx.exec("insert into thing (n) values (1)"); }).error().code ==
          Errc::internal);
    CHECK(engine.db->read([](Tx& tx) { return tx.query("select nonsense from nowhere"); }).error().code ==
          Errc::internal);
    CHECK_FALSE(engine.db->read([](Tx& tx) { return tx.query("select $1 + $2", {1}); }).has_value());
    CHECK_FALSE(engine.db->write([](Tx& tx) { return tx.exec("delete from thing; delete from part"); }).has_value());
    CHECK(count(*engine.db, "thing") == 1);
  });
}

TEST_CASE("db: a swallowed error does not commit the rest") {
  on_each_engine([](Engine& engine) {
    must(engine.db->write([](Tx& tx) { return add(tx, "a"); }));
    const auto result = engine.db->write([](Tx& tx) -> Result<void> {
      TRY(add(tx, "b"));
      CHECK_FALSE(add(tx, "a").has_value());
      CHECK_FALSE(add(tx, "c").has_value());
      return {};
    });
    CHECK(result.error().code == Errc::conflict);
    CHECK(count(*engine.db, "thing") == 1);
  });
}

TEST_CASE("db: a reader sees one moment and may not write") {
  on_each_engine([](Engine& engine) {
    must(engine.db->read([&](Tx& tx) -> Result<void> {
      CHECK(TRY(tx.one("count", "select count(*) from thing")).integer(0) == 0);
      std::jthread([&] { must(engine.db->write([](Tx& other) { return add(other, "a"); })); }).join();
      CHECK(TRY(tx.one("count", "select count(*) from thing")).integer(0) == 0);
      return {};
    }));
    CHECK(count(*engine.db, "thing") == 1);
    CHECK_FALSE(engine.db->read([](Tx& tx) { return add(tx, "b"); }).has_value());
    CHECK(count(*engine.db, "thing") == 1);
  });
}

TEST_CASE("db: a read inside a transaction joins it and a write inside one is refused") {
  on_each_engine([](Engine& engine) {
    must(engine.db->write([&](Tx& tx) -> Result<void> {
      TRY(add(tx, "a"));
      CHECK(count(*engine.db, "thing") == 1);
      CHECK(engine.db->write([](Tx& inner) { return add(inner, "b"); }).error().code == Errc::internal);
      return {};
    }));
    CHECK(count(*engine.db, "thing") == 1);
  });
}

TEST_CASE("db: writers that read what they change lose no update") {
  on_each_engine([](Engine& engine) {
    must(engine.db->write([](Tx& tx) { return tx.exec("insert into thing (name, n) values ('counter', 0)"); }));
    std::vector<std::jthread> threads;
    std::atomic<int> failures{0};
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 25; ++i) {
          const auto done = engine.db->write([](Tx& tx) -> Result<void> {
            const auto n = TRY(tx.one("counter", "select n from thing where name = 'counter'")).integer(0);
            TRY(tx.exec("update thing set n = $1 where name = 'counter'", {n + 1}));
            return {};
          });
          failures += !done.has_value();
        }
      });
    }
    threads.clear();
    const auto row = must(engine.db->read([](Tx& tx) { return tx.one("counter", "select n from thing"); }));
    CHECK(row.integer(0) == 100 - failures);
    CHECK(failures == 0);
  });
}

TEST_CASE("db: more readers than connections wait their turn") {
  on_each_engine([](Engine& engine) {
    std::vector<std::jthread> threads;
    std::atomic<int> right{0};
    for (int t = 0; t < 16; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) right += count(*engine.db, "thing") == 0;
      });
    }
    threads.clear();
    CHECK(right == 320);
  });
}

TEST_CASE("db: statements of one text with different types of parameters do not disturb each other") {
  on_each_engine([](Engine& engine) {
    must(engine.db->write([](Tx& tx) -> Result<void> {
      TRY(tx.exec("insert into thing (name, n) values ($1, $2)", {"a", nullptr}));
      TRY(tx.exec("insert into thing (name, n) values ($1, $2)", {"b", 5}));
      TRY(tx.exec("insert into thing (name, n) values ($1, $2)", {"c", nullptr}));
      return {};
    }));
    CHECK(count(*engine.db, "thing where n is null") == 2);
    for (int i = 0; i < 600; ++i) {  // more than the cache holds
      CHECK(must(engine.db->read([&](Tx& tx) {
              return tx.one("x", fmt::format("select n + {} from thing where n = $1", i), {5});
            })).integer(0) == 5 + i);
    }
  });
}

TEST_CASE("db: migrations are applied once, in order, and may not change afterwards") {
  on_each_engine(
      [](Engine& engine) {
        const bool is_postgres = engine.name == "postgresql";
        auto list = engines().list(is_postgres);
        must(engine.db->migrate(std::span(list).first(1)));
        must(engine.db->write([](Tx& tx) { return add(tx, "kept"); }));
        must(engine.db->migrate(list));
        must(engine.db->migrate(list));
        CHECK(count(*engine.db, "thing") == 1);
        CHECK(count(*engine.db, "raw") == 0);
        const auto older = engine.db->migrate(std::span(list).first(1));
        CHECK(older.error().code == Errc::conflict);
        CHECK(older.error().message.find("newer version (0002_second.sql)") != std::string::npos);
        list[0].sql += "-- changed\n";
        CHECK(engine.db->migrate(list).error().message.find("0001_first.sql has changed") != std::string::npos);
      },
      false);
}

TEST_CASE("db: a migration that fails half-way leaves nothing behind") {
  on_each_engine(
      [](Engine& engine) {
        const std::vector<Migration> broken{
            {"0001_x.sql", "create table one (id ID_COLUMN);\ncreate table two (nonsense;\n"}};
        const auto failed = engine.db->migrate(broken);
        CHECK(failed.error().message.starts_with("0001_x.sql: "));
        const std::vector<Migration> repaired{{"0001_x.sql", "create table one (id ID_COLUMN);\n"}};
        must(engine.db->migrate(repaired));
        CHECK(count(*engine.db, "one") == 0);
      },
      false);
}

TEST_CASE("db: what was committed is there for the next who opens it") {
  on_each_engine([](Engine& engine) {
    must(engine.db->write([](Tx& tx) { return add(tx, "firm"); }));
    must(engine.db->write_lazily([](Tx& tx) { return add(tx, "lazy"); }));
    must(engine.db->write([](Tx& tx) { return add(tx, "firm again"); }));
    engine.db.reset();
    CHECK(count(*must(Db::open(engine.url)), "thing") == 3);
  });
}

TEST_CASE("db: a backup made in use is a whole database, and PostgreSQL names the tool for it") {
  on_each_engine([](Engine& engine) {
    const std::string copy = engines().folder.path() + "/copy.db";
    must(engine.db->write([](Tx& tx) { return add(tx, "a"); }));
    const auto done = engine.db->backup_to(copy);
    if (engine.name == "postgresql") {
      CHECK(done.error().code == Errc::unavailable);
      CHECK(done.error().message.find("pg_dump") != std::string::npos);
      return;
    }
    must(done);
    must(engine.db->write([](Tx& tx) { return add(tx, "later"); }));
    CHECK(count(*must(Db::open("sqlite:" + copy)), "thing") == 1);
    must(engine.db->backup_to(copy));  // replaces the older one
    CHECK(count(*must(Db::open("sqlite:" + copy)), "thing") == 2);
  });
}

TEST_CASE("db: an URL of no engine is refused with the forms that are known") {
  CHECK(Db::open("mysql://x").error().message.find("sqlite:") != std::string::npos);
  CHECK(Db::open("postgresql:///x?host=/no/such/folder").error().code == Errc::unavailable);
}

TEST_CASE("db: a migration is split at semicolons that end a line") {
  const auto statements = db_engine::split_statements(
      "-- c;\ncreate table a (x text default ';--x'); -- it's e;\n\n  -- d\ninsert into a\nvalues (1);\nselect 1");
  REQUIRE(statements.size() == 3);
  CHECK(statements[0] == "create table a (x text default ';--x'); \n");
  CHECK(statements[1] == "insert into a\nvalues (1);\n");
  CHECK(statements[2] == "select 1\n");
}
