// Sampan's own migrations, on every engine.
#include "base/migrations.h"

#include <doctest/doctest.h>

#include "base/postgres_testing.h"
#include "base/testing.h"

using namespace sampan;
using namespace sampan::testing;

namespace {

template <class F>
void on_each_engine(F&& test) {
  log::set_level(log::Level::warning);
  const TempDir folder = must(TempDir::create());
  auto postgres = PostgresServer::start();
  std::vector<std::string> urls = {"sqlite:" + folder.path() + "/a.db"};
  if (postgres) urls.push_back(postgres->create_database("a"));
  for (const auto& url : urls) {
    const auto db = must(Db::open(url));
    SUBCASE(url.substr(0, url.find(':')).c_str()) { test(*db); }
  }
}

}  // namespace

TEST_CASE("migrations: the whole list applies") {
  on_each_engine([](Db& db) {
    const auto done = db.migrate(migrations());
    CHECK_MESSAGE(done.has_value(), (done ? "" : done.error().message));
  });
}

TEST_CASE("migrations: the one that numbers the bytes of small blobs keeps them and who links them") {
  on_each_engine([](Db& db) {
    const auto all = migrations();
    const std::string bytes("a\0b", 3);
    const auto numbers =
        std::find_if(all.begin(), all.end(), [](const auto& one) { return one.name == "0019_registry_blobs.sql"; });
    must(db.migrate(std::span(all.begin(), numbers)));
    must(db.write([&](Tx& tx) -> Result<void> {
      for (const auto* statement :
           {"insert into image_repository(name, created_at, updated_at) values ('a/one', 1, 1), ('a/two', 1, 1)",
            "insert into image_blob(sha256, size, touched_at) values ('row', 3, 1), ('file', 9, 1)",
            "insert into image_layer(sha256, format, content) values ('row', 1, 'x')",
            "insert into image_blob_link(repository_id, sha256) select id, 'row' from image_repository",
            "insert into image_blob_link(repository_id, sha256) select min(id), 'file' from image_repository"})
        TRY(tx.exec(statement));
      TRY(tx.exec("insert into image_blob_bytes(sha256, bytes) values ('row', $1)", {Blob{bytes}}));
      return {};
    }));
    must(db.migrate(all));
    must(db.read([&](Tx& tx) -> Result<void> {
      const auto rows = TRY(
          tx.query("select b.sha256, c.bytes from image_blob b left join image_blob_content c on c.id = b.content_id"
                   " order by b.sha256"));
      REQUIRE(rows.size() == 2);
      CHECK(rows[0].text(0) == "file");
      CHECK(rows[0].is_null(1));
      CHECK(rows[1].bytes(1) == bytes);
      CHECK(TRY(tx.query("select 1 from image_blob_link where sha256 = 'row'")).size() == 2);
      CHECK(TRY(tx.query("select 1 from image_blob_link where sha256 = 'file'")).size() == 1);
      CHECK(TRY(tx.query("select 1 from image_layer")).size() == 1);
      return {};
    }));
  });
}
