#include "web/own_routes.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/json_struct.h"
#include "base/text.h"

namespace sampan::web {

namespace {

namespace json = boost::json;

// A stream of "look again": the topic that changed, nothing of its content, so that rights are checked where it is
// read.
Response live_news(Hub& hub, const std::string& version, const Request& request) {
  auto topics = split(request.find_query("topics").value_or(""), ',');
  std::erase(topics, "");
  Response response;
  response.set("Cache-Control", "no-store");
  response.body = StreamBody{[&hub, version, topics](std::shared_ptr<EventStream> stream) {
    std::string hello = "{\"version\":";
    append_json_string(hello, version);
    stream->send("hello", hello + "}");
    const std::weak_ptr<EventStream> weak = stream;
    auto token = hub.subscribe(topics, [weak](const std::string& topic) {
      const auto open = weak.lock();
      if (!open) return;
      std::string data = "{\"topic\":";
      append_json_string(data, topic);
      open->send("changed", data + "}");
    });
    // The subscription lives as long as the stream does.
    stream->on_close([token, stream]() mutable {
      token.reset();
      stream.reset();
    });
  }};
  return response;
}

json::array items_of(const Result<Json>& answer) {
  if (!answer.has_value() || !answer->is_object()) return {};
  const auto* items = answer->as_object().if_contains("items");
  return items && items->is_array() ? items->as_array() : json::array{};
}

Result<Response> home(const Ask& ask, const Actor& actor) {
  json::array waiting;
  for (auto& run : items_of(ask("/api/v1/runs", {{"state", "waiting"}}, actor)))
    waiting.push_back({{"kind", "gate"}, {"run", std::move(run)}});
  for (auto& run : items_of(ask("/api/v1/runs", {{"state", "failed"}, {"mine", "1"}, {"limit", "5"}}, actor))) {
    waiting.push_back({{"kind", "failed_run"}, {"run", std::move(run)}});
  }
  const auto applications = items_of(ask("/api/v1/applications", {}, actor));
  return Response::json(200,
                        format_json(json::object{{"waiting", std::move(waiting)}, {"applications", applications}}));
}

Result<Response> search(const Ask& ask, const Request& request, const Actor& actor) {
  const auto text = request.find_query("q").value_or("");
  if (text.size() < 2) return fail(Errc::invalid, "search for at least two characters");
  const auto matching = [&](json::array items, std::initializer_list<std::string_view> keys) {
    json::array found;
    for (auto& item : items) {
      const auto& object = item.as_object();
      const auto holds = [&](std::string_view key) {
        const auto* value = object.if_contains(key);
        return value && value->is_string() &&
               lower(std::string_view(value->as_string())).find(lower(text)) != std::string::npos;
      };
      if (found.size() < 8 && std::any_of(keys.begin(), keys.end(), holds)) found.push_back(std::move(item));
    }
    return found;
  };
  json::object answer;
  answer["repositories"] = matching(items_of(ask("/api/v1/repos", {{"query", text}}, actor)), {"path", "description"});
  answer["runs"] =
      matching(items_of(ask("/api/v1/runs", {{"limit", "200"}}, actor)), {"title", "sha", "pipeline", "repo"});
  answer["applications"] = matching(items_of(ask("/api/v1/applications", {}, actor)), {"name", "repo"});
  answer["images"] = matching(items_of(ask("/api/v1/images", {}, actor)), {"name"});
  answer["people"] = actor.site_admin
                         ? matching(items_of(ask("/api/v1/users", {{"limit", "200"}}, actor)), {"login", "name"})
                         : json::array{};
  return Response::json(200, format_json(answer));
}

// The schema of an object that has all these members.
json::object all_of(json::object properties) {
  json::array required;
  for (const auto& member : properties) required.emplace_back(member.key());
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false},
          {"required", std::move(required)}};
}

json::object list_of(Json item) { return {{"type", "array"}, {"items", std::move(item)}}; }

