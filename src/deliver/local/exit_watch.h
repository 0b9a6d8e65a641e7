// Tells, within milliseconds, that a process we did not start has ended: a pidfd for each, one thread on poll.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <thread>

#include "base/files.h"
#include "base/sync.h"

namespace sampan::deliver {

class ExitWatch {
 public:
  ExitWatch();
  ~ExitWatch();
  // Replaces the former callback; called on the watch's thread.
  void on_exit(std::function<void(const std::string& name)> callback);
  void add(const std::string& name, int pid);  // at once told when it is gone already
  void remove(const std::string& name);        // not told any more

 private:
  struct Watched {
    Fd fd;
  };
  void run(std::stop_token stop);
  void ring();

  Fd bell_;
  Sync<std::map<std::string, Watched>> watched_;
  Sync<std::function<void(const std::string&)>> callback_;
  std::jthread thread_;
};

}  // namespace sampan::deliver
