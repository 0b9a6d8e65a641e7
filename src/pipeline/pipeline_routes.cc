// Pipeline files of a repository, what its events started, and its caches.
#include "pipeline/artifact_store.h"
#include "pipeline/gate_store.h"
#include "pipeline/new_run.h"
#include "pipeline/routes.h"
#include "pipeline/runner_api.h"
#include "pipeline/values.h"

namespace sampan::pipeline {
namespace {

struct Mistake {
  std::string file;
  int line = 0, column = 0;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(Mistake, (), (file, line, column, message))
struct GraphStep {
  std::string key, name, step;
};
BOOST_DESCRIBE_STRUCT(GraphStep, (), (key, name, step))
struct GraphJob {
  std::string key, name;
  std::vector<std::string> needs;
  std::string driven;
  std::optional<std::string> component, condition;
  std::vector<GraphStep> steps;
};
BOOST_DESCRIBE_STRUCT(GraphJob, (), (key, name, needs, driven, component, condition, steps))
struct GraphStage {
  std::string id, name;
  std::vector<GraphJob> jobs;
};
BOOST_DESCRIBE_STRUCT(GraphStage, (), (id, name, jobs))
struct Graph {
  std::vector<GraphStage> stages;
  std::vector<view::Edge> edges;
};
BOOST_DESCRIBE_STRUCT(Graph, (), (stages, edges))

struct PipelineJson {
  std::int64_t id = 0;
  std::string file, name;
  std::vector<std::string> triggers;
  std::optional<std::string> branches_filter;
  std::optional<view::RunBrief> last_run;
  std::vector<Mistake> errors;
};
BOOST_DESCRIBE_STRUCT(PipelineJson, (), (id, file, name, triggers, branches_filter, last_run, errors))
struct PipelineFileJson {
  std::string yaml;
  std::optional<Graph> graph;
  std::vector<Mistake> errors, warnings;
};
BOOST_DESCRIBE_STRUCT(PipelineFileJson, (), (yaml, graph, errors, warnings))
struct CheckBody {
  std::string yaml;
  std::optional<std::string> file;
};
BOOST_DESCRIBE_STRUCT(CheckBody, (), (yaml, file))
struct CheckAnswer {
  std::vector<Mistake> errors, warnings;
  std::optional<Graph> graph;
};
BOOST_DESCRIBE_STRUCT(CheckAnswer, (), (errors, warnings, graph))
struct TriggerJson {
  Time at{};
  std::string event, ref, sha, actor, outcome, reason;
  std::optional<std::string> pipeline_file;
  std::optional<std::int64_t> run_id;
};
BOOST_DESCRIBE_STRUCT(TriggerJson, (), (at, event, ref, sha, actor, outcome, reason, pipeline_file, run_id))
struct CacheJson {
  std::int64_t id = 0;
  std::string job_key, directory, pipeline_file;
  std::int64_t size = 0;
  std::string note;
  Time updated_at{};
};
BOOST_DESCRIBE_STRUCT(CacheJson, (), (id, job_key, directory, pipeline_file, size, note, updated_at))

std::vector<Mistake> mistakes(const std::vector<Diagnosis>& diagnoses) {
  std::vector<Mistake> out;
  for (const Diagnosis& d : diagnoses) out.push_back({d.file, d.line, d.column, d.message});
  return out;
}

std::optional<Graph> graph_of(const std::optional<Definition>& definition) {
  if (!definition) return std::nullopt;
  Graph graph;
  for (const StageSpec& stage : definition->stages) {
    GraphStage out{stage.id, stage.name, {}};
    for (const JobSpec& job : stage.jobs) {
      GraphJob one{job.key(), job.name, job.needs, job.manual ? "manual" : "auto", std::nullopt, std::nullopt, {}};
      if (job.gate) one.component = "ManualValidate";
      if (!job.condition_text.empty()) one.condition = job.condition_text;
      for (const StepSpec& step : job.steps) one.steps.push_back({step.id, step.name, step.kind->name});
      for (const std::string& need : job.needs) graph.edges.push_back({need, job.key()});
      out.jobs.push_back(std::move(one));
    }
    graph.stages.push_back(std::move(out));
  }
  return graph;
}

std::vector<std::string> trigger_texts(const Definition& definition) {
  if (!definition.source) return {"push"};
  std::vector<std::string> texts;
  for (TriggerKind kind : definition.source->events) {
    switch (kind) {
      case TriggerKind::push: texts.emplace_back("push"); break;
      case TriggerKind::tag_push: texts.emplace_back("tagPush"); break;
      case TriggerKind::merge_request_merged: texts.emplace_back("mergeRequestMerged"); break;
      case TriggerKind::merge_request_opened: texts.emplace_back("mergeRequestOpenedOrUpdate"); break;
    }
  }
  return texts;
}

class PipelineRoutes {
 public:
  explicit PipelineRoutes(RouteRoom rooms) : rooms_(rooms), room_(rooms.room) {}

