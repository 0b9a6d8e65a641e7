#include "base/json_struct.h"
#include "git/names.h"
#include "git/wire.h"

namespace sampan::git {
namespace {

struct RefOut {
  std::string name;
  Sha sha;
  wire::CommitBrief commit;
  bool is_default = false;
};
BOOST_DESCRIBE_STRUCT(RefOut, (), (name, sha, commit, is_default))
struct RefList {
  std::vector<RefOut> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(RefList, (), (items, next))
struct BranchIn {
  std::string name, from;
};
BOOST_DESCRIBE_STRUCT(BranchIn, (), (name, from))

struct PushOut {
  PushId id;
  Time at{};
  std::string actor;
  std::vector<events::RefUpdate> updates;
  PushState state = PushState::intended;
};
BOOST_DESCRIBE_STRUCT(PushOut, (), (id, at, actor, updates, state))
struct PushList {
  std::vector<PushOut> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(PushList, (), (items, next))

Result<Response> list_refs(Parts& parts, const Request& request, const char* folder) {
  const auto repo = TRY(parts.repo_of(request));
  const auto page = TRY(wire::page_of(request));
  const auto refs = TRY(parts.browser.refs(repo, folder));
  RefList out;
  for (auto at = static_cast<std::size_t>(page.skip);
       at < refs.size() && out.items.size() < static_cast<std::size_t>(page.limit); ++at) {
    const auto commit = TRY(parts.browser.commit(repo, refs[at].commit.sha));
    const bool is_default = std::string_view(folder) == "refs/heads" && refs[at].name == repo.default_branch;
    out.items.push_back({refs[at].name, refs[at].commit.sha, wire::brief(commit), is_default});
  }
  const auto reached = static_cast<std::size_t>(page.skip) + out.items.size();
  if (reached < refs.size()) out.next = std::to_string(reached);
  return Response::json(200, to_json(out));
}

Result<Response> create_branch(Parts& parts, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<BranchIn>(request.body));
  const auto repo = TRY(parts.repo_of(request));
  TRY(check_short_ref("branch", in.name));
  const auto ref = "refs/heads/" + in.name;
  const auto from = TRY(parts.browser.resolve(repo, in.from));
  if (TRY(parts.readers.info(repo.id, ref)))
    return fail(Errc::conflict, "{} has a branch '{}' already", repo.path(), in.name);
  TRY(parts.pushes.move_refs(actor, repo, {{ref, Sha::zero(), from}}));
  const auto commit = TRY(parts.browser.commit(repo, from));
  return Response::json(201, to_json(RefOut{in.name, from, wire::brief(commit), in.name == repo.default_branch}));
}

Result<Response> delete_branch(Parts& parts, const Request& request, const Actor& actor) {
  const auto repo = TRY(parts.repo_of(request));
  const std::string name(request.param("name"));
  TRY(check_short_ref("branch", name));
  const auto found = TRY(parts.readers.info(repo.id, "refs/heads/" + name));
  if (!found) return fail(Errc::not_found, "{} has no branch '{}'", repo.path(), name);
  TRY(parts.pushes.move_refs(actor, repo, {{"refs/heads/" + name, found->sha, Sha::zero()}}));
  return Response::empty();
}

Result<Response> list_pushes(Parts& parts, const Request& request) {
  const auto repo = TRY(parts.repo_of(request));
  const auto page = TRY(wire::page_of(request));
  auto pushes = TRY(parts.db.read([&](Tx& tx) { return store::list_pushes(tx, repo.id, page.skip, page.limit + 1); }));
  PushList out;
  if (static_cast<int>(pushes.size()) > page.limit) {
    pushes.pop_back();
    out.next = std::to_string(pushes.back().id.value);
  }
  for (auto& push : pushes)
    out.items.push_back({push.id, push.created_at, push.actor, std::move(push.updates), push.state});
  return Response::json(200, to_json(out));
}

}  // namespace

std::vector<Route> ref_routes(Parts& parts) {
  using R = Request;
  using A = Actor;
  const std::string under = "/api/v1/repos/:group/:repo/";
  const std::vector<std::pair<std::string, std::string>> paging = {{"limit", "at most this many, 1-200"},
                                                                   {"before", "the cursor of the page before"}};
  return {
      {.method = Method::get,
       .pattern = under + "branches",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return list_refs(parts, r, "refs/heads"); },
       .summary = "List the branches, the newest commit first",
       .response_schema = answer_schema_of<RefList>(),
       .query = paging},
      {.method = Method::get,
       .pattern = under + "tags",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return list_refs(parts, r, "refs/tags"); },
       .summary = "List the tags, the newest first",
       .response_schema = answer_schema_of<RefList>(),
       .query = paging},
      {.method = Method::post,
       .pattern = under + "branches",
       .need = Need::developer(),
       .handler = [&](const R& r, const A& a) { return create_branch(parts, r, a); },
       .summary = "Make a branch from a branch, tag or commit",
       .request_schema = schema_of<BranchIn>(),
       .response_schema = answer_schema_of<RefOut>()},
      {.method = Method::del,
       .pattern = under + "branches/*name",
       .need = Need::developer(),
       .handler = [&](const R& r, const A& a) { return delete_branch(parts, r, a); },
       .summary = "Delete a branch"},
      {.method = Method::get,
       .pattern = under + "pushes",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return list_pushes(parts, r); },
       .summary = "List the pushes, newest first",
       .response_schema = answer_schema_of<PushList>(),
       .query = paging},
  };
}

}  // namespace sampan::git
