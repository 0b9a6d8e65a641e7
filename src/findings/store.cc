#include "findings/store.h"

#include "base/enum_text.h"
#include "base/json_struct.h"

namespace sampan::findings::store {

namespace {

constexpr std::string_view kScanColumns =
    "id, repo_id, commit_sha, base_sha, ref, rule_set, state, reason, files, blocker, critical, major, gaps, "
    "new_blocker, new_critical, new_major, took_us, created_at, finished_at";

CommitScan read_scan(const Row& row) {
  CommitScan scan;
  scan.id = row.integer(0);
  scan.repo = RepoId{row.integer(1)};
  scan.commit = Sha::parse(row.text(2)).value_or(Sha::zero());
  scan.base = Sha::parse(row.text(3)).value_or(Sha::zero());
  scan.ref = row.text(4);
  scan.rule_set = row.text(5);
  scan.state = enum_from<ScanState>(row.text(6)).value_or(ScanState::failed);
  scan.reason = row.text(7);
  scan.files = row.integer(8);
  scan.found = {row.integer(9), row.integer(10), row.integer(11)};
  scan.gaps = row.integer(12);
  scan.fresh = {row.integer(13), row.integer(14), row.integer(15)};
  scan.took = std::chrono::microseconds(row.integer(16));
  scan.created_at = row.time(17);
  scan.finished_at = row.maybe_time(18);
  return scan;
}

Result<std::vector<CommitScan>> scans(Tx& tx, std::string_view rest, std::vector<Param> params) {
  std::vector<CommitScan> found;
  for (const auto& row :
       TRY(tx.query(fmt::format("select {} from commit_scan {}", kScanColumns, rest), std::move(params))))
    found.push_back(read_scan(row));
  return found;
}

Result<FileOutcome> read_outcome(const std::string& text) {
  if (text.empty()) return FileOutcome();
  return from_json<FileOutcome>(text);
}

}  // namespace

Result<bool> insert_scan(Tx& tx, const CommitScan& scan) {
  return TRY(tx.exec(
             "insert into commit_scan (repo_id, commit_sha, base_sha, ref, rule_set, state, reason, files, "
             "blocker, critical, major, gaps, new_blocker, new_critical, new_major, took_us, created_at) "
             "values ($1, $2, $3, $4, '', $5, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, $6) "
             "on conflict (repo_id, commit_sha) do nothing",
             {scan.repo, scan.commit.text(), scan.base.text(), scan.ref, enum_text(scan.state), scan.created_at})) > 0;
}

Result<bool> finish_scan(Tx& tx, const CommitScan& scan) {
  return TRY(tx.exec(
             "update commit_scan set rule_set = $3, state = $4, reason = $5, files = $6, blocker = $7, critical = $8, "
             "major = $9, gaps = $10, new_blocker = $11, new_critical = $12, new_major = $13, took_us = $14, "
             "finished_at = $15 where id = $1 and base_sha = $2",
             {scan.id, scan.base.text(), scan.rule_set, enum_text(scan.state), scan.reason, scan.files,
              scan.found.blocker, scan.found.critical, scan.found.major, scan.gaps, scan.fresh.blocker,
              scan.fresh.critical, scan.fresh.major, scan.took.count(), scan.finished_at})) > 0;
}

Result<void> take_over(Tx& tx, std::int64_t id, const CommitScan& scan) {
  TRY(tx.exec("update commit_scan set ref = $2, base_sha = $3 where id = $1", {id, scan.ref, scan.base.text()}));
  return queue_again(tx, id);
}

Result<void> queue_again(Tx& tx, std::int64_t id) {
  TRY(tx.exec("update commit_scan set state = 'queued', reason = '', finished_at = null where id = $1", {id}));
  return {};
}

Result<std::vector<Sha>> pushed_lately(Tx& tx, RepoId repo, int most) {
  std::vector<Sha> found;
  const auto rows = TRY(tx.query(
      "select commit_sha from commit_scan where repo_id = $1 and ref <> '' order by id desc limit $2", {repo, most}));
  for (const auto& row : rows) found.push_back(Sha::parse(row.text(0)).value_or(Sha::zero()));
  return found;
}

Result<std::optional<CommitScan>> find_scan(Tx& tx, RepoId repo, const Sha& commit) {
  auto found = TRY(scans(tx, "where repo_id = $1 and commit_sha = $2", {repo, commit.text()}));
  if (found.empty()) return std::optional<CommitScan>();
  return std::optional<CommitScan>(std::move(found.front()));
}

Result<std::vector<CommitScan>> queued_scans(Tx& tx) { return scans(tx, "where state = 'queued' order by id", {}); }

Result<std::vector<CommitScan>> scans_of_ref(Tx& tx, RepoId repo, std::string_view ref, int most) {
  return scans(tx, "where repo_id = $1 and ref = $2 order by id desc limit $3", {repo, ref, most});
}

Result<std::set<FileKey>> known_files(Tx& tx, RepoId repo, std::string_view rule_set,
                                      const std::vector<FileKey>& keys) {
  std::set<FileKey> known;
  for (const auto& key : keys) {
    if (TRY(tx.maybe("select 1 from scanned_file where repo_id = $1 and rule_set = $2 and path = $3 and blob_sha = $4",
                     {repo, rule_set, key.path, key.blob.text()})))
      known.insert(key);
  }
  return known;
}

Result<void> insert_file(Tx& tx, RepoId repo, std::string_view rule_set, const FileKey& key,
                         const FileOutcome& outcome) {
  const bool empty = outcome.findings.empty() && outcome.gaps.empty();
  TRY(
      tx.exec("insert into scanned_file (repo_id, rule_set, path, blob_sha, outcome) values ($1, $2, $3, $4, $5) "
              "on conflict (repo_id, rule_set, path, blob_sha) do nothing",
              {repo, rule_set, key.path, key.blob.text(), empty ? std::string() : to_json(outcome)}));
  return {};
}

Result<std::optional<FileOutcome>> find_file(Tx& tx, RepoId repo, std::string_view rule_set, const FileKey& key) {
  const auto row = TRY(
      tx.maybe("select outcome from scanned_file where repo_id = $1 and rule_set = $2 and path = $3 and blob_sha = $4",
               {repo, rule_set, key.path, key.blob.text()}));
  if (!row) return std::optional<FileOutcome>();
  return std::optional<FileOutcome>(TRY(read_outcome(row->text(0))));
}

Result<std::vector<std::pair<FileKey, FileOutcome>>> files_with_findings(Tx& tx, RepoId repo,
                                                                         std::string_view rule_set) {
  std::vector<std::pair<FileKey, FileOutcome>> files;
  for (const auto& row : TRY(tx.query("select path, blob_sha, outcome from scanned_file where repo_id = $1 and "
                                      "rule_set = $2 and outcome <> '' order by path",
                                      {repo, rule_set})))
    files.emplace_back(FileKey{row.text(0), Sha::parse(row.text(1)).value_or(Sha::zero())},
                       TRY(read_outcome(row.text(2))));
  return files;
}

Result<std::optional<RuleSetOf>> next_rule_set(Tx& tx, const RuleSetOf& after) {
  const auto row =
      TRY(tx.maybe("select repo_id, rule_set from scanned_file where (repo_id, rule_set) > ($1, $2) "
                   "order by repo_id, rule_set limit 1",
                   {after.repo, after.rule_set}));
  if (!row) return std::optional<RuleSetOf>();
  return std::optional(RuleSetOf{RepoId{row->integer(0)}, row->text(1)});
}

Result<std::map<std::string, std::string>> last_rule_sets(Tx& tx, RepoId repo) {
  std::map<std::string, std::string> found;
  for (const auto& row :
       TRY(tx.query("select ref, rule_set from commit_scan where id in (select max(id) from commit_scan "
                    "where repo_id = $1 and state = 'done' group by ref)",
                    {repo})))
    found[row.text(0)] = row.text(1).substr(0, row.text(1).find(' '));
  return found;
}

namespace {

constexpr std::string_view kNobodyScans =
    "not exists (select 1 from commit_scan s where s.repo_id = $1 and s.state = 'queued')";

}  // namespace

Result<bool> disown_scans(Tx& tx, const RuleSetOf& of) {
  if (!TRY(tx.maybe(fmt::format("select 1 where {}", kNobodyScans), {of.repo}))) return false;
  TRY(tx.exec("update commit_scan set rule_set = '' where repo_id = $1 and rule_set like $2",
              {of.repo, of.rule_set + " %"}));
  return true;
}

Result<std::int64_t> delete_files(Tx& tx, const RuleSetOf& of, int most) {
  return tx.exec(
      fmt::format("delete from scanned_file where repo_id = $1 and rule_set = $2 and (path, blob_sha) in (select path, "
                  "blob_sha from scanned_file where repo_id = $1 and rule_set = $2 order by path, blob_sha limit $3) "
                  "and {}",
                  kNobodyScans),
      {of.repo, of.rule_set, most});
}

Result<void> insert_past(Tx& tx, RepoId repo, const scan::Finding& finding) {
  TRY(
      tx.exec("insert into past_secret (repo_id, fingerprint, commit_sha, finding) values ($1, $2, $3, $4) "
              "on conflict (repo_id, fingerprint) do nothing",
              {repo, finding.fingerprint, finding.commit, to_json(finding)}));
  return {};
}

Result<std::vector<scan::Finding>> list_past(Tx& tx, RepoId repo) {
  std::vector<scan::Finding> found;
  for (const auto& row :
       TRY(tx.query("select commit_sha, finding from past_secret where repo_id = $1 order by fingerprint", {repo}))) {
    found.push_back(TRY(from_json<scan::Finding>(row.text(1))));
    found.back().commit = row.text(0);
  }
  return found;
}

Result<std::int64_t> insert_dismissal(Tx& tx, const Dismissal& d) {
  return tx.insert(
      "insert into dismissal (repo_id, fingerprint, rule, path, user_id, actor, reason, created_at, "
      "until_at, ended_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '') returning id",
      {d.repo, d.fingerprint, d.rule, d.path, d.user, d.actor, d.reason, d.created_at, d.until});
}

Result<std::vector<Dismissal>> list_dismissals(Tx& tx, RepoId repo) {
  std::vector<Dismissal> found;
  for (const auto& row :
       TRY(tx.query("select id, repo_id, fingerprint, rule, path, user_id, actor, reason, created_at, until_at, "
                    "ended_at, ended_by from dismissal where repo_id = $1 order by id desc",
                    {repo})))
    found.push_back({row.integer(0), RepoId{row.integer(1)}, row.text(2), row.text(3), row.text(4),
                     UserId{row.integer(5)}, row.text(6), row.text(7), row.time(8), row.time(9), row.maybe_time(10),
                     row.text(11)});
  return found;
}

Result<bool> end_dismissal(Tx& tx, RepoId repo, std::int64_t id, std::string_view by, Time now) {
  return TRY(tx.exec("update dismissal set ended_at = $3, ended_by = $4 where repo_id = $1 and id = $2 and ended_at "
                     "is null",
                     {repo, id, now, by})) > 0;
}

Result<std::vector<RedLine>> list_red_lines(Tx& tx, RepoId repo) {
  std::vector<RedLine> lines;
  for (const auto& row :
       TRY(tx.query("select branch, severity, scope, most from red_line where repo_id = $1 order by position", {repo})))
    lines.push_back({row.text(0), enum_from<scan::Severity>(row.text(1)).value_or(scan::Severity::blocker),
                     enum_from<LineScope>(row.text(2)).value_or(LineScope::all), row.integer(3)});
  return lines;
}

Result<void> replace_red_lines(Tx& tx, RepoId repo, const std::vector<RedLine>& lines) {
  TRY(tx.exec("delete from red_line where repo_id = $1", {repo}));
  int position = 0;
  for (const auto& line : lines)
    TRY(
        tx.exec("insert into red_line (repo_id, position, branch, severity, scope, most) values ($1, $2, $3, $4, $5, "
                "$6)",
                {repo, position++, line.branch, enum_text(line.severity), enum_text(line.scope), line.most}));
  return {};
}

}  // namespace sampan::findings::store
