// Variable groups and their history; runners. Only site administrators change them.
#include "base/text.h"
#include "pipeline/queue_store.h"
#include "pipeline/routes.h"
#include "pipeline/runner_api.h"
#include "pipeline/variable_groups.h"

namespace sampan::pipeline {
namespace {

struct VariableJson {
  std::string key;
  std::optional<std::string> value;
  bool secret = false;
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(VariableJson, (), (key, value, secret, version))
struct GroupJson {
  std::int64_t id = 0;
  std::string name, description;
  std::vector<std::string> environments, repos;
  std::vector<VariableJson> variables;
  Time updated_at{};
  std::string updated_by;
};
BOOST_DESCRIBE_STRUCT(GroupJson, (), (id, name, description, environments, repos, variables, updated_at, updated_by))
struct GroupBody {
  std::optional<std::string> description;
  std::optional<std::vector<std::string>> environments, repos;
};
BOOST_DESCRIBE_STRUCT(GroupBody, (), (description, environments, repos))
struct VariableBody {
  std::string value;
  bool secret = false;
};
BOOST_DESCRIBE_STRUCT(VariableBody, (), (value, secret))
struct ChangeJson {
  Time at{};
  std::string actor, key;
  bool secret = false;
  std::int64_t version = 0;
  std::optional<std::string> old, new_;
  std::string action;
};
BOOST_DESCRIBE_STRUCT(ChangeJson, (), (at, actor, key, secret, version, old, new_, action))

class VariableRoutes {
 public:
  explicit VariableRoutes(Room& room) : room_(room) {}

  Result<Response> list(const Request&, const Actor& actor) const {
    const auto items = TRY(room_.db.read([&](Tx& tx) -> Result<std::vector<GroupJson>> {
      std::vector<GroupJson> out;
      for (const auto& group : TRY(store::list_groups(tx))) out.push_back(TRY(describe(tx, group, actor)));
      return out;
    }));
    return Response::json(200, page_json(items, 0, {}));
  }

  Result<Response> put(const Request& request, const Actor& actor) const {
    const auto body = TRY(from_json<GroupBody>(request.body.empty() ? "{}" : std::string_view(request.body)));
    const std::string name(request.param("name"));
    TRY(change_group(room_, actor, {name, body.description, body.environments, body.repos}));
    const auto group = TRY(room_.db.read([&](Tx& tx) -> Result<GroupJson> {
      auto row = TRY(store::find_group(tx, name));
      if (!row) return fail(Errc::not_found, "there is no variable group '{}'", name);
      return describe(tx, *row, actor);
    }));
    return Response::json(200, to_json(group));
  }

  Result<Response> remove(const Request& request, const Actor& actor) const {
    TRY(remove_group(room_, actor, request.param("name")));
    return Response::empty();
  }

  Result<Response> put_variable(const Request& request, const Actor& actor) const {
    auto body = TRY(from_json<VariableBody>(request.body));
    TRY(set_variable(
        room_, actor,
        {std::string(request.param("name")), std::string(request.param("key")), std::move(body.value), body.secret}));
    return Response::empty();
  }

  Result<Response> remove_variable(const Request& request, const Actor& actor) const {
    TRY(pipeline::remove_variable(room_, actor, request.param("name"), request.param("key")));
    return Response::empty();
  }

  Result<Response> history(const Request& request, const Actor&) const {
    const auto changes =
        TRY(room_.db.read([&](Tx& tx) { return store::list_changes(tx, request.param("name"), 200); }));
    std::vector<ChangeJson> items;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto& change = changes[i];
      ChangeJson item{change.at,      change.actor, change.key,   change.secret,
                      change.version, std::nullopt, std::nullopt, change.action};
      auto before = std::find_if(changes.begin() + static_cast<std::ptrdiff_t>(i) + 1, changes.end(),
                                 [&](const auto& other) { return other.key == change.key; });
      if (before != changes.end() && !before->secret && before->action == "set") item.old = before->value;
      if (!change.secret && change.action == "set") item.new_ = change.value;
      items.push_back(std::move(item));
    }
    return Response::json(200, page_json(items, 0, {}));
  }

 private:
  // Who administers Sampan sees values; others see that there is a variable. A secret's value is seen by nobody.
  static Result<GroupJson> describe(Tx& tx, const store::GroupRow& group, const Actor& actor) {
    GroupJson out{group.id.value, group.name, group.description, group.environments,
                  group.repos,    {},         group.updated_at,  group.updated_by};
    for (const auto& variable : TRY(store::load_group(tx, group.id))) {
      VariableJson item{variable.key, std::nullopt, variable.secret, variable.version};
      if (!variable.secret && actor.site_admin) item.value = variable.value;
      out.variables.push_back(std::move(item));
    }
    return out;
  }

  Room& room_;
};

}  // namespace

std::vector<Route> variable_routes(RouteRoom rooms) {
  const auto made = std::make_shared<VariableRoutes>(rooms.room);
  using Act = Result<Response> (VariableRoutes::*)(const Request&, const Actor&) const;
  const auto on = [made](Act act) -> Route::Handler {
    return [made, act](const Request& q, const Actor& a) { return ((*made).*act)(q, a); };
  };
  const std::string group = "/api/v1/variable-groups/:name";
  return {
      {.method = Method::get,
       .pattern = "/api/v1/variable-groups",
       .need = Need::signed_in(),
       .handler = on(&VariableRoutes::list),
       .summary = "List the variable groups",
       .response_schema = page_schema<GroupJson>()},
      {.method = Method::put,
       .pattern = group,
       .need = Need::site_admin(),
       .handler = on(&VariableRoutes::put),
       .summary = "Make or change a variable group",
       .request_schema = schema_of<GroupBody>(),
       .response_schema = answer_schema_of<GroupJson>()},
      {.method = Method::del,
       .pattern = group,
       .need = Need::site_admin(),
       .handler = on(&VariableRoutes::remove),
       .summary = "Delete a variable group"},
      {.method = Method::put,
       .pattern = group + "/variables/:key",
       .need = Need::site_admin(),
       .handler = on(&VariableRoutes::put_variable),
       .summary = "Set a variable or a secret",
       .request_schema = schema_of<VariableBody>()},
      {.method = Method::del,
       .pattern = group + "/variables/:key",
       .need = Need::site_admin(),
       .handler = on(&VariableRoutes::remove_variable),
       .summary = "Delete a variable"},
      {.method = Method::get,
       .pattern = group + "/history",
       .need = Need::site_admin(),
       .handler = on(&VariableRoutes::history),
       .summary = "List the changes of a variable group",
       .response_schema = page_schema<ChangeJson>()},
  };
}

}  // namespace sampan::pipeline
