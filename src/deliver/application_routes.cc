// Applications: look, deploy, roll back, scale, restart.
#include "base/text.h"
#include "deliver/views.h"

namespace sampan::deliver {

namespace {

using State = Deliver::State;
struct DeployBody {
  std::optional<std::int64_t> release;
  std::optional<std::string> from_environment;
};
BOOST_DESCRIBE_STRUCT(DeployBody, (), (release, from_environment))
struct RollbackBody {
  std::optional<std::int64_t> release;
};
BOOST_DESCRIBE_STRUCT(RollbackBody, (), (release))
struct ScaleBody {
  std::int64_t instances = 0;
};
BOOST_DESCRIBE_STRUCT(ScaleBody, (), (instances))
struct LogLines {
  std::vector<std::string> lines;
};
BOOST_DESCRIBE_STRUCT(LogLines, (), (lines))

Result<store::Application> named(State& state, const Request& request) {
  const auto found = TRY(state.db.read(
      [&](Tx& tx) { return store::find_application(tx, request.param("environment"), request.param("app")); }));
  if (found) return *found;
  std::vector<std::string> names;
  for (const auto& app : TRY(state.db.read([](Tx& tx) { return store::applications(tx); })))
    if (app.environment_name == request.param("environment")) names.push_back(app.name);
  return fail(Errc::not_found, "no application '{}' in '{}'{}", request.param("app"), request.param("environment"),
              did_you_mean(request.param("app"), names));
}

Result<void> audited(State& state, const Actor& actor, std::string_view action, const store::Application& app,
                     std::string detail) {
  return state.db.write([&](Tx& tx) {
    return state.people.audit(
        tx, actor, {std::string(action), "application", app.environment_name + "/" + app.name, std::move(detail)});
  });
}

Result<Response> list(State& state, const Request&, const Actor&) {
  views::AppList answer;
  for (const auto& app : TRY(state.db.read([](Tx& tx) { return store::applications(tx); })))
    answer.items.push_back(TRY(views::app_view(state, app)));
  return Response::json(200, to_json(answer));
}

Result<Response> show(State& state, const Request& request, const Actor&) {
  return Response::json(200, to_json(TRY(views::app_detail(state, TRY(named(state, request))))));
}

Result<store::Release> numbered(State& state, const store::Application& app, std::int64_t number) {
  const auto found = TRY(state.db.read([&](Tx& tx) { return store::release_by_number(tx, app.id, number); }));
  if (!found) return fail(Errc::not_found, "'{}' has no release r{} in '{}'", app.name, number, app.environment_name);
  return *found;
}

// The release to go back to: the one named, or the one that ran before the current one.
Result<store::Release> back_to(State& state, const store::Application& app, const std::optional<std::int64_t>& number) {
  if (!app.release) return fail(Errc::conflict, "nothing was ever delivered: there is nothing to go back to");
  if (number) return numbered(state, app, *number);
  for (const auto& deployment : TRY(state.db.read([&](Tx& tx) { return store::deployments(tx, app.id, 100); }))) {
    if (deployment.state == DeploymentState::succeeded && deployment.release == app.release && deployment.previous &&
        deployment.previous != app.release) {
      return state.db.read([&](Tx& tx) { return store::release(tx, deployment.previous); });
    }
  }
  return fail(Errc::conflict, "'{}' has no release before this one in '{}'", app.name, app.environment_name);
}

Result<Response> rollback(State& state, const Request& request, const Actor& actor) {
  const auto app = TRY(named(state, request));
  const auto wanted = request.body.empty() ? RollbackBody{} : TRY(from_json<RollbackBody>(request.body));
  if (!wanted.release) {
    // "Back" from what has not gone live yet would go one release too far.
    for (const auto& open : TRY(state.db.read([&](Tx& tx) { return store::deployments(tx, app.id, 5); }))) {
      if (open.state == DeploymentState::running && open.phase <= Phase::probing) {
        return fail(
            Errc::conflict,
            "deployment {} is under way and has switched nothing yet: abort it, or say which release to go back to",
            open.id.value);
      }
    }
  }
  const auto release = TRY(back_to(state, app, wanted.release));
  const auto deployment = TRY(state.request(app, {"rollback", release, actor.name, 0, 0, ""}));
  TRY(audited(state, actor, "application.rollback", app, fmt::format("r{}", release.number)));
  return Response::json(202, to_json(TRY(views::deployment_view(state, deployment.id))));
}

Result<Response> preview(State& state, const Request& request, const Actor&) {
  const auto app = TRY(named(state, request));
  const auto text = request.find_query("release").value_or("");
  std::optional<std::int64_t> number;
  if (!text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos)
    number = std::stoll(text);
  return Response::json(200, to_json(TRY(views::rollback_preview(state, app, TRY(back_to(state, app, number))))));
}

// What runs in another environment, as a release of this one; an application that is new here is made.
Result<std::pair<store::Application, store::Release>> proven_in(State& state, const Request& request,
                                                                const std::string& from, const Actor& actor) {
  const auto name = request.param("app");
  const auto source = TRY(state.db.read([&](Tx& tx) { return store::find_application(tx, from, name); }));
  if (!source || !source->release) return fail(Errc::invalid, "'{}' does not run in '{}'", name, from);
  const auto environment =
      TRY(state.db.read([&](Tx& tx) { return store::find_environment(tx, request.param("environment")); }));
  if (!environment) return fail(Errc::not_found, "there is no environment '{}'", request.param("environment"));
  const auto app = TRY(state.application_in(*environment, name, source->repo, source->repo_path));
  const auto proven = TRY(state.db.read([&](Tx& tx) { return store::release(tx, source->release); }));
  auto release = TRY(state.new_release(app, fmt::format("{}@{}", proven.image, proven.digest), proven.commit,
                                       proven.tree, proven.spec_yaml, actor.name));
  return std::pair(app, std::move(release));
}

Result<Response> deploy(State& state, const Request& request, const Actor& actor) {
  const auto wanted = TRY(from_json<DeployBody>(request.body));
  if (wanted.release.has_value() == wanted.from_environment.has_value())
    return fail(Errc::invalid, "say either 'release' (a number) or 'from_environment' (a name)");
  store::Application app;
  store::Release release;
  if (wanted.release) {
    app = TRY(named(state, request));
    release = TRY(numbered(state, app, *wanted.release));
  } else {
    std::tie(app, release) = TRY(proven_in(state, request, *wanted.from_environment, actor));
  }
  const auto* kind = wanted.release ? "deploy" : "promote";
  const auto deployment = TRY(state.request(app, {kind, release, actor.name, 0, 0, ""}));
  TRY(audited(state, actor, "application.deploy", app, fmt::format("r{}", release.number)));
  return Response::json(202, to_json(TRY(views::deployment_view(state, deployment.id))));
}

Result<Response> scale(State& state, const Request& request, const Actor& actor) {
  const auto app = TRY(named(state, request));
  const auto wanted = TRY(from_json<ScaleBody>(request.body));
  if (!app.release) return fail(Errc::conflict, "nothing was delivered yet: there is nothing to scale");
  const auto release = TRY(state.db.read([&](Tx& tx) { return store::release(tx, app.release); }));
  const auto reading = read_app_spec(release.spec_yaml, "app.yaml", app.environment_name);
  if (reading.spec && (wanted.instances < reading.spec->scale.least || wanted.instances > reading.spec->scale.most)) {
    return fail(Errc::invalid, "field 'instances': app.yaml allows {} to {}, found {}", reading.spec->scale.least,
                reading.spec->scale.most, wanted.instances);
  }
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::set_wanted(tx, app.id, wanted.instances));
    TRY(store::add_event(tx, app.id, "scaled", fmt::format("{} -> {} by {}", app.wanted, wanted.instances, actor.name),
                         state.clock.now()));
    return state.people.audit(
        tx, actor,
        {"application.scale", "application", app.environment_name + "/" + app.name, std::to_string(wanted.instances)});
  }));
  state.submit_care(app.id);
  return Response::json(202, to_json(TRY(views::app_view(state, app))));
}

