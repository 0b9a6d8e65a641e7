#include "base/json_struct.h"
#include "git/wire.h"

namespace sampan::git {
namespace {

using wire::RepoOut;

struct GroupOut {
  GroupId id;
  std::string name, description;
  Visibility visibility = Visibility::private_;
  std::int64_t repo_count = 0;
  Role my_role = Role::none;
};
BOOST_DESCRIBE_STRUCT(GroupOut, (), (id, name, description, visibility, repo_count, my_role))
struct GroupList {
  std::vector<GroupOut> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(GroupList, (), (items, next))
struct GroupIn {
  std::string name;
  std::optional<std::string> description;
  std::optional<Visibility> visibility;
};
BOOST_DESCRIBE_STRUCT(GroupIn, (), (name, description, visibility))
struct GroupPatch {
  std::optional<std::string> description;
  std::optional<Visibility> visibility;
};
BOOST_DESCRIBE_STRUCT(GroupPatch, (), (description, visibility))

struct RepoList {
  std::vector<RepoOut> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(RepoList, (), (items, next))
struct RepoIn {
  std::string group, name;
  std::optional<std::string> description;
  std::optional<Visibility> visibility;
  std::optional<std::string> template_;
};
BOOST_DESCRIBE_STRUCT(RepoIn, (), (group, name, description, visibility, template_))
struct RepoPatch {
  std::optional<std::string> description, default_branch;
  std::optional<Visibility> visibility;
};
BOOST_DESCRIBE_STRUCT(RepoPatch, (), (description, default_branch, visibility))

struct TemplateOut {
  std::string id, title_en, title_zh, description_en, description_zh;
};
BOOST_DESCRIBE_STRUCT(TemplateOut, (), (id, title_en, title_zh, description_en, description_zh))
struct TemplateList {
  std::vector<TemplateOut> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(TemplateList, (), (items, next))

Result<GroupOut> group_out(Parts& parts, const Group& group, const Actor& actor) {
  const bool open = group.visibility == Visibility::internal && actor.kind == Actor::Kind::user;
  const auto role = TRY(parts.people.role_of(actor, {.group = group.id, .repo = {}, .environment = {}},
                                             open ? Role::viewer : Role::none));
  return GroupOut{group.id, group.name, group.description, group.visibility, group.repo_count, role};
}

Result<Response> list_groups(Parts& parts, const Actor& actor) {
  std::map<std::string, bool> holds_visible;
  for (const auto& repo : TRY(parts.repos.list(actor))) holds_visible[repo.group] = true;
  GroupList out;
  for (const auto& group : TRY(parts.repos.list_groups())) {
    auto item = TRY(group_out(parts, group, actor));
    if (item.my_role >= Role::viewer || holds_visible.contains(group.name)) out.items.push_back(std::move(item));
  }
  return Response::json(200, to_json(out));
}

Result<Response> create_group(Parts& parts, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<GroupIn>(request.body));
  const auto group = TRY(parts.repos.create_group(
      actor, {in.name, in.description.value_or(""), in.visibility.value_or(Visibility::private_)}));
  return Response::json(201, to_json(TRY(group_out(parts, group, actor))));
}

Result<Response> change_group(Parts& parts, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<GroupPatch>(request.body));
  const auto group = TRY(parts.repos.change_group(actor, request.param("group"), {in.description, in.visibility}));
  return Response::json(200, to_json(TRY(group_out(parts, group, actor))));
}

Result<Response> list_repos(Parts& parts, const Request& request, const Actor& actor) {
  const auto page = TRY(wire::page_of(request));
  const auto query = lower(request.find_query("query").value_or("")),
             group = lower(request.find_query("group").value_or(""));
  auto repos = TRY(parts.repos.list(actor));
  std::erase_if(repos, [&](const Repo& repo) {
    const bool other_group = !group.empty() && lower(repo.group) != group;
    return other_group ||
           (!query.empty() && lower(repo.path() + " " + repo.description).find(query) == std::string::npos);
  });
  RepoList out;
  for (auto at = static_cast<std::size_t>(page.skip);
       at < repos.size() && out.items.size() < static_cast<std::size_t>(page.limit); ++at) {
    out.items.push_back(TRY(wire::repo_out(parts, repos[at], actor)));
  }
  const auto reached = static_cast<std::size_t>(page.skip) + out.items.size();
  if (reached < repos.size()) out.next = std::to_string(reached);
  return Response::json(200, to_json(out));
}

Result<Response> create_repo(Parts& parts, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<RepoIn>(request.body));
  const auto group = TRY(parts.repos.find_group(in.group));
  const auto role = TRY(parts.people.role_of(actor, {.group = group.id, .repo = {}, .environment = {}}));
  if (role == Role::none) return fail(Errc::not_found, "there is no group '{}', or you may not see it", in.group);
  if (role < Role::developer)
    return fail(Errc::denied, "making a repository takes the role developer in the group {}; ask one of its admins",
                group.name);
  const NewRepo order{in.group, in.name, in.description.value_or(""), in.visibility.value_or(group.visibility)};
  const auto begin_with = in.template_.value_or("");
  if (!begin_with.empty()) TRY(template_files(begin_with, Repo()));  // a wrong name is told before anything is made
  auto repo = TRY(parts.repos.create(actor, order));
  if (!begin_with.empty()) {
    const auto files = TRY(template_files(begin_with, repo));
    auto committed = parts.writer.commit_files(actor, repo, repo.default_branch, Sha::zero(),
                                               "Begin from the template " + begin_with, files);
    if (!committed) {
      TRY(parts.repos.remove(actor, repo));
      return committed.error();
    }
    repo = TRY(parts.repos.find(repo.id));
  }
  return Response::json(201, to_json(TRY(wire::repo_out(parts, repo, actor))));
}

Result<Response> change_repo(Parts& parts, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<RepoPatch>(request.body));
  const auto repo =
      TRY(parts.repos.change(actor, TRY(parts.repo_of(request)), {in.description, in.default_branch, in.visibility}));
  return Response::json(200, to_json(TRY(wire::repo_out(parts, repo, actor))));
}

Response list_templates() {
  TemplateList out;
  for (auto& one : templates())
    out.items.push_back({one.id, one.title_en, one.title_zh, one.description_en, one.description_zh});
  return Response::json(200, to_json(out));
}

using R = Request;
using A = Actor;

}  // namespace

