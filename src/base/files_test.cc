#include "base/files.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/crypto.h"
#include "base/testing.h"

using namespace sampan;
using sampan::testing::must;

TEST_CASE("files: a durable write replaces the whole content and leaves nothing beside it") {
  const auto folder = must(TempDir::create());
  const std::string path = folder.path() + "/a";
  must(write_file_durably(path, "one"));
  must(write_file_durably(path, "two", 0600));
  CHECK(must(read_file(path)) == "two");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  must(remove_tree(path));
  CHECK(::rmdir(folder.path().c_str()) == 0);  // empty
}

TEST_CASE("files: what a stopped durable write left is swept, and nothing that was written to its end") {
  const auto folder = must(TempDir::create());
  const std::string path = folder.path() + "/a", other = folder.path() + "/b.unnamed-to-the-end";
  must(write_file_durably(path, "one"));
  must(write_file_durably(other, "two"));
  const pid_t child = ::fork();
  if (child == 0) {
    // Stopped by the kernel in the middle of its bytes, as a kill would.
    const struct rlimit limit { 1000, 1000 };
    ::setrlimit(RLIMIT_FSIZE, &limit);
    static_cast<void>(write_file_durably(path, std::string(5000, 'x')));
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  const auto count = [&] {
    return std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator());
  };
  REQUIRE(count() == 3);
  must(sweep_unnamed(folder.path()));
  CHECK(count() == 2);
  CHECK(must(read_file(path)) == "one");
  CHECK(must(read_file(other)) == "two");
  must(sweep_unnamed(folder.path() + "/absent"));
}

TEST_CASE("files: reading says what is missing and what is too large") {
  const auto folder = must(TempDir::create());
  CHECK(read_file(folder.path() + "/none").error().code == Errc::not_found);
  must(write_file_durably(folder.path() + "/big", std::string(100, 'x')));
  CHECK(read_file(folder.path() + "/big", 99).error().code == Errc::too_large);
  CHECK(must(read_file(folder.path() + "/big", 100)).size() == 100);
}

TEST_CASE("files: removing a tree does not follow its symlinks") {
  const auto folder = must(TempDir::create());
  must(make_directories(folder.path() + "/keep/x"));
  must(make_directories(folder.path() + "/tree/deep/er"));
  must(make_directories(folder.path() + "/tree/deep/er"));  // again is fine
  REQUIRE(::symlink((folder.path() + "/keep").c_str(), (folder.path() + "/tree/link").c_str()) == 0);
  must(remove_tree(folder.path() + "/tree"));
  must(remove_tree(folder.path() + "/tree"));
  CHECK_FALSE(exists(folder.path() + "/tree"));
  CHECK(exists(folder.path() + "/keep/x"));
}

TEST_CASE("blob store: bytes are found by their digest, whole, until removed") {
  const auto folder = must(TempDir::create());
  const auto store = must(open_file_blob_store(folder.path() + "/blobs"));
  const std::string sha = sha256_hex("hello");
  CHECK(store->open(sha).error().code == Errc::not_found);
  must(store->put("hello", sha));
  must(store->put("hello", sha));
  CHECK(must(store->size(sha)) == 5);
  char bytes[6] = {};
  const Fd fd = must(store->open(sha));
  REQUIRE(::read(fd.get(), bytes, 6) == 5);
  CHECK(std::string(bytes) == "hello");
  must(store->remove(sha));
  must(store->remove(sha));
  CHECK(store->size(sha).error().code == Errc::not_found);
}

TEST_CASE("blob store: a finished file is taken over, and a name that is no digest reaches no path") {
  const auto folder = must(TempDir::create());
  const auto store = must(open_file_blob_store(folder.path() + "/blobs"));
  const std::string file = store->incoming() + "/upload";
  must(write_file_durably(file, "layer"));
  must(store->adopt(file, sha256_hex("layer")));
  CHECK_FALSE(exists(file));
  CHECK(must(store->size(sha256_hex("layer"))) == 5);
  CHECK(store->open("../../etc/passwd").error().code == Errc::not_found);
  CHECK_FALSE(store->put("x", "../x").has_value());
}

TEST_CASE("blob store: every folder is there and synced before the first byte comes") {
  const auto folder = must(TempDir::create());
  const auto store = must(open_file_blob_store(folder.path() + "/blobs"));
  for (int first = 0; first < 256; ++first) CHECK(exists(fmt::format("{}/blobs/{:02x}", folder.path(), first)));
}

TEST_CASE("blob store: what was left half-written is swept at the next start") {
  const auto folder = must(TempDir::create());
  const auto store = must(open_file_blob_store(folder.path() + "/blobs"));
  const std::string file = store->incoming() + "/half";
  must(write_file_durably(file, "lay"));
  must(open_file_blob_store(folder.path() + "/blobs"));
  CHECK_FALSE(exists(file));
}