// The release that runs, delivered once more: new instances, no downtime.
Result<Response> restart(State& state, const Request& request, const Actor& actor) {
  const auto app = TRY(named(state, request));
  if (!app.release) return fail(Errc::conflict, "nothing was delivered yet: there is nothing to restart");
  const auto release = TRY(state.db.read([&](Tx& tx) { return store::release(tx, app.release); }));
  const auto deployment = TRY(state.request(app, {"restart", release, actor.name, 0, 0, ""}));
  TRY(audited(state, actor, "application.restart", app, ""));
  return Response::json(202, to_json(TRY(views::deployment_view(state, deployment.id))));
}

Result<Response> instance_log(State& state, const Request& request, const Actor&) {
  const auto app = TRY(named(state, request));
  const auto wanted = std::string(request.param("instance"));
  for (const auto& instance : TRY(state.db.read([&](Tx& tx) { return store::instances(tx, app.id); }))) {
    if (instance.name != wanted && std::to_string(instance.id.value) != wanted) continue;
    return Response::json(200, to_json(LogLines{split(TRY(state.target.log_tail(instance.name, 500)), '\n')}));
  }
  const auto past = TRY(state.db.read([&](Tx& tx) { return store::find_instance(tx, wanted); }));
  if (!past || past->application != app.id) return fail(Errc::not_found, "'{}' has no instance '{}'", app.name, wanted);
  return Response::json(200, to_json(LogLines{split(past->log_tail, '\n')}));
}

