// What people decide about findings: dismissals, red lines, and the verdict that follows.
#include <charconv>

#include "base/enum_text.h"
#include "base/json_struct.h"
#include "base/text.h"
#include "findings/standing.h"
#include "findings/state.h"

namespace sampan::findings {

namespace {

using State = Findings::State;

constexpr int kMostDays = 366;
constexpr std::size_t kLongestReason = 500;
constexpr std::size_t kMostLines = 50;

struct DismissalView {
  std::int64_t id = 0;
  std::string fingerprint, rule, path, actor, reason;
  Time created_at{}, until{};
  std::optional<Time> ended_at;
  std::string ended_by;
};
BOOST_DESCRIBE_STRUCT(DismissalView, (),
                      (id, fingerprint, rule, path, actor, reason, created_at, until, ended_at, ended_by))
struct DismissalList {
  std::vector<DismissalView> items;
};
BOOST_DESCRIBE_STRUCT(DismissalList, (), (items))
struct NewDismissal {
  std::string fingerprint, ref, reason;
  std::int64_t days = 0;
};
BOOST_DESCRIBE_STRUCT(NewDismissal, (), (fingerprint, ref, reason, days))
struct RedLines {
  std::vector<RedLine> items;
};
BOOST_DESCRIBE_STRUCT(RedLines, (), (items))
struct VerdictView {
  Sha commit;
  GateState state = GateState::unknown;
  scan::Text reason;
  std::vector<scan::Finding> offenders;
  std::vector<LineCount> lines;
};
BOOST_DESCRIBE_STRUCT(VerdictView, (), (commit, state, reason, offenders, lines))

DismissalView view_of(const Dismissal& one) {
  return {one.id,     one.fingerprint, one.rule,  one.path,     one.actor,
          one.reason, one.created_at,  one.until, one.ended_at, one.ended_by};
}

Result<Response> list(State& state, const Request& request) {
  const auto repo = TRY(repo_of(state, request));
  DismissalList out;
  for (const auto& one : TRY(state.db.read([&](Tx& tx) { return store::list_dismissals(tx, repo.id); })))
    out.items.push_back(view_of(one));
  return Response::json(200, to_json(out));
}

Result<Response> create(State& state, const Request& request, const Actor& actor) {
  const auto repo = TRY(repo_of(state, request));
  const auto wanted = TRY(from_json<NewDismissal>(request.body));
  const auto reason = std::string(trim(wanted.reason));
  if (reason.empty() || reason.size() > kLongestReason)
    return fail(Errc::invalid, "field 'reason': expected 1 to {} characters: why is it not to be mended?",
                kLongestReason);
  if (wanted.days < 1 || wanted.days > kMostDays)
    return fail(Errc::invalid, "field 'days': expected 1 to {}; a dismissal ends, so that it is looked at again",
                kMostDays);
  auto held = TRY(findings_at(state, repo, TRY(state.git.resolve(repo, wanted.ref))));
  for (auto& past : TRY(past_of(state, repo, held))) held.findings.push_back(std::move(past.finding));
  const auto found = std::find_if(held.findings.begin(), held.findings.end(), [&](const scan::Finding& finding) {
    return finding.fingerprint == wanted.fingerprint;
  });
  if (found == held.findings.end())
    return fail(Errc::not_found, "no finding '{}' at '{}' of {}", wanted.fingerprint, wanted.ref, repo.path());
  const auto now = state.clock.now();
  Dismissal one{0,
                repo.id,
                found->fingerprint,
                found->rule,
                found->path,
                actor.user,
                actor.name,
                reason,
                now,
                now + std::chrono::hours(24 * wanted.days),
                {},
                ""};
  one.id = TRY(state.db.write([&](Tx& tx) { return dismiss(state, tx, actor, repo, one); }));
  return Response::json(201, to_json(view_of(one)));
}

Result<Response> end(State& state, const Request& request, const Actor& actor) {
  const auto repo = TRY(repo_of(state, request));
  const auto text = request.param("id");
  std::int64_t id = 0;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool number = error == std::errc() && last == text.data() + text.size();
  const bool ended = TRY(state.db.write([&](Tx& tx) -> Result<bool> {
    if (!number || !TRY(store::end_dismissal(tx, repo.id, id, actor.name, state.clock.now()))) return false;
    TRY(state.people.audit(tx, actor, {"finding.reopen", "repository", repo.path(), fmt::format("dismissal {}", id)}));
    return true;
  }));
  if (!ended) return fail(Errc::not_found, "no dismissal '{}' that holds in {}", text, repo.path());
  return Response::empty();
}

Result<Response> show_lines(State& state, const Request& request) {
  const auto repo = TRY(repo_of(state, request));
  return Response::json(
      200, to_json(RedLines{TRY(state.db.read([&](Tx& tx) { return store::list_red_lines(tx, repo.id); }))}));
}

Result<Response> draw_lines(State& state, const Request& request, const Actor& actor) {
  const auto repo = TRY(repo_of(state, request));
  const auto wanted = TRY(from_json<RedLines>(request.body));
  if (wanted.items.size() > kMostLines)
    return fail(Errc::invalid, "field 'items': expected at most {} lines", kMostLines);
  std::string told;
  for (const auto& line : wanted.items) {
    if (line.branch.empty() || line.branch.size() > 200)
      return fail(Errc::invalid, "field 'branch': expected a branch or a pattern like 'release/*'");
    if (line.most < 0) return fail(Errc::invalid, "field 'most': expected 0 or more, found {}", line.most);
    told += fmt::format("{}{}: at most {} {} {}", told.empty() ? "" : "; ", line.branch, line.most,
                        enum_text(line.scope), enum_text(line.severity));
  }
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::replace_red_lines(tx, repo.id, wanted.items));
    return state.people.audit(tx, actor, {"red_lines.change", "repository", repo.path(), told.empty() ? "none" : told});
  }));
  return Response::json(200, to_json(wanted));
}

