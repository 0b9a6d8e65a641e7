// It is delivered: environments, applications, releases, deployments; cut-over, drain, warm spares, rollback.
// hears: DeployRequested, DeployCanceled, RepoDeleted.   says: DeploymentChanged, AppChanged.
// owns: environment, application, release, release_setting, deployment, deployment_phase, deployment_note, instance,
// app_event.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db.h"
#include "base/events.h"
#include "deliver/target.h"
#include "model/route.h"
#include "pipeline/pipeline.h"
#include "registry/registry.h"

namespace sampan::deliver {

struct Config {
  std::string folder;
  std::string public_host = "127.0.0.1";
  std::string registry_host;             // where images are pulled from
  std::uint64_t warm_memory_budget = 0;  // bytes for frozen instances; 0: a quarter of the machine's memory
  std::chrono::milliseconds observe{
      500};  // so long at least a new release is watched under load while the old one could still take it back
};

// The keys of app.yaml as markdown; docs/formats/app.md is this text.
std::string app_reference();

// What watch needs to know and may ask for, one application in one environment.
struct LiveApp {
  AppId app;
  std::string application, environment;
  int wanted = 0, ready = 0, least = 0, most = 0;
  std::optional<double> target_requests_per_second;  // per instance
  std::optional<double> target_cpu_percent, target_memory_percent;
  std::chrono::milliseconds down_after{60'000};
  std::uint64_t memory_limit = 0;  // of an instance; 0: none
  bool deploying = false;
  std::string service;  // as the target calls it
  std::optional<Probe> liveness;
  int port = 0;
  std::vector<InstanceView> instances;
};

class Deliver {
 public:
  Deliver(Db& db, Clock& clock, EventLog& events, Hub& hub, people::People& people, git::Git& git,
          pipeline::Pipeline& pipeline, registry::Registry& registry, Target& target, Config config);
  ~Deliver();
  void connect();          // listeners; before EventLog::start()
  Result<void> recover();  // what every database has
  // In the background, since a container engine takes its time to answer: compares what should run with what does, then
  // finishes or undoes the deployments a stop interrupted and begins with those that wait.
  void start();
  bool settled() const;  // that comparison is over; before it live_apps() is empty and nothing is delivered
  void stop();

  // By name; not_found names the nearest. web/ and people's member routes resolve ":environment" with it.
  Result<EnvironmentId> find_environment(std::string_view name);

  Result<std::vector<LiveApp>> live_apps();
  // Changes how many instances are wanted, within least..most; a spare is thawed first. Idempotent.
  Result<void> scale(AppId app, int instances, std::string reason);
  // An instance is dead or sick: takes it out, keeps its evidence, puts a spare or a new one in its place with
  // back-off. Idempotent.
  Result<void> replace(InstanceId instance, std::string reason);

  std::vector<Route> routes();

  struct State;  // private to the room

 private:
  std::unique_ptr<State> state_;
};

}  // namespace sampan::deliver
