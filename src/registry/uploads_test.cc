#include "registry/uploads.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "registry/fixture_test.h"

using namespace sampan;
using namespace sampan::registry;
using sampan::registry::testing::digest_of;
using sampan::registry::testing::Shelf;
using sampan::testing::must;

namespace {

void add_bytes(const std::string& file, std::string_view bytes) {
  std::ofstream(file, std::ios::app | std::ios::binary) << bytes;
}

// A blob store that tells before it removes.
struct StoreWithWatcher final : BlobStore {
  explicit StoreWithWatcher(BlobStore& real_in) : real(real_in) {}
  Result<void> adopt(const std::string& file, const std::string& sha256) override { return real.adopt(file, sha256); }
  Result<void> put(std::string_view bytes, const std::string& sha256) override { return real.put(bytes, sha256); }
  Result<Fd> open(const std::string& sha256) const override { return real.open(sha256); }
  Result<std::uint64_t> size(const std::string& sha256) const override { return real.size(sha256); }
  Result<void> remove(const std::string& sha256) override {
    if (failing) return fail(Errc::internal, "the disk does not answer");
    before_remove();
    return real.remove(sha256);
  }
  std::string incoming() const override { return real.incoming(); }

  BlobStore& real;
  std::function<void()> before_remove = [] {};
  bool failing = false;
};

constexpr std::string_view kRefuseBlobRows =
    "create trigger refuse before insert on image_blob begin select raise(abort, 'stopped'); end";
constexpr std::string_view kKeepUploadRows =
    "create trigger keep before delete on image_upload begin select raise(abort, 'stopped'); end";

Errc code_of(const auto& result) { return result.has_value() ? Errc::internal : result.error().code; }

}  // namespace

TEST_CASE("registry: an upload in chunks, asked how far it is and resumed, ends as the whole blob") {
  Shelf shelf;
  const auto upload = shelf.uploads->begin(shelf.shop);
  CHECK(must(shelf.append(upload.id, 0, "hello ")).size == 6);
  CHECK(must(shelf.uploads->find(upload.id, shelf.shop)).size == 6);
  CHECK(must(shelf.append(upload.id, 6, "wor")).size == 9);
  CHECK(must(shelf.append(upload.id, -1, "ld")).size == 11);
  CHECK(must(shelf.uploads->finish(upload.id, shelf.shop, digest_of("hello world"))) == 11);
  CHECK(shelf.bytes_of(digest_of("hello world")) == "hello world");
  CHECK(shelf.is_linked(shelf.shop, "hello world"));
  CHECK_FALSE(shelf.is_linked(shelf.copy, "hello world"));
  CHECK(code_of(shelf.uploads->find(upload.id, shelf.shop)) == Errc::not_found);
  CHECK(std::filesystem::is_empty(shelf.blobs->incoming()));
}

TEST_CASE("registry: an empty blob is a blob") {
  Shelf shelf;
  const auto upload = shelf.uploads->begin(shelf.shop);
  CHECK(must(shelf.uploads->finish(upload.id, shelf.shop, digest_of(""))) == 0);
  CHECK(shelf.bytes_of(digest_of("")) == "");
}

TEST_CASE("registry: bytes with another digest than promised are dropped, in one chunk and in several") {
  Shelf shelf;
  for (const bool several : {false, true}) {
    const auto upload = shelf.uploads->begin(shelf.shop);
    must(shelf.append(upload.id, 0, "forged"));
    if (several) must(shelf.append(upload.id, 6, " more"));
    const auto finished = shelf.uploads->finish(upload.id, shelf.shop, digest_of("genuine"));
    CHECK(code_of(finished) == Errc::invalid);
    CHECK(code_of(shelf.uploads->find(upload.id, shelf.shop)) == Errc::not_found);
    CHECK(shelf.bytes_of(digest_of("genuine")) == "(none)");
    CHECK(shelf.bytes_of(digest_of("forged")) == "(none)");
    CHECK_FALSE(exists(shelf.file_of(upload.id)));
  }
}

