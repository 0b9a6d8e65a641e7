#include "deliver/store.h"

namespace sampan::deliver::store {

namespace {

constexpr std::string_view kEnvironment =
    "id, name, title, failure_policy, locked_by, locked_reason, position, locked_at";
Environment environment_of(const Row& r) {
  return {EnvironmentId{r.integer(0)},
          r.text(1),
          r.text(2),
          r.text(3),
          r.text(4),
          r.text(5),
          r.integer(6),
          r.maybe_time(7)};
}

constexpr std::string_view kApplication =
    "select a.id, a.environment_id, e.name, a.name, a.repo_path, a.url, a.repo_id, a.port, a.wanted, a.release_id, "
    "a.changed_at"
    " from application a join environment e on e.id = a.environment_id";
Application application_of(const Row& r) {
  return {AppId{r.integer(0)},
          EnvironmentId{r.integer(1)},
          r.text(2),
          r.text(3),
          r.text(4),
          r.text(5),
          RepoId{r.integer(6)},
          r.integer(7),
          r.integer(8),
          ReleaseId{r.maybe_integer(9).value_or(0)},
          r.time(10)};
}

constexpr std::string_view kRelease =
    "id, application_id, number, digest, image, commit_sha, tree_sha, spec_yaml, created_by, created_at";
Release release_of(const Row& r) {
  return {ReleaseId{r.integer(0)},
          AppId{r.integer(1)},
          r.integer(2),
          r.text(3),
          r.text(4),
          r.text(5),
          r.text(6),
          r.text(7),
          r.text(8),
          r.time(9)};
}

constexpr std::string_view kDeployment =
    "id, application_id, kind, release_id, previous_release_id, state, phase, reason, failures, actor, step, requests, "
    "failed, probe_requests,"
    " probe_failed, run_id, job_id, warm_used, created_at, switched_at, abort_reason, finished_at";
Deployment deployment_of(const Row& r) {
  return {DeploymentId{r.integer(0)},
          AppId{r.integer(1)},
          r.text(2),
          ReleaseId{r.integer(3)},
          ReleaseId{r.maybe_integer(4).value_or(0)},
          enum_from<DeploymentState>(r.text(5)).value_or(DeploymentState::failed),
          enum_from<Phase>(r.text(6)).value_or(Phase::done),
          r.text(7),
          r.text(8),
          r.text(9),
          r.text(10),
          r.text(20),
          r.integer(11),
          r.integer(12),
          r.integer(13),
          r.integer(14),
          r.integer(15),
          r.integer(16),
          r.flag(17),
          r.time(18),
          r.maybe_time(19),
          r.maybe_time(21)};
}

constexpr std::string_view kInstance =
    "select i.id, i.application_id, i.release_id, i.deployment_id, i.name, i.address, i.probe_body, i.exit_reason, "
    "i.log_tail, i.state, r.number, i.pid,"
    " i.created_at, i.ready_at, i.aside_at, i.probe_at, i.ended_at, i.probe_ok, i.probe_status, i.exit_code from "
    "instance i join release r on r.id = i.release_id";
Instance instance_of(const Row& r) {
  Instance i{InstanceId{r.integer(0)},
             AppId{r.integer(1)},
             ReleaseId{r.integer(2)},
             DeploymentId{r.integer(3)},
             r.text(4),
             r.text(5),
             r.text(6),
             r.text(7),
             r.text(8)};
  i.role = enum_from<InstanceRole>(r.text(9)).value_or(InstanceRole::stopped);
  i.release_number = r.integer(10);
  i.pid = r.integer(11);
  i.created_at = r.time(12);
  i.ready_at = r.maybe_time(13);
  i.aside_at = r.maybe_time(14);
  i.probe_at = r.maybe_time(15);
  i.ended_at = r.maybe_time(16);
  i.probe_ok = r.flag(17);
  i.probe_status = r.integer(18);
  i.exit_code = r.maybe_integer(19);
  return i;
}

template <class Make>
auto all(Tx& tx, std::string_view sql, std::vector<Param> params, Make make)
    -> Result<std::vector<std::invoke_result_t<Make, const Row&>>> {
  std::vector<std::invoke_result_t<Make, const Row&>> found;
  for (const auto& row : TRY(tx.query(sql, std::move(params)))) found.push_back(make(row));
  return found;
}

template <class Make>
auto maybe(Tx& tx, std::string_view sql, std::vector<Param> params, Make make)
    -> Result<std::optional<std::invoke_result_t<Make, const Row&>>> {
  const auto row = TRY(tx.maybe(sql, std::move(params)));
  if (!row) return std::optional<std::invoke_result_t<Make, const Row&>>();
  return std::optional<std::invoke_result_t<Make, const Row&>>(make(*row));
}

Param id_or_null(ReleaseId id) { return id ? Param(id.value) : Param(nullptr); }

Result<void> done(Result<std::int64_t> changed) {
  if (!changed.has_value()) return changed.error();
  return {};
}

}  // namespace

Result<void> ensure_environment(Tx& tx, std::string_view name, std::string_view title, std::int64_t position,
                                std::string_view policy, Time now) {
  return done(
      tx.exec("insert into environment(name, title, position, failure_policy, created_at) values ($1, $2, $3, $4, $5) "
              "on conflict (name) do nothing",
              {name, title, position, policy, now}));
}
Result<std::vector<Environment>> environments(Tx& tx) {
  return all(tx, fmt::format("select {} from environment order by position, name", kEnvironment), {}, environment_of);
}
Result<std::optional<Environment>> find_environment(Tx& tx, std::string_view name) {
  return maybe(tx, fmt::format("select {} from environment where name = $1", kEnvironment), {name}, environment_of);
}
Result<void> update_environment(Tx& tx, const Environment& e) {
  return done(
      tx.exec("update environment set title = $2, position = $3, failure_policy = $4, locked_by = $5, locked_reason = "
              "$6, locked_at = $7 where id = $1",
              {e.id, e.title, e.position, e.failure_policy, e.locked_by, e.locked_reason, e.locked_at}));
}
Result<bool> delete_environment(Tx& tx, EnvironmentId id) {
  return TRY(tx.exec("delete from environment where id = $1 and not exists (select 1 from application where "
                     "environment_id = $1)",
                     {id})) > 0;
}

Result<Application> ensure_application(Tx& tx, const Environment& environment, std::string_view name, RepoId repo,
                                       std::string_view repo_path, Time now) {
  TRY(
      tx.exec("insert into application(environment_id, name, repo_id, repo_path, created_at, changed_at) values ($1, "
              "$2, $3, $4, $5, $5)"
              " on conflict (environment_id, name) do nothing",
              {environment.id, name, repo, repo_path, now}));
  const auto found = TRY(find_application(tx, environment.name, name));
  return *found;
}
Result<std::optional<Application>> find_application(Tx& tx, std::string_view environment, std::string_view name) {
  return maybe(tx, fmt::format("{} where e.name = $1 and a.name = $2", kApplication), {environment, name},
               application_of);
}
Result<Application> application(Tx& tx, AppId id) {
  return application_of(
      TRY(tx.one(fmt::format("no application {}", id.value), fmt::format("{} where a.id = $1", kApplication), {id})));
}
Result<std::vector<Application>> applications(Tx& tx) {
  return all(tx, fmt::format("{} order by a.name, e.position", kApplication), {}, application_of);
}
Result<void> set_address(Tx& tx, AppId id, std::int64_t port, std::string_view url) {
  return done(tx.exec("update application set port = $2, url = $3 where id = $1", {id, port, url}));
}
Result<void> set_wanted(Tx& tx, AppId id, std::int64_t wanted) {
  return done(tx.exec("update application set wanted = $2 where id = $1", {id, wanted}));
}
Result<void> set_live_release(Tx& tx, AppId id, ReleaseId release, Time now) {
  return done(tx.exec("update application set release_id = $2, changed_at = $3 where id = $1", {id, release, now}));
}
Result<void> delete_application(Tx& tx, AppId id) {
  TRY(tx.exec("update application set release_id = null where id = $1", {id}));
  for (const auto* table : {"instance", "deployment", "release"})
    TRY(tx.exec(fmt::format("delete from {} where application_id = $1", table), {id}));
  return done(tx.exec("delete from application where id = $1", {id}));
}

Result<Release> insert_release(Tx& tx, Release release, const std::vector<pipeline::Setting>& settings) {
  TRY(tx.exec("update application set next_release = next_release + 1 where id = $1", {release.application}));
  release.number =
      TRY(tx.one("application", "select next_release - 1 from application where id = $1", {release.application}))
          .integer(0);
  release.id =
      ReleaseId{TRY(tx.insert("insert into release(application_id, number, digest, image, commit_sha, tree_sha, "
                              "spec_yaml, created_by, created_at)"
                              " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
                              {release.application, release.number, release.digest, release.image, release.commit,
                               release.tree, release.spec_yaml, release.created_by, release.created_at}))};
  for (const auto& s : settings) {
    TRY(
        tx.exec("insert into release_setting(release_id, key, value, secret, version, group_name) values ($1, $2, $3, "
                "$4, $5, $6)",
                {release.id, s.key, s.secret ? std::string() : s.value, s.secret, s.version, s.group}));
  }
  return release;
}
Result<Release> release(Tx& tx, ReleaseId id) {
  return release_of(TRY(tx.one(fmt::format("no release with id {}", id.value),
                               fmt::format("select {} from release where id = $1", kRelease), {id})));
}
Result<std::vector<Release>> releases(Tx& tx, AppId id, std::int64_t limit) {
  return all(tx,
             fmt::format("select {} from release where application_id = $1 order by number desc limit $2", kRelease),
             {id, limit}, release_of);
}
Result<std::optional<Release>> release_by_number(Tx& tx, AppId id, std::int64_t number) {
  return maybe(tx, fmt::format("select {} from release where application_id = $1 and number = $2", kRelease),
               {id, number}, release_of);
}
Result<std::vector<pipeline::Setting>> settings(Tx& tx, ReleaseId id) {
  return all(tx,
             "select key, value, secret, version, group_name from release_setting where release_id = $1 order by key",
             {id}, [](const Row& r) {
               return pipeline::Setting{r.text(0), r.text(1), r.flag(2), r.integer(3), r.text(4)};
             });
}

Result<DeploymentId> insert_deployment(Tx& tx, const Deployment& d) {
  return DeploymentId{
      TRY(tx.insert("insert into deployment(application_id, kind, release_id, previous_release_id, state, phase, "
                    "actor, run_id, job_id, step, created_at)"
                    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
                    {d.application, d.kind, d.release, id_or_null(d.previous), enum_text(d.state), enum_text(d.phase),
                     d.actor, d.run, d.job, d.step, d.created_at}))};
}
Result<Deployment> deployment(Tx& tx, DeploymentId id) {
  return deployment_of(TRY(tx.one(fmt::format("no deployment {}", id.value),
                                  fmt::format("select {} from deployment where id = $1", kDeployment), {id})));
}
Result<std::optional<Deployment>> deployment_of_job(Tx& tx, std::int64_t job, std::string_view step) {
  return maybe(tx, fmt::format("select {} from deployment where job_id = $1 and step = $2", kDeployment), {job, step},
               deployment_of);
}
Result<std::vector<Deployment>> deployments(Tx& tx, AppId id, std::int64_t limit) {
  return all(tx,
             fmt::format("select {} from deployment where application_id = $1 order by id desc limit $2", kDeployment),
             {id, limit}, deployment_of);
}
Result<std::vector<Deployment>> open_deployments(Tx& tx) {
  return all(tx, fmt::format("select {} from deployment where state in ('queued', 'running') order by id", kDeployment),
             {}, deployment_of);
}
Result<std::optional<Deployment>> last_finished(Tx& tx, AppId id, DeploymentId before) {
  return maybe(tx,
               fmt::format("select {} from deployment where application_id = $1 and id < $2 and state not in "
                           "('queued', 'running') order by id desc limit 1",
                           kDeployment),
               {id, before}, deployment_of);
}
Result<void> update_deployment(Tx& tx, const Deployment& d) {
  return done(tx.exec(
      "update deployment set state = $2, phase = $3, reason = $4, requests = $5, failed = $6, probe_requests = $7, "
      "probe_failed = $8, failures = $9,"
      " warm_used = $10, switched_at = $11, finished_at = $12, previous_release_id = $13 where id = $1",
      {d.id, enum_text(d.state), enum_text(d.phase), d.reason, d.requests, d.failed, d.probe_requests, d.probe_failed,
       d.failures.empty() ? "[]" : d.failures, d.warm_used, d.switched_at, d.finished_at, id_or_null(d.previous)}));
}
Result<void> ask_to_end(Tx& tx, DeploymentId id, std::string_view reason) {
  return done(tx.exec("update deployment set abort_reason = $2 where id = $1 and abort_reason = ''", {id, reason}));
}
Result<void> enter_phase(Tx& tx, DeploymentId id, Phase phase, std::int64_t deadline_ms, Time now) {
  TRY(tx.exec("update deployment_phase set finished_at = $2 where deployment_id = $1 and finished_at is null",
              {id, now}));
  TRY(tx.exec("update deployment set phase = $2 where id = $1", {id, enum_text(phase)}));
  if (phase == Phase::done) return {};
  return done(
      tx.exec("insert into deployment_phase(deployment_id, name, started_at, deadline_ms) values ($1, $2, $3, $4)"
              " on conflict (deployment_id, name) do update set started_at = $3, finished_at = null",
              {id, enum_text(phase), now, deadline_ms}));
}
Result<std::vector<PhaseRow>> phases(Tx& tx, DeploymentId id) {
  return all(
      tx,
      "select name, started_at, finished_at, deadline_ms from deployment_phase where deployment_id = $1 order "
      "by started_at",
      {id}, [](const Row& r) {
        return PhaseRow{enum_from<Phase>(r.text(0)).value_or(Phase::done), r.time(1), r.maybe_time(2), r.integer(3)};
      });
}
Result<void> add_note(Tx& tx, DeploymentId id, std::string_view text, Time now) {
  return done(tx.exec("insert into deployment_note(deployment_id, at, text) values ($1, $2, $3)", {id, now, text}));
}
Result<std::vector<Note>> notes(Tx& tx, DeploymentId id) {
  return all(tx, "select at, text from deployment_note where deployment_id = $1 order by id", {id}, [](const Row& r) {
    return Note{r.time(0), r.text(1)};
  });
}

Result<InstanceId> insert_instance(Tx& tx, const Instance& i) {
  return InstanceId{
      TRY(tx.insert("insert into instance(application_id, release_id, deployment_id, name, state, created_at) values "
                    "($1, $2, $3, $4, $5, $6) returning id",
                    {i.application, i.release, i.deployment, i.name, enum_text(i.role), i.created_at}))};
}
Result<void> update_instance(Tx& tx, const Instance& i) {
  return done(
      tx.exec("update instance set state = $2, address = $3, pid = $4, ready_at = $5, aside_at = $6, probe_at = $7, "
              "probe_ok = $8, probe_status = $9, probe_body = $10,"
              " exit_code = $11, exit_reason = $12, ended_at = $13, log_tail = $14, deployment_id = $15 where id = $1",
              {i.id, enum_text(i.role), i.address, i.pid, i.ready_at, i.aside_at, i.probe_at, i.probe_ok,
               i.probe_status, i.probe_body, i.exit_code, i.exit_reason, i.ended_at, i.log_tail, i.deployment}));
}
Result<void> move_asides(Tx& tx, const JumpWatch::Jump& jump) {
  return done(tx.exec("update instance set aside_at = aside_at + $1 where aside_at < $2 or aside_at > $3",
                      {jump.by.count(), jump.since, jump.now}));
}
Result<std::optional<Instance>> find_instance(Tx& tx, InstanceId id) {
  return maybe(tx, fmt::format("{} where i.id = $1", kInstance), {id}, instance_of);
}
Result<std::optional<Instance>> find_instance(Tx& tx, std::string_view name) {
  return maybe(tx, fmt::format("{} where i.name = $1", kInstance), {name}, instance_of);
}
Result<std::vector<Instance>> instances(Tx& tx, AppId id) {
  return all(
      tx,
      fmt::format("{} where i.application_id = $1 and i.state not in ('failed', 'stopped') order by i.id", kInstance),
      {id}, instance_of);
}
Result<std::vector<Instance>> instances_of(Tx& tx, DeploymentId id) {
  return all(tx, fmt::format("{} where i.deployment_id = $1 order by i.id", kInstance), {id}, instance_of);
}
Result<std::vector<Instance>> all_instances(Tx& tx) {
  return all(tx, fmt::format("{} where i.state not in ('failed', 'stopped') order by i.id", kInstance), {},
             instance_of);
}
Result<std::int64_t> failures_since(Tx& tx, AppId id, Time since) {
  return TRY(tx.one("count",
                    "select count(*) from instance where application_id = $1 and state = 'failed' and ended_at > $2",
                    {id, since}))
      .integer(0);
}
Result<void> add_event(Tx& tx, AppId id, std::string_view what, std::string_view reason, Time now) {
  return done(tx.exec("insert into app_event(application_id, at, what, reason) values ($1, $2, $3, $4)",
                      {id, now, what, reason}));
}
Result<std::vector<AppEvent>> events(Tx& tx, AppId id, std::int64_t limit) {
  return all(tx, "select at, what, reason from app_event where application_id = $1 order by id desc limit $2",
             {id, limit}, [](const Row& r) {
               return AppEvent{r.time(0), r.text(1), r.text(2)};
             });
}

}  // namespace sampan::deliver::store
