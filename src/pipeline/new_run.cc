#include "pipeline/new_run.h"

#include "base/text.h"
#include "pipeline/progress.h"
#include "pipeline/values.h"

namespace sampan::pipeline {
namespace {

Result<void> make_room(Room& room, Tx& tx, const Definition& definition, PipelineId pipeline) {
  std::vector<RunId> open = TRY(store::open_runs(tx, pipeline));
  const auto most = static_cast<std::size_t>(definition.concurrency.most_runs);
  if (open.size() < most) return {};
  if (!definition.concurrency.preempt_oldest) {
    return fail(Errc::conflict, "{} runs of '{}' are under way and maxRunningPipelineInstances allows {}", open.size(),
                definition.name, most);
  }
  for (std::size_t i = 0; i + most <= open.size(); ++i) {
    Progress oldest = TRY(Progress::open(room, tx, open[i]));
    TRY(oldest.cancel("", "a newer run took its place (pipelineMaxRunningBehavior: preemptOldest)"));
    TRY(oldest.commit());
  }
  return {};
}

}  // namespace

std::vector<std::string> app_files_of(const Definition& definition) {
  std::set<std::string> files;
  for (const StageSpec& stage : definition.stages) {
    for (const JobSpec& job : stage.jobs) {
      for (const StepSpec& step : job.steps)
        if (step.kind->platform) files.insert(step.fields.text("file"));
    }
  }
  return {files.begin(), files.end()};
}

Result<store::RunRow> create_run(Room& room, Tx& tx, const NewRun& wanted) {
  const Definition& definition = wanted.definition;
  store::PipelineRow pipeline = TRY(store::open_pipeline(tx, wanted.repo.id, definition.file, definition.name));
  TRY(check_groups(tx, definition.groups, wanted.repo.path()));
  TRY(make_room(room, tx, definition, pipeline.id));
  RunPlan plan = make_plan(definition, {room.config.registry_host, wanted.repo.path()});
  store::RunRow run;
  run.pipeline = pipeline.id;
  run.repo = wanted.repo.id;
  run.repo_path = wanted.repo.path();
  run.file = definition.file;
  run.number = pipeline.last_number + 1;
  run.name = definition.name;
  run.ref = wanted.ref;
  run.sha = wanted.sha;
  run.title = wanted.title;
  run.cause = wanted.cause;
  run.push = wanted.push;
  run.actor = wanted.actor;
  run.actor_name = wanted.actor_name;
  run.remark = wanted.remark;
  run.yaml = wanted.yaml;
  run.stages = plan.stages;
  run.groups = plan.groups;
  run.created_at = room.clock.now();
  TRY(store::set_last_number(tx, pipeline.id, run.number));
  run.id = TRY(store::insert_run(tx, run));
  for (const KeyValue& variable : plan.variables) TRY(store::put_variable(tx, run.id, "file", variable));
  for (const KeyValue& variable : wanted.inputs) TRY(store::put_variable(tx, run.id, "input", variable));
  std::int64_t place = 0;
  for (JobPlan& job : plan.jobs) {
    for (StepPlan& step : job.steps) {
      if (!step.deploy) continue;
      auto text = wanted.app_files.find(step.deploy->file);
      if (text != wanted.app_files.end()) step.deploy->app_yaml = text->second;
    }
    store::JobRow row;
    row.run = run.id;
    row.pipeline = run.pipeline;
    row.repo = run.repo;
    row.place = place++;
    row.key = job.key;
    row.plan = std::make_shared<const JobPlan>(std::move(job));
    TRY(store::insert_job(tx, row));
  }
  Progress progress = TRY(Progress::open(room, tx, run.id));
  TRY(progress.commit());
  return run;
}

bool is_pipeline_file(std::string_view path) {
  if (!path.starts_with(".sampan/") || path.find('/', 8) != std::string_view::npos) return false;
  return (path.ends_with(".yaml") || path.ends_with(".yml")) && path != ".sampan/app.yaml" && path != ".sampan/app.yml";
}

Result<std::vector<PipelineFile>> read_pipeline_files(Room& room, const git::Repo& repo, const Sha& commit) {
  constexpr std::size_t kMostFiles = 50;
  std::vector<PipelineFile> files;
  auto paths = room.git.list_files(repo, commit, ".sampan");
  if (!paths && paths.error().code == Errc::not_found) return files;  // no such folder
  if (!paths) return paths.error();
  for (std::string& path : *paths) {
    if (!is_pipeline_file(path) || files.size() >= kMostFiles) continue;
    auto text = room.git.read_file(repo, commit, path);
    PipelineFile file{path, text ? *text : "", {}};
    if (text) {
      file.reading = read_definition(*text, path);
    } else {
      file.reading.errors.push_back({path, 1, 1, text.error().message});
    }
    files.push_back(std::move(file));
  }
  return files;
}

namespace {

struct Head {
  std::string ref;
  Sha sha;
};

Result<Head> find_head(Room& room, const git::Repo& repo, std::string name) {
  if (name.empty()) name = repo.default_branch;
  if (name.starts_with("refs/")) {
    Sha sha = TRY(room.git.resolve(repo, name));
    return Head{std::move(name), sha};
  }
  auto branch = room.git.resolve(repo, "refs/heads/" + name);
  if (branch) return Head{"refs/heads/" + name, *branch};
  auto tag = room.git.resolve(repo, "refs/tags/" + name);
  if (!tag) return fail(Errc::not_found, "{} has no branch or tag '{}'", repo.path(), name);
  return Head{"refs/tags/" + name, *tag};
}

Result<PipelineFile> pick(std::vector<PipelineFile> files, std::string_view wanted, std::string_view where) {
  std::vector<std::string> names;
  for (PipelineFile& file : files) {
    const std::string name = file.reading.definition ? file.reading.definition->name : "";
    if (file.path == wanted || file.path.substr(8) == wanted || name == wanted ||
        file.path.substr(8, file.path.rfind('.') - 8) == wanted)
      return std::move(file);
    names.push_back(file.path.substr(8));
  }
  if (files.empty()) return fail(Errc::not_found, "{} has no pipeline: expected files in .sampan/", where);
  return fail(Errc::not_found, "{} has no pipeline '{}'{}; there are {}", where, wanted, did_you_mean(wanted, names),
              join(names, ", "));
}

std::map<std::string, std::string> read_app_files(Room& room, const git::Repo& repo, const Sha& commit,
                                                  const Definition& definition) {
  std::map<std::string, std::string> files;
  for (const std::string& path : app_files_of(definition)) {
    if (auto text = room.git.read_file(repo, commit, path)) files[path] = *text;  // absent: the Deploy step says so
  }
  return files;
}

}  // namespace

Result<RunId> start_by_hand(Room& room, const Actor& actor, const git::Repo& repo, const ManualRun& wanted) {
  for (const KeyValue& variable : wanted.variables) {
    if (!is_variable_name(variable.key))
      return fail(Errc::invalid,
                  "'{}' is not a name for a variable: expected a letter or _, then letters, digits and _",
                  variable.key);
  }
  const Head head = TRY(find_head(room, repo, wanted.ref));
  const std::string where = fmt::format("{} at {}", repo.path(), short_ref(head.ref));
  std::vector<PipelineFile> files = TRY(read_pipeline_files(room, repo, head.sha));
  PipelineFile file = TRY(pick(std::move(files), wanted.pipeline, where));
  if (!file.reading.definition) return fail(Errc::invalid, "{}", format(file.reading.errors.front()));
  const auto commit = TRY(room.git.read_commit(repo, head.sha));
  NewRun run{repo,
             *file.reading.definition,
             file.text,
             head.ref,
             head.sha.text(),
             commit.title,
             "manual",
             {},
             actor.user,
             actor.name,
             wanted.comment,
             wanted.variables,
             read_app_files(room, repo, head.sha, *file.reading.definition)};
  return room.db.write([&](Tx& tx) -> Result<RunId> {
    const store::RunRow made = TRY(create_run(room, tx, run));
    TRY(room.people.audit(
        tx, actor,
        {"run.start", "run", fmt::format("{} {} #{}", made.repo_path, made.name, made.number), short_ref(made.ref)}));
    return made.id;
  });
}

Result<RunId> start_again(Room& room, const Actor& actor, RunId id) {
  struct Earlier {
    store::RunRow run;
    std::vector<KeyValue> inputs;
  };
  const Earlier earlier = TRY(room.db.read([&](Tx& tx) -> Result<Earlier> {
    store::RunRow run = TRY(store::load_run(tx, id));
    auto inputs = TRY(store::load_variables(tx, id, "input"));
    return Earlier{std::move(run), std::move(inputs)};
  }));
  const git::Repo repo = TRY(room.git.find_repo(earlier.run.repo));
  Reading reading = read_definition(earlier.run.yaml, earlier.run.file);
  if (!reading.definition) return fail(Errc::invalid, "{}", format(reading.errors.front()));
  const auto sha = Sha::parse(earlier.run.sha);
  NewRun run{repo,
             *reading.definition,
             earlier.run.yaml,
             earlier.run.ref,
             earlier.run.sha,
             earlier.run.title,
             "retry",
             {},
             actor.user,
             actor.name,
             fmt::format("run #{} again", earlier.run.number),
             earlier.inputs,
             sha ? read_app_files(room, repo, *sha, *reading.definition) : std::map<std::string, std::string>{}};
  return room.db.write([&](Tx& tx) -> Result<RunId> {
    const store::RunRow made = TRY(create_run(room, tx, run));
    TRY(room.people.audit(
        tx, actor, {"run.retry", "run", fmt::format("{} {} #{}", made.repo_path, made.name, made.number), run.remark}));
    return made.id;
  });
}

}  // namespace sampan::pipeline