TEST_CASE("registry: a chunk that does not begin where the upload ends is a conflict and changes nothing") {
  Shelf shelf;
  const auto upload = shelf.uploads->begin(shelf.shop);
  CHECK(code_of(shelf.append(upload.id, 3, "abc")) == Errc::conflict);
  must(shelf.append(upload.id, 0, "abc"));
  CHECK(code_of(shelf.append(upload.id, 0, "abc")) == Errc::conflict);
  CHECK(code_of(shelf.append(upload.id, 4, "d")) == Errc::conflict);
  CHECK(must(shelf.uploads->find(upload.id, shelf.shop)).size == 3);
  CHECK(must(shelf.uploads->finish(upload.id, shelf.shop, digest_of("abc"))) == 3);
}

TEST_CASE("registry: an upload belongs to one repository") {
  Shelf shelf;
  const auto upload = shelf.uploads->begin(shelf.shop);
  CHECK(code_of(shelf.uploads->find(upload.id, shelf.copy)) == Errc::not_found);
  CHECK(code_of(shelf.uploads->finish(upload.id, shelf.copy, digest_of(""))) == Errc::not_found);
  CHECK(code_of(shelf.uploads->cancel(upload.id, shelf.copy)) == Errc::not_found);
  CHECK(code_of(shelf.uploads->find("../../etc/passwd", shelf.shop)) == Errc::not_found);
  must(shelf.uploads->cancel(upload.id, shelf.shop));
  CHECK_FALSE(exists(shelf.file_of(upload.id)));
}

TEST_CASE("registry: bytes that a failed append left behind the row's end become part of nothing") {
  Shelf shelf;
  SUBCASE("when the upload is continued") {
    const auto upload = shelf.uploads->begin(shelf.shop);
    must(shelf.append(upload.id, 0, "hello "));
    add_bytes(shelf.file_of(upload.id), "half");  // the disk was full: copied, not written down
    must(shelf.append(upload.id, 6, "world"));
    must(shelf.uploads->finish(upload.id, shelf.shop, digest_of("hello world")));
    CHECK(shelf.bytes_of(digest_of("hello world")) == "hello world");
  }
  SUBCASE("when it is finished at once: the digest written down is that of the first chunk") {
    const auto upload = shelf.uploads->begin(shelf.shop);
    must(shelf.append(upload.id, 0, "hello"));
    add_bytes(shelf.file_of(upload.id), "half");
    must(shelf.uploads->finish(upload.id, shelf.shop, digest_of("hello")));
    CHECK(shelf.bytes_of(digest_of("hello")) == "hello");
  }
  SUBCASE("when nothing was written down yet") {
    const auto upload = shelf.uploads->begin(shelf.shop);
    add_bytes(shelf.file_of(upload.id), "half");
    must(shelf.uploads->finish(upload.id, shelf.shop, digest_of("")));
    CHECK(shelf.bytes_of(digest_of("")) == "");
  }
}

TEST_CASE("registry: an upload whose bytes a restart swept is unknown, so the client starts again") {
  Shelf shelf;
  const auto upload = shelf.uploads->begin(shelf.shop);
  must(shelf.append(upload.id, 0, "hello"));
  shelf.restart();
  CHECK(code_of(shelf.append(upload.id, 5, " world")) == Errc::not_found);
  CHECK(code_of(shelf.uploads->finish(upload.id, shelf.shop, digest_of("hello"))) == Errc::not_found);
  CHECK(shelf.bytes_of(shelf.put("hello")) == "hello");
}

TEST_CASE("registry: a crash between the blob's rename and its row is healed by pushing it again") {
  Shelf shelf;
  const auto upload = shelf.uploads->begin(shelf.shop);
  must(shelf.append(upload.id, 0, "hello"));
  must(shelf.blobs->adopt(shelf.file_of(upload.id), digest_of("hello").hex()));  // and here the power went
  CHECK(code_of(shelf.uploads->finish(upload.id, shelf.shop, digest_of("hello"))) == Errc::not_found);
  CHECK_FALSE(shelf.is_linked(shelf.shop, "hello"));
  shelf.put("hello");
  CHECK(shelf.is_linked(shelf.shop, "hello"));
  CHECK(shelf.bytes_of(digest_of("hello")) == "hello");
}

