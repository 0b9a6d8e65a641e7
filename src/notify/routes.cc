// Robots for pages and the command line.
#include "base/json_struct.h"
#include "base/text.h"
#include "notify/state.h"

namespace sampan::notify {

namespace {

using State = Notify::State;

struct RobotView {
  std::int64_t id = 0;
  std::string name, kind, url;
  bool has_secret = false;
  std::vector<std::string> events, repos, environments;
  Time created_at{};
};
BOOST_DESCRIBE_STRUCT(RobotView, (), (id, name, kind, url, has_secret, events, repos, environments, created_at))
struct RobotList {
  std::vector<RobotView> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(RobotList, (), (items, next))
struct NewRobot {
  std::string name, kind, url;
  std::optional<std::string> secret;
  std::vector<std::string> events;
  std::optional<std::vector<std::string>> repos, environments;
};
BOOST_DESCRIBE_STRUCT(NewRobot, (), (name, kind, url, secret, events, repos, environments))
struct RobotChange {
  std::optional<std::string> name, url, secret;
  std::optional<std::vector<std::string>> events, repos, environments;
};
BOOST_DESCRIBE_STRUCT(RobotChange, (), (name, url, secret, events, repos, environments))
struct DeliveryView {
  std::int64_t id = 0;
  Time at{};
  std::string event, title, state;
  std::int64_t attempts = 0;
  std::string answer;
  std::optional<Time> sent_at;
};
BOOST_DESCRIBE_STRUCT(DeliveryView, (), (id, at, event, title, state, attempts, answer, sent_at))
struct DeliveryList {
  std::vector<DeliveryView> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(DeliveryList, (), (items, next))
struct TestAnswer {
  std::string answer;
};
BOOST_DESCRIBE_STRUCT(TestAnswer, (), (answer))

const std::vector<std::string> kEvents = {"run_failed",  "run_recovered",       "run_succeeded",
                                          "gate_opened", "deployment_finished", "app_changed"};

RobotView view_of(const store::Robot& robot) {
  return {robot.id,
          robot.name,
          std::string(to_text(robot.kind)),
          robot.url,
          !robot.sealed_secret.empty(),
          robot.events,
          robot.repos,
          robot.environments,
          robot.created_at};
}

Result<void> check(const store::Robot& robot) {
  if (robot.name.empty() || robot.name.size() > 64)
    return fail(Errc::invalid, "field 'name': expected 1 to 64 characters");
  if (!robot.url.starts_with("http://") && !robot.url.starts_with("https://"))
    return fail(Errc::invalid, "field 'url': expected an http:// or https:// address");
  for (const auto& event : robot.events) {
    if (std::find(kEvents.begin(), kEvents.end(), event) == kEvents.end()) {
      return fail(Errc::invalid, "field 'events': '{}' is not an event{}; they are {}", event,
                  did_you_mean(event, kEvents), join(kEvents, ", "));
    }
  }
  for (const auto* list : {&robot.repos, &robot.environments}) {
    for (const auto& name : *list) {
      if (name.find(',') != std::string::npos) return fail(Errc::invalid, "'{}': names have no comma", name);
    }
  }
  return {};
}

Result<store::Robot> robot_of(State& state, const Request& request) {
  const auto text = std::string(request.param("id"));
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    return fail(Errc::not_found, "no robot '{}'", text);
  const auto found = TRY(state.db.read([&](Tx& tx) { return store::find_robot(tx, std::stoll(text)); }));
  if (!found) return fail(Errc::not_found, "no robot {}", text);
  return *found;
}

Result<Response> list(State& state, const Request&, const Actor&) {
  RobotList answer;
  for (const auto& robot : TRY(state.db.read([](Tx& tx) { return store::list_robots(tx); })))
    answer.items.push_back(view_of(robot));
  return Response::json(200, to_json(answer));
}

Result<Response> create(State& state, const Request& request, const Actor& actor) {
  const auto wanted = TRY(from_json<NewRobot>(request.body));
  const auto kind = parse_robot_kind(wanted.kind);
  if (!kind) return fail(Errc::invalid, "field 'kind': expected dingtalk or webhook, found '{}'", wanted.kind);
  store::Robot robot{0,
                     wanted.name,
                     *kind,
                     wanted.url,
                     {},
                     wanted.events,
                     wanted.repos.value_or(std::vector<std::string>()),
                     wanted.environments.value_or(std::vector<std::string>()),
                     state.clock.now()};
  if (wanted.secret && !wanted.secret->empty()) robot.sealed_secret = state.secrets.seal(*wanted.secret);
  TRY(check(robot));
  robot.id = TRY(state.db
                     .write([&](Tx& tx) -> Result<std::int64_t> {
                       TRY(state.people.audit(
                           tx, actor, {"robot.create", "robot", robot.name, robot.url.substr(0, robot.url.find('?'))}));
                       return store::insert_robot(tx, robot);
                     })
                     .context(fmt::format("robot '{}'", robot.name)));
  return Response::json(201, to_json(view_of(robot)));
}

Result<Response> change(State& state, const Request& request, const Actor& actor) {
  const auto wanted = TRY(from_json<RobotChange>(request.body));
  auto robot = TRY(robot_of(state, request));
  robot.name = wanted.name.value_or(robot.name);
  robot.url = wanted.url.value_or(robot.url);
  robot.events = wanted.events.value_or(robot.events);
  robot.repos = wanted.repos.value_or(robot.repos);
  robot.environments = wanted.environments.value_or(robot.environments);
  if (wanted.secret) robot.sealed_secret = wanted.secret->empty() ? "" : state.secrets.seal(*wanted.secret);
  TRY(check(robot));
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(state.people.audit(tx, actor, {"robot.change", "robot", robot.name, ""}));
    return store::update_robot(tx, robot);
  }));
  return Response::json(200, to_json(view_of(robot)));
}

Result<Response> remove(State& state, const Request& request, const Actor& actor) {
  const auto robot = TRY(robot_of(state, request));
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(state.people.audit(tx, actor, {"robot.delete", "robot", robot.name, ""}));
    TRY(store::delete_robot(tx, robot.id));
    return {};
  }));
  return Response::empty(204);
}

