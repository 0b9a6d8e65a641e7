// Live logs: one thread follows every open stream. A topic of the hub ("job-log:ID") says that there is more; lines go
// out in batches.
#pragma once

#include <condition_variable>
#include <set>
#include <thread>

#include "base/http.h"
#include "pipeline/room.h"

namespace sampan::pipeline {

class LogStreams {
 public:
  // A reader further behind than this is brought forward: it pages the lines between by itself (the number of the first
  // line tells).
  static constexpr std::int64_t kMostBehind = 2000;

  explicit LogStreams(Room& room) : room_(room) {}
  ~LogStreams() { stop(); }
  void start();
  void stop();  // idempotent; ends the streams
  // Events "lines" {first_line, lines:[{n, text, step}]}, and "end" when the job has ended and all was sent.
  void add(JobId job, std::int64_t from_line, std::shared_ptr<EventStream> stream);

 private:
  struct Follower {
    JobId job;
    std::int64_t next = 1, fence = 0;
    std::shared_ptr<EventStream> stream;
    Hub::Token token;
  };
  void run(const std::stop_token& stop);
  void wake(JobId job);
  Result<bool> pump(Follower& follower);  // false: done with

  Room& room_;
  std::mutex mutex_;
  std::condition_variable_any bell_;
  std::set<std::int64_t> rung_;
  std::vector<Follower> added_;
  std::jthread thread_;
};

}  // namespace sampan::pipeline
