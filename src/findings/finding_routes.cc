// Findings for pages and programs: of a ref, of one commit's files, over time; the scan itself.
#include <charconv>

#include "base/enum_text.h"
#include "base/json_struct.h"
#include "base/text.h"
#include "findings/standing.h"
#include "findings/state.h"

namespace sampan::findings {

namespace {

using State = Findings::State;

constexpr int kMostTrend = 100;

struct ScanView {
  Sha commit, base;
  std::optional<std::string> branch;  // the first it was scanned for; absent: somebody asked for the commit
  ScanState state = ScanState::queued;
  std::optional<scan::Text> reason;  // of a failed one
  std::int64_t files = 0;
  Counts found, fresh;
  std::int64_t gaps = 0;
  double took_ms = 0;
  Time created_at{};
  std::optional<Time> finished_at;
};
BOOST_DESCRIBE_STRUCT(ScanView, (),
                      (commit, base, branch, state, reason, files, found, fresh, gaps, took_ms, created_at,
                       finished_at))

struct DismissedView {
  std::int64_t id = 0;
  std::string by, reason;
  Time at{}, until{};
};
BOOST_DESCRIBE_STRUCT(DismissedView, (), (id, by, reason, at, until))

struct FindingView : scan::Finding {
  std::optional<Sha> commit;  // of one in history: who wrote it
  bool fresh = false;
  std::optional<DismissedView> dismissed;
};
BOOST_DESCRIBE_STRUCT(FindingView, (scan::Finding), (commit, fresh, dismissed))

struct RuleCount {
  std::string engine, rule;
  scan::Severity severity = scan::Severity::major;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(RuleCount, (), (engine, rule, severity, count))

struct FindingList {
  std::optional<ScanView> scan;  // absent: the commit is not scanned
  Sha commit;
  Counts open;                                      // neither dismissed nor filtered
  std::int64_t fresh = 0, dismissed = 0, past = 0;  // past: open secrets in history
  std::vector<RuleCount> rules;
  std::vector<scan::Gap> gaps;
  std::vector<FindingView> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(FindingList, (), (scan, commit, open, fresh, dismissed, past, rules, gaps, items, next))

struct Trend {
  std::vector<ScanView> items;
};
BOOST_DESCRIBE_STRUCT(Trend, (), (items))

struct ScanList {
  std::vector<ScanView> items;
};
BOOST_DESCRIBE_STRUCT(ScanList, (), (items))

struct ScanOrder {
  std::string ref;
};
BOOST_DESCRIBE_STRUCT(ScanOrder, (), (ref))

ScanView view_of(const CommitScan& scan) {
  ScanView view{scan.commit,     scan.base,       {},         scan.state, {},
                scan.files,      scan.found,      scan.fresh, scan.gaps,  static_cast<double>(scan.took.count()) / 1000,
                scan.created_at, scan.finished_at};
  if (scan.state == ScanState::failed) view.reason = failure_of(scan);
  if (!scan.ref.empty()) view.branch = scan.ref.substr(std::string_view("refs/heads/").size());
  return view;
}

FindingView view_of(const Standing& standing) {
  FindingView view;
  static_cast<scan::Finding&>(view) = standing.finding;
  view.commit = Sha::parse(standing.finding.commit);
  view.fresh = standing.fresh;
  if (const auto& by = standing.dismissed)
    view.dismissed = DismissedView{by->id, by->actor, by->reason, by->created_at, by->until};
  return view;
}

// The filters of the list.
struct Wanted {
  std::string engine, rule, path, file, standing;
  std::optional<scan::Severity> severity;
  std::optional<std::set<std::string>> changed;  // only in these

