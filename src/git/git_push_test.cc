// Real git clients over real HTTP.
#include <chrono>

#include "git/git_fixture_test.h"

using namespace sampan;
using namespace sampan::git::testing;

namespace {
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("git: a first push arrives with its event, sets the default branch, and can be cloned again") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  const auto sha = client.commit("src/a.txt", "hello\n", "First");
  house.git->add_push_notice([](const events::PushReceived& push) {
    return std::vector<std::string>{"run #1 started for " + push.repo_path};
  });
  auto push = client.run({"push", "origin", "HEAD:master"});
  REQUIRE_MESSAGE(push.exit.ok(), push.err);
  CHECK(has(push.err, "remote: run #1 started for company/shop"));
  REQUIRE(house.pushes_said() == 1);
  const auto event = house.said.lock()->front();
  CHECK(event.repo_path == "company/shop");
  CHECK(event.actor_name == "ann");
  REQUIRE(event.updates.size() == 1);
  CHECK(event.updates[0].ref == "refs/heads/master");
  CHECK(event.updates[0].old_sha.is_zero());
  CHECK(event.updates[0].new_sha.text() == sha);
  CHECK(house.repo("shop").default_branch == "master");

  Client second;
  second.clone(house.url("vic", "shop"));
  CHECK(second.ok({"rev-parse", "HEAD"}) == sha);
  CHECK(second.ok({"branch", "--show-current"}) == "master");
  CHECK(has(house.browse("pushes", "shop"), "\"state\":\"done\""));
}

TEST_CASE("git: protocol version 2 is spoken when asked for, version 0 otherwise") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  client.ok({"push", "-q", "origin", "main"});
  const auto trace = [&](const char* version) {
    return client
        .run({"-c", std::string("protocol.version=") + version, "ls-remote", "origin"}, {{"GIT_TRACE_PACKET", "1"}})
        .err;
  };
  CHECK(has(trace("2"), "version 2"));
  CHECK(has(trace("2"), "ls-refs"));
  CHECK_FALSE(has(trace("0"), "version 2"));
  CHECK(has(trace("0"), "# service=git-upload-pack"));
}

TEST_CASE("git: shallow and partial clones, and fetching a commit by its sha") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  const auto first = client.commit("a", "1");
  client.commit("b", "2");
  client.commit("c", "3");
  client.ok({"push", "-q", "origin", "main"});

  Client shallow;
  shallow.clone(house.url("vic", "shop"), {"--depth=1"});
  CHECK(shallow.ok({"rev-list", "--count", "HEAD"}) == "1");
  shallow.ok({"fetch", "-q", "--deepen=1"});
  CHECK(shallow.ok({"rev-list", "--count", "HEAD"}) == "2");
  shallow.ok({"fetch", "-q", "origin", first});

  Client partial;
  partial.clone(house.url("vic", "shop"), {"--filter=blob:none", "--no-checkout"});
  CHECK(has(partial.ok({"rev-list", "--objects", "--missing=print", "HEAD"}), "?"));
  CHECK(partial.ok({"show", "HEAD:a"}) == "1");  // fetched now
}

TEST_CASE("git: a fetch with a long negotiation is sent compressed and understood") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  client.ok({"push", "-q", "origin", "main"});
  Client other;
  other.clone(house.url("ann", "shop"));
  std::string stream;  // 300 commits of its own make the list of haves long
  for (int i = 0; i < 300; ++i) {
    stream +=
        fmt::format("commit refs/heads/own\ncommitter A <a@b> {} +0000\ndata 1\nx\nM 100644 inline f\ndata 3\n{:03}\n",
                    1900000000 + i, i);  // newer than what both know, so offered first
  }
  REQUIRE(other.run({"fast-import", "--quiet"}, {}, "", stream).exit.ok());
  const auto sha = client.commit("b", "2");
  client.ok({"push", "-q", "origin", "main"});
  auto fetched = other.run({"-c", "protocol.version=0", "fetch", "origin"}, {{"GIT_TRACE_CURL", "1"}});
  REQUIRE_MESSAGE(fetched.exit.ok(), fetched.err);
  CHECK(has(fetched.err, "Content-Encoding: gzip"));
  CHECK(other.ok({"rev-parse", "origin/main"}) == sha);
}

