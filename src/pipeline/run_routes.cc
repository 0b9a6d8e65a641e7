// Runs, their jobs and gates.
#include "pipeline/new_run.h"
#include "pipeline/routes.h"
#include "pipeline/run_actions.h"
#include "pipeline/runner_api.h"
#include "pipeline/values.h"

namespace sampan::pipeline {

Result<SeenRun> see_run(RouteRoom rooms, const Request& request, const Actor& actor, Role least) {
  const RunId id{TRY(number_of(request.param("run"), "the run's id"))};
  store::RunRow run = TRY(rooms.room.db.read([&](Tx& tx) { return store::load_run(tx, id); }));
  const git::Repo repo = TRY(rooms.room.git.find_repo(run.repo));
  const Role role = TRY(rooms.room.git.role_on(actor, repo));
  if (role < Role::viewer) return fail(Errc::not_found, "there is no run {}", id.value);
  if (role < least)
    return fail(Errc::denied, "this needs the role {} on {}", least == Role::admin ? "admin" : "developer",
                repo.path());
  return SeenRun{std::move(run), role};
}

Result<store::JobRow> see_job(RouteRoom rooms, const Request& request, const Actor& actor) {
  const SeenRun seen = TRY(see_run(rooms, request, actor, Role::viewer));
  const JobId id{TRY(number_of(request.param("job"), "the job's id"))};
  store::JobRow job = TRY(rooms.room.db.read([&](Tx& tx) { return store::load_job(tx, id); }));
  if (job.run != seen.run.id) return fail(Errc::not_found, "run {} has no job {}", seen.run.id.value, id.value);
  return job;
}

Result<PageAsked> page_asked(const Request& request) {
  PageAsked asked;
  if (auto limit = request.find_query("limit"))
    asked.limit = static_cast<int>(std::clamp<std::int64_t>(TRY(number_of(*limit, "the query 'limit'")), 1, 200));
  if (auto before = request.find_query("before")) asked.before = TRY(number_of(*before, "the query 'before'"));
  return asked;
}

namespace {

struct StartBody {
  std::string pipeline, ref;
  std::map<std::string, std::string> variables;
  std::optional<std::string> comment;
};
BOOST_DESCRIBE_STRUCT(StartBody, (), (pipeline, ref, variables, comment))
struct RetryBody {
  std::optional<std::int64_t> job;
};
BOOST_DESCRIBE_STRUCT(RetryBody, (), (job))
struct VoteBody {
  std::optional<std::string> comment;
  std::optional<Time> release_at;
};
BOOST_DESCRIBE_STRUCT(VoteBody, (), (comment, release_at))

template <class T>
Result<T> body_of(const Request& request) {
  return from_json<T>(request.body.empty() ? "{}" : std::string_view(request.body));
}

class RunRoutes {
 public:
  explicit RunRoutes(RouteRoom rooms) : rooms_(rooms), room_(rooms.room) {}

  Result<Response> answer_run(const Actor& actor, RunId id, int status) const {
    view::Run run = TRY(room_.db.read([&](Tx& tx) -> Result<view::Run> {
      const store::RunRow row = TRY(store::load_run(tx, id));
      const auto around = TRY(view::look_around(tx, rooms_.dispatcher));
      const git::Repo repo = TRY(room_.git.find_repo(row.repo));
      const Role role = TRY(room_.git.role_on(actor, repo));
      return view::make_run(room_, tx, row, around, {actor, role});
    }));
    return Response::json(status, to_json(run));
  }

  Result<Response> show(const Request& request, const Actor& actor) const {
    const SeenRun seen = TRY(see_run(rooms_, request, actor, Role::viewer));
    return answer_run(actor, seen.run.id, 200);
  }

  Result<Response> list(const Request& request, const Actor& actor) const {
    const PageAsked asked = TRY(page_asked(request));
    store::RunFilter filter = TRY(filter_of(request, asked));
    if (request.find_query("mine")) filter.actor = actor.user;
    if (auto path = request.find_query("repo")) filter.repo = TRY(room_.git.find_repo_by_path(*path)).id;
    // Asked for those the page comes by, not for all there are.
    std::map<std::int64_t, bool> seen;
    return answer_list(filter, asked, [&](const store::RunRow& run) -> Result<bool> {
      const auto [repo, added] = seen.try_emplace(run.repo.value);
      if (added) repo->second = TRY(room_.git.role_on(actor, run.repo)) >= Role::viewer;
      return repo->second;
    });
  }

