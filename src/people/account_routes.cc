#include <charconv>

#include "base/json_struct.h"
#include "people/routes.h"

namespace sampan::people {
namespace {

// Wire shapes.
struct SessionIn {
  std::string login, password;
};
BOOST_DESCRIBE_STRUCT(SessionIn, (), (login, password))
struct MeOut {
  UserId id;
  std::string login, name, email;
  bool site_admin = false;
  std::string locale;
  bool must_change_password = false;
};
BOOST_DESCRIBE_STRUCT(MeOut, (), (id, login, name, email, site_admin, locale, must_change_password))
struct SessionOut {
  std::optional<MeOut> me;
};
BOOST_DESCRIBE_STRUCT(SessionOut, (), (me))
struct MeIn {
  std::optional<std::string> name, email, locale;
};
BOOST_DESCRIBE_STRUCT(MeIn, (), (name, email, locale))
struct PasswordIn {
  std::string old_password, new_password;
};
BOOST_DESCRIBE_STRUCT(PasswordIn, (), (old_password, new_password))

struct UserOut {
  UserId id;
  std::string login, name, email;
  bool site_admin = false, active = true;
  Time created_at{};
  std::optional<Time> last_seen_at;
};
BOOST_DESCRIBE_STRUCT(UserOut, (), (id, login, name, email, site_admin, active, created_at, last_seen_at))
struct MadeUserOut : UserOut {
  std::optional<std::string> initial_password;
};
BOOST_DESCRIBE_STRUCT(MadeUserOut, (UserOut), (initial_password))
struct UserList {
  std::vector<UserOut> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(UserList, (), (items, next))
struct UserIn {
  std::string login;
  std::optional<std::string> name, email, password;
  bool site_admin = false;
};
BOOST_DESCRIBE_STRUCT(UserIn, (), (login, name, email, password, site_admin))
struct UserPatch {
  std::optional<std::string> name, email, password;
  std::optional<bool> active, site_admin;
};
BOOST_DESCRIBE_STRUCT(UserPatch, (), (name, email, password, active, site_admin))

struct TokenOut {
  TokenId id;
  std::string name;
  std::vector<Scope> scopes;
  Time created_at{};
  std::optional<Time> expires_at, last_used_at, revoked_at;
};
BOOST_DESCRIBE_STRUCT(TokenOut, (), (id, name, scopes, created_at, expires_at, last_used_at, revoked_at))
struct MadeTokenOut : TokenOut {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(MadeTokenOut, (TokenOut), (token))
struct TokenList {
  std::vector<TokenOut> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(TokenList, (), (items, next))
struct TokenIn {
  std::string name;
  std::vector<Scope> scopes;
  std::optional<int> expires_in_days;
};
BOOST_DESCRIBE_STRUCT(TokenIn, (), (name, scopes, expires_in_days))

MeOut me_out(const User& user) {
  return {user.id,
          user.login,
          user.name,
          user.email,
          user.site_admin,
          user.locale.empty() ? "en" : user.locale,
          user.must_change_password};
}
UserOut user_out(const User& user) {
  return {user.id, user.login, user.name, user.email, user.site_admin, user.active, user.created_at, user.last_seen_at};
}
TokenOut token_out(const store::TokenRow& row) {
  return {row.id, row.name, row.scopes, row.created_at, row.expires_at, row.last_used_at, row.revoked_at};
}

std::string cookie_of(const Request& request) {
  std::string_view cookies = request.header("Cookie");
  while (!cookies.empty()) {
    const auto end = cookies.find(';');
    const auto part = trim(cookies.substr(0, end));
    const auto equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == kSessionCookie)
      return std::string(part.substr(equals + 1));
    cookies = end == std::string_view::npos ? std::string_view() : cookies.substr(end + 1);
  }
  return {};
}

// Lax: a link in a message must find the person signed in; other sites cannot post, which X-Sampan-Request guards as
// well.
std::string set_cookie(const Request& request, std::string_view value, std::chrono::seconds life) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", kSessionCookie, value, life.count(),
                     request.tls ? "; Secure" : "");
}

Result<Response> sign_in_handler(Accounts& accounts, SignIn& sign_in, const Request& request) {
  const auto in = TRY(from_json<SessionIn>(request.body));
  const Actor actor = TRY(sign_in.with_password({in.login, in.password}, request.remote_address));
  const auto cookie = TRY(sign_in.open_session(actor));
  const User user = TRY(accounts.find(actor.user));
  return Response::json(200, to_json(me_out(user)))
      .set("Set-Cookie", set_cookie(request, cookie, kSessionLife))
      .set("Cache-Control", "no-store");
}

// For pages: who is signed in, perhaps nobody, without an error either way.
Result<Response> session_handler(Accounts& accounts, const Actor& actor) {
  SessionOut out;
  if (actor.kind == Actor::Kind::user) out.me = me_out(TRY(accounts.find(actor.user)));
  return Response::json(200, to_json(out)).set("Cache-Control", "no-store");
}

Result<Response> sign_out_handler(SignIn& sign_in, const Request& request) {
  TRY(sign_in.close_session(cookie_of(request)));
  return Response::empty().set("Set-Cookie", set_cookie(request, "", std::chrono::seconds(0)));
}

Result<Response> password_handler(Accounts& accounts, SignIn& sign_in, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<PasswordIn>(request.body));
  TRY(accounts.change_password(actor, in.old_password, in.new_password));
  if (cookie_of(request).empty()) return Response::empty();
  const auto cookie = TRY(sign_in.open_session(actor));  // the page that asked stays signed in
  return Response::empty().set("Set-Cookie", set_cookie(request, cookie, kSessionLife));
}

Result<Response> list_users(Accounts& accounts, const Request& request) {
  const auto window = TRY(window_of(request));
  auto users = TRY(accounts.list(window.before, window.limit + 1));
  UserList out;
  if (static_cast<int>(users.size()) > window.limit) {
    users.pop_back();
    out.next = std::to_string(users.back().id.value);
  }
  for (const auto& user : users) out.items.push_back(user_out(user));
  return Response::json(200, to_json(out));
}

Result<Response> create_user(Accounts& accounts, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<UserIn>(request.body));
  const auto made =
      TRY(accounts.create(actor, {in.login, in.name.value_or(""), in.email.value_or(""), in.password, in.site_admin}));
  return Response::json(201, to_json(MadeUserOut{user_out(made.user), made.initial_password}))
      .set("Cache-Control", "no-store");
}