Result<Response> gate(State& state, const Request& request) {
  const auto repo = TRY(repo_of(state, request));
  const auto ref = request.find_query("ref").value_or("");
  const auto commit = TRY(state.git.resolve(repo, ref));
  const auto branch = request.find_query("branch").value_or(ref.empty() ? repo.default_branch : ref);
  auto verdict = TRY(verdict_of(state, repo, commit, branch));
  return Response::json(200, to_json(VerdictView{commit, verdict.state, std::move(verdict.reason),
                                                 std::move(verdict.offenders), std::move(verdict.lines)}));
}

}  // namespace

Result<std::int64_t> dismiss(State& state, Tx& tx, const Actor& actor, const git::Repo& repo, const Dismissal& one) {
  TRY(state.people.audit(
      tx, actor,
      {"finding.dismiss", "repository", repo.path(),
       fmt::format("{} in {} ({}): {}", one.rule, one.path, one.fingerprint.substr(0, 12), one.reason)}));
  return store::insert_dismissal(tx, one);
}

Result<Verdict> verdict_of(State& state, const git::Repo& repo, const Sha& commit, std::string_view branch) {
  const auto unknown = [](std::string zh, std::string en) {
    return Verdict{GateState::unknown, {std::move(zh), std::move(en)}, {}};
  };
  auto found = findings_at(state, repo, commit);
  if (!found && found.error().code == Errc::not_found)
    return unknown(fmt::format("{} 的提交 {} 没有扫描", repo.path(), commit.short_text()), found.error().message);
  auto held = TRY(std::move(found));
  if (held.scan.state == ScanState::queued) return unknown("扫描尚未完成", "the scan is not done yet");
  if (held.scan.state == ScanState::failed) return Verdict{GateState::unknown, failure_of(held.scan), {}};
  const auto gaps = static_cast<std::int64_t>(held.gaps.size());
  const auto with = TRY(settings_at(state, repo, commit));
  const auto lines = TRY(state.db.read([&](Tx& tx) { return store::list_red_lines(tx, repo.id); }));
  return judge(TRY(standings_of(state, repo, std::move(held))), gaps, lines_for(branch, lines, with.settings.limits));
}

std::vector<Route> rule_routes(State& state) {
  const std::string under = "/api/v1/repos/:group/:repo/";
  return {
      {.method = Method::get,
       .pattern = under + "dismissals",
       .need = Need::viewer(),
       .handler = [&](const Request& r, const Actor&) { return list(state, r); },
       .summary = "List the findings that were dismissed, and by whom",
       .response_schema = answer_schema_of<DismissalList>()},
      {.method = Method::post,
       .pattern = under + "dismissals",
       .need = Need::developer(),
       .handler = [&](const Request& r, const Actor& a) { return create(state, r, a); },
       .summary = "Dismiss a finding for some days",
       .request_schema = schema_of<NewDismissal>(),
       .response_schema = answer_schema_of<DismissalView>()},
      {.method = Method::del,
       .pattern = under + "dismissals/:id",
       .need = Need::developer(),
       .handler = [&](const Request& r, const Actor& a) { return end(state, r, a); },
       .summary = "End a dismissal before its date"},
      {.method = Method::get,
       .pattern = under + "red-lines",
       .need = Need::viewer(),
       .handler = [&](const Request& r, const Actor&) { return show_lines(state, r); },
       .summary = "List a repository's red lines",
       .response_schema = answer_schema_of<RedLines>()},
      {.method = Method::put,
       .pattern = under + "red-lines",
       .need = Need::admin(),
       .handler = [&](const Request& r, const Actor& a) { return draw_lines(state, r, a); },
       .summary = "Replace a repository's red lines",
       .request_schema = schema_of<RedLines>(),
       .response_schema = answer_schema_of<RedLines>()},
      {.method = Method::get,
       .pattern = under + "gate",
       .need = Need::viewer(),
       .handler = [&](const Request& r, const Actor&) { return gate(state, r); },
       .summary = "Say whether a ref is below the red lines, and what is not",
       .response_schema = answer_schema_of<VerdictView>(),
       .query = {{"ref", "branch, tag or sha; the default branch when absent"},
                 {"branch", "whose red lines count; the ref when absent"}}},
  };
}

}  // namespace sampan::findings