Result<Response> test(State& state, const Request& request, const Actor& actor) {
  const auto robot = TRY(robot_of(state, request));
  const Message message{"test",
                        "Sampan can reach this robot",
                        fmt::format("Sent by {} to try it.", actor.name),
                        "/settings/robots",
                        "Open the settings",
                        {},
                        {}};
  return Response::json(200, to_json(TestAnswer{TRY(state.send_now(robot, message))}));
}

Result<Response> deliveries(State& state, const Request& request, const Actor&) {
  const auto robot = TRY(robot_of(state, request));
  const auto text = request.find_query("before").value_or("");
  const bool number = !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
  constexpr std::int64_t kPage = 50;
  DeliveryList answer;
  for (const auto& notice : TRY(state.db.read(
           [&](Tx& tx) { return store::list_notices(tx, robot.id, number ? std::stoll(text) : INT64_MAX, kPage); }))) {
    answer.items.push_back({notice.id, notice.created_at, notice.message.event, notice.message.title, notice.state,
                            notice.attempts, notice.answer, notice.sent_at});
  }
  if (answer.items.size() == kPage) answer.next = std::to_string(answer.items.back().id);
  return Response::json(200, to_json(answer));
}

}  // namespace

std::vector<Route> robot_routes(State& state) {
  const auto route = [&state](Method method, std::string pattern, std::string summary,
                              Result<Response> (*handler)(State&, const Request&, const Actor&)) {
    return Route{
        method, std::move(pattern), Need::site_admin(),
        [&state, handler](const Request& request, const Actor& actor) { return handler(state, request, actor); },
        std::move(summary)};
  };
  std::vector<Route> routes = {
      route(Method::get, "/api/v1/robots", "List the robots people are told by", list),
      route(Method::post, "/api/v1/robots", "Add a robot", create),
      route(Method::patch, "/api/v1/robots/:id", "Change a robot", change),
      route(Method::del, "/api/v1/robots/:id", "Remove a robot", remove),
      route(Method::post, "/api/v1/robots/:id/test", "Send a test message", test),
      route(Method::get, "/api/v1/robots/:id/deliveries", "List what a robot was told", deliveries)};
  routes[0].response_schema = answer_schema_of<RobotList>();
  routes[1].request_schema = schema_of<NewRobot>();
  routes[1].response_schema = answer_schema_of<RobotView>();
  routes[2].request_schema = schema_of<RobotChange>();
  routes[2].response_schema = answer_schema_of<RobotView>();
  routes[4].response_schema = answer_schema_of<TestAnswer>();
  routes[5].response_schema = answer_schema_of<DeliveryList>();
  return routes;
}

}  // namespace sampan::notify
