// Input from people and programs that mean ill, or are broken.
#include "edge/client.h"
#include "git/git_fixture_test.h"

using namespace sampan;
using namespace sampan::git::testing;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
std::string packet(std::string_view text) { return fmt::format("{:04x}{}", text.size() + 4, text); }

OutboundResponse post_pack(House& house, const std::string& body) {
  auto client = edge::make_http_client();
  OutboundRequest request;
  request.method = Method::post;
  request.url = fmt::format("http://127.0.0.1:{}/company/shop.git/git-receive-pack", house.server->port());
  request.headers = {{"Authorization", "Basic " + base64("ann:password-ann")},
                     {"Content-Type", "application/x-git-receive-pack-request"}};
  request.body = body;
  return client->send(request).value();
}

std::string update_line(const std::string& old_sha, const std::string& new_sha, const std::string& ref) {
  return packet(fmt::format("{} {} {}", old_sha, new_sha, ref) + std::string("\0report-status side-band-64k", 28)) +
         "0000";
}

const std::string kZero(40, '0'), kSome(40, 'a');

}  // namespace

TEST_CASE("git: broken packs are refused and leave nothing") {
  House house;
  house.make_repo("shop");
  const std::string order = update_line(kZero, kSome, "refs/heads/main");
  for (const auto& pack : {std::string(), std::string("not a pack"), std::string("PACK\0\0\0\2\0\0\0\1garbage", 19),
                           std::string("PACK\0\0\0\2\xff\xff\xff\xff", 12)}) {
    const auto answer = post_pack(house, order + pack);
    CHECK(answer.status == 200);
    CHECK_FALSE(has(answer.body, "unpack ok"));
  }
  CHECK(post_pack(house, "garbage").status == 200);
  CHECK(post_pack(house, "").status == 200);
  CHECK(house.pushes_said() == 0);
  CHECK(house.browse("pushes", "shop") == R"({"items":[],"next":null})");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  client.ok({"push", "-q", "origin", "main"});  // and the repository works
}

TEST_CASE("git: hostile ref names in a push are refused by rule") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  const auto sha = client.commit("a", "1");
  client.ok({"push", "-q", "origin", "main"});
  for (const char* ref : {"refs/heads/../../../etc/x", "refs/heads/--upload-pack=x", "refs/heads/a..b", "HEAD",
                          "refs/meta/config", "config", "refs/heads/x.lock", "refs/heads/-x", "../hooks/pre-receive"}) {
    const auto pack = client.run({"pack-objects", "--stdout"}, {}, "", "").out;
    const auto answer = post_pack(house, update_line(kZero, sha, ref) + pack);
    CHECK_MESSAGE(!has(answer.body, std::string("ok ") + ref), ref);
    CHECK_MESSAGE((has(answer.body, "ng ") || has(answer.body, "Refused") || has(answer.body, "refusing")),
                  answer.body);
  }
  CHECK(house.pushes_said() == 1);
}

TEST_CASE("git: objects that would write into .git of those who clone are refused") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  const auto blob = client.ok({"hash-object", "-w", "a"});
  std::string raw;
  for (std::size_t i = 0; i < 40; i += 2) raw += static_cast<char>(std::stoi(blob.substr(i, 2), nullptr, 16));
  for (const std::string name : {".git", ".GIT", "..", "a/b"}) {
    const auto tree = std::string(trim(
        client.run({"hash-object", "-w", "-t", "tree", "--stdin", "--literally"}, {}, "", "100644 " + name + '\0' + raw)
            .out));
    const auto commit = client.ok({"commit-tree", "-m", "evil", tree});
    auto push = client.run({"push", "origin", commit + ":refs/heads/evil"});
    CHECK_MESSAGE(!push.exit.ok(), name);
  }
  CHECK(house.pushes_said() == 0);
}

TEST_CASE("git: path traversal in groups and repositories finds nothing") {
  House house;
  house.make_repo("shop");
  for (const char* name : {"..", "../company", ".", "", "a/b", "-x", ".git", "shop.git", "x\ny", "--help"}) {
    CHECK_MESSAGE(
        !house
             .call(Method::post, "/api/v1/repos", house.actor("ann"),
                   fmt::format(R"({{"group":"company","name":"{}"}})", name == std::string("x\ny") ? "x\\ny" : name))
             .has_value(),
        name);
    CHECK_MESSAGE(!house.git->find_repo("company", name).has_value(), name);
    CHECK_MESSAGE(!house.git->find_repo(name, "shop").has_value(), name);
  }
  CHECK(house.git->find_repo("COMPANY", "Shop").has_value());  // one name, however it is written
  CHECK(house.call(Method::post, "/api/v1/repos", house.actor("ann"), R"({"group":"company","name":"SHOP"})")
            .error()
            .code == Errc::conflict);
  CHECK(house.call(Method::post, "/api/v1/groups", house.actor("root"), R"({"name":"api"})").error().code ==
        Errc::invalid);
  CHECK_FALSE(house.git->find_repo_by_path("company").has_value());
  CHECK(house.git->find_repo_by_path("company/shop/order-service").value().name == "shop");
}

