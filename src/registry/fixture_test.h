// A registry on a real database and a real blob store, for the tests of this room.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "base/testing.h"
#include "registry/registry.h"
#include "registry/uploads.h"

namespace sampan::registry::testing {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline Digest digest_of(std::string_view bytes) { return *Digest::from_sha256(sha256_hex(bytes)); }
// As the edge hands a body over: with the digest of its bytes, a large one as a file, a small one in memory.
SpooledFile spooled(const std::string& folder, std::string_view bytes);
SpooledFile held(std::string_view bytes);
// An image manifest; the descriptors' sizes are those of the bytes given.
std::string image(std::string_view config, const std::vector<std::string>& layers);

// Uploads alone, with two image repositories.
struct Shelf {
  sampan::testing::TestDb db;
  FakeClock clock;
  std::unique_ptr<BlobStore> blobs = sampan::testing::must(open_file_blob_store(db.folder() + "/blobs"));
  std::unique_ptr<Uploads> uploads = std::make_unique<Uploads>(*db, clock, *blobs);
  std::int64_t shop = 0, copy = 0;

  Shelf();
  void restart();  // what a start of the server does to unfinished files
  Result<store::Upload> append(const std::string& id, std::int64_t start, std::string_view bytes);
  Digest put(std::string_view bytes);  // a whole blob in `shop`
  void name_in_manifest(std::int64_t repository, std::string_view bytes);
  bool is_linked(std::int64_t repository, std::string_view bytes);
  std::string bytes_of(const Digest& digest);  // of the blob's row or file; "(none)" when there is none
  std::string file_of(const std::string& id) const { return blobs->incoming() + "/upload-" + id; }
};

// The whole room with people: ann is developer of the group "company", vic viewer of it, out nothing.
struct House {
  sampan::testing::TestDb db;
  FakeClock clock;
  EventLog events{*db, clock};
  people::People people{*db, clock, events};
  git::Git git{*db,
               clock,
               events,
               people,
               {.folder = db.folder() + "/repos", .hook_program = "/bin/true", .hook_socket = "", .public_url = ""}};
  std::unique_ptr<BlobStore> blobs = sampan::testing::must(open_file_blob_store(db.folder() + "/blobs"));
  Registry registry{*db, clock, events, git, people, *blobs, {}};
  std::vector<Route> routes = registry.routes();
  Actor ann, vic, out;

  House();
  struct Ask {
    Pairs params, query;
    Headers headers;
    std::string body;
  };
  // A route's handler; its error in the registry's dialect as web says it, for /api routes as a 400 with the sentence.
  // The body is spooled where the route wants that.
  Response call(Method method, const std::string& pattern, const Actor& actor, Ask ask);
  Digest push_blob(std::string_view bytes, const std::string& name = "company/shop");
  Response push_manifest(const std::string& reference, const std::string& body, const Actor& actor,
                         const std::string& name = "company/shop");
  std::int64_t count(const std::string& sql);
};

std::string text_of(const Response& response);

}  // namespace sampan::registry::testing
