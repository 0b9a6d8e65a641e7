// Stops and resumes the processes of a container, in milliseconds: by cgroup.freeze (v2), else by SIGSTOP to each of
// them. Not by the freezer of cgroup v1: what it holds cannot be killed, so that whoever ends the machine, or a
// namespace around it, waits for ever.
#pragma once

#include "base/result.h"
#include "deliver/target.h"

namespace sampan::deliver {

Result<void> set_frozen(int pid, bool frozen);
bool is_frozen(int pid);
// CPU seconds so far and memory in use of the container the process is the first of.
struct Consumption {
  double cpu_seconds = 0;
  std::uint64_t memory_bytes = 0;
};
Result<Consumption> consumption(int pid);

}  // namespace sampan::deliver
