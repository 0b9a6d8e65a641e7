// The target "this machine": containers by podman or docker, traffic by HAProxy; both go on while Sampan restarts or is
// down.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "deliver/target.h"

namespace sampan::deliver {

struct LocalConfig {
  std::string folder;         // container storage, proxy configuration and sockets; all that the target leaves on disk
  std::string registry_host;  // images are pulled from there, over plain http
  std::string pull_token;     // a token that may pull all images
  std::string engine =
      "auto";  // podman, docker, or "auto": the one whose containers are here already, else podman, else docker
  int first_port = 8100, last_port = 8199;  // services get one each
};

std::unique_ptr<Target> make_local_target(LocalConfig config, Clock& clock);
// Ends the proxy, removes all containers, mounts and the network: for `sampan destroy`. The folder itself stays.
Result<void> remove_local_target(const LocalConfig& config);

}  // namespace sampan::deliver
