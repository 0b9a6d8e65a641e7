#include "people/people.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/migrations.h"
#include "model/events.h"
#include "model/say.h"

using namespace sampan;
using people::People;

namespace {

// The tables of this room and of those before it.
Result<void> migrate(Db& db) {
  auto all = migrations();
  std::erase_if(all, [](const Migration& migration) { return migration.name > "0003"; });
  return db.migrate(all);
}

struct House {
  TempDir folder = TempDir::create().value();
  std::unique_ptr<Db> db = Db::open("sqlite:" + folder.path() + "/people.db").value();
  FakeClock clock;
  std::unique_ptr<EventLog> events;
  std::unique_ptr<People> people;
  std::vector<Route> routes;

  House() {
    auto migrated = migrate(*db);
    REQUIRE_MESSAGE(migrated.has_value(), migrated.error().message);
    events = std::make_unique<EventLog>(*db, clock);
    people = std::make_unique<People>(*db, clock, *events);
    routes = people->routes();
    people->set_target_resolver(
        [](std::string_view group, std::string_view repo, std::string_view environment) -> Result<AccessTarget> {
          AccessTarget target;
          if (group == "company") target.group = GroupId{1};
          if (repo == "shop") target.repo = RepoId{7};
          if (environment == "production") target.environment = EnvironmentId{3};
          return target;
        });
    REQUIRE(people->ensure_first_admin("root").has_value());
  }

  Result<Response> call(Method method, std::string_view pattern, const Actor& actor, std::string body,
                        std::vector<std::pair<std::string, std::string>> params = {}, Headers headers = {}) {
    for (const auto& route : routes) {
      if (route.method != method || route.pattern != pattern) continue;
      Request request;
      request.method = method;
      request.body = std::move(body);
      request.params = std::move(params);
      request.headers = std::move(headers);
      request.remote_address = "10.0.0.1";
      return route.handler(request, actor);
    }
    FAIL("no route " << std::string(pattern));
    return fail(Errc::internal, "no route");
  }

  Actor admin() {
    Actor actor = Actor::system();
    actor.kind = Actor::Kind::user;
    actor.user = people->find_user("root").value().id;
    actor.name = "root";
    return actor;
  }
  Actor make(std::string login, std::string password = "correct horse") {
    auto made = call(Method::post, "/api/v1/users", admin(),
                     fmt::format(R"({{"login":"{}","password":"{}"}})", login, password));
    REQUIRE(made.has_value());
    return people->sign_in_with_password({login, password}, "10.0.0.1").value();
  }
  std::string token_of(const Actor& actor, std::string scopes, std::string more = "") {
    auto made =
        call(Method::post, "/api/v1/me/tokens", actor, fmt::format(R"({{"name":"ci","scopes":[{}]{}}})", scopes, more));
    REQUIRE(made.has_value());
    const auto& body = std::get<std::string>(made->body);
    const auto at = body.find("\"token\":\"") + 9;
    return body.substr(at, body.find('"', at) - at);
  }
};

std::string text_of(const Result<Response>& response) {
  return response ? std::get<std::string>(response->body) : response.error().message;
}

}  // namespace

TEST_CASE("people: the first administrator is made once and must change the password") {
  TempDir folder = TempDir::create().value();
  auto db = Db::open("sqlite:" + folder.path() + "/a.db").value();
  REQUIRE(migrate(*db).has_value());
  FakeClock clock;
  EventLog events(*db, clock);
  People people(*db, clock, events);
  auto password = people.ensure_first_admin("root");
  REQUIRE(password.has_value());
  REQUIRE(password->has_value());
  CHECK_FALSE(people.ensure_first_admin("root").value().has_value());
  auto actor = people.sign_in_with_password({"root", **password}, "::1");
  REQUIRE(actor.has_value());
  CHECK(actor->site_admin);
  CHECK(people.find_user("ROOT").value().must_change_password);
}

