// One process that scans what it is given, file after file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/files.h"
#include "scan/activity.h"
#include "scan/scan.h"

namespace sampan::scan {

class Worker {
 public:
  struct Task {
    std::size_t number = 0;  // the giver's own
    std::string path;
  };
  // nullptr: the system gives no process. The child works with the scanner as it is now.
  static std::unique_ptr<Worker> start(Scanner& scanner, const std::string& folder);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // With bytes those are looked at; without, the file of `folder`.
  void give(Task task, std::uint64_t size, const std::string* bytes);
  // Reads what has come; nullopt: not all of it yet, or is_dead().
  std::optional<Scanned> take_answer();
  int socket() const { return socket_.get(); }
  bool is_busy() const { return busy_; }
  bool is_dead() const { return dead_; }
  const Task& task() const { return task_; }
  // Whether the task has had that much of the processor, or ten times as long on the clock.
  bool is_late(std::chrono::milliseconds patience) const;
  void kill();  // it hangs
  std::string rule() const { return rule_of(*activity_); }
  Text reason_of_death() const;

 private:
  Worker(pid_t process, Fd socket, Activity* activity);
  void bury();
  std::chrono::nanoseconds processor_time() const;

  pid_t process_;
  Fd socket_;
  Activity* activity_;
  Task task_;
  std::chrono::nanoseconds processor_before_{};
  std::chrono::steady_clock::time_point since_{};
  std::string came_;
  bool busy_ = false, dead_ = false, late_ = false;
  int status_ = 0;
};

}  // namespace sampan::scan
