#include "web/web.h"

#include "base/log.h"
#include "base/text.h"
#include "web/access.h"
#include "web/errors.h"
#include "web/openapi.h"
#include "web/own_routes.h"
#include "web/pages.h"
#include "web/router.h"

namespace sampan::web {

struct Web::State {
  Rooms rooms;
  Config config;
  Access access;
  Pages pages;
  std::unique_ptr<Router> router, internal;
  std::string openapi;

  State(Rooms rooms_in, Config config_in)
      : rooms(rooms_in),
        config(std::move(config_in)),
        access(rooms.people, rooms.git, rooms.deliver),
        pages(config.ui_folder) {}

  std::vector<Route> all_routes();
  Result<Json> ask(std::string_view path, std::vector<std::pair<std::string, std::string>> query,
                   const Actor& actor) const;
  Result<Response> run(const Route& route, const Request& request) const;
  Plan plan_on(const Router& table, const Request& head) const;
  Response answer_on(const Router& table, Request request) const;
};

namespace {

Dialect dialect_of(const Request& request) {
  if (request.path == "/v2" || request.path.starts_with("/v2/")) return Dialect::oci;
  if (request.path.ends_with("/info/refs") || request.path.ends_with("/git-upload-pack") ||
      request.path.ends_with("/git-receive-pack"))
    return Dialect::git;
  return Dialect::api;
}

bool is_page(const Request& request) {
  return (request.method == Method::get || request.method == Method::head) && dialect_of(request) == Dialect::api &&
         !request.path.starts_with("/api/");
}

Response nothing_there(const Router& table, const Request& request) {
  const auto methods = table.methods_of(request.path);
  if (methods.empty())
    return error_answer({Errc::not_found, fmt::format("nothing answers at {}", request.path)}, dialect_of(request));
  std::vector<std::string> names;
  for (const auto method : methods) names.emplace_back(to_text(method));
  auto answer = error_answer({Errc::invalid, fmt::format("{} does not take {}; it takes {}", request.path,
                                                         to_text(request.method), join(names, ", "))},
                             dialect_of(request));
  answer.status = 405;
  return answer.set("Allow", join(names, ", "));
}

}  // namespace

std::vector<Route> Web::State::all_routes() {
  std::vector<Route> all;
  const auto add = [&](std::vector<Route> routes) {
    for (auto& route : routes) all.push_back(std::move(route));
  };
  add(rooms.people.routes());
  add(rooms.git.routes());
  add(rooms.findings.routes());
  add(rooms.pipeline.routes());
  add(rooms.pipeline.runner_routes());
  add(rooms.registry.routes());
  add(rooms.deliver.routes());
  add(rooms.watch.routes());
  add(rooms.notify.routes());
  add(own_routes(
      rooms, config, all,
      [this](std::string_view path, auto query, const Actor& actor) { return ask(path, std::move(query), actor); },
      [this] { return openapi; }));
  return all;
}

Result<Json> Web::State::ask(std::string_view path, std::vector<std::pair<std::string, std::string>> query,
                             const Actor& actor) const {
  Request request;
  request.path = request.target = path;
  request.query = std::move(query);
  const auto match = router->find(Method::get, path);
  if (!match) return fail(Errc::internal, "no route {}", path);
  TRY(access.check(request, *match->route, actor));
  const auto response = TRY(match->route->handler(request, actor));
  const auto* text = std::get_if<std::string>(&response.body);
  if (!text) return fail(Errc::internal, "{} is not JSON", path);
  return parse_json(*text);
}

Result<Response> Web::State::run(const Route& route, const Request& request) const {
  const auto actor = TRY(access.authenticate(request, route));
  TRY(access.check(request, route, actor));
  return route.handler(request, actor);
}

Plan Web::State::plan_on(const Router& table, const Request& head) const {
  const auto match = table.find(head.method, head.path);
  if (match) return {match->route->body, match->route->body_limit, {}};
  // HEAD is answered by the GET route, the edge drops the body.
  if (head.method == Method::head && table.find(Method::get, head.path)) return {};
  if (&table == router.get() && is_page(head)) return {};
  return {BodyKind::text, 1 << 20, nothing_there(table, head)};
}

Response Web::State::answer_on(const Router& table, Request request) const {
  auto match = table.find(request.method, request.path);
  if (!match && request.method == Method::head) match = table.find(Method::get, request.path);
  if (!match) {
    if (&table == router.get() && is_page(request)) {
      if (auto page = pages.find(request)) return std::move(*page);
    }
    return nothing_there(table, request);
  }
  request.params = std::move(match->params);
  auto answer = run(*match->route, request);
  if (!answer.has_value()) return error_answer(answer.error(), match->route->dialect);
  if (match->route->dialect == Dialect::api) answer->set("X-Content-Type-Options", "nosniff");
  return std::move(*answer);
}

Web::Web(Rooms rooms, Config config, std::vector<Route> internal)
    : state_(std::make_unique<State>(rooms, std::move(config))) {
  state_->router = std::make_unique<Router>(state_->all_routes());
  state_->internal = std::make_unique<Router>(std::move(internal));
  state_->openapi = openapi_document(state_->router->routes(), state_->config.version);
  rooms.people.set_target_resolver([this](std::string_view group, std::string_view repo, std::string_view environment) {
    return state_->access.target(group, repo, environment);
  });
}
Web::~Web() = default;

Plan Web::plan(const Request& head) const { return state_->plan_on(*state_->router, head); }
Response Web::answer(Request request) const { return state_->answer_on(*state_->router, std::move(request)); }
Plan Web::plan_internal(const Request& head) const { return state_->plan_on(*state_->internal, head); }
Response Web::answer_internal(Request request) const {
  return state_->answer_on(*state_->internal, std::move(request));
}
std::string Web::openapi() const { return state_->openapi; }

}  // namespace sampan::web