TEST_CASE("people: an unknown login, a wrong password and a switched-off account fail with the same sentence") {
  House house;
  house.make("ann");
  house.make("gone");
  REQUIRE(house.call(Method::patch, "/api/v1/users/:login", house.admin(), R"({"active":false})", {{"login", "gone"}})
              .has_value());
  auto unknown = house.people->sign_in_with_password({"nobody", "x"}, "1");
  auto wrong = house.people->sign_in_with_password({"ann", "x"}, "1");
  auto off = house.people->sign_in_with_password({"gone", "correct horse"}, "1");
  CHECK(unknown.error().code == Errc::unauthenticated);
  CHECK(wrong.error().message == unknown.error().message);
  CHECK(off.error().message == unknown.error().message);
}

TEST_CASE("people: a disk that takes no note of who was seen turns nobody away") {
  House house;
  const Actor root = Actor::system();
  REQUIRE(house.call(Method::post, "/api/v1/users", root, R"({"login":"li","name":"Li","password":"password-li"})")
              .has_value());
  REQUIRE(house.db
              ->write([](Tx& tx) {
                return tx.exec(
                    "create trigger full before update on user_account begin select raise(abort, 'full'); end");
              })
              .has_value());
  CHECK(house.people->sign_in_with_password({"li", "password-li"}, "10.0.0.1").has_value());
}

TEST_CASE("people: after five failures a login waits, and the right password does not jump the wait") {
  House house;
  house.make("ann");
  for (int i = 0; i < 5; ++i)
    CHECK(house.people->sign_in_with_password({"ann", "x"}, "1").error().code == Errc::unauthenticated);
  auto held = house.people->sign_in_with_password({"ann", "correct horse"}, "1");
  CHECK(held.error().code == Errc::unavailable);
  CHECK(held.error().message.find("1 s") != std::string::npos);
  house.clock.advance(std::chrono::seconds(1));
  CHECK(house.people->sign_in_with_password({"ann", "correct horse"}, "1").has_value());
}

TEST_CASE(
    "people: a session lives by its cookie, is stored hashed, and ends when closed, unused for two weeks, or the "
    "password changes") {
  House house;
  const Actor ann = house.make("ann");
  const auto cookie = house.people->open_session(ann).value();
  CHECK(house.people->actor_of_session(cookie).value().name == "ann");
  CHECK(house.db->read([&](Tx& tx) { return tx.query("select 1 from session where hash = $1", {cookie}); })
            .value()
            .empty());

  REQUIRE(house.people->close_session(cookie).has_value());
  CHECK(house.people->actor_of_session(cookie).error().code == Errc::unauthenticated);

  const auto unused = house.people->open_session(ann).value();
  house.clock.advance(std::chrono::hours(24 * 15));
  CHECK_FALSE(house.people->actor_of_session(unused).has_value());

  const auto second = house.people->open_session(ann).value();
  CHECK(house.people->actor_of_session(second).has_value());
  auto changed = house.call(Method::post, "/api/v1/me/password", ann,
                            R"({"old_password":"correct horse","new_password":"battery staple"})");
  REQUIRE(changed.has_value());
  CHECK_FALSE(house.people->actor_of_session(second).has_value());
  CHECK(house.people->sign_in_with_password({"ann", "battery staple"}, "1").has_value());
}

TEST_CASE("people: signing in over the route sets a cookie that scripts and other sites cannot use") {
  House house;
  house.make("ann");
  auto answer = house.call(Method::post, "/api/v1/session", Actor(), R"({"login":"ann","password":"correct horse"})");
  REQUIRE(answer.has_value());
  std::string cookie;
  for (const auto& [name, value] : answer->headers) {
    if (name == "Set-Cookie") cookie = value;
  }
  CHECK(cookie.starts_with("sampan_session="));
  CHECK(cookie.find("HttpOnly; SameSite=Lax") != std::string::npos);
  const auto value = cookie.substr(15, cookie.find(';') - 15);
  CHECK(house.people->actor_of_session(value).value().name == "ann");
  REQUIRE(house.call(Method::del, "/api/v1/session", Actor(), "", {}, {{"Cookie", "a=b; sampan_session=" + value}})
              .has_value());
  CHECK_FALSE(house.people->actor_of_session(value).has_value());
}

