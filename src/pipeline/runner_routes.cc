// Runners as people see and administer them.
#include "base/text.h"
#include "pipeline/queue_store.h"
#include "pipeline/routes.h"
#include "pipeline/runner_api.h"

namespace sampan::pipeline {
namespace {

struct RunnerJson {
  std::int64_t id = 0;
  std::string name, state, version;
  std::vector<std::string> labels;
  std::int64_t busy = 0, capacity = 0;
  std::optional<Time> last_seen_at;
  std::vector<std::int64_t> current_jobs;
  std::optional<std::string> token;  // once, when it is made
};
BOOST_DESCRIBE_STRUCT(RunnerJson, (),
                      (id, name, state, version, labels, busy, capacity, last_seen_at, current_jobs, token))
struct RunnerBody {
  std::string name;
  std::vector<std::string> labels;
};
BOOST_DESCRIBE_STRUCT(RunnerBody, (), (name, labels))

class RunnerRoutes {
 public:
  explicit RunnerRoutes(RouteRoom rooms) : rooms_(rooms), room_(rooms.room) {}

  Result<Response> list(const Request&, const Actor&) const {
    const auto connected = rooms_.dispatcher.connected();
    const auto items = TRY(room_.db.read([&](Tx& tx) -> Result<std::vector<RunnerJson>> {
      std::vector<RunnerJson> out;
      for (const auto& row : TRY(store::list_runners(tx))) {
        const bool online = std::any_of(connected.begin(), connected.end(),
                                        [&](const ConnectedRunner& runner) { return runner.id == row.id; });
        RunnerJson item = describe(row, online);
        for (JobId job : TRY(store::leased_to(tx, row.id))) item.current_jobs.push_back(job.value);
        item.busy = static_cast<std::int64_t>(item.current_jobs.size());
        out.push_back(std::move(item));
      }
      return out;
    }));
    return Response::json(200, page_json(items, 0, {}));
  }

  Result<Response> add(const Request& request, const Actor& actor) const {
    auto body = TRY(from_json<RunnerBody>(request.body));
    if (!is_valid_name(body.name))
      return fail(Errc::invalid, "'{}' is not a name for a runner: expected letters, digits, . _ -, at most 64",
                  body.name);
    std::sort(body.labels.begin(), body.labels.end());
    const auto made = TRY(room_.db.write([&](Tx& tx) -> Result<RunnerJson> {
      if (TRY(store::find_runner(tx, body.name)))
        return fail(Errc::conflict, "there is a runner '{}' already", body.name);
      store::RunnerRow row;
      row.name = body.name;
      row.labels = join(body.labels, ",");
      row.created_at = room_.clock.now();
      row.id = TRY(store::insert_runner(tx, row));
      RunnerJson out = describe(row, false);
      out.token = TRY(room_.people.create_runner_token(tx, row.id, row.name));
      TRY(room_.people.audit(tx, actor, {"runner.add", "runner", row.name, row.labels}));
      room_.publish(tx, "runners");
      return out;
    }));
    return Response::json(201, to_json(made));
  }

  Result<Response> remove(const Request& request, const Actor& actor) const {
    const RunnerId id{TRY(number_of(request.param("runner"), "the runner's id"))};
    TRY(room_.db.write([&](Tx& tx) -> Result<void> {
      const auto row = TRY(store::load_runner(tx, id));
      if (!TRY(store::leased_to(tx, id)).empty())
        return fail(Errc::conflict, "the runner '{}' has jobs: wait for them, or cancel their runs", row.name);
      TRY(room_.people.revoke_runner_tokens(tx, id));
      TRY(store::delete_runner(tx, id));
      room_.publish(tx, "runners");
      return room_.people.audit(tx, actor, {"runner.delete", "runner", row.name, ""});
    }));
    return Response::empty();
  }

 private:
  static RunnerJson describe(const store::RunnerRow& row, bool online) {
    RunnerJson out{
        row.id.value, row.name,    online ? "online" : "offline", row.version, {}, 0, row.capacity, row.last_seen_at,
        {},           std::nullopt};
    if (!row.labels.empty()) out.labels = split(row.labels, ',');
    return out;
  }

  RouteRoom rooms_;
  Room& room_;
};

}  // namespace

std::vector<Route> runner_admin_routes(RouteRoom rooms) {
  const auto made = std::make_shared<RunnerRoutes>(rooms);
  using Act = Result<Response> (RunnerRoutes::*)(const Request&, const Actor&) const;
  const auto on = [made](Act act) -> Route::Handler {
    return [made, act](const Request& q, const Actor& a) { return ((*made).*act)(q, a); };
  };
  return {
      {.method = Method::get,
       .pattern = "/api/v1/runners",
       .need = Need::signed_in(),
       .handler = on(&RunnerRoutes::list),
       .summary = "List the runners",
       .response_schema = page_schema<RunnerJson>()},
      {.method = Method::post,
       .pattern = "/api/v1/runners",
       .need = Need::site_admin(),
       .handler = on(&RunnerRoutes::add),
       .summary = "Add a runner; its token is told once",
       .request_schema = schema_of<RunnerBody>(),
       .response_schema = answer_schema_of<RunnerJson>()},
      {.method = Method::del,
       .pattern = "/api/v1/runners/:runner",
       .need = Need::site_admin(),
       .handler = on(&RunnerRoutes::remove),
       .summary = "Remove a runner"},
  };
}

}  // namespace sampan::pipeline
