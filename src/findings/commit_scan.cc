// The scan of one commit: what changed since its base is read, what is known is not; counts follow from those of the
// base.
#include "base/crypto.h"
#include "base/log.h"
#include "findings/standing.h"
#include "findings/state.h"
#include "scan/packages.h"

namespace sampan::findings {

namespace {

constexpr std::string_view kSettingsFile = ".sampan/scan.yaml";
FileOutcome outcome_of(const std::string& path, std::optional<scan::Scanned>& scanned) {
  if (scanned) return {std::move(scanned->findings), std::move(scanned->gaps)};
  if (!scan::is_source(path)) return {};  // a film, an archive: nothing that people wrote
  return {{}, {{path, 0, "", {"没有检查：文件太大", "not checked: too large"}}}};
}

// One repository's files through the engines, by one rule set.
class Reading {
 public:
  Reading(Findings::State& state, const git::Repo& repo, const CommitSettings& with)
      : state_(state), repo_(repo), with_(with), order_(with.settings) {}

  // Afterwards each of the files has an outcome. Returns how many had to be read.
  Result<std::int64_t> read(const std::vector<FileKey>& wanted) {
    const auto known =
        TRY(state_.db.read([&](Tx& tx) { return store::known_files(tx, repo_.id, with_.rule_set, wanted); }));
    std::set<FileKey> unknown;
    for (const auto& key : wanted) {
      if (!key.path.empty() && !known.contains(key) && !with_.settings.excludes(key.path)) unknown.insert(key);
    }
    std::vector<FileKey> keys(unknown.begin(), unknown.end());
    const auto keep = [&](std::size_t first, std::vector<std::optional<scan::Scanned>> scanned) {
      return state_.db.write_lazily([&](Tx& tx) -> Result<void> {
        for (std::size_t i = 0; i < scanned.size(); ++i) {
          const auto& key = keys[first + i];
          TRY(store::insert_file(tx, repo_.id, with_.rule_set, key, outcome_of(key.path, scanned[i])));
        }
        return {};
      });
    };
    TRY(scan_blobs(state_, {repo_, order_, keys}, keep));
    return static_cast<std::int64_t>(keys.size());
  }

