// What waits for what, and whether every name that is used exists where it is used.
#include "base/text.h"
#include "pipeline/definition_read.h"

namespace sampan::pipeline {
namespace {

using JobIndex = std::map<std::string, JobSpec*, std::less<>>;

// A job's name as written in `needs`: the id of a job of the same stage, STAGE.JOB, or an id that only one stage has.
struct Found {
  std::string key;
  std::string complaint;
};

Found find_named(const std::vector<StageSpec>& stages, const std::string& stage, const std::string& name) {
  std::vector<std::string> known, hits;
  for (const StageSpec& other : stages) {
    for (const JobSpec& job : other.jobs) {
      known.push_back(other.id == stage ? job.id : job.key());
      if (job.key() == name || (job.id == name && other.id == stage)) return {job.key(), ""};
      if (job.id == name) hits.push_back(job.key());
    }
  }
  if (hits.size() == 1) return {hits.front(), ""};
  if (hits.size() > 1) return {"", fmt::format("several stages have a job '{}': write {}", name, join(hits, " or "))};
  return {"", fmt::format("there is no job '{}'{}", name, did_you_mean(name, known))};
}

std::vector<std::string> earlier_jobs(const std::vector<StageSpec>& stages, const StageNeeds& needs, std::size_t index,
                                      Diagnoses& diagnoses) {
  std::vector<std::string> keys;
  const auto add = [&](const StageSpec& stage) {
    for (const JobSpec& job : stage.jobs) keys.push_back(job.key());
  };
  if (!needs[index]) {
    if (index > 0) add(stages[index - 1]);
    return keys;
  }
  std::vector<std::string> known;
  for (std::size_t i = 0; i < index; ++i) known.push_back(stages[i].id);
  for (const Word& word : *needs[index]) {
    auto stage = std::find_if(stages.begin(), stages.begin() + static_cast<std::ptrdiff_t>(index),
                              [&](const StageSpec& s) { return s.id == word.text; });
    if (stage == stages.begin() + static_cast<std::ptrdiff_t>(index)) {
      diagnoses.error_at(word.line, word.column,
                         fmt::format("stage '{}' needs '{}', which is not a stage before it{}", stages[index].id,
                                     word.text, did_you_mean(word.text, known)));
    } else {
      add(*stage);
    }
  }
  return keys;
}

// Depth first; the path is what a cycle is named by.
class CycleFinder {
 public:
  CycleFinder(const JobIndex& jobs, Diagnoses& diagnoses) : jobs_(jobs), diagnoses_(diagnoses) {}

  bool search() {
    for (const auto& [key, job] : jobs_)
      if (visit(key)) return true;
    return false;
  }

 private:
  bool visit(const std::string& key) {
    if (done_.contains(key)) return false;
    auto again = std::find(path_.begin(), path_.end(), key);
    if (again != path_.end()) {
      std::vector<std::string> cycle(again, path_.end());
      cycle.push_back(key);
      const JobSpec& job = *jobs_.at(key);
      diagnoses_.error_at(job.line, job.column,
                          fmt::format("jobs wait for each other in a circle: {}", join(cycle, " needs ")));
      return true;
    }
    path_.push_back(key);
    for (const std::string& need : jobs_.at(key)->needs)
      if (visit(need)) return true;
    path_.pop_back();
    done_.insert(key);
    return false;
  }

  const JobIndex& jobs_;
  Diagnoses& diagnoses_;
  std::vector<std::string> path_;
  std::set<std::string> done_;
};

}  // namespace

void resolve_needs(std::vector<StageSpec>& stages, const StageNeeds& stage_needs, Diagnoses& diagnoses) {
  JobIndex jobs;
  bool all_known = true;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const std::vector<std::string> earlier = earlier_jobs(stages, stage_needs, i, diagnoses);
    for (JobSpec& job : stages[i].jobs) {
      std::vector<std::string> keys;
      for (const std::string& name : job.needs) {
        Found found = find_named(stages, stages[i].id, name);
        if (found.key.empty()) {
          diagnoses.error_at(job.line, job.column, fmt::format("'needs' of job '{}': {}", job.id, found.complaint));
          all_known = false;
        } else {
          keys.push_back(std::move(found.key));
        }
      }
      // A job that needs another of its own stage inherits that one's wait for the stages before.
      const bool waits_inside = std::any_of(
          keys.begin(), keys.end(), [&](const std::string& key) { return key.starts_with(stages[i].id + "."); });
      if (!waits_inside) keys.insert(keys.end(), earlier.begin(), earlier.end());
      std::sort(keys.begin(), keys.end());
      keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
      job.needs = std::move(keys);
      jobs[job.key()] = &job;
    }
  }
  if (all_known && CycleFinder(jobs, diagnoses).search()) {
    for (StageSpec& stage : stages)
      for (JobSpec& job : stage.jobs) job.needs.clear();
  }
}

namespace {

class ReferenceChecker {
 public:
  ReferenceChecker(const Definition& definition, Diagnoses& diagnoses)
      : definition_(definition), diagnoses_(diagnoses) {}

