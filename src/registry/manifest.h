// What a manifest says, read from its bytes: OCI image-spec 1.1 manifest.md and image-index.md, and Docker's schema 2
// twins.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/ids.h"

namespace sampan::registry {

struct Descriptor {
  Digest digest;
  std::uint64_t size = 0;
  std::string media_type = {};  // empty when it says none
};

struct Manifest {
  std::string media_type;
  std::string artifact_type;  // empty when it says none
  Digest subject;             // empty when it says none
  std::vector<Descriptor>
      blobs;  // config first, then the layers in order; those kept elsewhere (foreign layers) left out
  std::vector<Descriptor> manifests;  // of an index
  int elsewhere = 0;                  // foreign layers
  std::uint64_t image_size() const;   // sum of the blobs
};

constexpr std::size_t kMaxManifestBytes = 4 << 20;

// `content_type` is the request's; it must agree with the document's own mediaType when that is there. Errors are
// invalid and say the field.
Result<Manifest> parse_manifest(std::string_view bytes, std::string_view content_type);

}  // namespace sampan::registry
