// Environments: list, make, change, lock.
#include "base/enum_text.h"
#include "base/text.h"
#include "deliver/views.h"

namespace sampan::deliver {

namespace {

using State = Deliver::State;
struct NewEnvironment {
  std::string name;
  std::optional<std::string> title, failure_policy;
  std::optional<std::int64_t> order;
};
BOOST_DESCRIBE_STRUCT(NewEnvironment, (), (name, title, failure_policy, order))
struct EnvironmentChange {
  std::optional<std::string> title, failure_policy;
  std::optional<std::int64_t> order;
};
BOOST_DESCRIBE_STRUCT(EnvironmentChange, (), (title, failure_policy, order))
struct LockReason {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(LockReason, (), (reason))

Result<store::Environment> named(State& state, const Request& request) {
  const auto found =
      TRY(state.db.read([&](Tx& tx) { return store::find_environment(tx, request.param("environment")); }));
  if (!found) return fail(Errc::not_found, "no environment '{}'", request.param("environment"));
  return *found;
}

Result<views::EnvironmentView> view_of(State& state, const store::Environment& e, const Actor& actor,
                                       std::int64_t apps) {
  views::EnvironmentView view{
      e.id.value, e.name,
      e.title,    e.position,
      "local",    e.failure_policy,
      {},         std::string(enum_text(TRY(state.people.role_of(actor, {.environment = e.id}, Role::viewer)))),
      apps};
  if (!e.locked_by.empty()) view.locked = views::Lock{e.locked_by, e.locked_reason, e.locked_at};
  return view;
}

Result<Response> list(State& state, const Request&, const Actor& actor) {
  views::EnvironmentList answer;
  const auto apps = TRY(state.db.read([](Tx& tx) { return store::applications(tx); }));
  for (const auto& e : TRY(state.db.read([](Tx& tx) { return store::environments(tx); }))) {
    const auto count =
        std::count_if(apps.begin(), apps.end(), [&](const store::Application& app) { return app.environment == e.id; });
    answer.items.push_back(TRY(view_of(state, e, actor, count)));
  }
  return Response::json(200, to_json(answer));
}

Result<void> check_policy(const std::optional<std::string>& policy) {
  if (policy && !parse_failure_policy(*policy))
    return fail(Errc::invalid, "field 'failure_policy': expected rollback, freeze or hold, found '{}'", *policy);
  return {};
}

Result<Response> create(State& state, const Request& request, const Actor& actor) {
  const auto wanted = TRY(from_json<NewEnvironment>(request.body));
  if (!is_valid_name(wanted.name)) return fail(Errc::invalid, "field 'name': '{}' is not a name", wanted.name);
  TRY(check_policy(wanted.failure_policy));
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    if (TRY(store::find_environment(tx, wanted.name)))
      return fail(Errc::conflict, "there is an environment '{}' already", wanted.name);
    TRY(store::ensure_environment(tx, wanted.name, wanted.title.value_or(wanted.name), wanted.order.value_or(10),
                                  wanted.failure_policy.value_or("rollback"), state.clock.now()));
    return state.people.audit(tx, actor, {"environment.create", "environment", wanted.name, ""});
  }));
  const auto made = TRY(state.db.read([&](Tx& tx) { return store::find_environment(tx, wanted.name); }));
  return Response::json(201, to_json(TRY(view_of(state, *made, actor, 0))));
}

Result<Response> save(State& state, const store::Environment& e, const Actor& actor, std::string_view action,
                      const std::string& detail) {
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(state.people.audit(tx, actor, {std::string(action), "environment", e.name, detail}));
    return store::update_environment(tx, e);
  }));
  state.published({});
  return Response::json(200, to_json(TRY(view_of(state, e, actor, 0))));
}

Result<Response> change(State& state, const Request& request, const Actor& actor) {
  const auto wanted = TRY(from_json<EnvironmentChange>(request.body));
  TRY(check_policy(wanted.failure_policy));
  auto e = TRY(named(state, request));
  e.title = wanted.title.value_or(e.title);
  e.failure_policy = wanted.failure_policy.value_or(e.failure_policy);
  e.position = wanted.order.value_or(e.position);
  return save(state, e, actor, "environment.change", "");
}

Result<Response> lock(State& state, const Request& request, const Actor& actor) {
  const auto wanted = TRY(from_json<LockReason>(request.body));
  if (wanted.reason.empty()) return fail(Errc::invalid, "field 'reason': say why, for those who find it locked");
  auto e = TRY(named(state, request));
  e.locked_by = actor.name;
  e.locked_reason = wanted.reason;
  e.locked_at = state.clock.now();
  return save(state, e, actor, "environment.lock", wanted.reason);
}

Result<Response> unlock(State& state, const Request& request, const Actor& actor) {
  auto e = TRY(named(state, request));
  e.locked_by.clear();
  e.locked_reason.clear();
  e.locked_at.reset();
  return save(state, e, actor, "environment.unlock", "");
}

Result<Response> remove(State& state, const Request& request, const Actor& actor) {
  const auto e = TRY(named(state, request));
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    if (!TRY(store::delete_environment(tx, e.id)))
      return fail(Errc::conflict, "applications live in '{}': remove them first", e.name);
    TRY(state.people.forget_members(tx, {.environment = e.id}));
    return state.people.audit(tx, actor, {"environment.delete", "environment", e.name, ""});
  }));
  return Response::empty(204);
}

}  // namespace

std::vector<Route> environment_routes(State& state) {
  std::vector<Route> routes = {
      route_of(state, Method::get, "/api/v1/environments", Need::signed_in(), "List environments", list),
      route_of(state, Method::post, "/api/v1/environments", Need::site_admin(), "Make an environment", create),
      route_of(state, Method::patch, "/api/v1/environments/:environment", Need::admin(), "Change an environment",
               change),
      route_of(state, Method::del, "/api/v1/environments/:environment", Need::site_admin(),
               "Delete an empty environment", remove),
      route_of(state, Method::post, "/api/v1/environments/:environment/lock", Need::admin(),
               "Lock an environment: only rollbacks go through", lock),
      route_of(state, Method::post, "/api/v1/environments/:environment/unlock", Need::admin(), "Unlock an environment",
               unlock),
  };
  routes[0].response_schema = answer_schema_of<views::EnvironmentList>();
  routes[1].request_schema = schema_of<NewEnvironment>();
  routes[1].response_schema = answer_schema_of<views::EnvironmentView>();
  routes[2].request_schema = schema_of<EnvironmentChange>();
  routes[2].response_schema = answer_schema_of<views::EnvironmentView>();
  routes[4].request_schema = schema_of<LockReason>();
  return routes;
}

}  // namespace sampan::deliver
