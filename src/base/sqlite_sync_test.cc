// That who was answered is on the disk: the test program stands between the engine and fdatasync.
#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "base/db.h"
#include "base/testing.h"

using namespace sampan;
using namespace sampan::testing;

namespace {

enum class Disk { works, takes_its_time, fails };
std::atomic<Disk> disk{Disk::works};
std::atomic<int> log_syncs{0}, file_syncs{0};

bool is_of(int fd, std::string_view ending) {
  std::error_code ignored;
  return std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd), ignored).string().ends_with(ending);
}

struct Store {
  TempDir folder = must(TempDir::create());
  std::unique_ptr<Db> db = must(Db::open("sqlite:" + folder.path() + "/synced.db"));

  Store() {
    must(db->write([](Tx& tx) { return tx.exec("create table thing (name text not null)"); }));
    disk = Disk::works;
    log_syncs = file_syncs = 0;
  }
  Result<std::int64_t> add(std::string_view name) {
    return db->write([&](Tx& tx) { return tx.exec("insert into thing (name) values ($1)", {name}); });
  }
  std::int64_t count() {
    return must(db->read([](Tx& tx) { return tx.one("count", "select count(*) from thing"); })).integer(0);
  }
};

}  // namespace

extern "C" int fdatasync(int fd) {
  if (is_of(fd, "synced.db")) ++file_syncs;
  if (is_of(fd, "synced.db-wal")) {
    ++log_syncs;
    if (disk == Disk::takes_its_time) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (disk == Disk::fails) {
      errno = EIO;
      return -1;
    }
  }
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

TEST_CASE("db: a write is answered when the log was synced after it, a lazy one at once") {
  Store store;
  for (int n = 1; n <= 3; ++n) {
    must(store.add("a"));
    CHECK(log_syncs == n);
  }
  must(store.db->write_lazily([](Tx& tx) { return tx.exec("insert into thing (name) values ('lazy')"); }));
  must(store.db->read([](Tx& tx) { return tx.query("select name from thing"); }));
  CHECK(log_syncs == 3);
}

TEST_CASE("db: a write that changes nothing is not synced, unless what it has read is not") {
  Store store;
  const auto look = [&] { must(store.db->write([](Tx& tx) { return tx.query("select name from thing"); })); };
  must(store.add("a"));
  look();
  CHECK(log_syncs == 1);
  must(store.db->write_lazily([](Tx& tx) { return tx.exec("insert into thing (name) values ('lazy')"); }));
  look();
  CHECK(log_syncs == 2);
}

TEST_CASE("db: the log is moved into the file before it grows large") {
  Store store;
  const std::string text(100'000, 't');
  for (int n = 0; n < 200; ++n) must(store.add(text));
  CHECK(file_syncs > 0);
  CHECK(std::filesystem::file_size(store.folder.path() + "/synced.db-wal") < (10 << 20));
}

TEST_CASE("db: writers that come together share a sync, and each has one that began after its commit") {
  Store store;
  disk = Disk::takes_its_time;
  std::atomic<int> unsynced{0};
  {
    std::vector<std::jthread> writers;
    for (int n = 0; n < 8; ++n) {
      writers.emplace_back([&] {
        for (int i = 0; i < 20; ++i) {
          int begun = 0;
          must(store.db->write([&](Tx& tx) {
            begun = log_syncs;
            return tx.exec("insert into thing (name) values ('b')");
          }));
          if (log_syncs <= begun) ++unsynced;
        }
      });
    }
  }
  CHECK(store.count() == 160);
  CHECK(unsynced == 0);
  CHECK(log_syncs < 80);
}

TEST_CASE("db: after a sync that failed nothing is called durable until all of it is in the file") {
  Store store;
  bool told = false;
  disk = Disk::fails;
  const auto failed = store.db->write([&](Tx& tx) {
    tx.after_commit([&] { told = true; });
    return tx.exec("insert into thing (name) values ('c')");
  });
  REQUIRE(!failed.has_value());
  CHECK(told);  // others see it, so caches must forget
  disk = Disk::works;
  const int before = file_syncs;
  must(store.add("d"));
  CHECK(file_syncs > before);
  CHECK(store.count() == 2);
}
