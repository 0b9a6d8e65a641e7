// What people and pipelines ask for becomes a release and a deployment; what happens is said.
#include "base/log.h"
#include "base/text.h"
#include "deliver/state.h"
#include "model/say.h"

namespace sampan::deliver {

namespace {

// The configuration of a release: the file's items, then what the environment's variable groups add; secrets only those
// that are named.
Result<std::vector<pipeline::Setting>> settings_of(const AppSpec& spec, const std::vector<pipeline::Setting>& groups,
                                                   std::string_view environment) {
  std::vector<pipeline::Setting> settings;
  for (const auto& [key, value] : spec.config) settings.push_back({key, value, false, 0, "app.yaml"});
  const auto put = [&settings](const pipeline::Setting& setting) {
    std::erase_if(settings, [&](const pipeline::Setting& other) { return other.key == setting.key; });
    settings.push_back(setting);
  };
  for (const auto& setting : groups)
    if (!setting.secret) put(setting);
  std::vector<std::string> known;
  for (const auto& setting : groups)
    if (setting.secret) known.push_back(setting.key);
  for (const auto& name : spec.secrets) {
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const pipeline::Setting& setting) {
      return setting.secret && setting.key == name;
    });
    if (found == groups.end()) {
      return fail(
          Errc::invalid,
          "app.yaml names the secret '{}', but no variable group of '{}' holds it{}: sampan secret set GROUP {}", name,
          environment, did_you_mean(name, known), name);
    }
    put(*found);
  }
  return settings;
}

struct NamedImage {
  std::string repository, digest;
};
Result<NamedImage> split_image(const std::string& image) {
  const auto at = image.find("@sha256:");
  if (at == std::string::npos)
    return fail(Errc::invalid, "image '{}': expected a reference with a digest, HOST/GROUP/NAME@sha256:...", image);
  return NamedImage{image.substr(0, at), image.substr(at + 1)};
}

}  // namespace

Result<store::Release> Deliver::State::new_release(const store::Application& app, const std::string& image,
                                                   const std::string& commit, const std::string& tree,
                                                   const std::string& yaml, const std::string& actor) {
  const auto named = TRY(split_image(image));
  const auto reading = read_app_spec(yaml, ".sampan/app.yaml", app.environment_name);
  if (!reading.spec) {
    std::string all;
    for (const auto& error : reading.errors) all += (all.empty() ? "" : "\n") + format(error);
    return fail(Errc::invalid, "{}", all);
  }
  const auto settings = TRY(settings_of(*reading.spec, TRY(pipeline.settings_for(app.environment_name, app.repo_path)),
                                        app.environment_name));
  store::Release release{{}, app.id, 0, named.digest, named.repository, commit, tree, yaml, actor, clock.now()};
  return db.write([&](Tx& tx) { return store::insert_release(tx, release, settings); });
}

Result<store::Deployment> Deliver::State::request(const store::Application& app, const NewDeployment& wanted) {
  store::Deployment deployment;
  deployment.application = app.id;
  deployment.kind = wanted.kind;
  deployment.release = wanted.release.id;
  deployment.previous = app.release;
  deployment.actor = wanted.actor;
  deployment.run = wanted.run;
  deployment.job = wanted.job;
  deployment.step = wanted.step;
  deployment.created_at = clock.now();
  deployment.id = TRY(db.write([&](Tx& tx) -> Result<DeploymentId> {
    const auto environment = TRY(store::find_environment(tx, app.environment_name));
    if (environment && !environment->locked_by.empty() && wanted.kind != "rollback") {
      return fail(Errc::conflict, "'{}' is locked by {}: {}", environment->name, environment->locked_by,
                  environment->locked_reason);
    }
    const auto id = TRY(store::insert_deployment(tx, deployment));
    deployment.id = id;
    TRY(supersede(tx, deployment));
    TRY(say_deployment(tx, deployment, fmt::format("asked for by {}", wanted.actor)));
    return id;
  }));
  published(app.id, deployment.id);
  if (settled) submit_deployment(app.id, deployment.id);  // else settle() takes it up, behind the older ones
  return deployment;
}

// The newest wins: what only waited is not begun any more, and nobody who goes back waits for the release he flees from
// to become ready.
Result<void> Deliver::State::supersede(Tx& tx, const store::Deployment& newer) {
  for (auto& older : TRY(store::open_deployments(tx))) {
    if (older.application != newer.application || older.id == newer.id) continue;
    const auto reason = fmt::format("superseded by deployment {}", newer.id.value);
    if (older.state == DeploymentState::running) {
      if (newer.kind != "rollback" || older.switched_at) continue;
      TRY(store::ask_to_end(tx, older.id, reason));
      aborts.lock()->emplace(older.id.value, reason);
      continue;
    }
    older.state = DeploymentState::aborted;
    older.reason = reason;
    older.finished_at = clock.now();
    older.phase = Phase::done;
    TRY(store::update_deployment(tx, older));
    TRY(store::add_note(tx, older.id, reason, clock.now()));
    TRY(say_deployment(tx, older, reason));
  }
  return {};
}

Result<store::Application> Deliver::State::application_in(const store::Environment& environment, std::string_view name,
                                                          RepoId repo, const std::string& repo_path) {
  const auto app = TRY(
      db.write([&](Tx& tx) { return store::ensure_application(tx, environment, name, repo, repo_path, clock.now()); }));
  if (app.repo_path != repo_path) {
    return fail(Errc::conflict, "the application '{}' in '{}' belongs to {}: choose another name in app.yaml", name,
                environment.name, app.repo_path);
  }
  return app;
}

