// Steps in a container (runsOn.container): one working container of the image for the whole job. Its root file system
// is entered in the workshop's sandbox, so that limits, user and end of a step are those of other steps; what a step
// installs is there for the next one.
#pragma once

#include <string>

#include "runner/sandbox.h"
#include "runner/workshop.h"

namespace sampan::runner {

class Container {
 public:
  // Pulls the image when it is not there, or when its tag is `latest`. Takes the room's folders as they are now.
  // unavailable: we are not root.
  static Result<Container> create(const Supervision& supervision, Workshop workshop, const Room& room,
                                  const std::string& image, const std::string& name);
  // Runs the script of script_command() as the container's root, who is the build user outside.
  Result<Ended> run(const Supervision& supervision, const Room& room, const Command& script, std::string_view workdir);
  void remove(const Supervision& supervision);

 private:
  Container(Workshop workshop, std::string name) : workshop_(std::move(workshop)), name_(std::move(name)) {}
  Result<void> read_environment(const Supervision& supervision);
  void put(const std::string& from, const std::string& seen, const std::string& inside, bool writable);
  Workshop workshop_;
  std::string name_;
  std::string puts_;         // shell lines that mount the job's folders
  std::string environment_;  // of the image, as shell lines
};

}  // namespace sampan::runner
