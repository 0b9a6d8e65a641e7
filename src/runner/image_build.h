// ImageBuild: buildah makes an image of a Dockerfile without a daemon and pushes it with the job's token.
#pragma once

#include <string>

#include "runner/workshop.h"

namespace sampan::runner {

struct BuiltImage {
  std::string image, digest;
};  // "host/company/shop", "sha256:..."

// Dockerfile and context must lie in the workspace, symlinks followed: invalid otherwise.
Result<BuiltImage> build_image(const Supervision& supervision, Workshop workshop, const WorkshopPlace& place,
                               const Action& action, const std::string& workspace);

}  // namespace sampan::runner
