// Once a day: outcomes of rule sets that nobody uses any more.
#include "base/log.h"
#include "findings/state.h"

namespace sampan::findings {

namespace {

constexpr std::chrono::hours kDay{24};
constexpr int kAtOnce = 500;  // rows; the writer is free between two batches

// A branch that is gone keeps nothing.
Result<std::set<std::string>> used_by(Findings::State& state, RepoId id) {
  const auto repo = TRY(state.git.find_repo(id));
  std::set<std::string> used;
  for (const auto& [ref, rule_set] : TRY(state.db.read([&](Tx& tx) { return store::last_rule_sets(tx, id); }))) {
    if (ref.empty() || state.git.resolve(repo, ref)) used.insert(rule_set);
  }
  if (const auto head = state.git.resolve(repo, repo.default_branch))
    used.insert(TRY(settings_at(state, repo, *head)).rule_set);
  return used;
}

// Disowned before anything is gone: a commit must never look clean because its outcomes are not there.
Result<std::int64_t> forget(Findings::State& state, const store::RuleSetOf& of) {
  if (!TRY(state.db.write([&](Tx& tx) { return store::disown_scans(tx, of); }))) return 0;
  std::int64_t gone = 0;
  for (;;) {
    const auto now = TRY(state.db.write_lazily([&](Tx& tx) { return store::delete_files(tx, of, kAtOnce); }));
    gone += now;
    if (now < kAtOnce || state.work.lock()->stopping) return gone;
  }
}

}  // namespace

Result<void> Findings::collect() {
  auto& state = *state_;
  const auto now = state.clock.now();
  {
    auto last = state.collected_at.lock();
    if (*last && now - **last < kDay) return {};
    *last = now;
  }
  std::int64_t gone = 0;
  store::RuleSetOf at;
  std::pair<RepoId, std::set<std::string>> used;
  for (;;) {
    const auto next = TRY(state.db.read([&](Tx& tx) { return store::next_rule_set(tx, at); }));
    if (!next || state.work.lock()->stopping) break;
    at = *next;
    if (used.first != at.repo) {
      auto found = used_by(state, at.repo);
      if (!found && found.error().code == Errc::not_found) continue;  // deleted meanwhile, and its outcomes with it
      used = {at.repo, TRY(std::move(found))};
    }
    if (!used.second.contains(at.rule_set)) gone += TRY(forget(state, at));
  }
  if (gone > 0) log::info("findings", "{} outcomes of files by rule sets that nobody uses are gone", gone);
  return {};
}

}  // namespace sampan::findings
