#include "pipeline/triggers.h"

#include "base/log.h"
#include "pipeline/gate_store.h"
#include "pipeline/values.h"

namespace sampan::pipeline {
namespace {

// What one push needs from git, read before the transaction; equal commits are read once, equal texts are parsed once.
class PushReader {
 public:
  PushReader(Room& room, const git::Repo& repo) : room_(room), repo_(repo) {}

  struct Commit {
    Sha sha;
    std::string title;
    std::vector<PipelineFile> files;
    std::string problem;
  };
  const Commit& commit(const Sha& sha) {
    auto [found, added] = commits_.try_emplace(sha.text());
    if (added) read(sha, found->second);
    return found->second;
  }

  std::map<std::string, std::string> app_files(const Sha& sha, const Definition& definition) {
    std::map<std::string, std::string> files;
    for (const std::string& path : app_files_of(definition)) {
      if (auto text = room_.git.read_file(repo_, sha, path)) files[path] = *text;
    }
    return files;
  }

 private:
  void read(const Sha& sha, Commit& out) {
    auto info = room_.git.read_commit(repo_, sha);
    auto files = info ? read_pipeline_files(room_, repo_, sha) : Result<std::vector<PipelineFile>>(info.error());
    if (!files) {
      out.problem = files.error().message;
      return;
    }
    out.sha = info->sha;
    out.title = info->title;
    out.files = std::move(*files);
  }

  Room& room_;
  const git::Repo& repo_;
  std::map<std::string, Commit> commits_;
};

struct Candidate {
  store::TriggerRow record;  // outcome not decided yet when `definition` is there
  const PipelineFile* file = nullptr;
  std::string title;
  std::map<std::string, std::string> app_files;
};

class PushReaction {
 public:
  PushReaction(Room& room, const git::Repo& repo, const events::PushReceived& push)
      : room_(room), repo_(repo), push_(push), reader_(room, repo) {}

  void collect() {
    for (const events::RefUpdate& update : push_.updates) collect_ref(update);
  }

  Result<void> write() {
    return room_.db.write([&](Tx& tx) -> Result<void> {
      if (!TRY(store::take_push(tx, push_.push))) return {};
      for (const Candidate& candidate : candidates_) {
        store::TriggerRow record = candidate.record;
        if (candidate.file != nullptr) TRY(start(tx, candidate, record));
        TRY(store::insert_trigger(tx, record));
      }
      return {};
    });
  }

 private:
  void collect_ref(const events::RefUpdate& update) {
    const bool tag = update.ref.starts_with("refs/tags/");
    if (!tag && !update.ref.starts_with("refs/heads/")) return;
    Candidate base;
    base.record.repo = push_.repo;
    base.record.at = room_.clock.now();
    base.record.event = tag ? "tag" : "push";
    base.record.ref = update.ref;
    base.record.sha = update.new_sha.text();
    base.record.actor_name = push_.actor_name;
    base.record.outcome = "nothing";
    if (update.new_sha.is_zero()) return add(base, "", "it was deleted");
    const PushReader::Commit& commit = reader_.commit(update.new_sha);
    if (!commit.problem.empty()) return add(base, "", commit.problem);
    base.record.sha = commit.sha.text();  // of an annotated tag: the commit it names
    if (commit.files.empty()) return add(base, "", "there is no pipeline file (.sampan/*.yaml) at this commit");
    for (const PipelineFile& file : commit.files) collect_file(update, commit, file, base);
  }

  void collect_file(const events::RefUpdate& update, const PushReader::Commit& commit, const PipelineFile& file,
                    const Candidate& base) {
    if (!file.reading.definition)
      return add(base, file.path, fmt::format("the file has errors: {}", format(file.reading.errors.front())));
    RefEvent event{update.ref, repo_.default_branch, commit.title, push_.options, {}, true};
    if (asks_for_paths(*file.reading.definition) && !update.old_sha.is_zero()) {
      if (auto paths = room_.git.changed_paths(repo_, update.old_sha, commit.sha)) {
        event.changed_paths = *paths;
        event.all_paths = false;
      }
    }
    if (auto reason = why_not(*file.reading.definition, event)) return add(base, file.path, *reason);
    Candidate candidate = base;
    candidate.record.file = file.path;
    candidate.file = &file;
    candidate.title = commit.title;
    candidate.app_files = reader_.app_files(commit.sha, *file.reading.definition);
    candidates_.push_back(std::move(candidate));
  }

  void add(Candidate candidate, std::string file, std::string reason) {
    candidate.record.file = std::move(file);
    candidate.record.reason = std::move(reason);
    candidates_.push_back(std::move(candidate));
  }

  Result<void> start(Tx& tx, const Candidate& candidate, store::TriggerRow& record) {
    auto made = create_run(room_, tx,
                           {repo_,
                            *candidate.file->reading.definition,
                            candidate.file->text,
                            record.ref,
                            record.sha,
                            candidate.title,
                            record.event,
                            push_.push,
                            push_.actor,
                            push_.actor_name,
                            "",
                            {},
                            candidate.app_files});
    if (made) {
      record.outcome = "started";
      record.run = made->id;
    } else if (made.error().code == Errc::conflict || made.error().code == Errc::invalid) {
      record.reason = made.error().message;  // nothing was written of it: both are found before the first row
    } else {
      return made.error();
    }
    return {};
  }

  Room& room_;
  const git::Repo& repo_;
  const events::PushReceived& push_;
  PushReader reader_;
  std::vector<Candidate> candidates_;
};

}  // namespace

Result<void> react_to_push(Room& room, const events::PushReceived& push) {
  auto repo = room.git.find_repo(push.repo);
  if (!repo && repo.error().code == Errc::not_found) return {};  // deleted since
  if (!repo) return repo.error();
  auto& locks = *room.push_locks;
  std::lock_guard lock(locks[static_cast<std::size_t>(push.push.value) % locks.size()]);
  const bool seen = TRY(room.db.read([&](Tx& tx) { return store::is_push_taken(tx, push.push); }));
  if (seen) return {};
  PushReaction reaction(room, *repo, push);
  reaction.collect();
  return reaction.write();
}

std::vector<std::string> push_notice(Room& room, const events::PushReceived& push) {
  std::vector<std::string> lines;
  if (auto done = react_to_push(room, push); !done) {
    log::error("pipeline", "push {} will be looked at again: {}", push.push.value, done.error().message);
    return lines;
  }
  auto runs = room.db.read([&](Tx& tx) { return store::runs_of_push(tx, push.repo, push.push); });
  if (!runs) return lines;
  constexpr std::size_t kMostLines = 5;
  for (const auto& run : *runs) {
    if (lines.size() == kMostLines) {
      lines.push_back(fmt::format("and {} more runs", runs->size() - kMostLines));
      break;
    }
    lines.push_back(
        fmt::format("run #{} of {} started: {}/runs/{}", run.number, run.name, room.config.public_url, run.run.value));
  }
  return lines;
}

}  // namespace sampan::pipeline