  bool keeps(const Standing& one) const {
    const auto& finding = one.finding;
    if (!engine.empty() && finding.engine != engine) return false;
    if (!rule.empty() && finding.rule != rule) return false;
    if (!path.empty() && finding.path.find(path) == std::string::npos) return false;
    if (!file.empty() && finding.path != file) return false;
    if (changed && !changed->contains(finding.path)) return false;
    if (severity && finding.severity != *severity) return false;
    if (standing == "all") return true;
    if (standing == "dismissed") return one.dismissed.has_value();
    return !one.dismissed && (standing != "fresh" || one.fresh);
  }
};

Result<Wanted> wanted_of(const Request& request) {
  Wanted wanted{request.find_query("engine").value_or(""),
                request.find_query("rule").value_or(""),
                request.find_query("path").value_or(""),
                request.find_query("file").value_or(""),
                request.find_query("standing").value_or("open"),
                {},
                {}};
  static const std::vector<std::string> kStandings{"open", "fresh", "dismissed", "all"};
  if (std::find(kStandings.begin(), kStandings.end(), wanted.standing) == kStandings.end())
    return fail(Errc::invalid, "query 'standing': '{}' is none of open, fresh, dismissed, all{}", wanted.standing,
                did_you_mean(wanted.standing, kStandings));
  if (const auto text = request.find_query("severity"); text && !text->empty()) {
    wanted.severity = enum_from<scan::Severity>(*text);
    if (!wanted.severity)
      return fail(Errc::invalid, "query 'severity': '{}' is none of blocker, critical, major", *text);
  }
  return wanted;
}

void count_rules(const std::vector<Standing>& standings, FindingList& out) {
  std::map<std::pair<std::string, std::string>, RuleCount> rules;
  for (const auto& one : standings) {
    if (one.dismissed) {
      ++out.dismissed;
      continue;
    }
    const auto& finding = one.finding;
    auto& rule = rules[{finding.engine, finding.rule}];
    rule = {finding.engine, finding.rule, finding.severity, rule.count + 1};
    out.fresh += one.fresh ? 1 : 0;
  }
  for (auto& [_, rule] : rules) out.rules.push_back(std::move(rule));
  std::stable_sort(out.rules.begin(), out.rules.end(),
                   [](const RuleCount& a, const RuleCount& b) { return a.count > b.count; });
}

Result<std::size_t> number_of(const Request& request, std::string_view name, std::size_t highest, std::size_t absent) {
  const auto text = request.find_query(name);
  if (!text || text->empty()) return absent;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value > highest)
    return fail(Errc::invalid, "query '{}': expected a number up to {}, found '{}'", name, highest, *text);
  return value;
}

// nullopt: every file, because the caller asked for no other or the scan has nothing to be measured against.
Result<std::optional<std::set<std::string>>> changed_of(State& state, const git::Repo& repo, const Request& request,
                                                        const CommitScan& scan) {
  static const std::vector<std::string> kPlaces{"all", "changed", "history"};
  const auto where = request.find_query("files").value_or("all");
  if (std::find(kPlaces.begin(), kPlaces.end(), where) == kPlaces.end())
    return fail(Errc::invalid, "query 'files': '{}' is none of all, changed, history{}", where,
                did_you_mean(where, kPlaces));
  if (where != "changed" || scan.base.is_zero()) return std::nullopt;
  std::set<std::string> changed;
  for (auto& file : TRY(state.git.changed_files(repo, scan.base, scan.commit))) changed.insert(std::move(file.path));
  return changed;
}

Result<Response> list(State& state, const Request& request) {
  const auto repo = TRY(repo_of(state, request));
  auto wanted = TRY(wanted_of(request));
  const auto from = TRY(number_of(request, "before", 100'000'000, 0));
  const auto most = TRY(number_of(request, "limit", 500, 100));
  FindingList out;
  auto commit = state.git.resolve(repo, request.find_query("ref").value_or(""));
  if (!commit && commit.error().code == Errc::not_found && !request.find_query("ref"))
    return Response::json(200, to_json(out));  // nothing was pushed yet
  out.commit = TRY(std::move(commit));
  auto found = findings_at(state, repo, out.commit);
  if (!found && found.error().code == Errc::not_found) return Response::json(200, to_json(out));
  auto held = TRY(std::move(found));
  out.scan = view_of(TRY(with_foreign(state, held.scan)));
  out.gaps = held.gaps;
  wanted.changed = TRY(changed_of(state, repo, request, held.scan));
  auto standings = TRY(past_of(state, repo, held));
  out.past = std::count_if(standings.begin(), standings.end(), [](const Standing& one) { return !one.dismissed; });
  if (request.find_query("files").value_or("") != "history")
    standings = TRY(standings_of(state, repo, std::move(held)));
  count_rules(standings, out);
  std::vector<scan::Finding> open;
  std::vector<const Standing*> kept;
  for (const auto& one : standings) {
    if (!one.dismissed) open.push_back(one.finding);
    if (wanted.keeps(one)) kept.push_back(&one);
  }
  out.open = count(open);
  for (std::size_t i = from; i < std::min(kept.size(), from + most); ++i) out.items.push_back(view_of(*kept[i]));
  if (from + most < kept.size()) out.next = std::to_string(from + most);
  return Response::json(200, to_json(out));
}

Result<Response> trend(State& state, const Request& request) {
  const auto repo = TRY(repo_of(state, request));
  auto ref = request.find_query("ref").value_or("");
  if (ref.empty()) ref = repo.default_branch;
  Trend out;
  for (const auto& scan :
       TRY(state.db.read([&](Tx& tx) { return store::scans_of_ref(tx, repo.id, "refs/heads/" + ref, kMostTrend); })))
    out.items.push_back(view_of(TRY(with_foreign(state, scan))));
  return Response::json(200, to_json(out));
}

Result<Response> scans(State& state, const Request& request) {
  const auto repo = TRY(repo_of(state, request));
  const auto text = request.find_query("commit").value_or("");
  const auto commit = Sha::parse(text);
  if (!commit) return fail(Errc::invalid, "query 'commit': expected the 40 digits of a commit, found '{}'", text);
  const auto scan = TRY(state.db.read([&](Tx& tx) { return store::find_scan(tx, repo.id, *commit); }));
  ScanList out;
  if (scan) out.items.push_back(view_of(TRY(with_foreign(state, *scan))));
  return Response::json(200, to_json(out));
}

// The branch whose last commit it is, as a ref: the one that was named, else the default branch, else any; empty: none.
Result<std::string> branch_of(State& state, const git::Repo& repo, const std::string& named, const Sha& commit) {
  const auto branches = TRY(state.git.branches_at(repo, commit));
  for (const auto& wanted : {named, repo.default_branch}) {
    if (std::find(branches.begin(), branches.end(), wanted) != branches.end()) return "refs/heads/" + wanted;
  }
  return branches.empty() ? std::string() : "refs/heads/" + branches.front();
}

Result<Response> order(State& state, const Request& request) {
  const auto repo = TRY(repo_of(state, request));
  const auto wanted = TRY(from_json<ScanOrder>(request.body));
  const auto commit = TRY(state.git.resolve(repo, wanted.ref));
  const auto ref = TRY(branch_of(state, repo, wanted.ref, commit));
  auto scan = TRY(state.scan_of(repo, commit, ref, Sha::zero()));
  const auto with = TRY(settings_at(state, repo, commit));
  if (scan.state == ScanState::failed || (scan.state == ScanState::done && scan.rule_set != with.all_rules)) {
    TRY(state.db.write([&](Tx& tx) { return store::queue_again(tx, scan.id); }));
    scan.state = ScanState::queued;
  }
  state.enqueue(scan);
  return Response::json(202, to_json(view_of(TRY(with_foreign(state, scan)))));
}

}  // namespace

std::vector<Route> finding_routes(State& state) {
  const std::string under = "/api/v1/repos/:group/:repo/";
  return {
      {.method = Method::get,
       .pattern = under + "findings",
       .need = Need::viewer(),
       .handler = [&](const Request& r, const Actor&) { return list(state, r); },
       .summary = "List what scanning found at a ref",
       .response_schema = answer_schema_of<FindingList>(),
       .query = {{"ref", "branch, tag or sha; the default branch when absent"},
                 {"engine", "of this engine only"},
                 {"rule", "of this rule only"},
                 {"severity", "blocker, critical or major"},
                 {"path", "in files whose path holds this"},
                 {"file", "in this file only"},
                 {"files",
                  "all (the default); changed: those in which the commit differs from its scan's base; history: "
                  "secrets that commits before it wrote and it has not any more"},
                 {"standing", "open (the default), fresh, dismissed or all"},
                 {"limit", "at most this many, 1-500"},
                 {"before", "the cursor of the page before"}}},
      {.method = Method::get,
       .pattern = under + "findings/trend",
       .need = Need::viewer(),
       .handler = [&](const Request& r, const Actor&) { return trend(state, r); },
       .summary = "List the last scans of a branch with their counts, newest first",
       .response_schema = answer_schema_of<Trend>(),
       .query = {{"ref", "a branch; the default branch when absent"}}},
      {.method = Method::get,
       .pattern = under + "scans",
       .need = Need::viewer(),
       .handler = [&](const Request& r, const Actor&) { return scans(state, r); },
       .summary = "List the scan of a commit; none when it is not scanned",
       .response_schema = answer_schema_of<ScanList>(),
       .query = {{"commit", "its whole sha"}}},
      {.method = Method::post,
       .pattern = under + "scans",
       .need = Need::developer(),
       .handler = [&](const Request& r, const Actor&) { return order(state, r); },
       .summary = "Scan a ref now, again if the rules have changed",
       .request_schema = schema_of<ScanOrder>(),
       .response_schema = answer_schema_of<ScanView>()},
  };
}

}  // namespace sampan::findings