TEST_CASE("people: a page asks who is signed in and is told nobody or somebody, never an error") {
  House house;
  CHECK(text_of(house.call(Method::get, "/api/v1/session", Actor(), "")) == R"({"me":null})");
  CHECK(text_of(house.call(Method::get, "/api/v1/session", house.make("ann"), "")).find(R"("login":"ann")") !=
        std::string::npos);
}

TEST_CASE("people: a token acts with its scopes only, and a revoked or expired one says so") {
  House house;
  const Actor ann = house.make("ann");
  const auto token = house.token_of(ann, R"("repo_read")");
  const auto actor = house.people->actor_of_token(token).value();
  CHECK(actor.name == "ann");
  CHECK(actor.has(Scope::repo_read));
  CHECK_FALSE(actor.has(Scope::repo_write));

  auto listed = text_of(house.call(Method::get, "/api/v1/me/tokens", ann, ""));
  CHECK(listed.find(token) == std::string::npos);
  REQUIRE(house.call(Method::del, "/api/v1/me/tokens/:id", ann, "", {{"id", "1"}}).has_value());
  auto revoked = house.people->actor_of_token(token);  // at once, though it was remembered
  CHECK(revoked.error().code == Errc::unauthenticated);
  CHECK(revoked.error().message.find("'ci' was revoked") != std::string::npos);

  const auto short_lived = house.token_of(ann, R"("repo_read")", R"(,"expires_in_days":1)");
  CHECK(house.people->actor_of_token(short_lived).has_value());
  house.clock.advance(std::chrono::hours(25));
  CHECK(house.people->actor_of_token(short_lived).error().message.find("expired") != std::string::npos);
  CHECK(house.people->actor_of_token("sp_wrong").error().message.find("not known") != std::string::npos);
}

TEST_CASE("people: a token cannot give itself more scopes than it has") {
  House house;
  const auto token = house.token_of(house.make("ann"), R"("api_write")");
  const auto actor = house.people->actor_of_token(token).value();
  auto more = house.call(Method::post, "/api/v1/me/tokens", actor, R"({"name":"x","scopes":["repo_write"]})");
  CHECK(more.error().code == Errc::denied);
  auto slip = house.call(Method::post, "/api/v1/me/tokens", actor, R"({"name":"x","scopes":["repo_raed"]})");
  CHECK(slip.error().message.find("did you mean 'repo_read'") != std::string::npos);
}

TEST_CASE("people: basic takes the password, or a token with its owner's login or 'token'") {
  House house;
  const Actor ann = house.make("ann");
  const auto token = house.token_of(ann, R"("repo_read")");
  CHECK(house.people->actor_of_basic({"ann", "correct horse"}, "10.1.1.1").value().remote_address == "10.1.1.1");
  CHECK(house.people->actor_of_basic({"Ann", token}, "1").has_value());
  CHECK(house.people->actor_of_basic({"token", token}, "1").has_value());
  CHECK(house.people->actor_of_basic({"bob", token}, "1").error().code == Errc::unauthenticated);
}

TEST_CASE("people: switching an account off ends its tokens and sessions at once") {
  House house;
  const Actor ann = house.make("ann");
  const auto token = house.token_of(ann, R"("repo_read")");
  const auto cookie = house.people->open_session(ann).value();
  CHECK(house.people->actor_of_token(token).has_value());
  CHECK(house.people->actor_of_session(cookie).has_value());
  REQUIRE(house.call(Method::patch, "/api/v1/users/:login", house.admin(), R"({"active":false})", {{"login", "ann"}})
              .has_value());
  CHECK(house.people->actor_of_token(token).error().code == Errc::unauthenticated);
  CHECK(house.people->actor_of_session(cookie).error().code == Errc::unauthenticated);
}

