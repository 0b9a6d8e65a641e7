// All SQL of findings.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/db.h"
#include "findings/findings.h"

namespace sampan::findings {

// What one version of one file holds by one rule set.
struct FileOutcome {
  std::vector<scan::Finding> findings;
  std::vector<scan::Gap> gaps;
};
BOOST_DESCRIBE_STRUCT(FileOutcome, (), (findings, gaps))
struct FileKey {
  std::string path;
  Sha blob;
  auto operator<=>(const FileKey&) const = default;
};

struct Dismissal {
  std::int64_t id = 0;
  RepoId repo;
  std::string fingerprint, rule, path;
  UserId user;
  std::string actor, reason;
  Time created_at{}, until{};
  std::optional<Time> ended_at;
  std::string ended_by;
};

namespace store {

// False: the commit has a scan already.
Result<bool> insert_scan(Tx& tx, const CommitScan& scan);
// False: its base is another by now, so that what was found is measured against the wrong one.
Result<bool> finish_scan(Tx& tx, const CommitScan& scan);
// A scan of no ref becomes one of the ref of `scan`, queued against its base.
Result<void> take_over(Tx& tx, std::int64_t id, const CommitScan& scan);
Result<void> queue_again(Tx& tx, std::int64_t id);
Result<std::optional<CommitScan>> find_scan(Tx& tx, RepoId repo, const Sha& commit);
Result<std::vector<Sha>> pushed_lately(Tx& tx, RepoId repo, int most);  // scanned for a branch, the last one first
Result<std::vector<CommitScan>> queued_scans(Tx& tx);
Result<std::vector<CommitScan>> scans_of_ref(Tx& tx, RepoId repo, std::string_view ref, int most);  // newest first

// The keys among them that have an outcome.
Result<std::set<FileKey>> known_files(Tx& tx, RepoId repo, std::string_view rule_set, const std::vector<FileKey>& keys);
Result<void> insert_file(Tx& tx, RepoId repo, std::string_view rule_set, const FileKey& key,
                         const FileOutcome& outcome);
// nullopt: not scanned by that rule set.
Result<std::optional<FileOutcome>> find_file(Tx& tx, RepoId repo, std::string_view rule_set, const FileKey& key);
// Of every file in which something was found.
Result<std::vector<std::pair<FileKey, FileOutcome>>> files_with_findings(Tx& tx, RepoId repo,
                                                                         std::string_view rule_set);

// handed_in_store.cc. Replaces the tool's results at the commit.
Result<void> put_handed_in(Tx& tx, const HandedIn& one, const FileOutcome& outcome);
Result<std::vector<HandedIn>> handed_in_at(Tx& tx, RepoId repo, const Sha& commit);  // by tool
// nullopt: that tool has no results there.
Result<std::optional<FileOutcome>> handed_in_outcome(Tx& tx, RepoId repo, const Sha& commit, std::string_view tool);
// Commits that have results of the tool, the last handed in first.
Result<std::vector<Sha>> commits_of_tool(Tx& tx, RepoId repo, std::string_view tool, int most);
// Commits whose results of the tool are measured against this one's, or should be, as it is their scan's base.
Result<std::vector<Sha>> measured_against(Tx& tx, RepoId repo, std::string_view tool, const Sha& base);
Result<void> measure(Tx& tx, RepoId repo, const Sha& commit, std::string_view tool, const Sha& base,
                     const Counts& fresh);

// What outcomes are kept for. Rule sets are those of files, without what CommitScan::rule_set says of advisories.
struct RuleSetOf {
  RepoId repo;
  std::string rule_set;
  auto operator<=>(const RuleSetOf&) const = default;
};
Result<std::optional<RuleSetOf>> next_rule_set(Tx& tx, const RuleSetOf& after);  // of those that have outcomes
// Of the last scan of each ref, by its ref; of those that belong to no ref, the last one under "".
Result<std::map<std::string, std::string>> last_rule_sets(Tx& tx, RepoId repo);
// Scans by that rule set count as made by none. False: a scan of the repository is queued or under way.
Result<bool> disown_scans(Tx& tx, const RuleSetOf& of);
// Returns how many went; none while a scan of the repository is queued or under way.
Result<std::int64_t> delete_files(Tx& tx, const RuleSetOf& of, int most);

// Secrets that are not in the tree of who wrote them any more; `commit` is set. The first of a fingerprint stays.
Result<void> insert_past(Tx& tx, RepoId repo, const scan::Finding& finding);
Result<std::vector<scan::Finding>> list_past(Tx& tx, RepoId repo);

Result<std::int64_t> insert_dismissal(Tx& tx, const Dismissal& dismissal);
Result<std::vector<Dismissal>> list_dismissals(Tx& tx, RepoId repo);  // newest first, ended ones too
Result<bool> end_dismissal(Tx& tx, RepoId repo, std::int64_t id, std::string_view by, Time now);

Result<std::vector<RedLine>> list_red_lines(Tx& tx, RepoId repo);
Result<void> replace_red_lines(Tx& tx, RepoId repo, const std::vector<RedLine>& lines);

}  // namespace store
}  // namespace sampan::findings
