// What people ask of this room over HTTP, as route tables. Private to the room.
#pragma once

#include "pipeline/log_stream.h"
#include "pipeline/views.h"

namespace sampan::pipeline {

struct RouteRoom {
  Room& room;
  Dispatcher& dispatcher;
  LogStreams& streams;
};

std::vector<Route> run_routes(RouteRoom rooms);       // runs, jobs, gates
std::vector<Route> log_routes(RouteRoom rooms);       // logs and artifacts
std::vector<Route> pipeline_routes(RouteRoom rooms);  // pipeline files, triggers, caches
std::vector<Route> variable_routes(RouteRoom rooms);
std::vector<Route> runner_admin_routes(RouteRoom rooms);

// The run of the path, which the actor may see; not_found otherwise, denied when it may see but not what `least`
// allows.
struct SeenRun {
  store::RunRow run;
  Role role = Role::none;
};
Result<SeenRun> see_run(RouteRoom rooms, const Request& request, const Actor& actor, Role least);
Result<store::JobRow> see_job(RouteRoom rooms, const Request& request, const Actor& actor);  // of `:run` and `:job`

// ?limit= and ?before=
struct PageAsked {
  int limit = 50;
  std::int64_t before = 0;
};
Result<PageAsked> page_asked(const Request& request);
template <class T>
std::string page_json(const std::vector<T>& items, std::int64_t last, const PageAsked& asked) {
  const bool more = items.size() == static_cast<std::size_t>(asked.limit) && last > 0;
  return fmt::format("{{\"items\":{},\"next\":{}}}", to_json(items), more ? fmt::format("\"{}\"", last) : "null");
}
template <class T>
Json page_schema() {
  return boost::json::object{
      {"type", "object"},
      {"properties", boost::json::object{{"items", answer_schema_of<std::vector<T>>()},
                                         {"next", answer_schema_of<std::optional<std::string>>()}}},
      {"required", boost::json::array{"items", "next"}}};
}

}  // namespace sampan::pipeline
