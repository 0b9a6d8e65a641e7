// Results of other tools: taken in for a commit, measured against the same tool's earlier ones.
#include "base/text.h"
#include "findings/standing.h"
#include "findings/state.h"
#include "scan/sarif.h"

namespace sampan::findings {

namespace {

constexpr std::string_view kFile = "SARIF";  // in sentences; a gap of the whole file has no path

bool is_ours(std::string_view tool) {
  const auto name = lower(tool);
  return name == "p3c" || name == "secrets" || name == "packages" || name == lower(scan::kOwnTool);
}

// The results by tool, named as whoever hands them in wants.
Result<std::vector<scan::ToolResults>> read_results(Findings::State& state, const git::Repo& repo, const Sha& commit,
                                                    const Results& results) {
  if (!results.tool.empty() && !scan::is_tool_name(results.tool))
    return fail(Errc::invalid, "the tool '{}': expected a name of 1 to {} bytes", to_valid_utf8(results.tool),
                scan::kLongestTool);
  scan::SarifSource source{std::string(kFile), results.root};
  source.read = [&](const std::set<std::string>& paths, const scan::SarifSource::Take& take) -> Result<void> {
    std::vector<std::string> names;
    std::vector<Sha> blobs;
    for (const auto& file : TRY(state.git.all_files(repo, commit))) {
      if (!paths.contains(file.path)) continue;
      names.push_back(file.path);
      blobs.push_back(file.blob);
    }
    const auto give = [&](std::size_t i, std::optional<std::string> text) -> Result<void> {
      if (text) take(names[i], *text);
      return {};
    };
    return state.git.read_blobs(repo, blobs, scan::kMostBytes, give);
  };
  auto tools = TRY(scan::read_sarif(results.sarif, source));
  if (tools.size() > 1 && !results.tool.empty())
    return fail(Errc::invalid, "the file has results of {} tools, which cannot all be called '{}'", tools.size(),
                results.tool);
  if (tools.empty() && !results.tool.empty()) tools.push_back({results.tool, {}});
  if (tools.empty()) return fail(Errc::invalid, "the file has no run, so it says nothing of any tool");
  for (auto& one : tools) {
    if (is_ours(one.tool) || is_ours(results.tool))
      return fail(Errc::invalid, "results of Sampan's own engines are not taken in: it scans every push by itself");
    if (!results.tool.empty()) one.tool = results.tool;
    for (auto& finding : one.scanned.findings) finding.engine = one.tool;
    for (auto& gap : one.scanned.gaps) {
      if (gap.path == kFile) gap.path.clear();
    }
  }
  return tools;
}

Result<bool> has_results(Tx& tx, RepoId repo, const Sha& commit, std::string_view tool) {
  if (commit.is_zero()) return false;
  return TRY(store::handed_in_outcome(tx, repo, commit, tool)).has_value();
}

Result<Sha> base_of(Findings::State& state, const git::Repo& repo, const CommitScan& scan, const std::string& tool) {
  if (TRY(state.db.read([&](Tx& tx) { return has_results(tx, repo.id, scan.base, tool); }))) return scan.base;
  const auto known =
      TRY(state.db.read([&](Tx& tx) { return store::commits_of_tool(tx, repo.id, tool, kMostAncestors); }));
  return first_ancestor(state, repo, known, scan.commit);
}

// Without a base nothing is fresh: a tool that comes to old code finds what was there.
Result<std::vector<scan::Finding>> fresh_among(Tx& tx, RepoId repo, std::string_view tool, const Sha& base,
                                               std::vector<scan::Finding> findings) {
  const auto before = TRY(store::handed_in_outcome(tx, repo, base, tool));
  if (!before) return std::vector<scan::Finding>();
  const auto known = fingerprints(before->findings);
  std::erase_if(findings, [&](const scan::Finding& one) { return known.contains(one.fingerprint); });
  return findings;
}

// Those whose base is this commit, or which waited for it.
Result<void> measure_later(Tx& tx, const HandedIn& base) {
  for (const auto& commit : TRY(store::measured_against(tx, base.repo, base.tool, base.commit))) {
    auto outcome = TRY(store::handed_in_outcome(tx, base.repo, commit, base.tool));
    if (!outcome) continue;
    const auto fresh = TRY(fresh_among(tx, base.repo, base.tool, base.commit, std::move(outcome->findings)));
    TRY(store::measure(tx, base.repo, commit, base.tool, base.commit, count(fresh)));
  }
  return {};
}

}  // namespace

Result<Foreign> foreign_at(Findings::State& state, const git::Repo& repo, const Sha& commit) {
  return state.db.read([&](Tx& tx) -> Result<Foreign> {
    Foreign foreign;
    for (const auto& one : TRY(store::handed_in_at(tx, repo.id, commit))) {
      auto outcome = TRY(store::handed_in_outcome(tx, repo.id, commit, one.tool));
      if (!outcome) continue;
      std::move(outcome->findings.begin(), outcome->findings.end(), std::back_inserter(foreign.findings));
      std::move(outcome->gaps.begin(), outcome->gaps.end(), std::back_inserter(foreign.gaps));
    }
    return foreign;
  });
}

Result<std::vector<scan::Finding>> fresh_foreign(Findings::State& state, const git::Repo& repo, const Sha& commit) {
  return state.db.read([&](Tx& tx) -> Result<std::vector<scan::Finding>> {
    std::vector<scan::Finding> all;
    for (const auto& one : TRY(store::handed_in_at(tx, repo.id, commit))) {
      if (one.fresh.all() == 0) continue;
      auto outcome = TRY(store::handed_in_outcome(tx, repo.id, commit, one.tool));
      if (!outcome) continue;
      for (auto& fresh : TRY(fresh_among(tx, repo.id, one.tool, one.base, std::move(outcome->findings))))
        all.push_back(std::move(fresh));
    }
    return all;
  });
}

Result<std::vector<HandedIn>> hand_in(Findings::State& state, const Actor& actor, const git::Repo& repo,
                                      const Sha& commit, const Results& results) {
  auto tools = TRY(read_results(state, repo, commit, results));
  const auto main = state.git.resolve(repo, repo.default_branch);
  const auto branch = main && *main == commit ? repo.default_branch : commit.text();
  const auto scan = TRY(state.scan_of(repo, commit, "refs/heads/" + branch, Sha::zero()));
  state.enqueue(scan);
  std::vector<HandedIn> handed;
  for (const auto& [tool, scanned] : tools) {
    HandedIn one{repo.id, commit, tool, TRY(base_of(state, repo, scan, tool)), count(scanned.findings), {}, 0,
                 0,       "",     {}};
    one.gaps = static_cast<std::int64_t>(scanned.gaps.size());
    one.suppressed = scanned.suppressed;
    one.by = actor.name;
    one.at = state.clock.now();
    handed.push_back(std::move(one));
  }
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    for (std::size_t i = 0; i < handed.size(); ++i) {
      auto& one = handed[i];
      const auto& scanned = tools[i].scanned;
      one.fresh = count(TRY(fresh_among(tx, repo.id, one.tool, one.base, scanned.findings)));
      TRY(store::put_handed_in(tx, one, {scanned.findings, scanned.gaps}));
      TRY(measure_later(tx, one));
      TRY(state.people.audit(
          tx, actor,
          {"finding.hand_in", "repository", repo.path(),
           fmt::format("{} of {}: {} findings, {} gaps", one.tool, commit.short_text(), one.found.all(), one.gaps)}));
    }
    return {};
  }));
  return handed;
}

Result<CommitScan> with_foreign(Findings::State& state, CommitScan scan) {
  if (scan.state != ScanState::done) return scan;
  const auto add = [](Counts& to, const Counts& more) {
    to = {to.blocker + more.blocker, to.critical + more.critical, to.major + more.major};
  };
  for (const auto& one : TRY(state.db.read([&](Tx& tx) { return store::handed_in_at(tx, scan.repo, scan.commit); }))) {
    add(scan.found, one.found);
    add(scan.fresh, one.fresh);
    scan.gaps += one.gaps;
  }
  return scan;
}

}  // namespace sampan::findings
