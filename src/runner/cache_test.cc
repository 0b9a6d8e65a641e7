#include "runner/cache.h"

#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

TEST_CASE("cache: one that another job writes is copied, and the copy is not kept") {
  const auto folder = must(TempDir::create());
  Caches caches(folder.path() + "/caches");
  {
    const auto first = must(caches.hold({"key", "~/.m2", 1}, folder.path() + "/s1"));
    CHECK(first.own());
    CHECK(!first.warm());
    must(write_file_durably(first.folder() + "/f", "one"));
    const auto second = must(caches.hold({"key", "~/.m2", 1}, folder.path() + "/s2"));
    CHECK(!second.own());
    CHECK(second.warm());
    CHECK(must(read_file(second.folder() + "/f")) == "one");
    must(write_file_durably(second.folder() + "/f", "two"));
  }
  const auto third = must(caches.hold({"key", "~/.m2", 1}, folder.path() + "/s3"));
  CHECK(third.own());
  CHECK(must(read_file(third.folder() + "/f")) == "one");
}

TEST_CASE("cache: another generation begins empty and the old one is gone") {
  const auto folder = must(TempDir::create());
  Caches caches(folder.path());
  std::string old;
  {
    const auto held = must(caches.hold({"k/../../etc", "~/.m2", 1}, folder.path() + "/s"));
    old = held.folder();
    CHECK(old.starts_with(folder.path() + "/"));  // whatever the key says
    must(write_file_durably(old + "/f", "one"));
  }
  CHECK(!must(caches.hold({"k/../../etc", "~/.m2", 2}, folder.path() + "/s")).warm());
  CHECK(!exists(old));
}

TEST_CASE("cache: set aside, it comes back or is replaced") {
  const auto folder = must(TempDir::create());
  auto held = must(Caches(folder.path()).hold({"key", "~/.m2", 1}, folder.path() + "/s"));
  must(write_file_durably(held.folder() + "/f", "old"));
  must(held.set_aside());
  CHECK(!exists(held.folder() + "/f"));
  must(held.restore_old());
  CHECK(must(read_file(held.folder() + "/f")) == "old");
  must(held.set_aside());
  must(write_file_durably(held.folder() + "/f", "new"));
  must(held.keep_new());
  CHECK(must(read_file(held.folder() + "/f")) == "new");
  CHECK(held.size() >= 3);
}