Result<Response> change_user(Accounts& accounts, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<UserPatch>(request.body));
  const UserChange change{in.name, in.email, std::nullopt, in.password, in.active, in.site_admin};
  return Response::json(200, to_json(user_out(TRY(accounts.change(actor, request.param("login"), change)))));
}

Result<Response> create_token(Accounts& accounts, Clock& clock, const Request& request, const Actor& actor) {
  const auto in = TRY(from_json<TokenIn>(request.body));
  NewToken order{in.name, in.scopes, std::nullopt};
  if (in.expires_in_days) {
    if (*in.expires_in_days < 1 || *in.expires_in_days > 3650) {
      return fail(Errc::invalid, "field 'expires_in_days': expected 1 to 3650, found {}", *in.expires_in_days);
    }
    order.expires_at = clock.now() + std::chrono::hours(24) * *in.expires_in_days;
  }
  const auto made = TRY(accounts.create_token(actor, order));
  return Response::json(201, to_json(MadeTokenOut{token_out(made.row), made.secret})).set("Cache-Control", "no-store");
}

Result<Response> revoke_token(Accounts& accounts, const Request& request, const Actor& actor) {
  const auto text = request.param("id");
  TokenId id;
  if (std::from_chars(text.data(), text.data() + text.size(), id.value).ptr != text.data() + text.size()) {
    return fail(Errc::not_found, "there is no token with the id '{}'", text);
  }
  TRY(accounts.revoke_token(actor, id));
  return Response::empty();
}

std::vector<Route> me_routes(Accounts& accounts, SignIn& sign_in) {
  using R = Request;
  using A = Actor;
  return {
      {.method = Method::get,
       .pattern = "/api/v1/session",
       .need = Need::anyone(),
       .handler = [&](const R&, const A& a) { return session_handler(accounts, a); },
       .summary = "Show who is signed in, or nobody",
       .response_schema = answer_schema_of<SessionOut>()},
      {.method = Method::post,
       .pattern = "/api/v1/session",
       .need = Need::anyone(),
       .handler = [&](const R& r, const A&) { return sign_in_handler(accounts, sign_in, r); },
       .summary = "Sign in with login and password; sets the session cookie",
       .request_schema = schema_of<SessionIn>(),
       .response_schema = answer_schema_of<MeOut>()},
      {.method = Method::del,
       .pattern = "/api/v1/session",
       .need = Need::signed_in(),
       .handler = [&](const R& r, const A&) { return sign_out_handler(sign_in, r); },
       .summary = "Sign out"},
      {.method = Method::get,
       .pattern = "/api/v1/me",
       .need = Need::signed_in(),
       .handler = [&](const R&, const A& a) -> Result<Response> {
         return Response::json(200, to_json(me_out(TRY(accounts.find(a.user)))));
       },
       .summary = "Show who is signed in",
       .response_schema = answer_schema_of<MeOut>()},
      {.method = Method::patch,
       .pattern = "/api/v1/me",
       .need = Need::signed_in(),
       .handler = [&](const R& r, const A& a) -> Result<Response> {
         const auto in = TRY(from_json<MeIn>(r.body));
         return Response::json(
             200, to_json(me_out(TRY(accounts.change_self(a, {in.name, in.email, in.locale, {}, {}, {}})))));
       },
       .summary = "Change your own name, address or language",
       .request_schema = schema_of<MeIn>(),
       .response_schema = answer_schema_of<MeOut>()},
      {.method = Method::post,
       .pattern = "/api/v1/me/password",
       .need = Need::signed_in(),
       .handler = [&](const R& r, const A& a) { return password_handler(accounts, sign_in, r, a); },
       .summary = "Change your own password; ends your other sessions",
       .request_schema = schema_of<PasswordIn>()},
  };
}

