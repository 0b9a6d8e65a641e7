// One supervised command of a job: in the job's cgroup, its output into the sink, ended by cancel, deadline or itself;
// nothing survives it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/process.h"
#include "runner/cancel.h"
#include "runner/cgroup.h"
#include "runner/launcher.h"
#include "runner/sink.h"

namespace sampan::runner {

struct Supervision {
  const Launcher& launcher;
  const Cgroup& cgroup;
  Sink& sink;
  const Cancel& cancel;
  std::chrono::steady_clock::time_point deadline;
  std::chrono::milliseconds grace{10'000};  // between TERM and KILL
};
struct Ended {
  Exit exit;
  std::string why;             // "canceled: ...", "over its time limit"; empty: it ended by itself
  bool out_of_memory = false;  // the kernel killed something of it at the job's memory limit
};

// `sandbox`: options of sampan-launch (runner/sandbox.h), empty: none. TERM at cancel or deadline, KILL after the
// grace; then whatever the command left running is killed.
Result<Ended> supervise(const Supervision& supervision, const std::vector<std::string>& sandbox,
                        const Command& command);

}  // namespace sampan::runner
