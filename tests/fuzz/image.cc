// Manifests and references of images.
#include "fuzz.h"
#include "registry/manifest.h"
#include "registry/reference.h"

using namespace sampan;

FUZZ(input) {
  for (const auto* type : {"", "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
                           "application/vnd.docker.distribution.manifest.v2+json"}) {
    const auto manifest = registry::parse_manifest(input, type);
    if (!manifest.has_value()) continue;
    PROMISE(!manifest->media_type.empty());
    PROMISE(manifest->blobs.empty() || manifest->manifests.empty());
    std::uint64_t sum = 0;
    for (const auto& blob : manifest->blobs) PROMISE(!__builtin_add_overflow(sum, blob.size, &sum));
    PROMISE(manifest->image_size() == sum);
    for (const auto& one : manifest->manifests) PROMISE(Digest::parse(one.digest.text()).has_value());
  }
  const auto reference = registry::parse_reference(input);
  if (!reference.has_value()) return PROMISE(!reference.error().message.empty());
  PROMISE(registry::is_valid_repository(reference->repository));
  PROMISE(reference->digest ? true : registry::is_valid_tag(reference->tag));
  std::string again = "[::1]:8080/" + reference->repository;
  if (!reference->tag.empty()) again += ":" + reference->tag;
  if (reference->digest) again += "@" + reference->digest.text();
  const auto twice = registry::parse_reference(again);
  PROMISE(twice.has_value() && twice->repository == reference->repository && twice->tag == reference->tag);
}
