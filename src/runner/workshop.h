// Where buildah runs: a sandbox whose root is the build user, with storage and settings of our own. Images are built in
// it and steps that ask for a container run in it: whoever writes a Dockerfile or names an image gets no right on the
// machine, and nothing stays mounted.
#pragma once

#include <string>
#include <vector>

#include "runner/order.h"
#include "runner/run_command.h"

namespace sampan::runner {

struct WorkshopPlace {
  std::string images;                // the runner's folder for images and layers, shared by all jobs
  std::string scratch;               // of one job, for credentials and temporary files; emptied by the caller
  std::vector<std::string> cgroups;  // the job's own, which its commands see as the machine's
  bool insecure = true;              // the registry speaks plain http
};
struct Bind {
  std::string from, to;
  bool writable = false;
};

class Workshop {
 public:
  // Writes settings and the job's credentials. unavailable: this machine has no buildah. Without root, buildah runs as
  // we do, by its own rootless means, and sees the machine's paths.
  static Result<Workshop> open(const WorkshopPlace& place, const Order& order, std::string_view purpose);
  void bind(Bind bind);
  // How buildah calls a path that was bound.
  std::string seen(const Bind& bind) const;
  std::string scratch() const;  // as buildah calls it

  // Words of buildah's command line that are ours: storage; `arguments` begin with its command.
  Command buildah(std::vector<std::string> arguments) const;
  std::string policy() const;
  enum class Network { on, off };
  std::vector<std::string> sandbox(Network network) const;

 private:
  explicit Workshop(WorkshopPlace place) : place_(std::move(place)) {}
  WorkshopPlace place_;
  std::vector<Bind> binds_;
};

// invalid, unavailable or nothing, as the command ended. `what` is "building the image".
Result<void> must_succeed(const Result<Ended>& ended, std::string_view what);

}  // namespace sampan::runner
