// The runner's tree on disk, drawn here and nowhere else.
//   FOLDER/lock              POSIX write lock of the process that works here
//   FOLDER/jobs/             JOB-FENCE/ (workspace, home, ...) and JOB-FENCE.log (spool); all of it is rubbish when a
//   runner starts FOLDER/caches/           dependency caches, KEY/gGENERATION FOLDER/mirrors/          bare
//   repositories, by the hash of their clone URL FOLDER/workshop/         images and layers of image builds and of
//   containers for steps
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace sampan::runner {

struct Folders {
  std::string root;

  std::string lock() const { return root + "/lock"; }
  std::string jobs() const { return root + "/jobs"; }
  std::string job(std::int64_t job, std::int64_t fence) const { return fmt::format("{}/{}-{}", jobs(), job, fence); }
  std::string caches() const { return root + "/caches"; }
  std::string mirrors() const { return root + "/mirrors"; }
  std::string images() const { return root + "/workshop"; }
};

}  // namespace sampan::runner