  Result<Response> list_of_repo(const Request& request, const Actor&) const {
    const PageAsked asked = TRY(page_asked(request));
    store::RunFilter filter = TRY(filter_of(request, asked));
    filter.repo = TRY(room_.git.find_repo(request.param("group"), request.param("repo"))).id;
    return answer_list(filter, asked, [](const store::RunRow&) -> Result<bool> { return true; });
  }

  Result<Response> start(const Request& request, const Actor& actor) const {
    const auto body = TRY(body_of<StartBody>(request));
    const git::Repo repo = TRY(room_.git.find_repo(request.param("group"), request.param("repo")));
    ManualRun wanted{body.pipeline, body.ref, {}, body.comment.value_or("")};
    for (const auto& [key, value] : body.variables) wanted.variables.push_back({key, value});
    const RunId run = TRY(start_by_hand(room_, actor, repo, wanted));
    return answer_run(actor, run, 201);
  }

  Result<Response> cancel(const Request& request, const Actor& actor) const {
    const SeenRun seen = TRY(see_run(rooms_, request, actor, Role::developer));
    TRY(cancel_run(room_, actor, seen.run.id));
    return answer_run(actor, seen.run.id, 200);
  }

  Result<Response> retry(const Request& request, const Actor& actor) const {
    const SeenRun seen = TRY(see_run(rooms_, request, actor, Role::developer));
    const auto body = TRY(body_of<RetryBody>(request));
    if (!body.job) {
      const RunId made = TRY(start_again(room_, actor, seen.run.id));
      return answer_run(actor, made, 201);
    }
    TRY(retry_job(room_, actor, seen.run.id, {*body.job}));
    return answer_run(actor, seen.run.id, 200);
  }

  Result<Response> start_by_person(const Request& request, const Actor& actor) const {
    const SeenRun seen = TRY(see_run(rooms_, request, actor, Role::developer));
    TRY(start_job(room_, actor, seen.run.id, {TRY(number_of(request.param("job"), "the job's id"))}));
    return answer_run(actor, seen.run.id, 200);
  }

  Result<Response> decide(const Request& request, const Actor& actor, std::string_view verdict) const {
    // A validator needs no role but to see the run: the gate itself names who may.
    const SeenRun seen = TRY(see_run(rooms_, request, actor, Role::viewer));
    const auto body = TRY(body_of<VoteBody>(request));
    const JobId job{TRY(number_of(request.param("job"), "the job's id"))};
    TRY(vote(room_, actor, seen.run.id, job, {std::string(verdict), body.comment.value_or(""), body.release_at}));
    return answer_run(actor, seen.run.id, 200);
  }

 private:
  static Result<store::RunFilter> filter_of(const Request& request, const PageAsked& asked) {
    store::RunFilter filter;
    filter.before = asked.before;
    filter.limit = asked.limit;
    filter.state = request.find_query("state").value_or("");
    if (!filter.state.empty() && !enum_from<RunState>(filter.state)) {
      return fail(Errc::invalid, "the state '{}': {}", filter.state,
                  expected_one_of(filter.state, enum_names<RunState>()));
    }
    filter.file = request.find_query("pipeline").value_or("");
    if (!filter.file.empty() && !filter.file.starts_with(".sampan/")) filter.file = ".sampan/" + filter.file;
    filter.ref = request.find_query("ref").value_or("");
    if (!filter.ref.empty() && !filter.ref.starts_with("refs/")) filter.ref = "refs/heads/" + filter.ref;
    filter.sha = request.find_query("sha").value_or("");
    return filter;
  }

