// One process that scans what it is given, file after file; this is the side of who gives.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/files.h"
#include "base/process.h"
#include "scan/activity.h"
#include "scan/scan.h"

namespace sampan::scan {

class Worker {
 public:
  struct Task {
    std::size_t number = 0;  // the giver's own
    std::string path;
  };
  // By a fork, for a program of one thread: it works with the scanner as it is now.
  static Result<std::unique_ptr<Worker>> fork(Scanner& scanner, const std::string& folder);
  // A program that calls work_for_crew() (crew.h). It ends when the calling thread does.
  static Result<std::unique_ptr<Worker>> spawn(const std::vector<std::string>& command);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // With bytes those are looked at; without, the file of `folder`. `rules` as wire.h packs them, of a spawned one.
  void give(Task task, std::uint64_t size, const std::string* bytes, std::string_view rules = {});
  // What came of the task; nullopt: not yet. Where it died of it, or has had more than `patience` of the processor or
  // ten times that on the clock, a gap. `readable`: its socket has something to say.
  std::optional<Scanned> attend(bool readable, std::chrono::milliseconds patience);
  bool has_ended();  // asked of one that is not busy
  int socket() const { return socket_.get(); }
  pid_t pid() const { return process_.pid(); }
  bool is_busy() const { return busy_; }
  bool is_dead() const { return dead_; }
  const Task& task() const { return task_; }
  bool was_killed() const;    // by somebody else
  std::string death() const;  // "SIGSEGV", "exit 1"

 private:
  struct Parts;
  static Result<Parts> parts();
  static Result<std::unique_ptr<Worker>> of(Result<Child> process, Parts parts);
  Worker(Child process, Parts parts);
  std::optional<Scanned> take_answer();
  bool is_late(std::chrono::milliseconds patience) const;
  Text reason_of_death() const;
  void bury();
  std::chrono::nanoseconds processor_time() const;

  Child process_;
  Fd socket_;
  Activity* activity_;
  Task task_;
  std::chrono::nanoseconds processor_before_{};
  std::chrono::steady_clock::time_point since_{};
  std::string came_;
  bool busy_ = false, dead_ = false, late_ = false;
  Exit exit_{};
};

// Of a file that was not looked at: its gap.
Scanned unchecked(const std::string& path, const std::string& rule, Text reason);

}  // namespace sampan::scan
