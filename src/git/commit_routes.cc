#include <charconv>

#include "base/json_struct.h"
#include "git/wire.h"

namespace sampan::git {
namespace {

using wire::CommitBrief;

struct CommitList {
  std::vector<CommitBrief> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(CommitList, (), (items, next))
struct StatsOut {
  std::int64_t files = 0, additions = 0, deletions = 0;
};
BOOST_DESCRIBE_STRUCT(StatsOut, (), (files, additions, deletions))
struct CommitOut : CommitBrief {
  std::string message, committer_name;
  Time committed_at{};
  StatsOut stats;
};
BOOST_DESCRIBE_STRUCT(CommitOut, (CommitBrief), (message, committer_name, committed_at, stats))
struct CompareOut {
  std::vector<CommitBrief> commits;
  Diff diff;
};
BOOST_DESCRIBE_STRUCT(CompareOut, (), (commits, diff))

constexpr int kMostCompared = 250;

// The cursor of a history is "SHA.SKIP": where the list began, so that pushes in between do not shift it. A plain sha
// is taken as well: the list goes on behind that commit.
struct Cursor {
  Sha from;
  int skip = 0;
};
Result<Cursor> read_cursor(const std::string& text) {
  const auto dot = text.find('.');
  const auto sha = Sha::parse(text.substr(0, dot));
  Cursor cursor;
  bool fine = sha.has_value();
  if (fine) cursor.from = *sha;
  if (dot == std::string::npos) {
    cursor.skip = 1;
  } else {
    const auto [end, error] = std::from_chars(text.data() + dot + 1, text.data() + text.size(), cursor.skip);
    fine = fine && error == std::errc() && end == text.data() + text.size() && cursor.skip >= 0;
  }
  if (!fine) return fail(Errc::invalid, "query 'before': expected the 'next' of the page before, found '{}'", text);
  return cursor;
}

Result<Response> list_commits(Parts& parts, const Request& request) {
  const auto repo = TRY(parts.repo_of(request));
  const auto before = request.find_query("before").value_or("");
  const auto limit_only = [&] {
    Request first = request;
    std::erase_if(first.query, [](const auto& one) { return one.first == "before"; });
    return wire::page_of(first);
  };
  const int limit = TRY(limit_only()).limit;
  CommitList out;
  const auto ref = request.find_query("ref").value_or("");
  Cursor cursor;
  if (!before.empty()) {
    cursor = TRY(read_cursor(before));
    TRY(parts.browser.commit(repo, cursor.from));
  } else {
    auto from = parts.browser.resolve(repo, ref);
    if (!from && ref.empty() && from.error().code == Errc::not_found)
      return Response::json(200, to_json(out));  // nothing was pushed yet
    cursor.from = TRY(std::move(from));
  }
  auto commits =
      TRY(parts.browser.history(repo, cursor.from, request.find_query("path").value_or(""), cursor.skip, limit + 1));
  if (static_cast<int>(commits.size()) > limit) {
    commits.pop_back();
    out.next = fmt::format("{}.{}", cursor.from.text(), cursor.skip + limit);
  }
  for (const auto& commit : commits) out.items.push_back(wire::brief(commit));
  return Response::json(200, to_json(out));
}

std::optional<Sha> first_parent(const CommitInfo& commit) {
  if (commit.parents.empty()) return std::nullopt;
  return commit.parents.front();
}

Result<Response> show_commit(Parts& parts, const Request& request) {
  const auto repo = TRY(parts.repo_of(request));
  const auto commit = TRY(parts.browser.commit(repo, TRY(parts.browser.resolve(repo, request.param("sha")))));
  CommitOut out;
  static_cast<CommitBrief&>(out) = wire::brief(commit);
  out.message = commit.message;
  out.committer_name = commit.committer_name;
  out.committed_at = commit.committed_at;
  const auto stats = TRY(parts.browser.stats(repo, first_parent(commit), commit.sha));
  out.stats = {stats.files, stats.additions, stats.deletions};
  return Response::json(200, to_json(out));
}

Result<Response> show_diff(Parts& parts, const Request& request) {
  const auto repo = TRY(parts.repo_of(request));
  const auto commit = TRY(parts.browser.commit(repo, TRY(parts.browser.resolve(repo, request.param("sha")))));
  return Response::json(200, to_json(TRY(parts.browser.diff(repo, first_parent(commit), commit.sha))));
}

Result<Response> compare(Parts& parts, const Request& request) {
  const auto repo = TRY(parts.repo_of(request));
  const auto from = TRY(parts.browser.resolve(repo, request.find_query("from").value_or("")));
  const auto to = TRY(parts.browser.resolve(repo, request.find_query("to").value_or("")));
  CompareOut out;
  for (const auto& commit : TRY(parts.browser.commits_between(repo, from, to, kMostCompared)))
    out.commits.push_back(wire::brief(commit));
  out.diff = TRY(parts.browser.diff(repo, TRY(parts.browser.merge_base(repo, from, to)), to));
  return Response::json(200, to_json(out));
}

}  // namespace

std::vector<Route> commit_routes(Parts& parts) {
  using R = Request;
  using A = Actor;
  const std::string under = "/api/v1/repos/:group/:repo/";
  return {
      {.method = Method::get,
       .pattern = under + "commits",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return list_commits(parts, r); },
       .summary = "List the commits of a ref, perhaps of one path",
       .response_schema = answer_schema_of<CommitList>(),
       .query = {{"ref", "branch, tag or sha; the default branch when absent"},
                 {"path", "file or folder"},
                 {"limit", "at most this many, 1-200"},
                 {"before", "the cursor of the page before"}}},
      {.method = Method::get,
       .pattern = under + "commits/:sha",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return show_commit(parts, r); },
       .summary = "Show a commit",
       .response_schema = answer_schema_of<CommitOut>()},
      {.method = Method::get,
       .pattern = under + "commits/:sha/diff",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return show_diff(parts, r); },
       .summary = "Show what a commit changed from its first parent",
       .response_schema = answer_schema_of<Diff>()},
      {.method = Method::get,
       .pattern = under + "compare",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return compare(parts, r); },
       .summary = "Show what is on one ref and not on another, from where they parted",
       .response_schema = answer_schema_of<CompareOut>(),
       .query = {{"from", "branch, tag or sha"}, {"to", "branch, tag or sha"}}},
  };
}

}  // namespace sampan::git
