// Which route a path finds, and with which parameters.
#include "web/router.h"

#include "fuzz.h"

using namespace sampan;

static web::Router table() {
  std::vector<Route> routes;
  for (const auto* pattern :
       {"/", "/api/v1/repos/:group/:repo", "/api/v1/repos/:group/:repo/files/*path", "/v2/*name/tags/list",
        "/v2/*name/manifests/:reference", "/:group/:repo/info/refs", "/api/v1/repos/new"}) {
    routes.push_back({.method = Method::get, .pattern = pattern, .need = Need::anyone(), .handler = nullptr});
  }
  return web::Router(std::move(routes));
}

FUZZ(input) {
  static const web::Router router = table();
  const auto match = router.find(Method::get, input);
  PROMISE(match.has_value() == !router.methods_of(input).empty());
  PROMISE(!router.find(Method::post, input));
  if (!match) return;
  for (const auto& [name, value] : match->params) {
    PROMISE(!value.empty() && !value.starts_with('/') && value.find("//") == std::string::npos);
    PROMISE(value.find('/') == std::string::npos || match->route->pattern.find("*" + name) != std::string::npos);
  }
}
