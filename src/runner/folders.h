// The runner's tree on disk, drawn here and nowhere else.
//   FOLDER/lock              POSIX write lock of the process that works here
//   FOLDER/jobs/       N/ (workspace, home, ...) and N.log (spool), one for each job at once; rubbish when a runner
//   starts FOLDER/caches/     dependency caches, KEY/gGENERATION FOLDER/mirrors/    bare repositories, by the hash of
//   their clone URL FOLDER/workshop/   images and layers of image builds and of containers for steps
//   FOLDER/advisories        as the server had them when it was last asked
#pragma once

#include <string>

namespace sampan::runner {

struct Folders {
  std::string root;
  std::string repositories = {};     // the server's, when it is on this machine
  std::string advisories_here = {};  // a file of this machine, instead of our own

  std::string lock() const { return root + "/lock"; }
  std::string jobs() const { return root + "/jobs"; }
  std::string caches() const { return root + "/caches"; }
  std::string mirrors() const { return root + "/mirrors"; }
  std::string images() const { return root + "/workshop"; }
  std::string advisories() const { return advisories_here.empty() ? root + "/advisories" : advisories_here; }
};

}  // namespace sampan::runner
