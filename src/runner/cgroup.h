// The limits of one job, in whatever cgroup hierarchies the machine has: v1 controllers, v2, or both (hybrid).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sampan::runner {

struct CgroupLimits { std::int64_t memory_bytes = 0; double cpus = 0; std::int64_t pids = 0; };  // 0: none

// How the cgroups of the runner that works in `folder` begin: two runners on one machine never take each other's for their own.
std::string cgroup_prefix(std::string_view folder);

class Cgroup {
 public:
  // Makes NAME in every hierarchy that can hold it. Builds weigh a quarter of what applications do. unavailable: none can.
  static Result<Cgroup> create(std::string_view name, const CgroupLimits& limits);
  // Those of a folder's runner that are still there, by the prefix of their names.
  static std::vector<std::string> find(std::string_view prefix);
  static Cgroup existing(std::string_view name);

  std::vector<std::string> join_files() const;  // cgroup.procs of each hierarchy
  std::vector<int> processes() const;
  void signal(int number) const;                // to each process in it but the sandbox's own
  // Kills all that is in it and waits (briefly) until it is empty, then removes it.
  void destroy();
  bool over_memory() const;                     // the kernel killed something here for memory

 private:
  std::vector<std::string> folders_;
};

}  // namespace sampan::runner