TEST_CASE("people: the last administrator cannot be switched off or demoted") {
  House house;
  auto off =
      house.call(Method::patch, "/api/v1/users/:login", house.admin(), R"({"active":false})", {{"login", "root"}});
  CHECK(off.error().code == Errc::conflict);
  CHECK(house.people->find_user("root").value().active);
}

TEST_CASE("people: the effective role is the highest of repository, group and environment") {
  House house;
  const Actor ann = house.make("ann");
  const AccessTarget group{GroupId{1}, {}, {}}, repo{GroupId{1}, RepoId{7}, {}}, production{{}, {}, EnvironmentId{3}};
  CHECK(house.people->role_of(ann, repo).value() == Role::none);
  CHECK(house.people->role_of(ann, repo, Role::viewer).value() == Role::viewer);
  REQUIRE(house.people->set_member(house.admin(), group, "ann", Role::viewer).has_value());
  CHECK(house.people->role_of(ann, repo).value() == Role::viewer);  // at once, though 'none' was remembered
  REQUIRE(house.people->set_member(house.admin(), repo, "ann", Role::developer).has_value());
  CHECK(house.people->role_of(ann, repo).value() == Role::developer);
  CHECK(house.people->role_of(ann, group).value() == Role::viewer);
  CHECK(house.people->role_of(ann, production).value() == Role::none);
  CHECK(house.people->role_of(house.admin(), production).value() == Role::admin);
  CHECK(house.people->set_member(ann, repo, "ann", Role::admin).error().code == Errc::denied);
  CHECK(house.people->role_of(Actor(), repo, Role::none).value() == Role::none);
}

TEST_CASE("people: a role read in a transaction, which may be an old one by then, is not remembered beyond it") {
  House house;
  const Actor ann = house.make("ann");
  const AccessTarget group{GroupId{1}, {}, {}};
  const auto role_inside = [&] {
    return house.db->read([&](Tx& tx) -> Result<Role> {
      TRY(tx.query("select count(*) from schema_migration"));  // what is read from here on is as old as this
      Result<void> set;
      std::thread([&] { set = house.people->set_member(house.admin(), group, "ann", Role::viewer); }).join();
      TRY(set);
      return house.people->role_of(ann, group);
    });
  };
  CHECK(role_inside().value() == Role::none);
  CHECK(house.people->role_of(ann, group).value() == Role::viewer);
}

TEST_CASE("people: members are listed with what they inherit, changed by route, and each change is in the audit log") {
  House house;
  house.make("ann");
  house.make("bob");
  const std::vector<std::pair<std::string, std::string>> ann{{"group", "company"}, {"login", "ann"}};
  REQUIRE(house.call(Method::put, "/api/v1/groups/:group/members/:login", house.admin(), R"({"role":"developer"})", ann)
              .has_value());
  const std::vector<std::pair<std::string, std::string>> bob{{"group", "company"}, {"repo", "shop"}, {"login", "bob"}};
  REQUIRE(
      house.call(Method::put, "/api/v1/repos/:group/:repo/members/:login", house.admin(), R"({"role":"admin"})", bob)
          .has_value());
  const auto listed = text_of(house.call(Method::get, "/api/v1/repos/:group/:repo/members", house.admin(), "", bob));
  CHECK(listed.find(R"({"login":"ann","name":"ann","role":"developer","inherited_from":"group company"})") !=
        std::string::npos);
  CHECK(listed.find(R"({"login":"bob","name":"bob","role":"admin","inherited_from":null})") != std::string::npos);

  auto wrong =
      house.call(Method::put, "/api/v1/groups/:group/members/:login", house.admin(), R"({"role":"develper"})", ann);
  CHECK(wrong.error().message.find("did you mean 'developer'") != std::string::npos);
  auto inherited = house.call(Method::del, "/api/v1/repos/:group/:repo/members/:login", house.admin(), "",
                              {{"group", "company"}, {"repo", "shop"}, {"login", "ann"}});
  CHECK(inherited.error().code == Errc::not_found);

  const auto audit = text_of(house.call(Method::get, "/api/v1/audit", house.admin(), ""));
  CHECK(audit.find(R"("action":"member.set","target_kind":"repo","target":"company/shop","detail":"bob is admin")") !=
        std::string::npos);
  CHECK(audit.find("correct horse") == std::string::npos);
}

