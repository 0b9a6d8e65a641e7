#include "findings/findings.h"

#include "base/log.h"
#include "findings/state.h"
#include "model/say.h"

namespace sampan::findings {

namespace {

constexpr std::string_view kBranches = "refs/heads/";

// Two, so that a small push is not held up by somebody's first scan of a large repository.
constexpr int kWorkers = 2;

}  // namespace

Findings::Findings(Db& db, Clock& clock, EventLog& events, git::Git& git, people::People& people, Config config)
    : state_(std::make_unique<State>(db, clock, events, git, people, std::move(config))) {}
Findings::~Findings() { stop(); }

void Findings::connect() {
  auto& state = *state_;
  if (!state.config.pushes) return;
  state.git.add_push_check([&state](const git::PushCheck& push) { return state.check_push(push); });
  state.git.add_push_notice([&state](const events::PushReceived& push) { return state.notice(push); });
  listen<events::PushReceived>(state.events, "findings", [&state](const events::PushReceived& push) -> Result<void> {
    auto scans = state.scans_of(push);
    if (!scans && scans.error().code == Errc::not_found) return {};  // deleted meanwhile
    for (const auto& scan : TRY(std::move(scans))) state.enqueue(scan);
    return {};
  });
}

Result<void> Findings::recover() {
  for (const auto& scan : TRY(state_->db.read([](Tx& tx) { return store::queued_scans(tx); }))) state_->enqueue(scan);
  return {};
}

void Findings::start() {
  if (state_->config.pushes) state_->crew.start();
  for (int i = 0; i < kWorkers; ++i) state_->workers.emplace_back([this] { state_->run(); });
}

void Findings::hurry() {
  state_->work.lock()->leaving = true;
  state_->crew.hurry();
}

void Findings::stop() {
  hurry();
  state_->work.lock()->stopping = true;
  state_->changed.notify_all();
  state_->workers.clear();
}

std::vector<Route> Findings::routes() {
  auto routes = finding_routes(*state_);
  for (auto& route : rule_routes(*state_)) routes.push_back(std::move(route));
  for (auto& route : sarif_routes(*state_)) routes.push_back(std::move(route));
  return routes;
}

Result<std::vector<HandedIn>> Findings::hand_in(const Actor& actor, const git::Repo& repo, const Sha& commit,
                                                const Results& results) {
  return findings::hand_in(*state_, actor, repo, commit, results);
}

Result<Verdict> Findings::gate(const git::Repo& repo, const Sha& commit, std::string_view branch) {
  return verdict_of(*state_, repo, commit, branch);
}

Result<std::vector<CommitScan>> Findings::State::scans_of(const events::PushReceived& push) {
  const auto repo = TRY(git.find_repo(push.repo));
  std::vector<CommitScan> scans;
  for (const auto& update : push.updates) {
    if (update.new_sha.is_zero() || !update.ref.starts_with(kBranches)) continue;
    scans.push_back(TRY(scan_of(repo, update.new_sha, update.ref, update.old_sha)));
  }
  return scans;
}

Result<Sha> first_ancestor(Findings::State& state, const git::Repo& repo, const std::vector<Sha>& among,
                           const Sha& of) {
  for (const auto& commit : among) {
    if (commit == of) continue;
    const auto before = state.git.is_ancestor(repo, commit, of);
    if (before && *before) return commit;  // one that was swept from the repository is none
  }
  return Sha::zero();
}

// A new branch is measured against where it left the default branch; where it has nothing in common with that, against
// what was pushed last of what it has.
Result<Sha> Findings::State::base_of(const git::Repo& repo, const Sha& commit, const std::string& ref, const Sha& old) {
  auto base = old;
  if (ref.empty()) {
    const auto parents = TRY(git.read_commit(repo, commit)).parents;
    if (!parents.empty()) base = parents.front();
  } else if (old.is_zero() && ref != std::string(kBranches) + repo.default_branch) {
    if (auto main = git.resolve(repo, repo.default_branch))
      base = TRY(git.merge_base(repo, *main, commit)).value_or(Sha::zero());
    if (base.is_zero()) {
      const auto pushed = TRY(db.read([&](Tx& tx) { return store::pushed_lately(tx, repo.id, kMostAncestors); }));
      base = TRY(first_ancestor(*this, repo, pushed, commit));
    }
  }
  return base == commit ? Sha::zero() : base;
}

Result<CommitScan> Findings::State::scan_of(const git::Repo& repo, const Sha& commit, const std::string& ref,
                                            const Sha& old) {
  const auto known = TRY(db.read([&](Tx& tx) { return store::find_scan(tx, repo.id, commit); }));
  if (known && (ref.empty() || !known->ref.empty())) return *known;
  CommitScan scan;
  scan.repo = repo.id;
  scan.commit = commit;
  scan.base = TRY(base_of(repo, commit, ref, old));
  scan.ref = ref;
  scan.created_at = clock.now();
  return db.write_lazily([&](Tx& tx) -> Result<CommitScan> {
    if (known) TRY(store::take_over(tx, known->id, scan));
    if (!known) TRY(store::insert_scan(tx, scan));
    return *TRY(store::find_scan(tx, repo.id, commit));
  });
}

void Findings::State::enqueue(const CommitScan& scan) {
  if (scan.state != ScanState::queued) return;
  {
    auto now = work.lock();
    if (now->pending.insert(scan.id).second) now->queue.push_back(scan);
  }
  changed.notify_all();
}

Result<void> Findings::State::do_scan(CommitScan scan) {
  for (;;) {
    const auto begun = std::chrono::steady_clock::now();
    const auto now = TRY(db.read([&](Tx& tx) { return store::find_scan(tx, scan.repo, scan.commit); }));
    if (!now || now->state != ScanState::queued) return {};  // done by the one before, or the repository is gone
    scan = *now;
    const auto repo = git.find_repo(scan.repo);
    if (!repo) return {};
    const auto done = scan_commit(*this, *repo, scan);
    if (!done && work.lock()->leaving) return {};
    scan.state = done ? ScanState::done : ScanState::failed;
    if (!done) scan.reason = done.error().message;
    if (!done) log::warning("findings", "scanning {} of {}: {}", scan.commit.text(), repo->path(), scan.reason);
    scan.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
    scan.finished_at = clock.now();
    if (TRY(db.write_lazily([&](Tx& tx) { return store::finish_scan(tx, scan); }))) return {};
  }
}

bool Findings::State::wait_for(std::int64_t id, std::chrono::steady_clock::time_point until) {
  auto now = work.lock();
  return changed.wait_until(now.lock(), until, [&] { return now->stopping || !now->pending.contains(id); });
}

// A scan that the database could not be told of is tried again until it can: a disk that was full will be well again.
void Findings::State::run() {
  constexpr std::chrono::seconds kBetweenTries{1};
  bool well = true;  // what is so again and again is said once
  for (;;) {
    CommitScan scan;
    {
      auto now = work.lock();
      changed.wait(now.lock(), [&] { return now->stopping || !now->queue.empty(); });
      if (now->stopping) return;
      scan = std::move(now->queue.front());
      now->queue.pop_front();
    }
    if (const auto done = do_scan(scan); !done) {
      if (well) log::error("findings", "scanning {}: {}; tried again", scan.commit.text(), done.error().message);
      well = false;
      auto now = work.lock();
      changed.wait_for(now.lock(), kBetweenTries, [&] { return now->stopping; });
      now->queue.push_back(scan);
      continue;
    }
    well = true;
    work.lock()->pending.erase(scan.id);
    changed.notify_all();
  }
}

}  // namespace sampan::findings