Result<Response> remove(State& state, const Request& request, const Actor& actor) {
  const auto app = TRY(named(state, request));
  if (!state.settled)
    return fail(Errc::unavailable, "the server starts, and looks at what runs: once more in a moment");
  const auto act = state.act_of(app.id);
  const std::lock_guard lock(*act);
  for (const auto& deployment : TRY(state.db.read([&](Tx& tx) { return store::deployments(tx, app.id, 1); }))) {
    if (!is_over(deployment.state))
      return fail(Errc::conflict, "deployment {} is under way: abort it first", deployment.id.value);
  }
  for (const auto& instance : TRY(state.db.read([&](Tx& tx) { return store::instances(tx, app.id); })))
    TRY(state.target.remove(instance.name));
  if (app.port > 0) TRY(state.target.remove_service(app.name + "-" + app.environment_name));
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::delete_application(tx, app.id));
    return state.people.audit(tx, actor,
                              {"application.delete", "application", app.environment_name + "/" + app.name, ""});
  }));
  state.published(app.id);
  return Response::empty(204);
}

}  // namespace

std::vector<Route> application_routes(State& state) {
  const std::string one = "/api/v1/environments/:environment/applications/:app";
  std::vector<Route> routes = {
      route_of(state, Method::get, "/api/v1/applications", Need::signed_in(),
               "List applications, one for each environment", list),
      route_of(state, Method::get, one, Need::viewer(), "Show an application", show),
      route_of(state, Method::del, one, Need::admin(), "Remove an application from an environment", remove),
      route_of(state, Method::post, one + "/rollback", Need::developer(),
               "Go back to an earlier release: image, configuration and secrets together", rollback),
      route_of(state, Method::get, one + "/rollback-preview", Need::viewer(), "Show what going back would change",
               preview),
      route_of(state, Method::post, one + "/deploy", Need::developer(),
               "Deliver an earlier release, or promote another environment's", deploy),
      route_of(state, Method::post, one + "/scale", Need::developer(), "Change how many instances run", scale),
      route_of(state, Method::post, one + "/restart", Need::developer(),
               "Replace all instances by new ones of the same release", restart),
      route_of(state, Method::get, one + "/instances/:instance/log", Need::viewer(),
               "Show the end of an instance's log", instance_log),
  };
  routes[0].response_schema = answer_schema_of<views::AppList>();
  routes[1].response_schema = answer_schema_of<views::AppDetail>();
  routes[3].request_schema = schema_of<RollbackBody>();
  routes[3].response_schema = answer_schema_of<views::DeploymentView>();
  routes[4].response_schema = answer_schema_of<views::Preview>();
  routes[4].query = {{"release", "number of the release; without it the one before"}};
  routes[5].request_schema = schema_of<DeployBody>();
  routes[5].response_schema = answer_schema_of<views::DeploymentView>();
  routes[6].request_schema = schema_of<ScaleBody>();
  routes[6].response_schema = answer_schema_of<views::App>();
  routes[7].response_schema = answer_schema_of<views::DeploymentView>();
  routes[8].response_schema = answer_schema_of<LogLines>();
  return routes;
}

}  // namespace sampan::deliver