// The schema of one item of a list that another room answers with.
Json item_schema(const std::vector<Route>& others, std::string_view pattern) {
  const auto route = std::find_if(others.begin(), others.end(), [&](const Route& one) {
    return one.method == Method::get && one.pattern == pattern;
  });
  if (route == others.end()) return json::object{};
  boost::system::error_code none;
  const auto* item = route->response_schema.find_pointer("/properties/items/items", none);
  return item ? *item : Json(json::object{});
}

Json home_schema(const std::vector<Route>& others) {
  const json::object kind{{"type", "string"}, {"enum", json::array{"gate", "failed_run"}}};
  return all_of({{"waiting", list_of(all_of({{"kind", kind}, {"run", item_schema(others, "/api/v1/runs")}}))},
                 {"applications", list_of(item_schema(others, "/api/v1/applications"))}});
}

Json search_schema(const std::vector<Route>& others) {
  json::object lists;
  for (const auto& [name, pattern] : {std::pair{"repositories", "/api/v1/repos"},
                                      {"runs", "/api/v1/runs"},
                                      {"applications", "/api/v1/applications"},
                                      {"images", "/api/v1/images"},
                                      {"people", "/api/v1/users"}}) {
    lists[name] = list_of(item_schema(others, pattern));
  }
  return all_of(std::move(lists));
}

struct Status {
  std::string version;
  std::int64_t uptime_s = 0, data_free_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Status, (), (version, uptime_s, data_free_bytes))

Result<Response> status(const Config& config, const Rooms& rooms, std::chrono::steady_clock::time_point started,
                        const Actor& actor) {
  Status answer{config.version, 0, 0};
  if (actor.kind != Actor::Kind::nobody) {
    answer.uptime_s = std::chrono::duration_cast<std::chrono::seconds>(rooms.clock.steady() - started).count();
    struct statvfs disk {};
    if (::statvfs(config.data_folder.c_str(), &disk) == 0)
      answer.data_free_bytes = static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize);
  }
  return Response::json(200, to_json(answer));
}

Result<Response> health(Db& db) {
  TRY(db.read([](Tx& tx) { return tx.query("select 1"); }));
  return Response::text(200, "ok\n");
}

}  // namespace

std::vector<Route> own_routes(const Rooms& rooms, const Config& config, const std::vector<Route>& others, Ask ask,
                              std::function<std::string()> openapi) {
  const auto started = rooms.clock.steady();
  std::vector<Route> routes;
  routes.push_back(
      {Method::get, "/api/v1/stream", Need::signed_in(),
       [&hub = rooms.hub, version = config.version](const Request& request, const Actor&) -> Result<Response> {
         return live_news(hub, version, request);
       },
       "Hear which topics change (server-sent events)"});
  routes.back().query = {
      {"topics", "comma-separated: runs, run:ID, apps, app:ID, deployment:ID, gates, repos, repo:ID, runners"}};
  routes.push_back({Method::get, "/api/v1/home", Need::signed_in(),
                    [ask](const Request&, const Actor& actor) { return home(ask, actor); },
                    "Show what waits for me and how applications are"});
  routes.back().response_schema = home_schema(others);
  routes.push_back({Method::get, "/api/v1/search", Need::signed_in(),
                    [ask](const Request& request, const Actor& actor) { return search(ask, request, actor); },
                    "Find repositories, runs, applications, images, people"});
  routes.back().query = {{"q", "at least two characters"}};
  routes.back().response_schema = search_schema(others);
  routes.push_back(
      {Method::get, "/api/v1/status", Need::anyone(),
       [&rooms, &config, started](const Request&, const Actor& actor) { return status(config, rooms, started, actor); },
       "Show the server's version and state"});
  routes.back().response_schema = answer_schema_of<Status>();
  routes.push_back({Method::get, "/healthz", Need::anyone(),
                    [&db = rooms.db](const Request&, const Actor&) { return health(db); },
                    "Answer when the database answers"});
  routes.push_back(
      {Method::get, "/api/v1/openapi.json", Need::anyone(),
       [openapi](const Request&, const Actor&) -> Result<Response> { return Response::json(200, openapi()); },
       "Show this description"});
  return routes;
}

}  // namespace sampan::web