  Result<Response> answer_list(store::RunFilter filter, const PageAsked& asked,
                               const std::function<Result<bool>(const store::RunRow&)>& visible) const {
    std::int64_t last = 0;
    const auto briefs = TRY(room_.db.read([&](Tx& tx) -> Result<std::vector<view::RunBrief>> {
      std::vector<store::RunRow> shown;
      bool more = true;
      // Runs the asker may not see are passed over; a bounded number of pages is looked through.
      for (int page = 0; more && page < 20; ++page) {
        auto rows = TRY(store::list_runs(tx, filter));
        more = rows.size() == static_cast<std::size_t>(filter.limit);
        for (store::RunRow& row : rows) {
          last = filter.before = row.id.value;
          if (TRY(visible(row))) shown.push_back(std::move(row));
          more = more && shown.size() < static_cast<std::size_t>(asked.limit);
          if (shown.size() == static_cast<std::size_t>(asked.limit)) break;
        }
      }
      return view::make_briefs(room_, tx, std::move(shown), TRY(view::look_around(tx, rooms_.dispatcher)));
    }));
    return Response::json(200, page_json(briefs, last, asked));
  }

  RouteRoom rooms_;
  Room& room_;
};

}  // namespace

std::vector<Route> run_routes(RouteRoom rooms) {
  const auto made = std::make_shared<RunRoutes>(rooms);
  using Act = Result<Response> (RunRoutes::*)(const Request&, const Actor&) const;
  const auto on = [made](Act act) -> Route::Handler {
    return [made, act](const Request& q, const Actor& a) { return ((*made).*act)(q, a); };
  };
  const auto decide = [made](std::string verdict) -> Route::Handler {
    return [made, verdict](const Request& q, const Actor& a) { return made->decide(q, a, verdict); };
  };
  const std::string repo = "/api/v1/repos/:group/:repo", run = "/api/v1/runs/:run";
  const std::vector<std::pair<std::string, std::string>> page{{"limit", "at most so many, up to 200"},
                                                              {"before", "cursor: `next` of the page before"}};
  auto all_query = page, repo_query = page;
  all_query.insert(all_query.end(), {{"state", "only in this state"},
                                     {"repo", "only of this repository"},
                                     {"sha", "only of this commit"},
                                     {"mine", "only those I caused"}});
  repo_query.insert(repo_query.end(), {{"pipeline", "only of this file"},
                                       {"ref", "only of this branch"},
                                       {"sha", "only of this commit"},
                                       {"state", "only in this state"}});
  const Json run_schema = answer_schema_of<view::Run>(), briefs = page_schema<view::RunBrief>();
  const auto route = [](Method method, std::string pattern, Need need, Route::Handler handler, std::string summary,
                        Json request, Json response) {
    Route made_route{.method = method,
                     .pattern = std::move(pattern),
                     .need = need,
                     .handler = std::move(handler),
                     .summary = std::move(summary)};
    made_route.request_schema = std::move(request);
    made_route.response_schema = std::move(response);
    return made_route;
  };
  std::vector<Route> all;
  all.push_back(route(Method::get, "/api/v1/runs", Need::signed_in(), on(&RunRoutes::list), "List the runs I may see",
                      nullptr, briefs));
  all.back().query = all_query;
  all.push_back(route(Method::get, repo + "/runs", Need::viewer(), on(&RunRoutes::list_of_repo),
                      "List the runs of a repository", nullptr, briefs));
  all.back().query = repo_query;
  all.push_back(route(Method::post, repo + "/runs", Need::developer(), on(&RunRoutes::start), "Start a pipeline",
                      schema_of<StartBody>(), run_schema));
  all.push_back(route(Method::get, run, Need::signed_in(), on(&RunRoutes::show), "Show a run", nullptr, run_schema));
  all.push_back(route(Method::post, run + "/cancel", Need::signed_in(), on(&RunRoutes::cancel), "Cancel a run", nullptr,
                      run_schema));
  all.push_back(route(Method::post, run + "/retry", Need::signed_in(), on(&RunRoutes::retry),
                      "Run again: all with the same inputs, or one job and what waits for it", schema_of<RetryBody>(),
                      run_schema));
  all.push_back(route(Method::post, run + "/jobs/:job/start", Need::signed_in(), on(&RunRoutes::start_by_person),
                      "Start a job that waits for a person", nullptr, run_schema));
  all.push_back(route(Method::post, run + "/jobs/:job/approve", Need::signed_in(), decide("approve"),
                      "Pass a gate, now or at a time", schema_of<VoteBody>(), run_schema));
  all.push_back(route(Method::post, run + "/jobs/:job/refuse", Need::signed_in(), decide("refuse"), "Refuse a gate",
                      schema_of<VoteBody>(), run_schema));
  return all;
}

}  // namespace sampan::pipeline