std::vector<Route> group_routes(Parts& parts) {
  return {
      {.method = Method::get,
       .pattern = "/api/v1/groups",
       .need = Need::signed_in(),
       .handler = [&](const R&, const A& a) { return list_groups(parts, a); },
       .summary = "List the groups you may see",
       .response_schema = answer_schema_of<GroupList>()},
      {.method = Method::post,
       .pattern = "/api/v1/groups",
       .need = Need::site_admin(),
       .handler = [&](const R& r, const A& a) { return create_group(parts, r, a); },
       .summary = "Make a group",
       .request_schema = schema_of<GroupIn>(),
       .response_schema = answer_schema_of<GroupOut>()},
      {.method = Method::get,
       .pattern = "/api/v1/groups/:group",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A& a) -> Result<Response> {
         return Response::json(200, to_json(TRY(group_out(parts, TRY(parts.repos.find_group(r.param("group"))), a))));
       },
       .summary = "Show a group",
       .response_schema = answer_schema_of<GroupOut>()},
      {.method = Method::patch,
       .pattern = "/api/v1/groups/:group",
       .need = Need::admin(),
       .handler = [&](const R& r, const A& a) { return change_group(parts, r, a); },
       .summary = "Change a group",
       .request_schema = schema_of<GroupPatch>(),
       .response_schema = answer_schema_of<GroupOut>()},
      {.method = Method::del,
       .pattern = "/api/v1/groups/:group",
       .need = Need::admin(),
       .handler = [&](const R& r, const A& a) -> Result<Response> {
         TRY(parts.repos.delete_group(a, r.param("group")));
         return Response::empty();
       },
       .summary = "Delete an empty group"},
  };
}