TEST_CASE("git: push options reach the event, in order") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  client.ok({"push", "-q", "-o", "ci.skip", "-o", "note=你好", "origin", "main"});
  REQUIRE(house.pushes_said() == 1);
  CHECK(house.said.lock()->front().options == std::vector<std::string>{"ci.skip", "note=你好"});
}

TEST_CASE("git: an atomic push moves all its refs or none") {
  House house;
  house.make_repo("shop");
  Client client, other;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  client.ok({"push", "-q", "origin", "main"});
  other.clone(house.url("ann", "shop"));
  client.ok({"commit", "-q", "--amend", "-m", "rewritten"});
  client.ok({"branch", "extra"});
  // 'main' is not a fast-forward for the client itself, so git refuses before sending; force the lease to let the
  // server decide.
  auto push = client.run({"push", "--atomic", "origin", "+main", "extra"});
  CHECK_FALSE(push.exit.ok());
  CHECK(has(push.err, "remote: Refused: the push would rewrite the history of 'main'"));
  CHECK_FALSE(has(other.ok({"ls-remote", "origin"}), "extra"));
  CHECK(house.pushes_said() == 1);
  CHECK(client.run({"push", "--atomic", "origin", "extra", "extra:again"}).exit.ok());
  REQUIRE(house.pushes_said() == 2);
  CHECK(house.said.lock()->back().updates.size() == 2);
}

TEST_CASE("git: the default branch cannot be deleted, and only an admin rewrites it") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  client.ok({"push", "-q", "origin", "main", "main:topic"});
  auto deletion = client.run({"push", "origin", ":main"});
  CHECK(has(deletion.err, "remote: Refused: 'main' is the default branch and cannot be deleted"));
  client.ok({"push", "-q", "origin", ":topic"});
  client.ok({"commit", "-q", "--amend", "-m", "rewritten"});
  auto forced = client.run({"push", "-f", "origin", "main"});
  CHECK(has(forced.err, "only an admin of company/shop may"));
  client.ok({"push", "-q", "-f", house.url("root", "shop"), "main"});
  CHECK(house.pushes_said() == 3);
}

TEST_CASE("git: who may not push, and who may not even see, is told so") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("vic", "shop"));
  client.commit("a", "1");
  auto viewer = client.run({"push", "origin", "main"});
  CHECK(has(viewer.err, "pushing to company/shop takes the role developer; vic is viewer"));
  CHECK(has(viewer.err, "403"));
  auto stranger = client.run({"push", house.url("out", "shop"), "main"});
  CHECK(has(stranger.err, "there is no repository 'company/shop', or out may not see it"));
  auto missing = client.run({"ls-remote", house.url("ann", "nothing")});
  CHECK(has(missing.err, "there is no repository 'company/nothing'"));
  auto nobody = client.run({"ls-remote", house.url_without_login("shop")});
  CHECK(has(nobody.err, "could not read Username"));  // git was asked to sign in
  CHECK(house.pushes_said() == 0);
}

TEST_CASE("git: an internal repository is seen by everybody who is signed in, and pushed to by its developers") {
  House house;
  house.make_repo("open", R"(,"visibility":"internal")");
  Client client;
  client.begin(house.url("out", "open"));
  client.commit("a", "1");
  CHECK(client.run({"ls-remote", "origin"}).exit.ok());
  CHECK(has(client.run({"push", "origin", "main"}).err, "out is viewer"));
}

