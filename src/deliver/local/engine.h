// podman or docker as commands: each a fixed argument list. podman is configured by files of our own below one folder,
// never the machine's; docker by its daemon, found as its own programs find it (DOCKER_HOST, else
// /var/run/docker.sock).
#pragma once

#include <shared_mutex>
#include <string>
#include <vector>

#include "base/process.h"
#include "deliver/local/dialect.h"
#include "deliver/local/local.h"

namespace sampan::deliver {

struct Container {
  std::string id, name, address;  // address: IP of the bridge; empty when it does not run
  bool running = false;           // its process is there, whatever the engine believes
  int exit_code = 0;
  int pid = 0;
  std::string log_file;
};

class Engine {
 public:
  // Speaks to the engine of before until prepare() has chosen: a daemon that comes up after us is no reason to take
  // another.
  explicit Engine(LocalConfig config);
  // Chooses the engine and makes its network, once: the configured one, else the one whose containers are here already,
  // else podman, else docker. Another one than before ends the former's containers. unavailable: none is usable; the
  // sentence says what to install.
  Result<void> prepare();
  const std::string& name() const { return dialect_.program; }
  Result<bool> has_image(const std::string& image);
  Result<void> pull(const std::string& image);
  Result<void> run(const InstanceSpec& spec);  // conflict: there is one of that name, which stays as it is
  Result<std::vector<Container>> inspect(const std::vector<std::string>& names);  // those that exist
  // A container of ours that podman cannot speak of any more, since its network is gone, is removed first.
  Result<std::vector<std::string>> list();
  Result<void> stop(const std::string& name, std::chrono::milliseconds grace);
  Result<void> remove(const std::string& name);
  Result<int> exec(const std::string& name, const std::vector<std::string>& command, std::chrono::milliseconds timeout);
  Result<void> remove_everything();

 private:
  Command command(std::vector<std::string> arguments) const;
  std::string remembered() const;
  std::string pulls() const;
  Result<std::string> choose() const;
  Result<void> prepare_podman();
  Result<void> prepare_docker();
  Result<void> drop_half_made(const std::string& name);
  Result<bool> drop_container_without_network(const std::string& complaint);
  Result<void> drop_lost_networks();
  void hold_bridge() const;
  LocalConfig config_;
  Dialect dialect_;
  std::string bridge_;        // podman's
  std::shared_mutex starts_;  // shared by each start; what starts may have left is looked for when there is none
};

}  // namespace sampan::deliver
