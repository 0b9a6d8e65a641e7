// Where buildah runs: a sandbox whose root is the build user, with storage and settings of our own. Images are built in
// it and steps that ask for a container run in it: whoever writes a Dockerfile or names an image gets no right on the
// machine, and nothing stays mounted.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
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
  // Drops the working containers in it, which only a build or a step that was killed leaves, unless another job has the
  // same images open: then they may be its, and the last one drops them. Never because a job is canceled.
  Result<void> sweep(const Supervision& supervision);
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
  Workshop(WorkshopPlace place, Fd use) : place_(std::move(place)), use_(std::move(use)) {}
  static Result<Workshop> settle(const WorkshopPlace& place, std::string_view purpose);
  friend Result<void> sweep_workshop(const WorkshopPlace&, const Supervision&);
  WorkshopPlace place_;
  Fd use_;  // the folder of images, with a lock that others who use it share
  std::vector<Bind> binds_;
};

// sweep() for who builds nothing: when a runner starts.
Result<void> sweep_workshop(const WorkshopPlace& place, const Supervision& supervision);
// Runs a command of ours; its output is returned, and shown only when it fails: container names and ids are nobody's
// business.
Result<std::string> quietly(const Supervision& supervision, const std::vector<std::string>& sandbox,
                            const Command& command, std::string_view what);

// invalid, unavailable or nothing, as the command ended. `what` is "building the image".
Result<void> must_succeed(const Result<Ended>& ended, std::string_view what);

}  // namespace sampan::runner