TEST_CASE("git: tokens work in the password's place; wrong, revoked and too narrow ones are refused with a sentence") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop", house.token("ann", R"("repo_write")")));
  client.commit("a", "1");
  client.ok({"push", "-q", "origin", "main"});
  CHECK(client.run({"ls-remote", house.url("token", "shop", house.token("ann", R"("repo_read")"))}).exit.ok());
  CHECK(has(client.run({"push", house.url("ann", "shop", house.token("ann", R"("repo_read")")), "main:x"}).err,
            "has not the scope repo_write"));
  CHECK(has(client.run({"ls-remote", house.url("ann", "shop", house.token("ann", R"("api_read")"))}).err,
            "has not the scope repo_read"));
  // git says "Authentication failed" for 401 and drops the body; the sentence is there for those who look.
  const auto body_for = [&](const std::string& password) {
    Request request;
    request.params = {{"group", "company"}, {"repo", "shop.git"}};
    request.query = {{"service", "git-upload-pack"}};
    request.headers = {{"Authorization", "Basic " + base64("ann:" + password)}};
    for (const auto& route : house.routes) {
      if (route.pattern != "/:group/:repo/info/refs") continue;
      auto answer = route.handler(request, Actor()).value();
      CHECK(answer.status == 401);
      CHECK(std::any_of(answer.headers.begin(), answer.headers.end(),
                        [](const auto& header) { return header.first == "WWW-Authenticate"; }));
      return std::get<std::string>(answer.body);
    }
    return std::string();
  };
  CHECK(has(body_for("sp_wrong"), "not known"));
  CHECK(has(body_for("wrong"), "the login or the password is wrong"));
  const auto revoked = house.token("ann", R"("repo_read")");
  const auto ann = house.actor("ann");
  for (auto& route : house.people->routes()) {
    if (route.method != Method::del || route.pattern != "/api/v1/me/tokens/:id") continue;
    Request request;
    request.params = {{"id", "5"}};
    REQUIRE(route.handler(request, ann).has_value());
  }
  CHECK(has(body_for(revoked), "was revoked"));
}

TEST_CASE("git: a check of a later room refuses a push with its sentence and sees the objects") {
  House house;
  const auto repo = house.make_repo("shop");
  Sync<std::string> seen;  // the check is asked by a thread of the edge
  house.git->add_push_check([&](const git::PushCheck& check) -> Result<void> {
    Command command;
    command.argv = {"git", "cat-file", "commit", check.updates[0].new_sha.text()};
    command.env = check.git_environment;
    *seen.lock() = TRY(run_ok(command));
    return fail(Errc::denied, "the message must name a ticket");
  });
  Client client;
  client.begin(house.url("ann", "shop"));
  const auto sha = client.commit("a", "1", "no ticket");
  auto push = client.run({"push", "origin", "main"});
  CHECK(has(push.err, "remote: Refused: the message must name a ticket."));
  CHECK(has(*seen.lock(), "no ticket"));
  CHECK(house.git->read_commit(repo, *Sha::parse(sha)).error().code == Errc::not_found);  // the quarantine is gone
  CHECK(house.browse("pushes", "shop") == R"({"items":[],"next":null})");
}

TEST_CASE("git: two hundred branches in one push are one event, soon") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  std::vector<std::string> args{"push", "-q", "origin"};
  for (int i = 0; i < 200; ++i) args.push_back("HEAD:refs/heads/b" + std::to_string(i));
  const auto start = std::chrono::steady_clock::now();
  client.ok(args);
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
  MESSAGE("200 branches: " << took << " ms");
  CHECK(took < 5'000);
  REQUIRE(house.pushes_said() == 1);
  CHECK(house.said.lock()->front().updates.size() == 200);
}

TEST_CASE("git: a small push takes little time") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop", house.token("ann", R"("repo_write")")));
  client.commit("a", "0");
  client.ok({"push", "-q", "origin", "main"});
  std::vector<std::int64_t> times;
  for (int i = 0; i < 9; ++i) {
    client.commit("a", std::to_string(i + 1));
    const auto start = std::chrono::steady_clock::now();
    client.ok({"push", "-q", "origin", "main"});
    times.push_back(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  MESSAGE("push: median " << times[4] << " ms, slowest " << times[8] << " ms");
  CHECK(house.pushes_said() == 10);
}
