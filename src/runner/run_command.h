// One supervised command of a job: in the job's cgroup, its output into the sink, ended by cancel, deadline or itself; nothing survives it.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "base/process.h"
#include "runner/cgroup.h"
#include "runner/sink.h"

namespace sampan::runner {

// Shared between the job's thread and whoever cancels it.
struct Cancel {
  std::atomic<bool> asked{false};
  std::string reason;  // set before `asked`
};

struct Supervision {
  const Config& config;
  const Cgroup& cgroup;
  Sink& sink;
  const Cancel& cancel;
  std::chrono::steady_clock::time_point deadline;
};
struct Ended { Exit exit; std::string why; };  // `why` empty: it ended by itself

// TERM at cancel or deadline, KILL ten seconds later; the pid namespace takes down what the command left in the background.
Result<Ended> supervise(const Supervision& supervision, const Command& command);

}  // namespace sampan::runner
