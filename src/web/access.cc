#include "web/access.h"

#include "base/crypto.h"
#include "base/enum_text.h"
#include "base/text.h"

namespace sampan::web {

namespace {

std::optional<std::string> cookie(const Request& request, std::string_view name) {
  for (const auto& part : split(request.header("Cookie"), ';')) {
    const auto pair = trim(part);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return std::string(pair.substr(equals + 1));
  }
  return std::nullopt;
}

Result<people::Credentials> basic_credentials(std::string_view encoded) {
  const auto decoded = base64_decode(encoded);
  const auto colon = decoded.has_value() ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return fail(Errc::unauthenticated, "the Authorization header is not base64 of USER:PASSWORD");
  return people::Credentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

bool reads_only(Method method) { return method == Method::get || method == Method::head || method == Method::options; }

std::string param_or_empty(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.params) {
    if (key == name) return value;
  }
  return {};
}

Role least_role(Need::Kind kind) {
  switch (kind) {
    case Need::Kind::viewer: return Role::viewer;
    case Need::Kind::developer: return Role::developer;
    case Need::Kind::admin: return Role::admin;
    case Need::Kind::anyone:
    case Need::Kind::signed_in:
    case Need::Kind::site_admin:
    case Need::Kind::runner: return Role::none;
  }
  return Role::none;
}

constexpr std::string_view kSignIn = "sign in first: a session, or a token in the Authorization header";

}  // namespace

Result<Actor> Access::authenticate(const Request& request, const Route& route) const {
  const auto given = [&]() -> Result<Actor> {
    const auto header = request.header("Authorization");
    if (header.starts_with("Bearer ")) return people_.actor_of_token(trim(header.substr(7)));
    if (header.starts_with("Basic ")) {
      return people_.actor_of_basic(TRY(basic_credentials(trim(header.substr(6)))), request.remote_address);
    }
    if (const auto session = cookie(request, "sampan_session")) {
      // A page of another site can send the cookie along but cannot set this header.
      if (!reads_only(request.method) && route.dialect == Dialect::api && request.header("X-Sampan-Request") != "1") {
        return fail(Errc::denied, "a change made with a session cookie needs the header X-Sampan-Request: 1");
      }
      return people_.actor_of_session(*session);
    }
    return Actor{};
  }();
  if (!given.has_value() && route.need.kind() == Need::Kind::anyone)
    return Actor{.remote_address = request.remote_address};
  auto actor = TRY(Result<Actor>(given));
  actor.remote_address = request.remote_address;
  return actor;
}

Result<void> Access::check(const Request& request, const Route& route, const Actor& actor) const {
  const auto kind = route.need.kind();
  if (kind == Need::Kind::anyone) return {};
  if (actor.kind == Actor::Kind::nobody) return fail(Errc::unauthenticated, "{}", kSignIn);
  if (kind == Need::Kind::runner) {
    if (actor.kind == Actor::Kind::runner || actor.kind == Actor::Kind::system) return {};
    return fail(Errc::denied, "only runners may call this, with a runner's token");
  }
  if (actor.kind == Actor::Kind::runner && route.dialect != Dialect::oci)
    return fail(Errc::denied, "a runner's token opens only the runner's own routes");
  if (route.dialect == Dialect::api) {
    const bool scope = reads_only(request.method) ? actor.has(Scope::api_read) || actor.has(Scope::api_write)
                                                  : actor.has(Scope::api_write);
    if (!scope)
      return fail(Errc::denied, "this token lacks the scope {}", reads_only(request.method) ? "api_read" : "api_write");
  }
  if (kind == Need::Kind::signed_in) return {};
  if (kind == Need::Kind::site_admin) {
    if (actor.site_admin) return {};
    return fail(Errc::denied, "only a site administrator may do this; you are {}", actor.name);
  }
  const auto asked = TRY(role_on_target(request, actor));
  if (asked.role < Role::viewer) return fail(Errc::not_found, "no {}", asked.what);
  if (asked.role >= least_role(kind)) return {};
  return fail(Errc::denied, "this needs the role {} on {}; {} is {} there", enum_text(least_role(kind)), asked.what,
              actor.name, enum_text(asked.role));
}

Result<Access::Asked> Access::role_on_target(const Request& request, const Actor& actor) const {
  const auto group = param_or_empty(request, "group"), name = param_or_empty(request, "repo"),
             environment = param_or_empty(request, "environment");
  if (!name.empty()) {
    const auto repo = TRY(git_.find_repo(group, name));
    return Asked{TRY(git_.role_on(actor, repo)), fmt::format("repository '{}'", repo.path())};
  }
  if (!group.empty()) return Asked{TRY(git_.role_on_group(actor, group)), fmt::format("group '{}'", group)};
  const auto id = TRY(deliver_.find_environment(environment));
  const Role floor =
      actor.kind == Actor::Kind::user ? Role::viewer : Role::none;  // who is signed in may see what runs where
  return Asked{TRY(people_.role_of(actor, {.environment = id}, floor)), fmt::format("environment '{}'", environment)};
}

Result<AccessTarget> Access::target(std::string_view group, std::string_view repo, std::string_view environment) const {
  if (!environment.empty()) return AccessTarget{.environment = TRY(deliver_.find_environment(environment))};
  return git_.find_target(group, repo);
}

}  // namespace sampan::web