  Result<Response> list(const Request& request, const Actor&) const {
    const git::Repo repo = TRY(repo_of(request));
    auto sha = head_of(request, repo);
    if (!sha && sha.error().code == Errc::not_found && !request.find_query("ref"))
      return Response::json(200, R"({"items":[],"next":null})");
    const auto files = TRY(read_pipeline_files(room_, repo, TRY(std::move(sha))));
    const auto items = TRY(room_.db.read([&](Tx& tx) -> Result<std::vector<PipelineJson>> {
      std::vector<PipelineJson> out;
      const auto around = TRY(view::look_around(tx, rooms_.dispatcher));
      for (const PipelineFile& file : files) out.push_back(TRY(describe(tx, repo, file, around)));
      return out;
    }));
    return Response::json(200, page_json(items, 0, {}));
  }

  Result<Response> show(const Request& request, const Actor&) const {
    const git::Repo repo = TRY(repo_of(request));
    const Sha sha = TRY(head_of(request, repo));
    std::string path(request.param("file"));
    if (!path.starts_with(".sampan/")) path = ".sampan/" + path;
    if (!is_pipeline_file(path))
      return fail(Errc::not_found, "'{}' is not a pipeline file: expected .sampan/NAME.yaml", path);
    const std::string text = TRY(room_.git.read_file(repo, sha, path));
    const Reading reading = read_definition(text, path);
    return Response::json(200, to_json(PipelineFileJson{text, graph_of(reading.definition), mistakes(reading.errors),
                                                        mistakes(reading.warnings)}));
  }

  Result<Response> check(const Request& request, const Actor&) const {
    const auto body = TRY(from_json<CheckBody>(request.body));
    const Reading reading = read_definition(body.yaml, body.file.value_or(".sampan/pipeline.yaml"));
    return Response::json(
        200, to_json(CheckAnswer{mistakes(reading.errors), mistakes(reading.warnings), graph_of(reading.definition)}));
  }

  Result<Response> triggers(const Request& request, const Actor&) const {
    const git::Repo repo = TRY(repo_of(request));
    const PageAsked asked = TRY(page_asked(request));
    const auto rows =
        TRY(room_.db.read([&](Tx& tx) { return store::list_triggers(tx, repo.id, asked.before, asked.limit); }));
    std::vector<TriggerJson> items;
    for (const auto& row : rows) {
      TriggerJson item{row.at,      row.event,  short_ref(row.ref), row.sha,     row.actor_name,
                       row.outcome, row.reason, std::nullopt,       std::nullopt};
      if (!row.file.empty()) item.pipeline_file = row.file;
      if (row.run) item.run_id = row.run.value;
      items.push_back(std::move(item));
    }
    return Response::json(200, page_json(items, rows.empty() ? 0 : rows.back().id, asked));
  }

  Result<Response> caches(const Request& request, const Actor&) const {
    const git::Repo repo = TRY(repo_of(request));
    std::vector<CacheJson> items;
    for (const auto& row : TRY(room_.db.read([&](Tx& tx) { return store::list_caches(tx, repo.id); }))) {
      items.push_back({row.id, row.job_key, row.directory, row.file, row.size, row.note, row.updated_at});
    }
    return Response::json(200, page_json(items, 0, {}));
  }

