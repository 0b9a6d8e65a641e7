// What is small is held in memory and kept in a row.
#include <doctest/doctest.h>

#include <condition_variable>
#include <filesystem>
#include <thread>

#include "registry/fixture_test.h"

using namespace sampan;
using namespace sampan::registry;
using sampan::registry::testing::digest_of;
using sampan::registry::testing::held;
using sampan::registry::testing::House;
using sampan::registry::testing::Shelf;
using sampan::registry::testing::spooled;
using sampan::registry::testing::text_of;
using sampan::testing::must;

namespace {

std::size_t files_of(const Shelf& shelf) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shelf.db.folder() + "/blobs"))
    count += entry.is_regular_file();
  return count;
}

// A blob store in which nobody's bytes are kept before those of two are about to be.
struct StoreForTwo final : BlobStore {
  explicit StoreForTwo(BlobStore& real_in) : real(real_in) {}
  Result<void> adopt(const std::string& file, const std::string& sha256) override {
    {
      std::unique_lock lock(mutex);
      ++here;
      bell.notify_all();
      if (!bell.wait_for(lock, std::chrono::seconds(10), [this] { return here == 2; }))
        return fail(Errc::internal, "nobody else came");
    }
    return real.adopt(file, sha256);
  }
  Result<void> put(std::string_view bytes, const std::string& sha256) override { return real.put(bytes, sha256); }
  Result<Fd> open(const std::string& sha256) const override { return real.open(sha256); }
  Result<std::uint64_t> size(const std::string& sha256) const override { return real.size(sha256); }
  Result<void> remove(const std::string& sha256) override { return real.remove(sha256); }
  std::string incoming() const override { return real.incoming(); }

  BlobStore& real;
  std::mutex mutex;
  std::condition_variable bell;
  int here = 0;
};

Time touched(House& house) {
  return must(house.db->read([](Tx& tx) { return tx.one("blob", "select touched_at from image_blob"); })).time(0);
}

}  // namespace

TEST_CASE("registry: a small blob makes no file while it is uploaded nor when it is kept") {
  Shelf shelf;
  const auto upload = shelf.uploads->begin(shelf.shop);
  auto first = held("hello "), second = held("world");
  must(shelf.uploads->append(upload.id, shelf.shop, 0, first));
  CHECK(must(shelf.uploads->append(upload.id, shelf.shop, 6, second)).size == 11);
  CHECK(files_of(shelf) == 0);
  must(shelf.uploads->finish(upload.id, shelf.shop, digest_of("hello world")));
  CHECK(files_of(shelf) == 0);
  CHECK(shelf.is_linked(shelf.shop, "hello world"));
  CHECK(shelf.bytes_of(digest_of("hello world")) == "hello world");
  CHECK_FALSE(shelf.uploads->find(upload.id, shelf.shop).has_value());
}

TEST_CASE("registry: small chunks that become much go on in a file, in whatever order small and large come") {
  Shelf shelf;
  const std::string small(40 << 10, 's'), large(100 << 10, 'l');
  const std::vector<std::vector<std::string>> orders{{small, small}, {small, large}, {large, small}, {"", large, ""}};
  for (const auto& chunks : orders) {
    const auto upload = shelf.uploads->begin(shelf.shop);
    std::string whole;
    for (const auto& bytes : chunks) {
      auto chunk = bytes.size() <= kSpooledInMemory ? held(bytes) : spooled(shelf.db.folder(), bytes);
      must(shelf.uploads->append(upload.id, shelf.shop, static_cast<std::int64_t>(whole.size()), chunk));
      whole += bytes;
    }
    CHECK(exists(shelf.file_of(upload.id)));
    CHECK(must(shelf.uploads->finish(upload.id, shelf.shop, digest_of(whole))) == whole.size());
    CHECK((shelf.bytes_of(digest_of(whole)) == whole));
    CHECK_FALSE(exists(shelf.file_of(upload.id)));
  }
}

