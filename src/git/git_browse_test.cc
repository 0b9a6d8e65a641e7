// Looking at repositories through the routes, and the commits the server makes itself.
#include "git/git_fixture_test.h"

using namespace sampan;
using namespace sampan::git::testing;

namespace {
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("git: trees list folders first with sizes and the last commit of each entry") {
  House house;
  const auto repo = house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("README.md", "# Shop\n", "readme");
  client.commit("src/a.txt", "one\n", "add a");
  client.commit("src/deep/b.txt", "two\n", "add b");
  client.ok({"checkout", "-q", "-b", "side", "HEAD~2"});
  client.commit("z.txt", "z\n", "add z on the side");
  client.ok({"checkout", "-q", "main"});
  client.ok({"merge", "-q", "-m", "merge side", "side"});
  client.ok({"push", "-q", "origin", "main"});
  const auto tree = house.browse("tree", "shop");
  CHECK(has(tree, R"("readme":{"path":"README.md","text":"# Shop\n"})"));
  CHECK(tree.find("\"name\":\"src\"") < tree.find("\"name\":\"README.md\""));
  CHECK(has(tree, R"("name":"README.md","path":"README.md","kind":"blob","mode":"100644","size":7)"));
  for (const char* title : {"\"title\":\"readme\"", "\"title\":\"add b\"", "\"title\":\"add z on the side\""})
    CHECK_MESSAGE(has(tree, title), title);
  const auto sub = house.browse("tree", "shop", {{"path", "src"}, {"ref", "main"}});
  CHECK(has(sub, R"("path":"src/a.txt")"));
  CHECK(has(sub, "\"title\":\"add a\""));
  CHECK(house.browse("tree", "shop", {{"path", "src"}, {"ref", "main"}}) == sub);  // remembered
  CHECK(has(house.browse("tree", "shop", {{"path", "nowhere"}}), "there is no 'nowhere' in company/shop"));
  CHECK(has(house.browse("tree", "shop", {{"path", "z.txt"}}), "is not a folder"));
  const auto head = house.git->resolve(repo, "main").value();
  CHECK(house.git->list_files(repo, head, "src").value() == std::vector<std::string>{"src/a.txt"});
  CHECK(house.git->resolve(repo, head.short_text()).value() == head);
  CHECK(has(house.git->resolve(repo, "nosuch").error().message, "has no branch, tag or commit 'nosuch'"));
}

TEST_CASE("git: an empty repository has an empty tree, no commits and says so") {
  House house;
  house.make_repo("shop");
  CHECK(has(house.browse("tree", "shop"), R"("entries":[])"));
  CHECK(house.browse("commits", "shop") == R"({"items":[],"next":null})");
  CHECK(house.browse("branches", "shop") == R"({"items":[],"next":null})");
  const auto shown = house.text(Method::get, "/api/v1/repos/:group/:repo", house.actor("ann"), "",
                                {{"group", "company"}, {"repo", "shop"}});
  CHECK(has(shown, "\"empty\":true"));
  CHECK(has(shown, R"("clone_url":"http://sampan.test/company/shop.git")"));
  CHECK(has(shown, "\"my_role\":\"developer\""));
}

TEST_CASE("git: commits page by page, of a path too, and a commit with its numbers and its diff") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1\n2\n3\n", "first\n\nwith a body");
  client.commit("b", "x\n", "second");
  const auto third = client.commit("a", "1\ntwo\n3\n4\n", "third");
  client.ok({"push", "-q", "origin", "main"});
  const auto first_page = house.browse("commits", "shop", {{"limit", "2"}});
  CHECK(has(first_page, fmt::format("\"next\":\"{}.2\"", third)));
  const auto second_page = house.browse("commits", "shop", {{"limit", "2"}, {"before", third + ".2"}});
  CHECK(has(second_page, "\"title\":\"first\""));
  CHECK(has(second_page, "\"next\":null"));
  CHECK(has(house.browse("commits", "shop", {{"before", third}}), "\"title\":\"second\""));
  CHECK(has(house.browse("commits", "shop", {{"before", "--all"}}), "expected the 'next'"));
  CHECK_FALSE(has(house.browse("commits", "shop", {{"path", "a"}}), "second"));

  const std::vector<std::pair<std::string, std::string>> at{{"group", "company"}, {"repo", "shop"}, {"sha", third}};
  const auto commit = house.text(Method::get, "/api/v1/repos/:group/:repo/commits/:sha", Actor::system(), "", at);
  CHECK(has(commit, R"("stats":{"files":1,"additions":2,"deletions":1})"));
  const auto diff = house.text(Method::get, "/api/v1/repos/:group/:repo/commits/:sha/diff", Actor::system(), "", at);
  CHECK(has(diff, R"({"kind":"-","old":2,"new":null,"text":"2"},{"kind":"+","old":null,"new":2,"text":"two"})"));
  const auto root = house.text(Method::get, "/api/v1/repos/:group/:repo/commits/:sha/diff", Actor::system(), "",
                               {{"group", "company"}, {"repo", "shop"}, {"sha", client.ok({"rev-parse", "HEAD~2"})}});
  CHECK(has(root, R"("status":"added")"));
}

TEST_CASE("git: compare shows what one ref has from where they parted") {
  House house;
  const auto repo = house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1\n");
  client.ok({"checkout", "-q", "-b", "topic"});
  const auto topic = client.commit("b", "2\n", "on topic");
  client.ok({"checkout", "-q", "main"});
  const auto main = client.commit("c", "3\n", "on main");
  client.ok({"push", "-q", "origin", "main", "topic"});
  const auto compared = house.browse("compare", "shop", {{"from", "main"}, {"to", "topic"}});
  CHECK(has(compared, "on topic"));
  CHECK_FALSE(has(compared, "on main"));
  CHECK(has(compared, "\"path\":\"b\""));
  CHECK_FALSE(has(compared, "\"path\":\"c\""));
  CHECK(house.git->changed_paths(repo, *Sha::parse(main), *Sha::parse(topic)).value() ==
        std::vector<std::string>{"b", "c"});
  CHECK(house.git->changed_paths(repo, Sha::zero(), *Sha::parse(topic)).value() == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(house.git->is_ancestor(repo, *Sha::parse(main), *Sha::parse(topic)).value());
  CHECK(house.git->tree_of(repo, *Sha::parse(main)).value() == client.ok({"rev-parse", "main^{tree}"}));
}

TEST_CASE("git: files are shown as text, binary ones and large ones are not, and raw bytes cannot run as a page") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("App.java", "class App {}\n");
  client.commit("evil.html", "<script>alert(1)</script>\n");
  client.commit("中文 name.txt", "你好\n");
  client.commit("bin", std::string("a\0b", 3));
  client.commit("large.txt", std::string((1 << 20) + 1, 'x'));
  client.ok({"push", "-q", "origin", "main"});
  CHECK(has(house.browse("file", "shop", {{"path", "App.java"}}), R"("text":"class App {}\n","language":"java")"));
  CHECK(has(house.browse("file", "shop", {{"path", "中文 name.txt"}}), "你好"));
  CHECK(has(house.browse("file", "shop", {{"path", "bin"}}), R"("binary":true,"truncated":false,"text":null)"));
  CHECK(
      has(house.browse("file", "shop", {{"path", "large.txt"}}), R"("size":1048577,"binary":false,"truncated":true)"));
  const auto raw = [&](const char* path) {
    return house
        .call(Method::get, "/api/v1/repos/:group/:repo/raw", Actor::system(), "",
              {{"group", "company"}, {"repo", "shop"}}, {{"path", path}})
        .value();
  };
  const auto header = [](const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return std::string();
  };
  const auto page = raw("evil.html");
  CHECK(header(page, "Content-Type") == "application/octet-stream");
  CHECK(header(page, "Content-Disposition") == "attachment; filename*=UTF-8''evil.html");
  CHECK(header(page, "X-Content-Type-Options") == "nosniff");
  CHECK(header(raw("App.java"), "Content-Type") == "text/plain; charset=utf-8");
  CHECK(std::get<std::string>(raw("large.txt").body).size() == (1 << 20) + 1);
}

TEST_CASE("git: blame names the commit of each line") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1\n2\n", "first");
  client.commit("a", "1\ntwo\n", "second");
  client.ok({"push", "-q", "origin", "main"});
  const auto blame = house.browse("blame", "shop", {{"path", "a"}});
  CHECK(has(blame, R"({"commit":1,"line":2,"text":"two"})"));
  CHECK(has(blame, "\"title\":\"second\""));
}

TEST_CASE("git: branches and tags are listed, made and deleted, each an event") {
  House house;
  house.make_repo("shop");
  Client client;
  client.begin(house.url("ann", "shop"));
  const auto sha = client.commit("a", "1");
  client.ok({"tag", "-a", "-m", "one", "v1"});
  client.ok({"push", "-q", "origin", "main", "v1"});
  const std::vector<std::pair<std::string, std::string>> at{{"group", "company"}, {"repo", "shop"}};
  const auto make = [&](const char* body) {
    return house.text(Method::post, "/api/v1/repos/:group/:repo/branches", house.actor("ann"), body, at);
  };
  CHECK(has(make(R"({"name":"topic/x","from":"v1"})"), sha));
  CHECK(has(make(R"({"name":"topic/x","from":"main"})"), "already"));
  CHECK(has(make(R"({"name":"topic","from":"main"})"), "cannot be made"));
  CHECK(has(make(R"({"name":"y","from":"nowhere"})"), "has no branch"));
  CHECK(has(house.browse("branches", "shop"), R"("name":"topic/x")"));
  CHECK(has(house.browse("tags", "shop"), R"("name":"v1")"));
  auto gone = at;
  gone.emplace_back("name", "topic/x");
  CHECK(house.call(Method::del, "/api/v1/repos/:group/:repo/branches/*name", house.actor("ann"), "", gone).has_value());
  gone.back().second = "main";
  CHECK(
      house.call(Method::del, "/api/v1/repos/:group/:repo/branches/*name", house.actor("ann"), "", gone).error().code ==
      Errc::denied);
  CHECK(house.pushes_said() == 3);
}

TEST_CASE(
    "git: the server commits files with the same checks and the same event as a push, and a stale head is a conflict") {
  House house;
  auto repo = house.make_repo("shop");
  const auto ann = house.actor("ann");
  const auto first =
      house.git
          ->commit_files(ann, repo, "main", Sha::zero(), "First", {{"a/b.txt", "1\n"}, {"run.sh", "#!/bin/sh\n", true}})
          .value();
  REQUIRE(house.pushes_said() == 1);
  CHECK(house.said.lock()->front().updates[0].new_sha == first);
  const auto second = house.git->commit_files(ann, repo, "main", first, "Second", {{"a/b.txt", "2\n"}}).value();
  CHECK(house.git->read_file(repo, second, "a/b.txt").value() == "2\n");
  CHECK(house.git->read_file(repo, second, "run.sh").value() == "#!/bin/sh\n");
  CHECK(house.git->read_commit(repo, second).value().parents == std::vector<Sha>{first});
  CHECK(house.git->commit_files(ann, repo, "main", first, "Late", {{"a/b.txt", "3\n"}}).error().code == Errc::conflict);
  CHECK(house.git->commit_files(house.actor("vic"), repo, "main", second, "No", {{"x", "3\n"}}).error().code ==
        Errc::denied);
  CHECK(house.pushes_said() == 2);
  Client client;
  client.clone(house.url("ann", "shop"));
  CHECK(client.ok({"ls-files", "-s", "run.sh"}).starts_with("100755"));
  CHECK(client.ok({"log", "-1", "--format=%an %s"}) == "ann Second");
}

TEST_CASE("git: a repository begins from a template with its names filled in, its event said") {
  House house;
  const auto made = house.text(Method::post, "/api/v1/repos", house.actor("ann"),
                               R"({"group":"company","name":"order-service","template":"spring-boot"})");
  CHECK(has(made, R"("path":"company/order-service")"));
  CHECK(has(made, R"("empty":false)"));
  REQUIRE(house.pushes_said() == 1);
  const auto repo = house.repo("order-service");
  const auto head = house.git->resolve(repo, "main").value();
  CHECK(has(house.git->read_file(repo, head, "pom.xml").value(), "<artifactId>order-service</artifactId>"));
  for (const char* file : {".sampan/daily.yaml", ".sampan/app.yaml", "Dockerfile"}) {
    const auto text = house.git->read_file(repo, head, file);
    CHECK_MESSAGE(text.has_value(), file);
    CHECK_FALSE(has(text.value_or(""), "@NAME@"));
  }
  CHECK(has(house.text(Method::post, "/api/v1/repos", house.actor("ann"),
                       R"({"group":"company","name":"x","template":"spring-bot"})"),
            "did you mean 'spring-boot'"));
  CHECK_FALSE(house.git->find_repo("company", "x").has_value());
  CHECK(has(house.text(Method::post, "/api/v1/repos", house.actor("vic"), R"({"group":"company","name":"x"})"),
            "takes the role developer"));
  for (const char* id : {"static-site", "empty"}) {
    const auto body = fmt::format(R"({{"group":"company","name":"from-{0}","template":"{0}"}})", id);
    CHECK(house.call(Method::post, "/api/v1/repos", house.actor("ann"), body).has_value());
  }
}

TEST_CASE("git: groups and repositories are made, changed, listed by right, and deleted with their event") {
  House house;
  house.make_repo("shop");
  const auto root = house.actor("root");
  const std::vector<std::pair<std::string, std::string>> at{{"group", "company"}, {"repo", "shop"}};
  CHECK(has(house.text(Method::get, "/api/v1/groups", house.actor("vic")), R"("repo_count":1,"my_role":"viewer")"));
  CHECK(house.text(Method::get, "/api/v1/groups", house.actor("out")) == R"({"items":[],"next":null})");
  CHECK(house.text(Method::get, "/api/v1/repos", house.actor("out")) == R"({"items":[],"next":null})");
  CHECK(has(house.text(Method::get, "/api/v1/repos", house.actor("vic"), "", {}, {{"query", "SHO"}}), "company/shop"));
  CHECK(has(house.text(Method::patch, "/api/v1/repos/:group/:repo", root, R"({"default_branch":"nowhere"})", at),
            "has no branch 'nowhere'"));
  CHECK(has(house.text(Method::patch, "/api/v1/repos/:group/:repo", root,
                       R"({"description":"订单","visibility":"internal"})", at),
            "订单"));
  CHECK(has(house.text(Method::get, "/api/v1/repos", house.actor("out")), "company/shop"));
  CHECK(has(house.text(Method::del, "/api/v1/groups/:group", root, "", {{"group", "company"}}), "still holds 1"));
  std::atomic<int> deleted = 0;
  listen<events::RepoDeleted>(*house.events, "test-deleted", [&](const events::RepoDeleted&) -> Result<void> {
    ++deleted;
    return {};
  });
  const auto id = house.repo("shop").id;
  CHECK(house.call(Method::del, "/api/v1/repos/:group/:repo", root, "", at).has_value());
  CHECK_FALSE(exists(fmt::format("{}/repos/{}.git", house.folder.path(), id.value)));
  CHECK(house.git->find_repo(id).error().code == Errc::not_found);
  CHECK(house.call(Method::del, "/api/v1/groups/:group", root, "", {{"group", "company"}}).has_value());
}