  Result<Response> drop_cache(const Request& request, const Actor& actor) const {
    const git::Repo repo = TRY(repo_of(request));
    const std::int64_t id = TRY(number_of(request.param("cache"), "the cache's id"));
    TRY(room_.db.write([&](Tx& tx) -> Result<void> {
      const auto cache = TRY(store::load_cache(tx, repo.id, id));
      TRY(store::drop_cache(tx, cache.id, room_.clock.now()));
      return room_.people.audit(
          tx, actor, {"cache.delete", "repo", repo.path(), fmt::format("{} of {}", cache.directory, cache.job_key)});
    }));
    return Response::empty();
  }

 private:
  Result<git::Repo> repo_of(const Request& request) const {
    return room_.git.find_repo(request.param("group"), request.param("repo"));
  }

  Result<Sha> head_of(const Request& request, const git::Repo& repo) const {
    return room_.git.resolve(repo, request.find_query("ref").value_or(repo.default_branch));
  }

  Result<PipelineJson> describe(Tx& tx, const git::Repo& repo, const PipelineFile& file,
                                const view::Surroundings& around) const {
    PipelineJson out;
    out.file = file.path;
    out.name = file.path.substr(8);
    out.errors = mistakes(file.reading.errors);
    if (file.reading.definition) {
      out.name = file.reading.definition->name;
      out.triggers = trigger_texts(*file.reading.definition);
      if (file.reading.definition->source && !file.reading.definition->source->branches_filter.empty())
        out.branches_filter = file.reading.definition->source->branches_filter;
    }
    if (auto pipeline = TRY(store::find_pipeline(tx, repo.id, file.path))) out.id = pipeline->id.value;
    store::RunFilter last;
    last.repo = repo.id;
    last.file = file.path;
    last.limit = 1;
    auto briefs = TRY(view::make_briefs(room_, tx, TRY(store::list_runs(tx, last)), around));
    if (!briefs.empty()) out.last_run = std::move(briefs.front());
    return out;
  }

  RouteRoom rooms_;
  Room& room_;
};

}  // namespace

std::vector<Route> pipeline_routes(RouteRoom rooms) {
  const auto made = std::make_shared<PipelineRoutes>(rooms);
  using Act = Result<Response> (PipelineRoutes::*)(const Request&, const Actor&) const;
  const auto on = [made](Act act) -> Route::Handler {
    return [made, act](const Request& q, const Actor& a) { return ((*made).*act)(q, a); };
  };
  const std::string repo = "/api/v1/repos/:group/:repo";
  const std::vector<std::pair<std::string, std::string>> ref{
      {"ref", "branch, tag or commit; absent: the default branch"}};
  return {
      {.method = Method::get,
       .pattern = repo + "/pipelines",
       .need = Need::viewer(),
       .handler = on(&PipelineRoutes::list),
       .summary = "List the pipelines of a repository",
       .response_schema = page_schema<PipelineJson>(),
       .query = ref},
      {.method = Method::get,
       .pattern = repo + "/pipelines/*file",
       .need = Need::viewer(),
       .handler = on(&PipelineRoutes::show),
       .summary = "Show a pipeline file and its graph",
       .response_schema = answer_schema_of<PipelineFileJson>(),
       .query = ref},
      {.method = Method::post,
       .pattern = "/api/v1/pipelines/check",
       .need = Need::signed_in(),
       .handler = on(&PipelineRoutes::check),
       .summary = "Check a pipeline file",
       .request_schema = schema_of<CheckBody>(),
       .response_schema = answer_schema_of<CheckAnswer>()},
      {.method = Method::get,
       .pattern = repo + "/triggers",
       .need = Need::viewer(),
       .handler = on(&PipelineRoutes::triggers),
       .summary = "List what events started, or why nothing",
       .response_schema = page_schema<TriggerJson>(),
       .query = {{"limit", "at most so many, up to 200"}, {"before", "cursor"}}},
      {.method = Method::get,
       .pattern = repo + "/caches",
       .need = Need::viewer(),
       .handler = on(&PipelineRoutes::caches),
       .summary = "List the caches of jobs",
       .response_schema = page_schema<CacheJson>()},
      {.method = Method::del,
       .pattern = repo + "/caches/:cache",
       .need = Need::developer(),
       .handler = on(&PipelineRoutes::drop_cache),
       .summary = "Delete a cache"},
  };
}

}  // namespace sampan::pipeline
