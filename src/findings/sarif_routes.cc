// Other tools' results: handed in for a commit, and who did.
#include "base/json_struct.h"
#include "findings/state.h"
#include "scan/sarif.h"

namespace sampan::findings {

namespace {

using State = Findings::State;

struct HandedInList {
  std::vector<HandedIn> items;
};
BOOST_DESCRIBE_STRUCT(HandedInList, (), (items))

Result<Sha> commit_of(State& state, const git::Repo& repo, const Request& request) {
  const auto sha = Sha::parse(request.param("commit"));
  if (!sha) return fail(Errc::invalid, "expected the 40 digits of a commit, found '{}'", request.param("commit"));
  return state.git.resolve(repo, sha->text());
}

Result<Response> create(State& state, const Request& request, const Actor& actor) {
  const auto repo = TRY(repo_of(state, request));
  const auto commit = TRY(commit_of(state, repo, request));
  return Response::json(201, to_json(HandedInList{TRY(hand_in(state, actor, repo, commit,
                                                              {request.body, request.find_query("tool").value_or(""),
                                                               request.find_query("root").value_or("")}))}));
}

Result<Response> list(State& state, const Request& request) {
  const auto repo = TRY(repo_of(state, request));
  const auto commit = TRY(commit_of(state, repo, request));
  return Response::json(
      200, to_json(HandedInList{TRY(state.db.read([&](Tx& tx) { return store::handed_in_at(tx, repo.id, commit); }))}));
}

}  // namespace

std::vector<Route> sarif_routes(State& state) {
  const std::string pattern = "/api/v1/repos/:group/:repo/scans/:commit/sarif";
  return {
      {.method = Method::post,
       .pattern = pattern,
       .need = Need::developer(),
       .handler = [&](const Request& r, const Actor& a) { return create(state, r, a); },
       .summary = "Hand in what another tool found in a commit, as SARIF 2.1.0; it replaces what that tool had there",
       .body_limit = scan::kMostSarifBytes,
       .response_schema = answer_schema_of<HandedInList>(),
       .query = {{"tool", "its name in the lists; as the file has it when absent"},
                 {"root", "the absolute path of the code where the tool looked at it"}}},
      {.method = Method::get,
       .pattern = pattern,
       .need = Need::viewer(),
       .handler = [&](const Request& r, const Actor&) { return list(state, r); },
       .summary = "List the tools whose results were handed in for a commit, and by whom",
       .response_schema = answer_schema_of<HandedInList>()},
  };
}

}  // namespace sampan::findings