TEST_CASE("people: a job token reads its one repository until the job ends, and dies with the repository") {
  House house;
  const Actor ann = house.make("ann");
  const auto make = [&](std::int64_t job) {
    return house.db
        ->write([&](Tx& tx) -> Result<std::string> {
          return house.people->create_job_token(
              tx, {JobId{job}, ann.user, RepoId{7}, "company/shop", house.clock.now() + std::chrono::hours(1)});
        })
        .value();
  };
  const auto token = make(12);
  const auto actor = house.people->actor_of_basic({"job", token}, "1").value();
  CHECK(actor.kind == Actor::Kind::job);
  CHECK(actor.name == "job 12 of company/shop");
  CHECK_FALSE(actor.has(Scope::repo_write));
  CHECK(house.people->role_of(actor, {GroupId{1}, RepoId{7}, {}}).value() == Role::developer);
  CHECK(house.people->role_of(actor, {GroupId{1}, RepoId{8}, {}}, Role::viewer).value() == Role::none);
  REQUIRE(house.db->write([&](Tx& tx) { return house.people->revoke_job_tokens(tx, JobId{12}); }).has_value());
  CHECK(house.people->actor_of_token(token).error().message.find("ended with its job") != std::string::npos);

  const auto second = make(13);
  house.events->start();
  REQUIRE(house.db->write([&](Tx& tx) {
                    return say(*house.events, tx, events::RepoDeleted{RepoId{7}, "company/shop"});
                  })
              .has_value());
  house.events->settle();
  CHECK_FALSE(house.people->actor_of_token(second).has_value());
}

TEST_CASE("people: names, addresses and passwords that cannot be are refused with the field") {
  House house;
  const auto message = [&](const char* body) {
    return text_of(house.call(Method::post, "/api/v1/users", house.admin(), body));
  };
  CHECK(message(R"({"login":"../x"})").find("field 'login'") != std::string::npos);
  CHECK(message(R"({"login":"--help"})").find("field 'login'") != std::string::npos);
  CHECK(message(R"({"login":"ann","email":"nowhere"})").find("field 'email'") != std::string::npos);
  CHECK(message(R"({"login":"ann","password":"short"})").find("at least 8") != std::string::npos);
  CHECK(message(R"({"login":"ann","password":"sp_looks_like_a_token"})").find("sp_") != std::string::npos);
  CHECK(message(R"({"login":"ann","nmae":"x"})").find("did you mean 'name'") != std::string::npos);
  CHECK(message(R"({"login":"ann"})").find("initial_password") != std::string::npos);
  CHECK(message(R"({"login":"ANN"})").find("already") != std::string::npos);
}

TEST_CASE("people: users are listed page by page") {
  House house;
  for (int i = 0; i < 4; ++i) house.make("user" + std::to_string(i));
  for (const auto& route : house.routes) {
    if (route.method != Method::get || route.pattern != "/api/v1/users") continue;
    Request request;
    request.query = {{"limit", "3"}};
    auto first = text_of(route.handler(request, house.admin()));
    CHECK(first.find("\"next\":\"3\"") != std::string::npos);
    request.query = {{"limit", "3"}, {"before", "3"}};
    auto second = text_of(route.handler(request, house.admin()));
    CHECK(second.find("\"next\":null") != std::string::npos);
    CHECK(second.find("user3") != std::string::npos);
    request.query = {{"limit", "9999"}};
    CHECK(text_of(route.handler(request, house.admin())).find("1 to 200") != std::string::npos);
  }
}
