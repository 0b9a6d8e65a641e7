// SQL of what other tools found.
#include "base/json_struct.h"
#include "findings/store.h"

namespace sampan::findings::store {

Result<void> put_handed_in(Tx& tx, const HandedIn& one, const FileOutcome& outcome) {
  const bool empty = outcome.findings.empty() && outcome.gaps.empty();
  TRY(
      tx.exec("insert into handed_in (repo_id, commit_sha, tool, base_sha, outcome, blocker, critical, major, gaps, "
              "suppressed, new_blocker, new_critical, new_major, actor, created_at) "
              "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
              "on conflict (repo_id, commit_sha, tool) do update set base_sha = excluded.base_sha, "
              "outcome = excluded.outcome, blocker = excluded.blocker, critical = excluded.critical, "
              "major = excluded.major, gaps = excluded.gaps, suppressed = excluded.suppressed, "
              "new_blocker = excluded.new_blocker, new_critical = excluded.new_critical, "
              "new_major = excluded.new_major, actor = excluded.actor, created_at = excluded.created_at",
              {one.repo, one.commit.text(), one.tool, one.base.text(), empty ? std::string() : to_json(outcome),
               one.found.blocker, one.found.critical, one.found.major, one.gaps, one.suppressed, one.fresh.blocker,
               one.fresh.critical, one.fresh.major, one.by, one.at}));
  return {};
}

Result<std::vector<HandedIn>> handed_in_at(Tx& tx, RepoId repo, const Sha& commit) {
  std::vector<HandedIn> found;
  for (const auto& row :
       TRY(tx.query("select tool, base_sha, blocker, critical, major, new_blocker, new_critical, new_major, gaps, "
                    "suppressed, actor, created_at from handed_in where repo_id = $1 and commit_sha = $2 order by tool",
                    {repo, commit.text()})))
    found.push_back({repo,
                     commit,
                     row.text(0),
                     Sha::parse(row.text(1)).value_or(Sha::zero()),
                     {row.integer(2), row.integer(3), row.integer(4)},
                     {row.integer(5), row.integer(6), row.integer(7)},
                     row.integer(8),
                     row.integer(9),
                     row.text(10),
                     row.time(11)});
  return found;
}

Result<std::optional<FileOutcome>> handed_in_outcome(Tx& tx, RepoId repo, const Sha& commit, std::string_view tool) {
  const auto row = TRY(tx.maybe("select outcome from handed_in where repo_id = $1 and commit_sha = $2 and tool = $3",
                                {repo, commit.text(), tool}));
  if (!row) return std::optional<FileOutcome>();
  if (row->text(0).empty()) return std::optional(FileOutcome());
  return std::optional(TRY(from_json<FileOutcome>(row->text(0))));
}

Result<std::vector<Sha>> commits_of_tool(Tx& tx, RepoId repo, std::string_view tool, int most) {
  std::vector<Sha> found;
  for (const auto& row : TRY(tx.query(
           "select commit_sha from handed_in where repo_id = $1 and tool = $2 order by created_at desc limit $3",
           {repo, tool, most})))
    found.push_back(Sha::parse(row.text(0)).value_or(Sha::zero()));
  return found;
}

Result<std::vector<Sha>> measured_against(Tx& tx, RepoId repo, std::string_view tool, const Sha& base) {
  std::vector<Sha> found;
  for (const auto& row :
       TRY(tx.query("select commit_sha from handed_in where repo_id = $1 and tool = $2 and commit_sha <> $3 and "
                    "(base_sha = $3 or commit_sha in (select commit_sha from commit_scan where repo_id = $1 and "
                    "base_sha = $3))",
                    {repo, tool, base.text()})))
    found.push_back(Sha::parse(row.text(0)).value_or(Sha::zero()));
  return found;
}

Result<void> measure(Tx& tx, RepoId repo, const Sha& commit, std::string_view tool, const Sha& base,
                     const Counts& fresh) {
  TRY(
      tx.exec("update handed_in set base_sha = $4, new_blocker = $5, new_critical = $6, new_major = $7 "
              "where repo_id = $1 and commit_sha = $2 and tool = $3",
              {repo, commit.text(), tool, base.text(), fresh.blocker, fresh.critical, fresh.major}));
  return {};
}

}  // namespace sampan::findings::store
