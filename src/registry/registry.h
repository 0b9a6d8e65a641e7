// Its image is kept: an OCI registry (distribution-spec 1.1) with the platform's own accounts and tokens.
// What the advisories say of an image's packages is found after its push (image_scans.h).
// hears: nothing.   says: ImagePushed.
// owns: image_repository, image_manifest, image_tag, image_blob, image_blob_content, image_blob_link, image_upload,
// image_layer, image_scan; the folder blobs/ under the data folder.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db.h"
#include "base/events.h"
#include "base/files.h"
#include "git/git.h"
#include "model/route.h"

namespace sampan::registry {

struct Config {
  std::string folder;
  std::string public_url;  // realm of the token challenge
  std::uint64_t max_blob_bytes = 20ULL << 30;
  std::chrono::milliseconds upload_life{24 * 3600 * 1000};  // an upload nobody continued is swept after this
  std::string advisories = {};                              // the file of `sampan advisories import`; it need not exist
};

// An error in OCI's dialect (distribution-spec 1.1, "Error Codes"), for whoever answers in the registry's place (401,
// 503).
Response oci_error(const Error& error);

class Registry {
 public:
  Registry(Db& db, Clock& clock, EventLog& events, git::Git& git, people::People& people, BlobStore& blobs,
           Config config);
  ~Registry();
  Result<void> recover();  // sweeps broken uploads
  void start();            // looks at images
  void stop();

  // "host/company/shop:tag" or "company/shop@sha256:..." -> the digest it names now; not_found says which part is
  // missing.
  Result<Digest> resolve(std::string_view reference);

  // Drops what nobody continued or used for a day; call it now and then. Never read-only, never in the way of a push.
  Result<void> collect();

  std::vector<Route> routes();  // /v2/... and /api/v1/images...

  struct State;  // private to the room

 private:
  std::unique_ptr<State> state_;
};

}  // namespace sampan::registry
