#include "base/json_struct.h"
#include "people/routes.h"

namespace sampan::people {
namespace {

struct MemberOut {
  std::string login, name;
  Role role = Role::none;
  std::optional<std::string> inherited_from;
};
BOOST_DESCRIBE_STRUCT(MemberOut, (), (login, name, role, inherited_from))
struct MemberList {
  std::vector<MemberOut> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(MemberList, (), (items, next))
enum class GivenRole { viewer, developer, admin };
BOOST_DESCRIBE_ENUM(GivenRole, viewer, developer, admin)
struct MemberIn {
  std::optional<GivenRole> role;
};
BOOST_DESCRIBE_STRUCT(MemberIn, (), (role))

struct AuditOut {
  std::int64_t id = 0;
  Time at{};
  std::string actor, remote_address, action, target_kind, target, detail;
};
BOOST_DESCRIBE_STRUCT(AuditOut, (), (id, at, actor, remote_address, action, target_kind, target, detail))
struct AuditList {
  std::vector<AuditOut> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(AuditList, (), (items, next))

std::string param_or_empty(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.params) {
    if (key == name) return value;
  }
  return {};
}

// The thing the path names, and its name for people.
struct Named {
  AccessTarget target;
  std::string group, name;
};

Result<Named> named(const People::TargetResolver& resolver, const Request& request) {
  const auto group = param_or_empty(request, "group"), repo = param_or_empty(request, "repo");
  const auto environment = param_or_empty(request, "environment");
  if (!resolver) return fail(Errc::internal, "no target resolver was set on people");
  const auto target = TRY(resolver(group, repo, environment));
  return Named{target, group, !environment.empty() ? environment : repo.empty() ? group : group + "/" + repo};
}

MemberOut out_of(const Member& member) { return {member.login, member.name, member.role, member.inherited_from}; }

Result<Response> list_members(Members& members, const Named& at) {
  MemberList out;
  for (const auto& member : TRY(members.list(at.target, at.group))) out.items.push_back(out_of(member));
  return Response::json(200, to_json(out));
}

Result<Member> find_member(Members& members, const Named& at, std::string_view login) {
  for (auto& member : TRY(members.list(at.target, at.group))) {
    if (lower(member.login) == lower(login)) return std::move(member);
  }
  return fail(Errc::not_found, "'{}' is not a member of {}", login, at.name);
}

Result<Response> put_member(Members& members, const Named& at, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<MemberIn>(request.body));
  if (!in.role) return fail(Errc::invalid, "field 'role': expected one of viewer, developer, admin, found nothing");
  const auto role = static_cast<Role>(static_cast<int>(*in.role) + static_cast<int>(Role::viewer));
  TRY(members.set(actor, at.target, request.param("login"), role, at.name));
  return Response::json(200, to_json(out_of(TRY(find_member(members, at, request.param("login"))))));
}

std::vector<Route> routes_under(Members& members, const People::TargetResolver& resolver, const std::string& under) {
  using R = Request;
  using A = Actor;
  return {
      {.method = Method::get,
       .pattern = under,
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) -> Result<Response> {
         return list_members(members, TRY(named(resolver, r)));
       },
       .summary = "List the members and their roles",
       .response_schema = answer_schema_of<MemberList>()},
      {.method = Method::get,
       .pattern = under + "/:login",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) -> Result<Response> {
         const auto at = TRY(named(resolver, r));
         return Response::json(200, to_json(out_of(TRY(find_member(members, at, r.param("login"))))));
       },
       .summary = "Show one member's role",
       .response_schema = answer_schema_of<MemberOut>()},
      {.method = Method::put,
       .pattern = under + "/:login",
       .need = Need::admin(),
       .handler = [&](const R& r, const A& a) -> Result<Response> {
         return put_member(members, TRY(named(resolver, r)), r, a);
       },
       .summary = "Give a person a role",
       .request_schema = schema_of<MemberIn>(),
       .response_schema = answer_schema_of<MemberOut>()},
      {.method = Method::del,
       .pattern = under + "/:login",
       .need = Need::admin(),
       .handler = [&](const R& r, const A& a) -> Result<Response> {
         const auto at = TRY(named(resolver, r));
         TRY(members.set(a, at.target, r.param("login"), Role::none, at.name));
         return Response::empty();
       },
       .summary = "Take a person's role away"},
  };
}

Result<Response> list_audit(Db& db, const Request& request) {
  const auto window = TRY(window_of(request));
  const store::AuditFilter filter{request.find_query("actor").value_or(""), request.find_query("action").value_or(""),
                                  request.find_query("target").value_or(""), window.before, window.limit + 1};
  auto rows = TRY(db.read([&](Tx& tx) { return store::list_audit(tx, filter); }));
  AuditList out;
  if (static_cast<int>(rows.size()) > window.limit) {
    rows.pop_back();
    out.next = std::to_string(rows.back().id);
  }
  for (auto& row : rows) {
    out.items.push_back(
        {row.id, row.at, row.actor, row.remote_address, row.action, row.target_kind, row.target, row.detail});
  }
  return Response::json(200, to_json(out));
}

}  // namespace

std::vector<Route> member_routes(Members& members, const People::TargetResolver& resolver) {
  std::vector<Route> routes;
  for (const char* under : {"/api/v1/groups/:group/members", "/api/v1/repos/:group/:repo/members",
                            "/api/v1/environments/:environment/members"}) {
    for (auto& route : routes_under(members, resolver, under)) routes.push_back(std::move(route));
  }
  return routes;
}

std::vector<Route> audit_routes(Db& db) {
  return {{.method = Method::get,
           .pattern = "/api/v1/audit",
           .need = Need::site_admin(),
           .handler = [&db](const Request& r, const Actor&) { return list_audit(db, r); },
           .summary = "List who did what, newest first",
           .response_schema = answer_schema_of<AuditList>(),
           .query = {{"actor", "login"},
                     {"action", "like 'member.set'"},
                     {"target", "name of the thing"},
                     {"limit", "at most this many, 1-200"},
                     {"before", "the cursor of the page before"}}}};
}

}  // namespace sampan::people
