// The folders jobs work in, handed on from one to the next with the cgroup of the last: what a job left in them goes,
// the folders themselves stay. A short job would make and remove two dozen files of its own otherwise, and that costs
// more than the job where a file system looks at every recently freed inode first (ext4 without a journal).
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "base/sync.h"
#include "runner/cgroup.h"

namespace sampan::runner {

// Empties the folders steps write to: workspace, home, tmp, flow.
Result<void> empty_rooms(const std::string& folder);
// empty_rooms(), and removes all that is not one of a room's folders.
Result<void> clean_job_folder(const std::string& folder);

// A lock on a job's folder while it lives; the process's end frees it too.
class HeldFolder {
 public:
  HeldFolder() = default;
  static Result<HeldFolder> take(const std::string& folder);
  HeldFolder(HeldFolder&&) = default;
  HeldFolder& operator=(HeldFolder&&) = default;
  ~HeldFolder();

 private:
  explicit HeldFolder(Fd folder) : folder_(std::move(folder)) {}
  Fd folder_;
};
// Whether one of the folders in `parent` is held.
bool any_held(const std::string& parent);

struct JobFolder {
  std::string path;  // PATH.log belongs to it
  Cgroup cgroup;     // empty, of an earlier job with whatever limits; or none
};

// Thread-safe.
class JobFolders {
 public:
  explicit JobFolders(std::string parent) : parent_(std::move(parent)) {}
  ~JobFolders();  // removes the cgroups of those that were given back
  // A folder nobody else has: cleaned, or not there yet.
  JobFolder take();
  void give_back(JobFolder folder);

 private:
  const std::string parent_;
  struct State {
    std::vector<JobFolder> free;
    int made = 0;
  };
  Sync<State> state_;
};

}  // namespace sampan::runner