TEST_CASE("git: option injection in every name that reaches git's command line is a refused name") {
  House house;
  const auto repo = house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  const auto sha = *Sha::parse(client.commit("--output=x", "1\n"));
  client.ok({"push", "-q", "origin", "main"});
  const std::string touched = house.folder.path() + "/touched";
  for (const auto& evil : {"--upload-pack=touch " + touched, "--output=" + touched, std::string("-n"),
                           std::string("--all"), std::string("HEAD;touch x"), std::string("$(touch x)")}) {
    CHECK(house.git->resolve(repo, evil).error().code != Errc::internal);
    CHECK_FALSE(house.git->resolve(repo, evil).has_value());
    for (const char* what : {"tree", "file", "raw", "blame", "commits"}) {
      CHECK(house.browse(what, "shop", {{"ref", evil}}).find("internal") == std::string::npos);
      const auto by_path = house.browse(what, "shop", {{"path", evil}});
      CHECK_MESSAGE((has(by_path, "there is no") || has(by_path, "\"items\":[]")), by_path);
    }
    CHECK(has(house.browse("compare", "shop", {{"from", evil}, {"to", "main"}}), "expected a branch"));
    auto branch =
        house.call(Method::post, "/api/v1/repos/:group/:repo/branches", house.actor("ann"),
                   fmt::format(R"({{"name":"{}","from":"main"}})", evil), {{"group", "company"}, {"repo", "shop"}});
    CHECK_MESSAGE(!branch.has_value(), evil);
    CHECK(house.git->commit_files(house.actor("ann"), repo, evil, sha, "x", {{"a", "b"}}).error().code ==
          Errc::invalid);
  }
  CHECK_FALSE(exists(touched));
  CHECK(house.git->read_file(repo, sha, "--output=x").value() == "1\n");  // a file may be called so
  CHECK(has(house.browse("blame", "shop", {{"path", "--output=x"}}), "\"text\":\"1\""));
}

TEST_CASE("git: symlinks are refused by every reader and writer") {
  House house;
  const auto repo = house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("folder/real", "1\n");
  REQUIRE(::symlink("/etc/passwd", (client.tree() + "/passwd").c_str()) == 0);
  REQUIRE(::symlink("folder", (client.tree() + "/way").c_str()) == 0);
  const auto sha = *Sha::parse(client.commit("b", "2\n"));
  client.ok({"push", "-q", "origin", "main"});
  auto link = house.git->read_file(repo, sha, "passwd");
  CHECK(link.error().code == Errc::invalid);
  CHECK(has(link.error().message, "'passwd' in company/shop is a symbolic link"));
  CHECK_FALSE(house.git->read_file(repo, sha, "way/real").has_value());
  CHECK_FALSE(house.git->read_file(repo, sha, "folder/../b").has_value());
  const auto ann = house.actor("ann");
  CHECK(has(house.git->commit_files(ann, repo, "main", sha, "x", {{"way/new", "x"}}).error().message,
            "goes through 'way'"));
  CHECK(house.git->commit_files(ann, repo, "main", sha, "x", {{"passwd", "x"}}).error().code == Errc::invalid);
  CHECK(house.git->commit_files(ann, repo, "main", sha, "x", {{".git/config", "x"}}).error().code == Errc::invalid);
  CHECK(house.git->commit_files(ann, repo, "main", sha, "x", {{"../x", "x"}}).error().code == Errc::invalid);
  CHECK(house.git->commit_files(ann, repo, "main", sha, "x", {{"folder", "x"}}).error().code == Errc::conflict);
  CHECK(house.git->list_files(repo, sha, "").value() == std::vector<std::string>{"b"});
}

TEST_CASE("git: a pack over the limit is refused with the limit") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", std::string(100'000, 'x') + random_token("", 3'000'000));
  house.server.reset();
  house.hooks.reset();
  git::Config config;
  config.folder = house.folder.path() + "/repos";
  config.hook_program = SAMPAN_HOOK_PROGRAM;
  config.hook_socket = house.folder.path() + "/hooks.sock";
  config.max_push_bytes = 1 << 20;
  house.git = std::make_unique<git::Git>(*house.db, house.clock, *house.events, *house.people, config);
  REQUIRE(house.git->recover().has_value());
  house.routes = house.git->routes();
  house.hook_routes = house.git->hook_routes();
  house.serve();
  auto push = client.run({"push", house.url("ann", "shop"), "main"});
  CHECK_FALSE(push.exit.ok());
  CHECK(has(push.err, "pack exceeds maximum allowed size"));
  CHECK(house.pushes_said() == 0);
}

TEST_CASE("git: the hook's socket answers nobody without a push's secret") {
  House house;
  house.make_repo("shop");
  for (const auto& route : house.hook_routes) {
    Request request;
    request.headers = {{"X-Sampan-Push", "guess"}};
    request.body = fmt::format("update {} {} refs/heads/main\n", kZero, kSome);
    CHECK(std::get<std::string>(route.handler(request, Actor()).value().body).size() > 0);
    CHECK(route.handler(request, Actor()).value().status != 200);
  }
  CHECK(house.browse("pushes", "shop") == R"({"items":[],"next":null})");
}