std::vector<Route> repo_routes(Parts& parts) {
  return {
      {.method = Method::get,
       .pattern = "/api/v1/templates",
       .need = Need::signed_in(),
       .handler = [](const R&, const A&) -> Result<Response> { return list_templates(); },
       .summary = "List what a repository can begin with",
       .response_schema = answer_schema_of<TemplateList>()},
      {.method = Method::get,
       .pattern = "/api/v1/repos",
       .need = Need::signed_in(),
       .handler = [&](const R& r, const A& a) { return list_repos(parts, r, a); },
       .summary = "List the repositories you may see",
       .response_schema = answer_schema_of<RepoList>(),
       .query = {{"query", "part of the path or description"},
                 {"group", "name of a group"},
                 {"limit", "at most this many, 1-200"},
                 {"before", "the cursor of the page before"}}},
      {.method = Method::post,
       .pattern = "/api/v1/repos",
       .need = Need::signed_in(),
       .handler = [&](const R& r, const A& a) { return create_repo(parts, r, a); },
       .summary = "Make a repository, empty or from a template; takes developer in its group",
       .request_schema = schema_of<RepoIn>(),
       .response_schema = answer_schema_of<RepoOut>()},
      {.method = Method::get,
       .pattern = "/api/v1/repos/:group/:repo",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A& a) -> Result<Response> {
         return Response::json(200, to_json(TRY(wire::repo_out(parts, TRY(parts.repo_of(r)), a))));
       },
       .summary = "Show a repository",
       .response_schema = answer_schema_of<RepoOut>()},
      {.method = Method::patch,
       .pattern = "/api/v1/repos/:group/:repo",
       .need = Need::admin(),
       .handler = [&](const R& r, const A& a) { return change_repo(parts, r, a); },
       .summary = "Change a repository's description, visibility or default branch",
       .request_schema = schema_of<RepoPatch>(),
       .response_schema = answer_schema_of<RepoOut>()},
      {.method = Method::del,
       .pattern = "/api/v1/repos/:group/:repo",
       .need = Need::admin(),
       .handler = [&](const R& r, const A& a) -> Result<Response> {
         TRY(parts.repos.remove(a, TRY(parts.repo_of(r))));
         return Response::empty();
       },
       .summary = "Delete a repository with everything in it"},
  };
}

std::vector<Route> transport_routes(Parts& parts) {
  auto& transport = parts.transport;
  return {
      {.method = Method::get,
       .pattern = "/:group/:repo/info/refs",
       .need = Need::anyone(),
       .handler = [&](const R& r, const A& a) -> Result<Response> { return transport.advertise(r, a); },
       .summary = "Say which refs there are (git smart HTTP)",
       .query = {{"service", "git-upload-pack or git-receive-pack"}}},
      {.method = Method::post,
       .pattern = "/:group/:repo/git-upload-pack",
       .need = Need::anyone(),
       .handler = [&](const R& r, const A& a) -> Result<Response> { return transport.upload_pack(r, a); },
       .summary = "Fetch (git smart HTTP)",
       .body = BodyKind::pipe,
       .body_limit = 256 << 20},
      {.method = Method::post,
       .pattern = "/:group/:repo/git-receive-pack",
       .need = Need::anyone(),
       .handler = [&](const R& r, const A& a) -> Result<Response> { return transport.receive_pack(r, a); },
       .summary = "Push (git smart HTTP)",
       .body = BodyKind::pipe,
       .body_limit = static_cast<std::uint64_t>(parts.config.max_push_bytes) +
                     (64 << 20)},  // git itself counts the pack and says so better
  };
}

}  // namespace sampan::git
