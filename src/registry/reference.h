// Names of images by the grammar of the OCI distribution spec 1.1, "Pulling manifests": repository, tag, digest.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/ids.h"

namespace sampan::registry {

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)* joined by '/', at least two parts ("company/shop"), at most 255 characters.
bool is_valid_repository(std::string_view name);
// [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}
bool is_valid_tag(std::string_view tag);

struct Reference {
  std::string repository;
  std::string tag;  // empty when there is a digest and no tag
  Digest digest;    // empty when there is none
};
// "[host[:port]/]company/shop[:tag][@sha256:...]"; neither tag nor digest: tag "latest". invalid says which part is
// wrong.
Result<Reference> parse_reference(std::string_view text);

}  // namespace sampan::registry
