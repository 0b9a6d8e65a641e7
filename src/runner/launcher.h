// Starts the commands of jobs through sampan-launch.
#pragma once

#include <optional>
#include <string>

#include "base/files.h"
#include "base/process.h"
#include "base/sync.h"

namespace sampan::runner {

// A message of launch_protocol.h with its two descriptors. False: the helper is gone, or it is too long.
bool send_start_request(int socket, std::string& bytes, int output, int go);

// Thread-safe.
class Launcher {
 public:
  explicit Launcher(std::string program) : program_(std::move(program)) {}
  Launcher(const Launcher&) = delete;
  // Has a helper start them from now on: a fork of a small program that is there, instead of the start of one. Without
  // one, or when it dies, each is started by itself. Call on a thread that outlives all of them: their end is bound to
  // its. Called again it puts a new one in the place of one that has ended.
  void keep_helper();
  // `command`: the options of sampan-launch and what it shall become. Input: none; stdout and stderr: `output`. The
  // child is ours either way.
  Result<Child> spawn(Command command, int output) const;

 private:
  struct Helper {
    Child process;
    Fd socket;
  };
  // nullopt: it cannot, and nothing was started.
  std::optional<Child> ask(Helper& helper, const Command& command, int output) const;

  const std::string program_;
  mutable Sync<std::optional<Helper>> helper_;
};

}  // namespace sampan::runner
