// Keeps the embedded runner alive: a process of its own that outlives the server, so that a restart interrupts no step.
// A runner whose program was replaced (an upgrade) is ended when it has no job, and a new one takes its place.
#pragma once

#include <string>
#include <thread>

namespace sampan::app {

class RunnerKeeper {
 public:
  struct Settings {
    std::string program, server, token_file, folder, name, repositories, advisories;
    int capacity = 2;
  };
  // Starts a runner when none holds the folder's lock, and again whenever it is gone.
  explicit RunnerKeeper(Settings settings);
  ~RunnerKeeper();  // stops looking; a running runner goes on

 private:
  void keep(std::stop_token stop);
  void start();
  void retire_replaced(int pid) const;

  Settings settings_;
  std::jthread thread_;
};

// The process that holds the folder's lock; 0: none.
int runner_pid(const std::string& folder);

}  // namespace sampan::app
