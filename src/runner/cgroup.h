// The limits of one job, in whatever cgroup hierarchies the machine has: v1 controllers, v2, or both (hybrid).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sampan::runner {

struct CgroupLimits {
  std::int64_t memory_bytes = 0;
  double cpus = 0;
  std::int64_t pids = 0;
  bool operator==(const CgroupLimits&) const = default;
};  // 0: none

// How the cgroups of the runner that works in `folder` begin: two runners on one machine never take each other's for
// their own.
std::string cgroup_prefix(std::string_view folder);

class Cgroup {
 public:
  Cgroup() = default;  // none: no limits, and nothing is killed by it
  // Makes NAME in every hierarchy that can hold it. Builds together weigh half of what applications do. unavailable:
  // none can.
  static Result<Cgroup> create(std::string_view name, const CgroupLimits& limits);
  // Names of those that are still there and begin with `prefix`.
  static std::vector<std::string> find(std::string_view prefix);
  static Cgroup existing(std::string_view name);

  const std::vector<std::string>& folders() const { return folders_; }
  std::vector<std::string> join_files() const;  // cgroup.procs of each hierarchy
  std::vector<int> processes() const;           // of those below it too
  void signal(int number) const;                // to each process
  void kill_all() const;                        // and waits (briefly) until it is empty
  void destroy();                               // kill_all(), then removes it
  // Ends what is in it and removes those below it. True: the next job with the same limits() may have it. Not when its
  // memory is still full of file pages, which that job would have to make room among.
  bool reset();
  const CgroupLimits& limits() const { return limits_; }
  std::int64_t oom_kills() const;  // processes the kernel has killed here for memory, ever

 private:
  std::vector<std::string> folders_;
  CgroupLimits limits_;
};

}  // namespace sampan::runner