TEST_CASE("registry: a stop between the blob's name and its row leaves no file that is nobody's") {
  Shelf shelf;
  for (const bool in_chunks : {false, true}) {
    const auto upload = shelf.uploads->begin(shelf.shop);
    const std::string bytes = in_chunks ? "in chunks" : "at once";
    must(shelf.append(upload.id, 0, bytes.substr(0, in_chunks ? 3 : bytes.size())));
    if (in_chunks) must(shelf.append(upload.id, 3, bytes.substr(3)));
    for (const auto trigger : {kRefuseBlobRows, kKeepUploadRows})
      must(shelf.db->write([&](Tx& tx) { return tx.exec(trigger); }));
    CHECK_FALSE(shelf.uploads->finish(upload.id, shelf.shop, digest_of(bytes)).has_value());
    must(shelf.blobs->put(bytes, digest_of(bytes).hex()));  // as it is when the stop came before the refusal
    for (const auto* trigger : {"refuse", "keep"})
      must(shelf.db->write([&](Tx& tx) { return tx.exec(fmt::format("drop trigger {}", trigger)); }));
    must(shelf.uploads->recover());
    CHECK_FALSE(shelf.blobs->size(digest_of(bytes).hex()).has_value());
    CHECK(code_of(shelf.uploads->find(upload.id, shelf.shop)) == Errc::not_found);
  }
}

TEST_CASE("registry: what a full disk could not write down leaves no file that is nobody's, and takes nobody's") {
  Shelf shelf;
  const std::string kept(100'000, 'k'), lost(100'000, 'l');
  shelf.put(kept);
  const auto upload = shelf.uploads->begin(shelf.shop), again = shelf.uploads->begin(shelf.shop);
  must(shelf.append(upload.id, 0, lost));
  must(shelf.append(again.id, 0, kept));
  must(shelf.db->write([&](Tx& tx) {
    return tx.exec("create trigger refuse before insert on image_blob_link begin select raise(abort, 'full'); end");
  }));
  CHECK_FALSE(shelf.uploads->finish(upload.id, shelf.shop, digest_of(lost)).has_value());
  CHECK_FALSE(shelf.uploads->finish(again.id, shelf.shop, digest_of(kept)).has_value());
  CHECK_FALSE(shelf.blobs->size(digest_of(lost).hex()).has_value());
  CHECK(shelf.bytes_of(digest_of(kept)) == kept);
  CHECK(std::filesystem::is_empty(shelf.blobs->incoming()));
}

