#include "web/router.h"

#include <doctest/doctest.h>

using namespace sampan;
using sampan::web::Router;

namespace {
Route route(Method method, std::string pattern) {
  return Route{method, std::move(pattern), Need::anyone(),
               [](const Request&, const Actor&) -> Result<Response> { return Response::empty(); }};
}
std::string shown(const std::optional<web::Match>& match) {
  if (!match) return "nothing";
  std::string text = match->route->pattern;
  for (const auto& [name, value] : match->params) text += " " + name + "=" + value;
  return text;
}
}  // namespace

TEST_CASE("router: a literal segment wins over a parameter, a parameter over the rest") {
  const Router router({route(Method::get, "/api/v1/repos/:group/:repo"), route(Method::get, "/api/v1/repos/:group/all"),
                       route(Method::get, "/api/v1/*rest")});
  CHECK(shown(router.find(Method::get, "/api/v1/repos/company/all")) == "/api/v1/repos/:group/all group=company");
  CHECK(shown(router.find(Method::get, "/api/v1/repos/company/shop")) ==
        "/api/v1/repos/:group/:repo group=company repo=shop");
  CHECK(shown(router.find(Method::get, "/api/v1/repos/company")) == "/api/v1/*rest rest=repos/company");
  CHECK(shown(router.find(Method::post, "/api/v1/repos/company")) == "nothing");
}

TEST_CASE("router: a rest in the middle takes as many segments as the ending leaves") {
  const Router router({route(Method::get, "/v2/*name/blobs/:digest"), route(Method::get, "/v2/*name/tags/list")});
  CHECK(shown(router.find(Method::get, "/v2/company/shop/web/blobs/sha256:1")) ==
        "/v2/*name/blobs/:digest name=company/shop/web digest=sha256:1");
  CHECK(shown(router.find(Method::get, "/v2/blobs/blobs/sha256:1")) ==
        "/v2/*name/blobs/:digest name=blobs digest=sha256:1");
  CHECK(shown(router.find(Method::get, "/v2/blobs/sha256:1")) == "nothing");
}

TEST_CASE("router: a parameter with an ending takes only what is before it") {
  const Router router(
      {route(Method::get, "/:group/:repo.git/info/refs"), route(Method::get, "/:group/:repo/info/refs")});
  CHECK(shown(router.find(Method::get, "/company/shop.git/info/refs")) ==
        "/:group/:repo.git/info/refs group=company repo=shop");
  CHECK(shown(router.find(Method::get, "/company/shop/info/refs")) ==
        "/:group/:repo/info/refs group=company repo=shop");
  CHECK(router.methods_of("/company/shop/info/refs") == std::vector<Method>{Method::get});
}
