#include "web/openapi.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "base/json_struct.h"

using namespace sampan;
namespace json = boost::json;

namespace {

struct Thing {
  std::int64_t id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Thing, (), (id, name))

Route route(Method method, std::string pattern, Need need = Need::viewer()) {
  return Route{method, std::move(pattern), need,
               [](const Request&, const Actor&) -> Result<Response> { return Response::empty(); }, "Do it"};
}

json::value document(std::vector<Route> routes) { return json::parse(web::openapi_document(routes, "1.2.3")); }

// The parameters of an operation as "path name" and "query name!": '!' when it is not required.
std::string parameters(const json::value& operation) {
  std::string text;
  const auto* list = operation.as_object().if_contains("parameters");
  if (!list) return "none";
  for (const auto& one : list->as_array()) {
    text += std::string(one.at("in").as_string()) + " " + std::string(one.at("name").as_string()) +
            (one.at("required").as_bool() ? "" : "!") + ";";
    CHECK(one.at("schema").at("type") == "string");
  }
  return text;
}

}  // namespace

TEST_CASE("openapi: the document is of version 3.1 and names the server's version") {
  const auto all = document({});
  CHECK(all.at("openapi") == "3.1.0");
  CHECK(all.at("info").at("version") == "1.2.3");
  CHECK(all.at("paths").as_object().empty());
  CHECK(all.at("components").at("securitySchemes").at("bearer").at("scheme") == "bearer");
  const auto& error =
      all.at("components").at("responses").at("Error").at("content").at("application/json").at("schema");
  CHECK(error.at("properties").at("error").at("properties").at("message").at("type") == "string");
}

TEST_CASE("openapi: a pattern's parameters become the path's, in their order") {
  auto files = route(Method::get, "/api/v1/repos/:group/:repo/pipelines/*file");
  files.query = {{"ref", "branch, tag or commit"}};
  const auto paths =
      document({files, route(Method::get, "/api/v1/things/:name.json"), route(Method::get, "/api/v1/things")})
          .at("paths");
  CHECK(paths.as_object().size() == 3);
  CHECK(parameters(paths.at("/api/v1/repos/{group}/{repo}/pipelines/{file}").at("get")) ==
        "path group;path repo;path file;query ref!;");
  CHECK(parameters(paths.at("/api/v1/things/{name}.json").at("get")) == "path name;");
  CHECK(parameters(paths.at("/api/v1/things").at("get")) == "none");
}

TEST_CASE("openapi: the methods of a path stand together, each with what goes in and out") {
  auto make = route(Method::post, "/api/v1/things"), put = route(Method::put, "/api/v1/things/blob");
  make.request_schema = make.response_schema = answer_schema_of<Thing>();
  put.body = BodyKind::spool;
  const auto paths = document({route(Method::get, "/api/v1/things", Need::anyone()), make, put}).at("paths");
  const auto& things = paths.at("/api/v1/things");
  CHECK(things.as_object().size() == 2);
  CHECK(things.at("get").at("security").as_array().empty());
  CHECK(things.at("get").at("description") == "Needs: anyone.");
  CHECK_FALSE(things.at("post").as_object().contains("security"));
  CHECK(things.at("post")
            .at("requestBody")
            .at("content")
            .at("application/json")
            .at("schema")
            .at("properties")
            .as_object()
            .contains("name"));
  CHECK(things.at("post").at("responses").at("2XX").at("content").at("application/json").at("schema").at("type") ==
        "object");
  CHECK(things.at("post").at("responses").at("default").at("$ref") == "#/components/responses/Error");
  CHECK(paths.at("/api/v1/things/blob")
            .at("put")
            .at("requestBody")
            .at("content")
            .as_object()
            .contains("application/octet-stream"));
  CHECK(things.at("get").at("operationId") != things.at("post").at("operationId"));
}

TEST_CASE("openapi: what git and registries speak is described elsewhere") {
  auto blob = route(Method::get, "/v2/*name/blobs/:digest");
  blob.dialect = Dialect::oci;
  CHECK(document({blob}).at("paths").as_object().empty());
}