std::vector<Route> token_routes(Accounts& accounts, Clock& clock) {
  using R = Request;
  using A = Actor;
  return {
      {.method = Method::get,
       .pattern = "/api/v1/me/tokens",
       .need = Need::signed_in(),
       .handler = [&](const R&, const A& a) -> Result<Response> {
         TokenList out;
         for (const auto& row : TRY(accounts.tokens(a))) out.items.push_back(token_out(row));
         return Response::json(200, to_json(out));
       },
       .summary = "List your tokens, without their secrets",
       .response_schema = answer_schema_of<TokenList>()},
      {.method = Method::post,
       .pattern = "/api/v1/me/tokens",
       .need = Need::signed_in(),
       .handler = [&](const R& r, const A& a) { return create_token(accounts, clock, r, a); },
       .summary = "Make a token; its secret is shown this once",
       .request_schema = schema_of<TokenIn>(),
       .response_schema = answer_schema_of<MadeTokenOut>()},
      {.method = Method::del,
       .pattern = "/api/v1/me/tokens/:id",
       .need = Need::signed_in(),
       .handler = [&](const R& r, const A& a) { return revoke_token(accounts, r, a); },
       .summary = "Revoke a token"},
  };
}

std::vector<Route> user_routes(Accounts& accounts) {
  using R = Request;
  using A = Actor;
  return {
      {.method = Method::get,
       .pattern = "/api/v1/users",
       .need = Need::site_admin(),
       .handler = [&](const R& r, const A&) { return list_users(accounts, r); },
       .summary = "List the users",
       .response_schema = answer_schema_of<UserList>(),
       .query = {{"limit", "at most this many, 1-200"}, {"before", "the cursor of the page before"}}},
      {.method = Method::post,
       .pattern = "/api/v1/users",
       .need = Need::site_admin(),
       .handler = [&](const R& r, const A& a) { return create_user(accounts, r, a); },
       .summary = "Make a user; without a password one is made and shown this once",
       .request_schema = schema_of<UserIn>(),
       .response_schema = answer_schema_of<MadeUserOut>()},
      {.method = Method::patch,
       .pattern = "/api/v1/users/:login",
       .need = Need::site_admin(),
       .handler = [&](const R& r, const A& a) { return change_user(accounts, r, a); },
       .summary = "Change a user, switch it off or on, set its password",
       .request_schema = schema_of<UserPatch>(),
       .response_schema = answer_schema_of<UserOut>()},
  };
}

}  // namespace

std::vector<Route> account_routes(Accounts& accounts, SignIn& sign_in) {
  auto routes = me_routes(accounts, sign_in);
  for (auto& route : token_routes(accounts, sign_in.clock())) routes.push_back(std::move(route));
  for (auto& route : user_routes(accounts)) routes.push_back(std::move(route));
  return routes;
}

Result<Window> window_of(const Request& request) {
  Window window;
  const auto number = [&](std::string_view name, std::int64_t least, std::int64_t most,
                          std::int64_t absent) -> Result<std::int64_t> {
    const auto text = request.find_query(name);
    if (!text || text->empty()) return absent;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value < least || value > most) {
      return fail(Errc::invalid, "query '{}': expected a number from {} to {}, found '{}'", name, least, most, *text);
    }
    return value;
  };
  window.limit = static_cast<int>(TRY(number("limit", 1, 200, 50)));
  window.before = TRY(number("before", 0, std::numeric_limits<std::int64_t>::max(), 0));
  return window;
}

}  // namespace sampan::people