TEST_CASE("registry: an upload whose row a full disk refused leaves no file") {
  Shelf shelf;
  const auto upload = shelf.uploads->begin(shelf.shop);
  must(shelf.db->write([&](Tx& tx) {
    return tx.exec("create trigger refuse before insert on image_upload begin select raise(abort, 'full'); end");
  }));
  CHECK_FALSE(shelf.append(upload.id, 0, std::string(100'000, 'l')).has_value());
  CHECK(std::filesystem::is_empty(shelf.blobs->incoming()));
  CHECK(code_of(shelf.uploads->find(upload.id, shelf.shop)) == Errc::not_found);
}

TEST_CASE("registry: a stop while unused blobs are collected is made up for by the next collection") {
  Shelf shelf;
  const auto upload = shelf.uploads->begin(shelf.shop);
  must(shelf.append(upload.id, 0, "unused"));
  must(shelf.uploads->finish(upload.id, shelf.shop, digest_of("unused")));
  StoreWithWatcher watched(*shelf.blobs);
  watched.failing = true;
  shelf.clock.advance(std::chrono::hours(48));
  CHECK_FALSE(Uploads(*shelf.db, shelf.clock, watched).collect(shelf.clock.now()).has_value());
  CHECK_FALSE(shelf.is_linked(shelf.shop, "unused"));
  CHECK(shelf.blobs->size(digest_of("unused").hex()).has_value());
  must(shelf.uploads->collect(shelf.clock.now()));
  CHECK_FALSE(shelf.blobs->size(digest_of("unused").hex()).has_value());
}

TEST_CASE("registry: a mount links another repository's blob, and only one that it holds") {
  Shelf shelf;
  const auto blob = shelf.put("layer");
  CHECK(must(shelf.uploads->mount(blob, shelf.shop, shelf.copy)));
  CHECK(shelf.is_linked(shelf.copy, "layer"));
  CHECK_FALSE(must(shelf.uploads->mount(digest_of("other"), shelf.shop, shelf.copy)));
  must(shelf.db->write([&](Tx& tx) { return store::unlink_blob(tx, shelf.shop, blob.hex()); }));
  const auto third = must(shelf.db->write([&](Tx& tx) {
                       return store::ensure_repository(tx, "company/third", shelf.clock.now());
                     })).id;
  CHECK_FALSE(must(shelf.uploads->mount(blob, shelf.shop, third)));
  CHECK(must(shelf.uploads->mount(blob, shelf.copy, third)));
}

TEST_CASE("registry: collecting takes what nobody touched and no manifest names, in any repository") {
  Shelf shelf;
  shelf.put("named");
  shelf.put("forgotten");
  shelf.put("named in the copy only");
  must(shelf.uploads->mount(digest_of("named in the copy only"), shelf.shop, shelf.copy));
  shelf.name_in_manifest(shelf.shop, "named");
  shelf.name_in_manifest(shelf.copy, "named in the copy only");
  const auto abandoned = shelf.uploads->begin(shelf.shop);
  must(shelf.append(abandoned.id, 0, "half"));
  shelf.clock.advance(std::chrono::hours(25));
  shelf.put("fresh");
  const auto under_way = shelf.uploads->begin(shelf.shop);

  must(shelf.uploads->collect(shelf.clock.now() - std::chrono::hours(24)));
  CHECK(shelf.bytes_of(digest_of("named")) == "named");
  CHECK(shelf.bytes_of(digest_of("named in the copy only")) == "named in the copy only");
  CHECK(shelf.bytes_of(digest_of("fresh")) == "fresh");
  CHECK(shelf.bytes_of(digest_of("forgotten")) == "(none)");
  CHECK_FALSE(shelf.is_linked(shelf.shop, "forgotten"));
  CHECK(code_of(shelf.uploads->find(abandoned.id, shelf.shop)) == Errc::not_found);
  CHECK_FALSE(exists(shelf.file_of(abandoned.id)));
  CHECK(shelf.uploads->find(under_way.id, shelf.shop).has_value());
}

TEST_CASE("registry: pushing or mounting a blob again keeps it for another day") {
  Shelf shelf;
  shelf.put("pushed again");
  shelf.put("mounted again");
  shelf.clock.advance(std::chrono::hours(25));
  shelf.put("pushed again");
  CHECK(must(shelf.uploads->mount(digest_of("mounted again"), shelf.shop, shelf.copy)));
  must(shelf.uploads->collect(shelf.clock.now() - std::chrono::hours(24)));
  CHECK(shelf.bytes_of(digest_of("pushed again")) == "pushed again");
  CHECK(shelf.bytes_of(digest_of("mounted again")) == "mounted again");
}

TEST_CASE("registry: a blob pushed again while it is being collected keeps its bytes") {
  Shelf shelf;
  const auto blob = shelf.put("layer");
  shelf.clock.advance(std::chrono::hours(25));
  StoreWithWatcher watched(*shelf.blobs);
  Uploads uploads(*shelf.db, shelf.clock, watched);
  const auto again = uploads.begin(shelf.shop);
  auto chunk = sampan::registry::testing::spooled(shelf.db.folder(), "layer");
  must(uploads.append(again.id, shelf.shop, 0, chunk));
  // The row is forgotten, the file about to go: the moment at which a push that ends must not slip in between.
  std::future<Result<std::uint64_t>> pushed;
  watched.before_remove = [&] {
    pushed = std::async(std::launch::async, [&] { return uploads.finish(again.id, shelf.shop, blob); });
    pushed.wait_for(std::chrono::milliseconds(100));
  };
  must(uploads.collect(shelf.clock.now() - std::chrono::hours(24)));
  REQUIRE(pushed.valid());
  must(pushed.get());
  CHECK(shelf.is_linked(shelf.shop, "layer"));
  CHECK(shelf.bytes_of(blob) == "layer");
}
