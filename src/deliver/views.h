// What pages and the command line see of deliver, as wire structs (JSON shapes of the API).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json_struct.h"
#include "deliver/state.h"

namespace sampan::deliver::views {

struct Lock {
  std::string by, reason;
  std::optional<Time> at;
};
BOOST_DESCRIBE_STRUCT(Lock, (), (by, reason, at))
struct EnvironmentView {
  std::int64_t id = 0;
  std::string name, title;
  std::int64_t order = 0;
  std::string target, failure_policy;
  std::optional<Lock> locked;
  std::string my_role;
  std::int64_t apps = 0;
};
BOOST_DESCRIBE_STRUCT(EnvironmentView, (), (id, name, title, order, target, failure_policy, locked, my_role, apps))

struct ProbeView {
  Time at{};
  bool ok = false;
  std::int64_t status = 0;
  std::string body;
};
BOOST_DESCRIBE_STRUCT(ProbeView, (), (at, ok, status, body))
struct ExitView {
  std::int64_t code = 0;
  std::string reason;
  Time at{};
};
BOOST_DESCRIBE_STRUCT(ExitView, (), (code, reason, at))
struct InstanceInfo {
  std::int64_t id = 0;
  std::string name;
  std::int64_t release = 0;
  InstanceRole state{};
  std::string address;
  std::int64_t pid = 0;
  Time started_at{};
  std::optional<Time> ready_at;
  double cpu_percent = 0;
  std::int64_t memory_bytes = 0;
  std::optional<ProbeView> last_probe;
  std::optional<ExitView> exit;
};
BOOST_DESCRIBE_STRUCT(InstanceInfo, (),
                      (id, name, release, state, address, pid, started_at, ready_at, cpu_percent, memory_bytes,
                       last_probe, exit))

struct Item {
  std::string key, value;
};
BOOST_DESCRIBE_STRUCT(Item, (), (key, value))
struct SecretItem {
  std::string key;
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(SecretItem, (), (key, version))
struct ReleaseView {
  std::int64_t id = 0, number = 0;
  std::string digest, image, commit, repo;
  Time created_at{};
  std::string created_by;
  std::vector<Item> config;
  std::vector<SecretItem> secrets;
  bool live = false, warm = false;
};
BOOST_DESCRIBE_STRUCT(ReleaseView, (),
                      (id, number, digest, image, commit, repo, created_at, created_by, config, secrets, live, warm))
struct DeploymentBrief {
  std::int64_t id = 0;
  std::string kind;
  DeploymentState state{};
  Phase phase{};
  std::int64_t release = 0;
  std::optional<std::int64_t> previous_release;
  std::int64_t requests = 0, failed = 0;
  std::string actor, reason;
  Time created_at{};
  std::optional<Time> finished_at;
  std::optional<double> duration_s;
  bool warm_used = false;
};
BOOST_DESCRIBE_STRUCT(DeploymentBrief, (),
                      (id, kind, state, phase, release, previous_release, requests, failed, actor, reason, created_at,
                       finished_at, duration_s, warm_used))
struct Metrics {
  double requests_per_second = 0, errors_per_second = 0;
  std::optional<double> p95_ms;
  double cpu_percent = 0;
  std::int64_t memory_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Metrics, (), (requests_per_second, errors_per_second, p95_ms, cpu_percent, memory_bytes))
struct App {
  std::int64_t id = 0;
  std::string name, environment, repo, url, state;
  std::optional<ReleaseView> release;
  std::vector<InstanceInfo> instances;
  std::int64_t wanted = 0, min = 0, max = 0;
  Metrics metrics;
  std::optional<DeploymentBrief> deployment;
  std::optional<Time> last_change_at;
};
BOOST_DESCRIBE_STRUCT(App, (),
                      (id, name, environment, repo, url, state, release, instances, wanted, min, max, metrics,
                       deployment, last_change_at))
struct EventView {
  Time at{};
  std::string what, reason;
};
BOOST_DESCRIBE_STRUCT(EventView, (), (at, what, reason))
struct Budget {
  std::int64_t used = 0, limit = 0;
};
BOOST_DESCRIBE_STRUCT(Budget, (), (used, limit))
struct AppDetail : App {
  std::vector<ReleaseView> releases;
  std::vector<DeploymentBrief> deployments;
  std::vector<EventView> events;
  std::string spec_yaml;
  std::vector<Item> config;
  std::vector<SecretItem> secrets;
  std::vector<InstanceInfo> warm;
  Budget budget;
};
BOOST_DESCRIBE_STRUCT(AppDetail, (App), (releases, deployments, events, spec_yaml, config, secrets, warm, budget))

struct PhaseView {
  Phase name{};
  std::string state;
  std::optional<Time> started_at, finished_at;
  double deadline_s = 0;
};
BOOST_DESCRIBE_STRUCT(PhaseView, (), (name, state, started_at, finished_at, deadline_s))
struct LogView {
  Time at{};
  std::string text;
};
BOOST_DESCRIBE_STRUCT(LogView, (), (at, text))
struct Evidence {
  std::string instance, log_tail;
  std::optional<ProbeView> last_probe;
  std::optional<ExitView> exit;
};
BOOST_DESCRIBE_STRUCT(Evidence, (), (instance, log_tail, last_probe, exit))
struct FailedRequestView {
  Time at{};
  std::int64_t status = 0;
  std::string path, instance, detail;
};
BOOST_DESCRIBE_STRUCT(FailedRequestView, (), (at, status, path, instance, detail))
struct DeploymentView {
  std::int64_t id = 0;
  std::string application, environment, kind;
  DeploymentState state{};
  Phase phase{};
  std::int64_t release = 0;
  std::optional<std::int64_t> previous_release;
  std::string reason, commit, repo, image_digest;
  std::vector<PhaseView> phases;
  std::int64_t requests = 0, failed = 0, probe_requests = 0, probe_failed = 0;
  std::vector<FailedRequestView> first_failures;
  std::string actor;
  std::optional<std::int64_t> run_id, job_id;
  Time created_at{};
  std::optional<Time> switched_at, finished_at;
  std::optional<double> duration_s;
  std::vector<LogView> log;
  std::vector<Evidence> evidence;
  bool warm_used = false;
};
BOOST_DESCRIBE_STRUCT(DeploymentView, (),
                      (id, application, environment, kind, state, phase, release, previous_release, reason, commit,
                       repo, image_digest, phases, requests, failed, probe_requests, probe_failed, first_failures,
                       actor, run_id, job_id, created_at, switched_at, finished_at, duration_s, log, evidence,
                       warm_used))
struct Change {
  std::string key, from, to;
};
BOOST_DESCRIBE_STRUCT(Change, (), (key, from, to))
struct Preview {
  std::int64_t to = 0, from = 0;
  std::vector<Change> image_changes, config_changes, secret_changes;
  bool warm = false;
  double estimate_s = 0;
};
BOOST_DESCRIBE_STRUCT(Preview, (), (to, from, image_changes, config_changes, secret_changes, warm, estimate_s))
template <class T>
struct List {
  std::vector<T> items;
  std::optional<std::string> next;
};
using EnvironmentList = List<EnvironmentView>;
BOOST_DESCRIBE_STRUCT(EnvironmentList, (), (items, next))
using AppList = List<App>;
BOOST_DESCRIBE_STRUCT(AppList, (), (items, next))

InstanceInfo instance_view(Deliver::State& state, const store::Instance& instance);
DeploymentBrief brief(Tx& tx, const store::Deployment& deployment);
Result<ReleaseView> release_view(Tx& tx, const store::Application& app, const store::Release& release,
                                 const std::vector<store::Instance>& instances);
Result<App> app_view(Deliver::State& state, const store::Application& app);
Result<AppDetail> app_detail(Deliver::State& state, const store::Application& app);
Result<DeploymentView> deployment_view(Deliver::State& state, DeploymentId id);
Result<Preview> rollback_preview(Deliver::State& state, const store::Application& app, const store::Release& to);

}  // namespace sampan::deliver::views
