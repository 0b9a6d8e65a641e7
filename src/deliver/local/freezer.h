// Stops and resumes the processes of a container by its cgroup, in milliseconds (cgroup v1 freezer, or v2 cgroup.freeze).
#pragma once

#include "base/result.h"
#include "deliver/target.h"

namespace sampan::deliver {

Result<void> set_frozen(int pid, bool frozen);
bool is_frozen(int pid);
// CPU seconds so far and memory in use of the container the process is the first of.
struct Consumption { double cpu_seconds = 0; std::uint64_t memory_bytes = 0; };
Result<Consumption> consumption(int pid);

}  // namespace sampan::deliver