 private:
  Findings::State& state_;
  const git::Repo& repo_;
  const CommitSettings& with_;
  const scan::Order order_;
};

// Both sides of what changed: everything found in the files as they are, and as they were.
struct Sides {
  FileOutcome now, before;
};

Result<Sides> sides_of(Findings::State& state, const git::Repo& repo, const std::string& rule_set,
                       const std::vector<FileKey>& now, const std::vector<FileKey>& before) {
  return state.db.read([&](Tx& tx) -> Result<Sides> {
    Sides sides;
    const auto gather = [&](const std::vector<FileKey>& keys, FileOutcome& into) -> Result<void> {
      for (const auto& key : keys) {
        auto outcome = TRY(store::find_file(tx, repo.id, rule_set, key));
        if (!outcome) continue;  // left out by the settings
        std::move(outcome->findings.begin(), outcome->findings.end(), std::back_inserter(into.findings));
        std::move(outcome->gaps.begin(), outcome->gaps.end(), std::back_inserter(into.gaps));
      }
      return {};
    };
    TRY(gather(now, sides.now));
    TRY(gather(before, sides.before));
    return sides;
  });
}

// The files that differ from the base, as they are and as they were. The packages of a tree stand among its files.
struct Changed {
  std::vector<FileKey> now, before;
};

Result<std::vector<FileKey>> whole_tree(Findings::State& state, const git::Repo& repo, const Sha& commit,
                                        const CommitSettings& with) {
  const auto files = TRY(state.git.all_files(repo, commit));
  std::vector<FileKey> keys;
  for (const auto& file : files) keys.push_back({file.path, file.blob});
  if (auto packages = TRY(packages_at(state, repo, with, files))) keys.push_back(std::move(*packages));
  return keys;
}

Result<Changed> changed_since_base(Findings::State& state, const git::Repo& repo, const CommitScan& scan,
                                   const CommitSettings& with) {
  Changed changed;
  if (scan.base.is_zero()) {
    changed.now = TRY(whole_tree(state, repo, scan.commit, with));
    return changed;
  }
  bool manifests = false;
  for (const auto& change : TRY(state.git.changed_files(repo, scan.base, scan.commit))) {
    if (!change.new_blob.is_zero()) changed.now.push_back({change.path, change.new_blob});
    for (const auto& old : change.old_blobs) changed.before.push_back({change.path, old});
    manifests = manifests || scan::is_manifest(change.path);
  }
  if (!manifests) return changed;
  const auto add = [&](const Sha& commit, std::vector<FileKey>& keys) -> Result<void> {
    if (auto key = TRY(packages_at(state, repo, with, TRY(state.git.all_files(repo, commit)))))
      keys.push_back(std::move(*key));
    return {};
  };
  TRY(add(scan.commit, changed.now));
  TRY(add(scan.base, changed.before));
  return changed;
}

Counts moved(const Counts& base, const Counts& more, const Counts& less) {
  return {base.blocker + more.blocker - less.blocker, base.critical + more.critical - less.critical,
          base.major + more.major - less.major};
}

}  // namespace

Result<CommitSettings> settings_at(Findings::State& state, const git::Repo& repo, const Sha& commit) {
  static const std::string rules = sha256_hex(SAMPAN_VERSION + scan::rule_reference() + scan::secret_reference());
  CommitSettings with;
  auto text = state.git.read_file(repo, commit, kSettingsFile);
  if (!text && text.error().code != Errc::not_found) return text.error();
  with.rule_set = sha256_hex(rules + (text ? *text : std::string())).substr(0, 32);
  with.all_rules = fmt::format("{} {} {}", with.rule_set, advisories_stamp(state), day_of(state.clock.now()));
  if (!text) return with;
  auto settings = scan::read_settings(*text, std::string(kSettingsFile));
  if (settings) {
    with.settings = std::move(*settings);
  } else {
    with.gap = scan::Gap{std::string(kSettingsFile),
                         0,
                         "",
                         {"没有生效：" + settings.error().message, "not in force: " + settings.error().message}};
  }
  return with;
}

Result<void> scan_commit(Findings::State& state, const git::Repo& repo, CommitScan& scan) {
  const auto with = TRY(settings_at(state, repo, scan.commit));
  scan.rule_set = with.all_rules;
  Reading reading(state, repo, with);
  const auto base = TRY(state.db.read([&](Tx& tx) { return store::find_scan(tx, repo.id, scan.base); }));
  const bool counted = base && base->state == ScanState::done && base->rule_set == with.all_rules;

  const auto changed = TRY(changed_since_base(state, repo, scan, with));
  std::vector<FileKey> all;  // only when the base's counts do not help
  if (!counted) all = TRY(whole_tree(state, repo, scan.commit, with));
  scan.files = TRY(reading.read(changed.now)) + TRY(reading.read(changed.before)) + TRY(reading.read(all));

  const auto sides = TRY(sides_of(state, repo, with.rule_set, changed.now, changed.before));
  scan.fresh = fresh_count(sides.now.findings, fingerprints(sides.before.findings));
  const auto now = fingerprints(sides.now.findings);
  std::vector<scan::Finding> gone;
  for (const auto& finding : sides.before.findings) {
    if (!now.contains(finding.fingerprint)) gone.push_back(finding);
  }
  TRY(look_back(state, repo, scan, with, {changed.now, gone}));
  if (counted) {
    scan.found = moved(base->found, count(sides.now.findings), count(sides.before.findings));
    scan.gaps = base->gaps + static_cast<std::int64_t>(sides.now.gaps.size()) -
                static_cast<std::int64_t>(sides.before.gaps.size());
  } else {
    const auto whole = TRY(sides_of(state, repo, with.rule_set, all, {}));
    scan.found = count(whole.now.findings);
    scan.gaps = static_cast<std::int64_t>(whole.now.gaps.size()) + (with.gap ? 1 : 0);
  }
  return {};
}

Result<std::vector<scan::Finding>> fresh_of(Findings::State& state, const git::Repo& repo, const CommitScan& scan) {
  const auto with = TRY(settings_at(state, repo, scan.commit));
  const auto changed = TRY(changed_since_base(state, repo, scan, with));
  auto sides = TRY(sides_of(state, repo, with.rule_set, changed.now, changed.before));
  const auto before = fingerprints(sides.before.findings);
  std::erase_if(sides.now.findings, [&](const scan::Finding& one) { return before.contains(one.fingerprint); });
  for (auto& one : TRY(fresh_foreign(state, repo, scan.commit))) sides.now.findings.push_back(std::move(one));
  return std::move(sides.now.findings);
}

Result<Held> findings_at(Findings::State& state, const git::Repo& repo, const Sha& commit) {
  const auto scan = TRY(state.db.read([&](Tx& tx) { return store::find_scan(tx, repo.id, commit); }));
  if (!scan) return fail(Errc::not_found, "commit {} of {} is not scanned", commit.short_text(), repo.path());
  Held held{*scan, {}, {}};
  if (scan->state != ScanState::done) return held;
  auto foreign = TRY(foreign_at(state, repo, commit));
  held.findings = std::move(foreign.findings);
  held.gaps = std::move(foreign.gaps);
  const auto with = TRY(settings_at(state, repo, commit));
  if (!scan->rule_set.starts_with(with.rule_set)) {
    held.gaps.push_back({"", 0, "", {"规则已经改变，请重新扫描", "the rules have changed since: scan it again"}});
    return held;
  }
  const auto keys = TRY(whole_tree(state, repo, commit, with));
  const std::set<FileKey> tree(keys.begin(), keys.end());
  auto files = TRY(state.db.read([&](Tx& tx) { return store::files_with_findings(tx, repo.id, with.rule_set); }));
  for (auto& [key, outcome] : files) {
    if (!tree.contains(key)) continue;
    std::move(outcome.findings.begin(), outcome.findings.end(), std::back_inserter(held.findings));
    std::move(outcome.gaps.begin(), outcome.gaps.end(), std::back_inserter(held.gaps));
  }
  if (with.gap) held.gaps.push_back(*with.gap);
  std::stable_sort(held.findings.begin(), held.findings.end(), [](const scan::Finding& a, const scan::Finding& b) {
    return std::tie(a.path, a.range.line) < std::tie(b.path, b.range.line);
  });
  return held;
}

Result<std::vector<Standing>> standings_of(Findings::State& state, const git::Repo& repo, Held held) {
  std::set<std::string> fresh;
  if (held.scan.state == ScanState::done) fresh = fingerprints(TRY(fresh_of(state, repo, held.scan)));
  std::set<std::string> before;
  for (const auto& finding : held.findings) {
    if (!fresh.contains(finding.fingerprint)) before.insert(finding.fingerprint);
  }
  const auto dismissals = TRY(state.db.read([&](Tx& tx) { return store::list_dismissals(tx, repo.id); }));
  return stand(std::move(held.findings), before, dismissals, state.clock.now());
}

}  // namespace sampan::findings
