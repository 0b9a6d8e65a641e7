#include "deliver/views.h"

namespace sampan::deliver::views {

namespace {

std::optional<ProbeView> probe_view(const store::Instance& i) {
  if (!i.probe_at) return std::nullopt;
  return ProbeView{*i.probe_at, i.probe_ok, i.probe_status, i.probe_body};
}
std::optional<ExitView> exit_view(const store::Instance& i) {
  if (!i.ended_at) return std::nullopt;
  return ExitView{i.exit_code.value_or(0), i.exit_reason, *i.ended_at};
}
std::optional<double> seconds(Time from, std::optional<Time> to) {
  if (!to) return std::nullopt;
  return std::chrono::duration<double>(*to - from).count();
}

std::string state_of(const App& app, bool deploying, std::int64_t ready) {
  if (deploying) return "deploying";
  if (!app.release) return "never deployed";
  if (ready == 0) return app.wanted == 0 ? "running" : "down";
  return ready < app.wanted ? "degraded" : "running";
}

}  // namespace

InstanceInfo instance_view(Deliver::State& state, const store::Instance& i) {
  InstanceInfo view{i.id.value, i.name, i.release_number, i.role,      i.address, i.pid, i.created_at, i.ready_at,
                    0,          0,      probe_view(i),    exit_view(i)};
  if (const auto usage = state.target.usage(i.name); usage.has_value()) {
    view.cpu_percent = usage->cpu_percent;
    view.memory_bytes = static_cast<std::int64_t>(usage->memory_bytes);
  }
  return view;
}

DeploymentBrief brief(Tx& tx, const store::Deployment& d) {
  DeploymentBrief view{d.id.value, d.kind, d.state, d.phase};
  const auto release = store::release(tx, d.release);
  view.release = release.has_value() ? release->number : 0;
  if (d.previous) {
    if (const auto before = store::release(tx, d.previous); before.has_value()) view.previous_release = before->number;
  }
  view.requests = d.requests;
  view.failed = d.failed;
  view.actor = d.actor;
  view.reason = d.reason;
  view.created_at = d.created_at;
  view.finished_at = d.finished_at;
  view.duration_s = seconds(d.created_at, d.finished_at);
  view.warm_used = d.warm_used;
  return view;
}

Result<ReleaseView> release_view(Tx& tx, const store::Application& app, const store::Release& r,
                                 const std::vector<store::Instance>& instances) {
  ReleaseView view{r.id.value,          r.number,     r.digest,     r.image, r.commit,
                   app.repo_path,       r.created_at, r.created_by, {},      {},
                   r.id == app.release, false};
  for (const auto& setting : TRY(store::settings(tx, r.id))) {
    if (setting.secret)
      view.secrets.push_back({setting.key, setting.version});
    else
      view.config.push_back({setting.key, setting.value});
  }
  view.warm = std::any_of(instances.begin(), instances.end(),
                          [&](const store::Instance& i) { return i.release == r.id && i.role == InstanceRole::warm; });
  return view;
}

Result<App> app_view(Deliver::State& state, const store::Application& app) {
  App view{app.id.value, app.name, app.environment_name, app.repo_path, app.url};
  view.wanted = app.wanted;
  view.last_change_at = app.changed_at;
  std::vector<store::Instance> instances;
  TRY(state.db.read([&](Tx& tx) -> Result<void> {
    instances = TRY(store::instances(tx, app.id));
    if (app.release) {
      const auto release = TRY(store::release(tx, app.release));
      view.release = TRY(release_view(tx, app, release, instances));
      const auto reading = read_app_spec(release.spec_yaml, "app.yaml", app.environment_name);
      if (reading.spec) view.min = reading.spec->scale.least, view.max = reading.spec->scale.most;
    }
    const auto last = TRY(store::deployments(tx, app.id, 1));
    if (!last.empty()) view.deployment = brief(tx, last.front());
    return {};
  }));
  std::int64_t ready = 0;
  for (const auto& instance : instances) {
    if (instance.role == InstanceRole::warm || instance.role == InstanceRole::spare) continue;
    ready += instance.role == InstanceRole::ready;
    view.instances.push_back(instance_view(state, instance));
    view.metrics.cpu_percent += view.instances.back().cpu_percent;
    view.metrics.memory_bytes += view.instances.back().memory_bytes;
  }
  if (app.port > 0) {
    if (const auto traffic = state.target.traffic(app.name + "-" + app.environment_name); traffic.has_value()) {
      view.metrics.requests_per_second = traffic->requests_per_second;
      view.metrics.p95_ms = traffic->p95_ms;
    }
  }
  view.state = state_of(view, view.deployment && !is_over(view.deployment->state), ready);
  return view;
}

Result<AppDetail> app_detail(Deliver::State& state, const store::Application& app) {
  AppDetail view{TRY(app_view(state, app)), {}, {}, {}, {}, {}, {}, {}, {}};
  std::vector<store::Instance> instances;
  TRY(state.db.read([&](Tx& tx) -> Result<void> {
    instances = TRY(store::instances(tx, app.id));
    for (const auto& release : TRY(store::releases(tx, app.id, 30)))
      view.releases.push_back(TRY(release_view(tx, app, release, instances)));
    for (const auto& deployment : TRY(store::deployments(tx, app.id, 30)))
      view.deployments.push_back(brief(tx, deployment));
    for (const auto& event : TRY(store::events(tx, app.id, 50)))
      view.events.push_back({event.at, event.what, event.reason});
    if (app.release) view.spec_yaml = TRY(store::release(tx, app.release)).spec_yaml;
    return {};
  }));
  for (const auto& instance : instances) {
    if (instance.role == InstanceRole::warm || instance.role == InstanceRole::spare)
      view.warm.push_back(instance_view(state, instance));
  }
  if (view.release) view.config = view.release->config, view.secrets = view.release->secrets;
  view.budget = {static_cast<std::int64_t>(state.frozen_memory()), static_cast<std::int64_t>(state.warm_budget())};
  return view;
}

Result<DeploymentView> deployment_view(Deliver::State& state, DeploymentId id) {
  return state.db.read([&](Tx& tx) -> Result<DeploymentView> {
    const auto d = TRY(store::deployment(tx, id));
    const auto app = TRY(store::application(tx, d.application));
    const auto release = TRY(store::release(tx, d.release));
    DeploymentView view{d.id.value, app.name, app.environment_name, d.kind, d.state, d.phase, release.number};
    if (d.previous) view.previous_release = TRY(store::release(tx, d.previous)).number;
    view.reason = d.reason;
    view.commit = release.commit;
    view.repo = app.repo_path;
    view.image_digest = release.digest;
    const auto phases = TRY(store::phases(tx, id));
    for (const auto& phase : phases) {
      // Settling comes after the outcome: what failed, failed in the last phase before it.
      const bool failed = &phase == &phases.back() && phase.finished_at && phase.phase != Phase::settling &&
                          is_over(d.state) && d.state != DeploymentState::succeeded;
      view.phases.push_back({phase.phase, phase.finished_at ? (failed ? "failed" : "done") : "running",
                             phase.started_at, phase.finished_at, static_cast<double>(phase.deadline_ms) / 1000});
    }
    view.requests = d.requests;
    view.failed = d.failed;
    view.probe_requests = d.probe_requests;
    view.probe_failed = d.probe_failed;
    view.first_failures = TRY(from_json<std::vector<FailedRequestView>>(d.failures.empty() ? "[]" : d.failures));
    view.actor = d.actor;
    if (d.run > 0) view.run_id = d.run;
    if (d.job > 0) view.job_id = d.job;
    view.created_at = d.created_at;
    view.switched_at = d.switched_at;
    view.finished_at = d.finished_at;
    view.duration_s = seconds(d.created_at, d.finished_at);
    for (const auto& note : TRY(store::notes(tx, id))) view.log.push_back({note.at, note.text});
    for (const auto& instance : TRY(store::instances_of(tx, id))) {
      if (instance.role == InstanceRole::failed)
        view.evidence.push_back({instance.name, instance.log_tail, probe_view(instance), exit_view(instance)});
    }
    view.warm_used = d.warm_used;
    return view;
  });
}

Result<Preview> rollback_preview(Deliver::State& state, const store::Application& app, const store::Release& to) {
  return state.db.read([&](Tx& tx) -> Result<Preview> {
    const auto from = TRY(store::release(tx, app.release));
    Preview preview{to.number, from.number, {}, {}, {}, false, 0};
    if (from.digest != to.digest) preview.image_changes.push_back({"image", from.digest, to.digest});
    const auto now = TRY(store::settings(tx, from.id)), then = TRY(store::settings(tx, to.id));
    const auto find = [](const std::vector<pipeline::Setting>& list, const std::string& key) {
      return std::find_if(list.begin(), list.end(),
                          [&](const pipeline::Setting& setting) { return setting.key == key; });
    };
    std::set<std::string> keys;
    for (const auto* list : {&now, &then})
      for (const auto& setting : *list) keys.insert(setting.key);
    for (const auto& key : keys) {
      const auto a = find(now, key), b = find(then, key);
      const bool secret = (a != now.end() && a->secret) || (b != then.end() && b->secret);
      const auto text = [&](auto at, const auto& list) {
        return at == list.end() ? std::string() : (secret ? fmt::format("version {}", at->version) : at->value);
      };
      if (text(a, now) != text(b, then))
        (secret ? preview.secret_changes : preview.config_changes).push_back({key, text(a, now), text(b, then)});
    }
    const auto instances = TRY(store::instances(tx, app.id));
    preview.warm = std::any_of(instances.begin(), instances.end(), [&](const store::Instance& i) {
      return i.release == to.id && i.role == InstanceRole::warm;
    });
    // The usual time of this application's cold deployments, or half a second for a warm one.
    double usual = 10;
    for (const auto& deployment : TRY(store::deployments(tx, app.id, 10))) {
      if (deployment.state == DeploymentState::succeeded && !deployment.warm_used && deployment.switched_at)
        usual = std::chrono::duration<double>(*deployment.switched_at - deployment.created_at).count();
    }
    preview.estimate_s = preview.warm ? 0.5 : usual;
    return preview;
  });
}

}  // namespace sampan::deliver::views
