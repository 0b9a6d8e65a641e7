#include "web/openapi.h"

#include <boost/json.hpp>

#include "base/text.h"

namespace sampan::web {

namespace {

namespace json = boost::json;

std::string need_text(const Need& need) {
  switch (need.kind()) {
    case Need::Kind::anyone: return "anyone";
    case Need::Kind::signed_in: return "who is signed in";
    case Need::Kind::viewer: return "viewer";
    case Need::Kind::developer: return "developer";
    case Need::Kind::admin: return "admin";
    case Need::Kind::site_admin: return "site administrator";
    case Need::Kind::runner: return "runner";
  }
  return "";
}

// "/repos/:group/*path" -> "/repos/{group}/{path}", and the names.
std::pair<std::string, std::vector<std::string>> template_of(std::string_view pattern) {
  std::string path;
  std::vector<std::string> names;
  for (const auto& segment : split(pattern.substr(1), '/')) {
    if (segment.empty()) continue;
    if (segment[0] != ':' && segment[0] != '*') {
      path += "/" + segment;
      continue;
    }
    const auto dot = segment.find('.');
    names.push_back(segment.substr(1, dot == std::string::npos ? dot : dot - 1));
    path += "/{" + names.back() + "}" + (dot == std::string::npos ? "" : segment.substr(dot));
  }
  return {path.empty() ? "/" : path, names};
}

json::object parameter(std::string_view name, std::string_view where, std::string_view meaning) {
  return {{"name", name},
          {"in", where},
          {"required", where == "path"},
          {"description", meaning},
          {"schema", {{"type", "string"}}}};
}

json::object content(const Json& schema) { return {{"application/json", {{"schema", schema}}}}; }

json::object operation(const Route& route, const std::vector<std::string>& names, const std::string& id) {
  json::object op{
      {"operationId", id}, {"summary", route.summary}, {"description", "Needs: " + need_text(route.need) + "."}};
  json::array parameters;
  for (const auto& name : names) {
    const bool rest = route.pattern.find("/*" + name) != std::string::npos;
    parameters.push_back(parameter(name, "path", rest ? "its slashes are written as they are, not as %2F" : ""));
  }
  for (const auto& [name, meaning] : route.query) parameters.push_back(parameter(name, "query", meaning));
  if (!parameters.empty()) op["parameters"] = std::move(parameters);
  if (!route.request_schema.is_null())
    op["requestBody"] = {{"required", true}, {"content", content(route.request_schema)}};
  if (route.body == BodyKind::spool) op["requestBody"] = {{"content", {{"application/octet-stream", json::object{}}}}};
  json::object success{{"description", "Done"}};
  if (!route.response_schema.is_null()) success["content"] = content(route.response_schema);
  op["responses"] = {{"2XX", std::move(success)}, {"default", {{"$ref", "#/components/responses/Error"}}}};
  if (route.need.kind() == Need::Kind::anyone) op["security"] = json::array{};
  return op;
}

}  // namespace

std::string openapi_document(const std::vector<Route>& routes, std::string_view version) {
  json::object paths;
  for (const auto& route : routes) {
    if (route.dialect != Dialect::api) continue;
    const auto [path, names] = template_of(route.pattern);
    if (!paths.contains(path)) paths[path] = json::object{};
    const auto method = lower(to_text(route.method));
    std::string id = method;
    for (const char c : path) id += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    paths[path].as_object()[method] = operation(route, names, id);
  }
  const json::value error_schema = {
      {"type", "object"},
      {"properties",
       {{"error",
         {{"type", "object"}, {"properties", {{"code", {{"type", "string"}}}, {"message", {{"type", "string"}}}}}}}}}};
  const json::value document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Sampan"}, {"version", version}, {"description", "Everything the pages and the command line do."}}},
      {"paths", std::move(paths)},
      {"security", json::array{json::object{{"bearer", json::array{}}}, json::object{{"basic", json::array{}}},
                               json::object{{"session", json::array{}}}}},
      {"components",
       {{"securitySchemes",
         {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}},
          {"basic", {{"type", "http"}, {"scheme", "basic"}}},
          {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "sampan_session"}}}}},
        {"responses",
         {{"Error", {{"description", "Why not, in one sentence"}, {"content", content(error_schema)}}}}}}}};
  return format_json(document);
}

}  // namespace sampan::web
