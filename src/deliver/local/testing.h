// The local target with its real parts (podman, HAProxy) in a folder of its own, and an image to run. Included by tests
// and benches only.
#pragma once

#include <unistd.h>

#include "base/process.h"
#include "base/testing.h"
#include "base/text.h"
#include "deliver/local/dialect.h"
#include "deliver/local/local.h"

namespace sampan::deliver::testing {

class LocalYard {
 public:
  // Empty: everything is here. Else what is missing.
  static std::string missing(std::string_view engine = "podman") {
    if (::geteuid() != 0) return "root";
    const auto works = [](const std::string& command) {
      const auto done = run({.argv = {"sh", "-c", command}});
      return done.has_value() && done->exit.ok();
    };
    if (!works("command -v haproxy")) return "haproxy";
    if (engine == "docker") return works("docker version") ? "" : "docker";  // its daemon too
    for (const char* program : {"podman", "runc"})
      if (!works(std::string("command -v ") + program)) return program;
    return {};
  }

  explicit LocalYard(Clock& clock_in, std::string engine = "podman") : clock(clock_in) {
    log::set_level(log::Level::error);
    config.folder = folder.path();
    config.engine = std::move(engine);
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
    if (config.engine == "docker") ask_engine({"image", "rm", "-f", image});  // docker's images are the machine's
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

  std::string ask_engine(const std::vector<std::string>& arguments) {
    const auto dialect = *dialect_of(config.engine, config.folder);
    Command command{.argv = {dialect.program}, .env = dialect.settings};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    return std::string(trim(sampan::testing::must(run_ok(command))));
  }

 private:
  std::string make_image() {
    const auto archive = config.folder + "/echo.tar", program = std::string(SAMPAN_ECHO_PROGRAM);
    const auto slash = program.rfind('/');
    sampan::testing::must(
        run_ok({.argv = {"tar", "-cf", archive, "-C", program.substr(0, slash), program.substr(slash + 1)}}));
    // What was imported has no digest with docker, which gives one to what it pulled: its own id names it as exactly.
    const std::string name = "localhost/echo:1",
                      id = ask_engine({"import", "--change", "ENTRYPOINT [\"/" + program.substr(slash + 1) + "\"]",
                                       archive, config.engine == "docker" ? "" : name});
    return config.engine == "docker"
               ? id
               : "localhost/echo@" + ask_engine({"image", "inspect", "--format", "{{.Digest}}", name});
  }
};

}  // namespace sampan::deliver::testing
