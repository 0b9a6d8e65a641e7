// The local target with its real parts (podman, HAProxy) in a folder of its own, and an image to run. Included by tests and benches only.
#pragma once

#include <unistd.h>

#include "base/process.h"
#include "base/testing.h"
#include "base/text.h"
#include "deliver/local/local.h"

namespace sampan::deliver::testing {

class LocalYard {
 public:
  // Empty: everything is here. Else what is missing.
  static std::string missing() {
    if (::geteuid() != 0) return "root";
    for (const char* program : {"podman", "runc", "haproxy"}) {
      const auto found = run({.argv = {"sh", "-c", std::string("command -v ") + program}});
      if (!found.has_value() || !found->exit.ok()) return program;
    }
    return {};
  }

  explicit LocalYard(Clock& clock_in) : clock(clock_in) {
    log::set_level(log::Level::error);
    config.folder = folder.path();
    config.registry_host = "127.0.0.1:5999";
    // Ports of our own, so that tests beside each other do not meet.
    config.first_port = 20000 + static_cast<int>(::getpid() % 2000) * 10;
    config.last_port = config.first_port + 9;
    open();
    image = make_image();
  }
  ~LocalYard() {
    target.reset();
    const auto removed = remove_local_target(config);
    if (!removed.has_value()) std::fprintf(stderr, "%s\n", removed.error().message.c_str());
  }
  void open() {
    target = make_local_target(config, clock);
    sampan::testing::must(target->check());
  }

  Clock& clock;
  sampan::TempDir folder = sampan::testing::must(sampan::TempDir::create("/tmp", "sp"));
  LocalConfig config;
  std::unique_ptr<Target> target;
  std::string image;  // by digest

 private:
  std::string podman(std::vector<std::string> arguments) {
    Command command;
    command.argv = {"podman"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    for (const auto& [key, file] : {std::pair{"CONTAINERS_CONF", "containers.conf"}, {"CONTAINERS_STORAGE_CONF", "storage.conf"}, {"CONTAINERS_REGISTRIES_CONF", "registries.conf"}}) {
      command.env.emplace_back(key, config.folder + "/" + file);
    }
    return std::string(trim(sampan::testing::must(run_ok(command))));
  }
  std::string make_image() {
    const auto archive = config.folder + "/echo.tar", program = std::string(SAMPAN_ECHO_PROGRAM);
    const auto slash = program.rfind('/');
    sampan::testing::must(run_ok({.argv = {"tar", "-cf", archive, "-C", program.substr(0, slash), program.substr(slash + 1)}}));
    podman({"import", "-q", "--change", "ENTRYPOINT [\"/" + program.substr(slash + 1) + "\"]", archive, "localhost/echo:1"});
    return "localhost/echo@" + podman({"image", "inspect", "--format", "{{.Digest}}", "localhost/echo:1"});
  }
};

}  // namespace sampan::deliver::testing