  void check() {
    for (const StageSpec& stage : definition_.stages) {
      for (const JobSpec& job : stage.jobs) {
        check_condition(job);
        for (const StepSpec& step : job.steps) check_step(job, step);
      }
    }
  }

 private:
  struct Compiled {
    std::vector<Action> actions;
    std::optional<DeployPlan> deploy;
  };

  static Compiled compile(const StepSpec& step) {
    Compilation out;
    out.registry_host = "registry";
    out.repo_path = "group/name";
    step.kind->compile(step.fields, out);
    return {std::move(out.actions), std::move(out.deploy)};
  }

  void check_condition(const JobSpec& job) {
    if (job.condition_text.empty()) return;
    auto condition = Condition::parse(job.condition_text);
    if (!condition) {
      complain(job.line, job.column, fmt::format("'condition' of job '{}': {}", job.id, condition.error().message));
      return;
    }
    for (const std::string& name : condition->jobs()) {
      const Found found = find_named(definition_.stages, job.stage, name);
      if (found.key.empty()) {
        complain(job.line, job.column, fmt::format("'condition' of job '{}': {}", job.id, found.complaint));
      } else if (!comes_before(found.key, job)) {
        complain(
            job.line, job.column,
            fmt::format("'condition' of job '{}' asks for job '{}', which does not end before it: add it to 'needs'",
                        job.id, name));
      }
    }
  }

  void check_step(const JobSpec& job, const StepSpec& step) {
    Compiled compiled = compile(step);
    std::vector<std::string> texts;
    for (Action& action : compiled.actions) for_each_text(action, [&](std::string& text) { texts.push_back(text); });
    if (compiled.deploy) texts = {compiled.deploy->image, compiled.deploy->application, compiled.deploy->environment};
    for (const std::string& text : texts) {
      auto references = find_references(text);
      if (!references) {
        complain(step.line, step.column, fmt::format("step '{}': {}", step.id, references.error().message));
        continue;
      }
      for (const ArtifactReference& reference : *references) check_reference(job, step, reference);
    }
  }

  void check_reference(const JobSpec& job, const StepSpec& step, const ArtifactReference& reference) {
    const std::string key = (reference.stage.empty() ? job.stage : reference.stage) + "." + reference.job;
    const auto say = [&](std::string what) {
      complain(step.line, step.column, fmt::format("step '{}' refers to an artifact: {}", step.id, what));
    };
    const JobSpec* maker = definition_.find_job(key);
    if (maker == nullptr) return say(fmt::format("there is no job '{}'{}", key, did_you_mean(key, all_keys())));
    auto made = std::find_if(maker->steps.begin(), maker->steps.end(),
                             [&](const StepSpec& s) { return s.id == reference.step; });
    if (made == maker->steps.end()) {
      std::vector<std::string> ids;
      for (const StepSpec& other : maker->steps) ids.push_back(other.id);
      return say(fmt::format("job '{}' has no step '{}'{}", key, reference.step, did_you_mean(reference.step, ids)));
    }
    if (maker != &job && !comes_before(key, job))
      return say(fmt::format("job '{}' does not end before job '{}'", key, job.key()));
    if (maker == &job)
      return say(
          "it is made in the same job, where its files are in the workspace and its image is known by its tag; refer "
          "to artifacts of earlier jobs");
    std::vector<std::string> names;
    for (const Action& action : compile(*made).actions) {
      if (action.action == "image_build") names.push_back(*action.artifact);
      if (action.action == "artifact_upload") names.push_back(*action.name);
    }
    if (std::find(names.begin(), names.end(), reference.name) == names.end()) {
      say(names.empty()
              ? fmt::format("step '{}' ({}) makes none", reference.step, made->kind->name)
              : fmt::format("step '{}' makes {}, not '{}'", reference.step, join(names, ", "), reference.name));
    }
  }

  // Does the job `key` end before `job` starts, by needs of needs?
  bool comes_before(const std::string& key, const JobSpec& job) const {
    std::set<std::string> seen;
    std::vector<std::string> open = job.needs;
    while (!open.empty()) {
      const std::string next = open.back();
      open.pop_back();
      if (next == key) return true;
      if (!seen.insert(next).second) continue;
      if (const JobSpec* other = definition_.find_job(next))
        open.insert(open.end(), other->needs.begin(), other->needs.end());
    }
    return false;
  }

  std::vector<std::string> all_keys() const {
    std::vector<std::string> keys;
    for (const StageSpec& stage : definition_.stages)
      for (const JobSpec& job : stage.jobs) keys.push_back(job.key());
    return keys;
  }

  void complain(int line, int column, std::string message) { diagnoses_.error_at(line, column, std::move(message)); }

  const Definition& definition_;
  Diagnoses& diagnoses_;
};

}  // namespace

void check_references(const Definition& definition, Diagnoses& diagnoses) {
  ReferenceChecker(definition, diagnoses).check();
}

}  // namespace sampan::pipeline
