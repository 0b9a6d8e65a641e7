// ImageBuild: buildah makes an image of a Dockerfile without a daemon and pushes it with the job's token.
#pragma once

#include <string>

#include "runner/order.h"
#include "runner/run_command.h"

namespace sampan::runner {

struct BuiltImage { std::string image, digest; };  // "host/company/shop", "sha256:..."

// Dockerfile and context must lie in the workspace, symlinks followed: invalid otherwise. `images` is the runner's folder for layers;
// `scratch` a private one for credentials, emptied by the caller.
Result<BuiltImage> build_image(const Supervision& supervision, const Order& order, const Action& action, const std::string& workspace, const std::string& images,
                               const std::string& scratch);

// The configuration files our own container tools read, written into `folder`; the machine's are never touched.
Result<void> write_container_settings(const std::string& folder, const std::string& registry);

}  // namespace sampan::runner