Result<store::Deployment> Deliver::State::deploy_requested(const sampan::events::DeployRequested& event) {
  if (const auto known =
          TRY(db.read([&](Tx& tx) { return store::deployment_of_job(tx, event.job.value, event.step); })))
    return *known;
  const auto environment = TRY(db.read([&](Tx& tx) { return store::find_environment(tx, event.environment); }));
  if (!environment) return fail(Errc::invalid, "there is no environment '{}'", event.environment);
  Actor actor;
  actor.kind = Actor::Kind::user;
  actor.user = event.actor;
  actor.name = event.actor_name;
  const auto user = people.find_user(event.actor);
  actor.site_admin = user.has_value() && user->site_admin;
  if (TRY(people.role_of(actor, {.environment = environment->id})) < Role::developer) {
    return fail(Errc::denied, "{} may not deploy to '{}': that needs the role developer there", event.actor_name,
                environment->name);
  }
  const auto reading = read_app_spec(event.app_yaml, event.app_file, environment->name);
  if (!reading.spec) {
    std::string all;
    for (const auto& error : reading.errors) all += (all.empty() ? "" : "\n") + format(error);
    return fail(Errc::invalid, "{}", all);
  }
  const auto name = event.application.empty() ? reading.spec->application : event.application;
  const auto repo = TRY(git.find_repo(event.repo));
  const auto sha = Sha::parse(event.commit);
  const auto tree = sha ? TRY(git.tree_of(repo, *sha)) : std::string();
  auto image = event.image;
  if (!event.promote_from.empty()) {
    const auto source = TRY(db.read([&](Tx& tx) { return store::find_application(tx, event.promote_from, name); }));
    if (!source)
      return fail(Errc::invalid, "'{}' was never delivered to '{}': there is nothing to promote", name,
                  event.promote_from);
    const auto releases = TRY(db.read([&](Tx& tx) { return store::releases(tx, source->id, 100); }));
    const auto proven = std::find_if(releases.begin(), releases.end(), [&](const store::Release& release) {
      return release.commit == event.commit || (!tree.empty() && release.tree == tree);
    });
    if (proven == releases.end()) {
      return fail(Errc::invalid, "commit {} was never delivered to '{}': only what ran there is promoted",
                  event.commit.substr(0, 8), event.promote_from);
    }
    image = fmt::format("{}@{}", proven->image, proven->digest);
  }
  const auto app = TRY(application_in(*environment, name, event.repo, event.repo_path));
  const auto release = TRY(new_release(app, image, event.commit, tree, event.app_yaml, event.actor_name));
  return request(app, {event.promote_from.empty() ? "deploy" : "promote", release, event.actor_name, event.run.value,
                       event.job.value, event.step});
}

// The job that waits is told why.
Result<void> Deliver::State::refuse(const sampan::events::DeployRequested& wanted, const std::string& reason) {
  sampan::events::DeploymentChanged refused;
  refused.application = wanted.application;
  refused.environment = wanted.environment;
  refused.kind = "deploy";
  refused.commit = wanted.commit;
  refused.state = "failed";
  refused.phase = "done";
  refused.line = refused.reason = reason;
  refused.finished = true;
  refused.job = wanted.job;
  refused.step = wanted.step;
  refused.actor_name = wanted.actor_name;
  refused.repo_path = wanted.repo_path;
  return db.write([&](Tx& tx) { return say(events, tx, refused); });
}

Result<void> Deliver::State::ask_to_end(DeploymentId id, const std::string& reason) {
  TRY(db.write([&](Tx& tx) { return store::ask_to_end(tx, id, reason); }));
  aborts.lock()->emplace(id.value, reason);
  return {};
}

Result<void> Deliver::State::deploy_canceled(const sampan::events::DeployCanceled& event) {
  const auto known = TRY(db.read([&](Tx& tx) { return store::deployment_of_job(tx, event.job.value, event.step); }));
  if (!known || is_over(known->state)) return {};
  return ask_to_end(known->id,
                    event.by.empty() ? std::string("the run was cancelled") : "the run was cancelled by " + event.by);
}

Result<void> Deliver::State::say_deployment(Tx& tx, const store::Deployment& d, std::string_view line) {
  const auto app = TRY(store::application(tx, d.application));
  const auto release = TRY(store::release(tx, d.release));
  sampan::events::DeploymentChanged event;
  event.deployment = d.id;
  event.app = d.application;
  event.application = app.name;
  event.environment = app.environment_name;
  event.kind = d.kind;
  event.release = release.number;
  if (d.previous) event.previous_release = TRY(store::release(tx, d.previous)).number;
  event.image_digest = release.digest;
  event.commit = release.commit;
  event.state = enum_text(d.state);
  event.phase = enum_text(d.phase);
  event.line = line;
  event.requests = d.requests;
  event.failed = d.failed;
  event.finished = is_over(d.state);
  event.ok = d.state == DeploymentState::succeeded;
  event.job = JobId{d.job};
  event.step = d.step;
  event.actor_name = d.actor;
  event.reason = d.reason;
  event.repo_path = app.repo_path;
  if (event.finished) {
    if (const auto last = TRY(store::last_finished(tx, d.application, d.id)))
      event.last_finished_state = last->state == DeploymentState::succeeded ? "succeeded" : "failed";
  }
  return say(events, tx, event);
}

Result<void> Deliver::State::say_app(Tx& tx, const store::Application& app, std::string_view what,
                                     std::string_view reason, std::int64_t instances) {
  return say(events, tx,
             sampan::events::AppChanged{app.id, app.name, app.environment_name, std::string(what), std::string(reason),
                                        instances, app.wanted});
}

void Deliver::State::published(AppId app, DeploymentId deployment) {
  hub.publish("apps");
  hub.publish(fmt::format("app:{}", app.value));
  if (deployment) hub.publish(fmt::format("deployment:{}", deployment.value));
}

}  // namespace sampan::deliver
