// Secrets that a commit wrote and a later one took out: whoever fetches still has them.
#include <map>

#include "findings/standing.h"
#include "findings/state.h"

namespace sampan::findings {

namespace {

constexpr std::string_view kEngine = "secrets";

// What the commits since the base wrote; before it, in files that lost a secret, all that was ever written.
Result<std::vector<git::ChangedFile>> written_for(Findings::State& state, const git::Repo& repo, const CommitScan& scan,
                                                  const std::vector<scan::Finding>& gone) {
  std::set<std::string> paths;
  for (const auto& finding : gone) {
    if (finding.engine == kEngine) paths.insert(finding.path);
  }
  std::vector<git::ChangedFile> written;
  for (const auto& path : paths) {
    for (auto& change : TRY(state.git.written_files(repo, Sha::zero(), scan.base, path)))
      written.push_back(std::move(change));
  }
  for (auto& change : TRY(state.git.written_files(repo, scan.base, scan.commit))) written.push_back(std::move(change));
  return written;
}

}  // namespace

Result<void> look_back(Findings::State& state, const git::Repo& repo, const CommitScan& scan,
                       const CommitSettings& with, const LeftBehind& left) {
  const auto written = TRY(written_for(state, repo, scan, left.gone));
  std::set<FileKey> seen(left.held.begin(), left.held.end());
  std::vector<FileKey> wanted;
  std::vector<Sha> commits;
  for (const auto& change : written) {
    const FileKey key{change.path, change.new_blob};
    if (with.settings.excludes(change.path) || !seen.insert(key).second) continue;
    wanted.push_back(key);
    commits.push_back(change.commit);
  }
  const scan::Order order(with.settings, {.p3c = false, .secrets = true});
  std::vector<scan::Finding> found;
  const auto keep = [&](std::size_t first, std::vector<std::optional<scan::Scanned>> scanned) -> Result<void> {
    for (std::size_t i = 0; i < scanned.size(); ++i) {
      if (!scanned[i]) continue;
      for (auto& finding : scanned[i]->findings) {
        finding.commit = commits[first + i].text();
        found.push_back(std::move(finding));
      }
    }
    return {};
  };
  TRY(scan_blobs(state, {repo, order, wanted}, keep));
  if (found.empty()) return {};
  return state.db.write_lazily([&](Tx& tx) -> Result<void> {
    for (const auto& finding : found) TRY(store::insert_past(tx, repo.id, finding));
    return {};
  });
}

Result<std::vector<Standing>> past_of(Findings::State& state, const git::Repo& repo, const Held& held) {
  if (held.scan.state != ScanState::done) return std::vector<Standing>();
  auto past = TRY(state.db.read([&](Tx& tx) { return store::list_past(tx, repo.id); }));
  if (past.empty()) return std::vector<Standing>();
  std::map<std::pair<std::string, Sha>, bool> known;
  const auto reaches = [&](const Sha& tip, const std::string& text) -> Result<bool> {
    if (tip.is_zero()) return false;
    const auto [at, added] = known.try_emplace({text, tip}, false);
    const auto commit = Sha::parse(text);
    if (added && commit) at->second = TRY(state.git.is_ancestor(repo, *commit, tip));
    return at->second;
  };
  const auto now = fingerprints(held.findings);
  std::set<std::string> before;
  std::vector<scan::Finding> here;
  for (auto& finding : past) {
    if (now.contains(finding.fingerprint) || !TRY(reaches(held.scan.commit, finding.commit))) continue;
    if (TRY(reaches(held.scan.base, finding.commit))) before.insert(finding.fingerprint);
    here.push_back(std::move(finding));
  }
  std::stable_sort(here.begin(), here.end(), [](const scan::Finding& a, const scan::Finding& b) {
    return std::tie(a.path, a.range.line) < std::tie(b.path, b.range.line);
  });
  const auto dismissals = TRY(state.db.read([&](Tx& tx) { return store::list_dismissals(tx, repo.id); }));
  return stand(std::move(here), before, dismissals, state.clock.now());
}

}  // namespace sampan::findings
