// Child processes by posix_spawn and pidfd: never a shell, never inherited descriptors (all of ours are O_CLOEXEC),
// always reaped.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sampan {

struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH when it has no slash
  std::vector<std::pair<std::string, std::string>> env =
      {};                      // added to (or, same name, replacing) the inherited environment
  bool clear_env = false;      // start from PATH, HOME, LANG=C.UTF-8 only
  std::string directory = {};  // empty: ours
  bool new_session = false;    // setsid: survives us
};

// NAME=VALUE of all that a child of it gets.
std::vector<std::string> environment_of(const Command& command);

struct Exit {
  int code = 0;    // exit status, or 128 + signal
  int signal = 0;  // 0: exited by itself
  bool ok() const { return code == 0; }
};

// Runs to the end, feeding `input`, with a deadline and a cap on what is kept of each stream. Over the deadline the
// whole process group is killed and the error is unavailable; over the cap the child is killed and the error is
// too_large. What the child left running in its group is killed when it has ended. The first run() makes the whole
// program ignore SIGPIPE.
struct RunOptions {
  std::string input = {};
  std::chrono::milliseconds timeout{30'000};
  std::size_t max_output = 16 << 20;
  int tries = 1;  // a child that was killed by a signal is run again, so often in all: for what may be done twice
};
struct Output {
  Exit exit;
  std::string out, err;
};
Result<Output> run(const Command& command, const RunOptions& options = {});
// run(), and a non-zero exit is an error whose sentence ends with the last line of stderr. Returns stdout.
Result<std::string> run_ok(const Command& command, const RunOptions& options = {});
Result<std::string> output_of(const Command& command, Output output);  // as run_ok() judges what run() gave

// A child that lives beside us. Move-only. Destroying it kills the process group unless detach() was called.
class Child {
 public:
  // Descriptors: -1 means /dev/null; the child gets duplicates, the caller keeps its own.
  struct Streams {
    int in = -1, out = -1, err = -1;
  };
  static Result<Child> spawn(const Command& command, Streams streams);
  static Result<Child> adopt(pid_t forked);  // one that the caller forked; killed and reaped when that fails
  Child(Child&&) noexcept;
  Child& operator=(Child&&) noexcept;
  ~Child();
  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_; }  // becomes readable when the child has ended
  Exit wait();                          // blocks; asking again gives the same answer
  std::optional<Exit> wait_for(std::chrono::milliseconds limit);
  void signal(int number);  // to the process group
  void detach();

 private:
  Child(pid_t pid, int pidfd) : pid_(pid), pidfd_(pidfd) {}
  void finish();  // reaps the ended child
  void release();
  pid_t pid_ = -1;
  int pidfd_ = -1;
  std::optional<Exit> exit_;
  bool detached_ = false;
};

// A pipe with both ends O_CLOEXEC: {read, write}.
Result<std::pair<int, int>> make_pipe();
// The same as a pair of sockets. Who writes more than is read is woken when most of it was read; with a pipe at each
// page, which costs a turn of both sides for every 4 KiB that the reader takes.
Result<std::pair<int, int>> make_wide_pipe();

}  // namespace sampan
