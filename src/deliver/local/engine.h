// podman as commands: each a fixed argument list, configured by files of our own below one folder, never the machine's.
#pragma once

#include <string>
#include <vector>

#include "base/process.h"
#include "deliver/local/local.h"

namespace sampan::deliver {

struct Container {
  std::string name, address;  // address: IP of the bridge; empty when it does not run
  bool running = false;
  int exit_code = 0;
  int pid = 0;
  std::string log_file;
};

class Engine {
 public:
  explicit Engine(LocalConfig config) : config_(std::move(config)) {}
  // Writes the settings; chooses a bridge name and subnet nobody uses, once. unavailable: podman or runc is missing.
  Result<void> prepare();
  Result<bool> has_image(const std::string& image);
  Result<void> pull(const std::string& image);
  Result<void> run(const InstanceSpec& spec);
  Result<std::vector<Container>> inspect(const std::vector<std::string>& names);  // those that exist
  Result<std::vector<std::string>> list();
  Result<void> stop(const std::string& name, std::chrono::milliseconds grace);
  Result<void> remove(const std::string& name);
  Result<int> exec(const std::string& name, const std::vector<std::string>& command, std::chrono::milliseconds timeout);
  Result<void> remove_everything();

 private:
  Command command(std::vector<std::string> arguments) const;
  LocalConfig config_;
};

}  // namespace sampan::deliver
