// Deployments: look, abort.
#include "deliver/views.h"

namespace sampan::deliver {

namespace {

using State = Deliver::State;

Result<DeploymentId> id_of(const Request& request) {
  const auto text = std::string(request.param("deployment"));
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    return fail(Errc::not_found, "no deployment '{}'", text);
  return DeploymentId{std::stoll(text)};
}

Result<Response> show(State& state, const Request& request, const Actor&) {
  return Response::json(200, to_json(TRY(views::deployment_view(state, TRY(id_of(request))))));
}

Result<Response> abort(State& state, const Request& request, const Actor& actor) {
  const auto id = TRY(id_of(request));
  const auto deployment = TRY(state.db.read([&](Tx& tx) { return store::deployment(tx, id); }));
  const auto app = TRY(state.db.read([&](Tx& tx) { return store::application(tx, deployment.application); }));
  if (TRY(state.people.role_of(actor, {.environment = app.environment})) < Role::developer)
    return fail(Errc::denied, "this needs the role developer on '{}'", app.environment_name);
  if (is_over(deployment.state))
    return fail(Errc::conflict, "deployment {} is over: {}", id.value, enum_text(deployment.state));
  if (deployment.phase > Phase::probing)
    return fail(Errc::conflict, "new requests already go to the new release: roll back instead");
  TRY(state.db.write([&](Tx& tx) {
    return state.people.audit(tx, actor, {"deployment.abort", "deployment", std::to_string(id.value), ""});
  }));
  TRY(state.ask_to_end(id, "aborted by " + actor.name));
  return Response::json(202, to_json(TRY(views::deployment_view(state, id))));
}

}  // namespace

std::vector<Route> deployment_routes(State& state) {
  std::vector<Route> routes = {route_of(state, Method::get, "/api/v1/deployments/:deployment", Need::signed_in(),
                                        "Show a deployment: phases, counted requests, evidence", show),
                               route_of(state, Method::post, "/api/v1/deployments/:deployment/abort", Need::signed_in(),
                                        "Abort a deployment before it switches", abort)};
  for (auto& route : routes) route.response_schema = answer_schema_of<views::DeploymentView>();
  return routes;
}

}  // namespace sampan::deliver