TEST_CASE("registry: a small blob is collected with its row, and kept while a manifest names it") {
  Shelf shelf;
  for (const std::string name : {"named", "forgotten"}) {
    const auto upload = shelf.uploads->begin(shelf.shop);
    auto chunk = held(name);
    must(shelf.uploads->append(upload.id, shelf.shop, 0, chunk));
    must(shelf.uploads->finish(upload.id, shelf.shop, digest_of(name)));
  }
  shelf.name_in_manifest(shelf.shop, "named");
  shelf.clock.advance(std::chrono::hours(25));
  must(shelf.uploads->collect(shelf.clock.now() - std::chrono::hours(24)));
  CHECK(shelf.bytes_of(digest_of("named")) == "named");
  CHECK(shelf.bytes_of(digest_of("forgotten")) == "(none)");
  const auto contents = must(shelf.db->read([](Tx& tx) { return tx.query("select bytes from image_blob_content"); }));
  REQUIRE(contents.size() == 1);
  CHECK(contents.front().bytes(0) == "named");
}

TEST_CASE("registry: a small blob that was a file before stays readable when it is pushed again") {
  Shelf shelf;
  const auto blob = shelf.put("layer");
  CHECK(files_of(shelf) == 1);
  const auto upload = shelf.uploads->begin(shelf.shop);
  auto chunk = held("layer");
  must(shelf.uploads->append(upload.id, shelf.shop, 0, chunk));
  must(shelf.uploads->finish(upload.id, shelf.shop, blob));
  CHECK(shelf.bytes_of(blob) == "layer");
  shelf.clock.advance(std::chrono::hours(25));
  must(shelf.uploads->collect(shelf.clock.now()));
  CHECK(shelf.bytes_of(blob) == "(none)");
  CHECK(files_of(shelf) == 0);
}

TEST_CASE("registry: uploads that end together do not wait for each other's disk") {
  Shelf shelf;
  StoreForTwo together(*shelf.blobs);
  Uploads uploads(*shelf.db, shelf.clock, together);
  std::vector<std::jthread> clients;
  std::atomic<int> kept{0};
  for (const std::string bytes : {"one", "two"}) {
    clients.emplace_back([&, bytes] {
      const auto upload = uploads.begin(shelf.shop);
      auto chunk = spooled(shelf.db.folder(), bytes);
      must(uploads.append(upload.id, shelf.shop, 0, chunk));
      if (uploads.finish(upload.id, shelf.shop, digest_of(bytes)).has_value()) ++kept;
    });
  }
  clients.clear();
  CHECK(kept == 2);
}

TEST_CASE("registry: a small blob is read whole, in part and by its head") {
  House house;
  const auto blob = house.push_blob("0123456789");
  const auto get = [&](Method method, Headers headers) {
    return house.call(
        method, "/v2/*name/blobs/:digest", house.vic,
        {.params = {{"name", "company/shop"}, {"digest", blob.text()}}, .query = {}, .headers = std::move(headers)});
  };
  CHECK(text_of(get(Method::get, {})) == "0123456789");
  const auto part = get(Method::get, {{"Range", "bytes=2-4"}});
  CHECK(part.status == 206);
  CHECK(text_of(part) == "234");
  CHECK(find_header(part.headers, "content-range") == "bytes 2-4/10");
  CHECK(text_of(get(Method::head, {})).size() == 10);  // the edge sends its length and not the bytes
}

TEST_CASE("registry: asking for a blob keeps it, and writes nothing when it was kept lately") {
  House house;
  const auto blob = house.push_blob("layer");
  const auto pushed = touched(house);
  const auto ask = [&] {
    house.call(Method::head, "/v2/*name/blobs/:digest", house.ann,
               {.params = {{"name", "company/shop"}, {"digest", blob.text()}}});
  };
  house.clock.advance(std::chrono::minutes(59));
  ask();
  CHECK(touched(house) == pushed);
  house.clock.advance(std::chrono::minutes(2));
  ask();
  CHECK(touched(house) == house.clock.now());
}
