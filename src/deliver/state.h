// What deliver's stories share. Private to the room.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "base/sync.h"
#include "deliver/app_spec.h"
#include "deliver/deliver.h"
#include "deliver/lanes.h"
#include "deliver/store.h"

namespace sampan::deliver {

// Everything needed to start and judge instances of one release in its environment.
struct Blueprint {
  store::Application app;
  store::Release release;
  AppSpec spec;
  std::vector<std::pair<std::string, std::string>> environment;  // configuration and secrets, at the release's versions
  std::string service() const { return app.name + "-" + app.environment_name; }
};

struct Deliver::State {
  State(Db& db_in, Clock& clock_in, EventLog& events_in, Hub& hub_in, people::People& people_in, git::Git& git_in,
        pipeline::Pipeline& pipeline_in, registry::Registry& registry_in, Target& target_in, Config config_in)
      : db(db_in),
        clock(clock_in),
        events(events_in),
        hub(hub_in),
        people(people_in),
        git(git_in),
        pipeline(pipeline_in),
        registry(registry_in),
        target(target_in),
        config(std::move(config_in)) {}

  Db& db;
  Clock& clock;
  EventLog& events;
  Hub& hub;
  people::People& people;
  git::Git& git;
  pipeline::Pipeline& pipeline;
  registry::Registry& registry;
  Target& target;
  Config config;

  std::atomic<bool> stopping{false};
  std::atomic<bool> settled{false};  // what runs was compared with what should; until then the lanes stand still
  Sync<std::map<std::int64_t, std::string>> aborts;  // deployments asked to end, and why
  // Applications whose next cold start waits (back-off).
  Sync<std::map<std::int64_t, std::chrono::steady_clock::time_point>> not_before;
  Sync<std::map<std::int64_t, std::shared_ptr<std::mutex>>> acts;
  std::jthread tick;

  // Held while an application's traffic or roles change: a cut-over, an instance taken out or in. Never while something
  // starts.
  std::shared_ptr<std::mutex> act_of(AppId app);

  // --- stories (deployer.cc, care.cc) ---
  void run_deployment(DeploymentId id);
  void submit_deployment(AppId app, DeploymentId id);  // run_deployment() soon, on the application's lane
  void tend(AppId app);                                // as many ready as wanted, spares, warm ones in their time
  Result<void> take_out(InstanceId instance, const std::string& reason);
  void submit_care(AppId app);  // tend() soon, on its lane
  void submit_take_out(const store::Instance& instance, const std::string& reason);
  // Out of the table once no request is on its way to it any more, and away; its role says already that it is over.
  Result<void> clear_away(const std::string& service, const std::string& instance);
  // --- at the start (recovery.cc) ---
  Result<void> reconcile();
  void settle(const std::stop_token& stop);     // reconciles until it succeeds, then opens the lanes
  void keep_time(const std::stop_token& stop);  // care of every application, again and again
  void take_up_stories();                       // that nobody is at, since the disk failed them

  // --- pieces (crew.cc) ---
  Result<Blueprint> blueprint(const store::Application& app, const store::Release& release);
  Result<store::Instance> add_instance(const Blueprint& plan, DeploymentId deployment, std::string_view mark);
  Result<void> start_instance(const Blueprint& plan, store::Instance& instance);
  // Blocks until the instance answered well `good` times in a row. The error says why not; evidence is in the instance
  // then.
  Result<void> await_ready(const Blueprint& plan, store::Instance& instance,
                           std::chrono::steady_clock::time_point deadline, const std::function<bool()>& given_up);
  Result<void> wake(const Blueprint& plan, store::Instance& instance);  // thaw a warm or spare one and probe it
  void keep_evidence(store::Instance& instance, const std::string& reason);
  // Until nothing of it is open, or the patience is over. conflict: the server stops.
  Result<void> await_last_request(const std::string& service, const std::string& instance,
                                  std::chrono::milliseconds patience);
  Result<void> leave_table(const Blueprint& plan,
                           const store::Instance& instance);  // drained, nothing open (or `drain` over), out
  Result<void> put_aside(const Blueprint& plan, store::Instance& instance);  // drained -> warm or stopped
  Result<void> make_room(AppId app);  // ends the oldest warm ones until the budget holds; under app's act lock
  Result<void> retire(store::Instance& instance, std::chrono::milliseconds grace);
  Result<void> change_role(store::Instance& instance, InstanceRole role);
  std::uint64_t frozen_memory();
  std::uint64_t warm_budget() const;

  // --- requests (requests.cc) ---
  struct NewDeployment {
    std::string kind;
    store::Release release;
    std::string actor;
    std::int64_t run = 0, job = 0;
    std::string step;
  };
  Result<store::Deployment> request(const store::Application& app, const NewDeployment& wanted);
  Result<void> supersede(Tx& tx, const store::Deployment& newer);
  Result<store::Deployment> deploy_requested(const sampan::events::DeployRequested& event);
  Result<void> refuse(const sampan::events::DeployRequested& event, const std::string& reason);
  Result<void> ask_to_end(DeploymentId id, const std::string& reason);
  Result<void> deploy_canceled(const sampan::events::DeployCanceled& event);
  // The application of that name there, made when it is new; a name taken by another repository is a conflict.
  Result<store::Application> application_in(const store::Environment& environment, std::string_view name, RepoId repo,
                                            const std::string& repo_path);
  Result<store::Release> new_release(const store::Application& app, const std::string& digest,
                                     const std::string& commit, const std::string& tree, const std::string& yaml,
                                     const std::string& actor);

  Result<void> say_deployment(Tx& tx, const store::Deployment& deployment, std::string_view line);
  Result<void> say_app(Tx& tx, const store::Application& app, std::string_view what, std::string_view reason,
                       std::int64_t instances);
  void published(AppId app, DeploymentId deployment = {});

  // Last, so that it stops first: its work uses everything above.
  Lanes lanes{16};
};

// A route whose handler gets the room's state first; `state` outlives it.
Route route_of(Deliver::State& state, Method method, std::string pattern, Need need, std::string summary,
               Result<Response> (*handler)(Deliver::State&, const Request&, const Actor&));
std::vector<Route> environment_routes(Deliver::State& state);
std::vector<Route> application_routes(Deliver::State& state);
std::vector<Route> deployment_routes(Deliver::State& state);

}  // namespace sampan::deliver
