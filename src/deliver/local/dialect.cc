#include "deliver/local/dialect.h"

#include "base/crypto.h"

namespace sampan::deliver {

std::optional<Dialect> dialect_of(std::string_view engine, const std::string& folder) {
  if (engine == "podman") {
    return Dialect{.program = "podman",
                   .usable = {"--version"},
                   .packages = "podman runc netavark iptables",
                   .settings = {{"CONTAINERS_CONF", folder + "/containers.conf"},
                                {"CONTAINERS_STORAGE_CONF", folder + "/storage.conf"},
                                {"CONTAINERS_REGISTRIES_CONF", folder + "/registries.conf"},
                                {"REGISTRY_AUTH_FILE", folder + "/auth.json"}},
                   .prefix = "",
                   .network = "sampan",
                   .pull = {"--signature-policy", folder + "/policy.json"},
                   .run = {},
                   .remove = {"-t", "0", "-i"}};
  }
  if (engine == "docker") {
    const auto mark = sha256_hex(folder).substr(0, 8);
    return Dialect{.program = "docker",
                   .usable = {"version", "--format", "{{.Server.Version}}"},
                   .packages = "docker.io",
                   .settings = {{"DOCKER_CONFIG", folder + "/docker"}},
                   .prefix = "sampan-" + mark + "-",
                   .network = "sampan-" + mark,
                   .pull = {},
                   .run = {"--label", "sampan=" + mark, "--log-driver", "json-file", "--log-opt", "max-size=50m"},
                   .remove = {}};
  }
  return std::nullopt;
}

}  // namespace sampan::deliver
