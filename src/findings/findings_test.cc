// A repository that is written to by acts of the server, real git behind it, and its scans.
#include "findings/findings.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "base/files.h"
#include "base/json_struct.h"
#include "base/log.h"
#include "base/migrations.h"
#include "scan/packages.h"

using namespace sampan;
using namespace sampan::findings;
namespace json = boost::json;

namespace {

// A class in which only a field of a wrong name is found.
std::string java(const std::string& name, const std::string& body) {
  return fmt::format(
      "package com.company;\n\n/**\n * Sample.\n *\n * @author ann\n * @date 2026/01/01\n */\npublic class {} "
      "{{\n{}}}\n",
      name, body);
}
const std::string kBadField = "    private int Bad_Name;\n";
const std::string kGoodField = "    private int goodName;\n";

struct Yard {
  TempDir folder = TempDir::create().value();
  FakeClock clock;
  std::unique_ptr<Db> db;
  std::unique_ptr<EventLog> events;
  std::unique_ptr<people::People> people;
  std::unique_ptr<git::Git> git;
  std::unique_ptr<Findings> findings;
  std::vector<Route> routes;

  bool pushes = true;

  explicit Yard(bool scan_pushes = true) : pushes(scan_pushes) {
    log::set_level(log::Level::error);
    open();
    findings->start();
    REQUIRE(people->ensure_first_admin("admin").has_value());
    call(Method::post, "/api/v1/groups", R"({"name":"company"})");
    call(Method::post, "/api/v1/repos", R"({"group":"company","name":"shop"})");
  }
  ~Yard() { close(); }
  void open() {
    db = Db::open("sqlite:" + folder.path() + "/sampan.db").value();
    auto all = migrations();
    std::erase_if(all, [](const Migration& one) { return one.name > "0004" && !one.name.ends_with("_findings.sql"); });
    REQUIRE(db->migrate(all).has_value());
    events = std::make_unique<EventLog>(*db, clock);
    people = std::make_unique<people::People>(*db, clock, *events);
    git::Config config;
    config.folder = folder.path() + "/repos";
    config.hook_program = "/bin/true";  // nothing is pushed here: commits are acts of the server
    config.hook_socket = folder.path() + "/hooks.sock";
    config.public_url = "http://sampan.test";
    git = std::make_unique<git::Git>(*db, clock, *events, *people, config);
    findings = std::make_unique<Findings>(*db, clock, *events, *git, *people,
                                          Config{"http://sampan.test", folder.path() + "/advisories", pushes});
    findings->connect();
    REQUIRE(git->recover().has_value());
    REQUIRE(findings->recover().has_value());
    events->start();
    routes = git->routes();
    for (auto& one : people->routes()) routes.push_back(std::move(one));
    for (auto& one : findings->routes()) routes.push_back(std::move(one));
  }
  void close() {
    if (findings) findings->stop();
    if (events) events->stop();
    findings.reset();
    events.reset();
  }

  Actor admin() {
    Actor actor = Actor::system();
    actor.user = people->find_user("admin").value().id;
    return actor;
  }
  Result<Response> ask(Method method, const std::string& pattern, const std::string& body = {},
                       std::vector<std::pair<std::string, std::string>> query = {}, const std::string& id = {}) {
    for (const auto& route : routes) {
      if (route.method != method || route.pattern != pattern) continue;
      Request request;
      request.method = method;
      request.body = body;
      request.params = {{"group", "company"}, {"repo", "shop"}, {"id", id}};
      request.query = std::move(query);
      return route.handler(request, admin());
    }
    FAIL("no route " << pattern);
    return fail(Errc::internal, "no route");
  }
  json::value call(Method method, const std::string& pattern, const std::string& body = {},
                   std::vector<std::pair<std::string, std::string>> query = {}, const std::string& id = {}) {
    auto answer = ask(method, pattern, body, std::move(query), id);
    REQUIRE_MESSAGE(answer.has_value(), answer.error().message);
    const auto& text = std::get<std::string>(answer->body);
    return text.empty() ? json::value() : json::parse(text);
  }
  git::Repo repo() { return git->find_repo("company", "shop").value(); }
  Result<Sha> try_commit(const std::vector<git::NewFile>& files, const std::string& branch = "main") {
    const auto expected = git->resolve(repo(), branch);
    return git->commit_files(admin(), repo(), branch, expected ? *expected : Sha::zero(), "change", files);
  }
  Sha commit(const std::vector<git::NewFile>& files, const std::string& branch = "main") {
    auto done = try_commit(files, branch);
    REQUIRE_MESSAGE(done.has_value(), done.error().message);
    return *done;
  }
  // The list at a commit once its scan is done.
  json::value scanned(const Sha& commit, std::vector<std::pair<std::string, std::string>> query = {}) {
    events->settle();
    query.emplace_back("ref", commit.text());
    for (int i = 0; i < 2'000; ++i) {
      auto list = call(Method::get, "/api/v1/repos/:group/:repo/findings", "", query);
      if (!list.at("scan").is_null() && list.at("scan").at("state").as_string() != "queued") return list;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the scan is on another thread
    }
    FAIL("commit " << commit.text() << " was not scanned");
    return {};
  }
  json::value verdict(const Sha& commit, const std::string& branch = "main") {
    return call(Method::get, "/api/v1/repos/:group/:repo/gate", "", {{"ref", commit.text()}, {"branch", branch}});
  }
};

std::int64_t number(const json::value& value, std::string_view pointer) { return value.at_pointer(pointer).as_int64(); }
std::string text(const json::value& value, std::string_view pointer) {
  return std::string(value.at_pointer(pointer).as_string());
}

}  // namespace

TEST_CASE("findings: a commit is scanned, and the next one costs what it changed") {
  Yard yard;
  const auto first = yard.commit({{"src/A.java", java("Aone", kBadField)}, {"src/B.java", java("Bone", kGoodField)}});
  const auto one = yard.scanned(first);
  CHECK(text(one, "/scan/state") == "done");
  CHECK(number(one, "/scan/files") == 2);
  REQUIRE(one.at("items").as_array().size() == 1);
  CHECK(text(one, "/items/0/rule") == "LowerCamelCaseVariableNamingRule");
  CHECK(text(one, "/items/0/path") == "src/A.java");
  CHECK(number(one, "/items/0/range/line") == 10);
  CHECK(one.at_pointer("/items/0/fresh").as_bool());

  const auto second = yard.commit({{"src/B.java", java("Bone", kBadField)}});
  const auto two = yard.scanned(second);
  CHECK(number(two, "/scan/files") == 1);
  CHECK(text(two, "/scan/base") == first.text());
  REQUIRE(two.at("items").as_array().size() == 2);
  CHECK_FALSE(two.at_pointer("/items/0/fresh").as_bool());
  CHECK(two.at_pointer("/items/1/fresh").as_bool());
  const auto total =
      number(two, "/scan/found/blocker") + number(two, "/scan/found/critical") + number(two, "/scan/found/major");
  CHECK(total == 2);

  const auto third = yard.commit({{"src/A.java", java("Aone", kGoodField)}});
  const auto three = yard.scanned(third);
  CHECK(three.at("items").as_array().size() == 1);
  CHECK(number(three, "/scan/found/blocker") + number(three, "/scan/found/critical") +
            number(three, "/scan/found/major") ==
        1);
}

TEST_CASE("findings: a finding whose line moved is known, and a version of a file is never read twice") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}}));
  const auto moved = yard.scanned(yard.commit({{"A.java", java("Aone", "    private int first;\n\n" + kBadField)}}));
  REQUIRE(moved.at("items").as_array().size() == 1);
  CHECK_FALSE(moved.at_pointer("/items/0/fresh").as_bool());
  CHECK(number(moved, "/items/0/range/line") == 12);
  const auto back = yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}}));
  CHECK(number(back, "/scan/files") == 0);
}

TEST_CASE("findings: a new branch is measured against where it left the default branch") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}}));
  yard.call(Method::post, "/api/v1/repos/:group/:repo/branches", R"({"name":"feature","from":"main"})");
  const auto branch = yard.scanned(yard.commit({{"B.java", java("Bone", kBadField)}}, "feature"));
  REQUIRE(branch.at("items").as_array().size() == 2);
  CHECK(number(branch, "/fresh") == 1);
  CHECK(branch.at_pointer("/items/1/fresh").as_bool());
}

TEST_CASE("findings: dismissed with a reason until a date, ended before it, and never counted meanwhile") {
  Yard yard;
  yard.call(
      Method::put, "/api/v1/repos/:group/:repo/red-lines",
      R"({"items":[{"branch":"main","severity":"critical","scope":"all","most":0},{"branch":"main","severity":"major","scope":"all","most":0}]})");
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  const auto list = yard.scanned(head);
  CHECK(text(yard.verdict(head), "/state") == "failed");
  CHECK(text(yard.verdict(head), "/offenders/0/path") == "A.java");
  const auto lines = yard.verdict(head).at("lines");
  CHECK(number(lines, "/0/count") + number(lines, "/1/count") == 1);
  CHECK(text(lines, "/0/branch") == "main");
  const auto order = [&](const std::string& reason, int days) {
    return fmt::format(R"({{"fingerprint":"{}","ref":"main","reason":"{}","days":{}}})",
                       text(list, "/items/0/fingerprint"), reason, days);
  };
  const std::string dismissals = "/api/v1/repos/:group/:repo/dismissals";
  CHECK(yard.ask(Method::post, dismissals, order(" ", 1)).error().code == Errc::invalid);
  CHECK(yard.ask(Method::post, dismissals, order("why", 0)).error().code == Errc::invalid);
  CHECK(yard.ask(Method::post, dismissals, R"({"fingerprint":"00","ref":"main","reason":"x","days":1})").error().code ==
        Errc::not_found);
  yard.call(Method::post, dismissals, order("the table's column is called so", 1));
  CHECK(text(yard.verdict(head), "/state") == "passed");
  const auto dismissed = yard.scanned(head, {{"standing", "dismissed"}});
  CHECK(text(dismissed, "/items/0/dismissed/reason") == "the table's column is called so");
  CHECK(yard.scanned(head).at("items").as_array().empty());

  yard.clock.advance(std::chrono::hours(25));
  CHECK(text(yard.verdict(head), "/state") == "failed");
  const auto again = yard.call(Method::post, dismissals, order("still so", 30));
  CHECK(text(yard.verdict(head), "/state") == "passed");
  yard.call(Method::del, dismissals + "/:id", "", {}, std::to_string(number(again, "/id")));
  CHECK(text(yard.verdict(head), "/state") == "failed");
  CHECK(yard.ask(Method::del, dismissals + "/:id", "", {}, std::to_string(number(again, "/id"))).error().code ==
        Errc::not_found);
}

TEST_CASE("findings: a broken scan.yaml is named, and the gate does not pass on it") {
  Yard yard;
  const auto head =
      yard.commit({{".sampan/scan.yaml", "limits:\n  blockr: 0\n"}, {"A.java", java("Aone", kGoodField)}});
  const auto list = yard.scanned(head);
  CHECK(text(list, "/gaps/0/reason/en").find(".sampan/scan.yaml:2:3") != std::string::npos);
  CHECK(text(yard.verdict(head), "/state") == "unknown");
  const auto mended = yard.commit({{".sampan/scan.yaml", "limits:\n  blocker: 0\n"}});
  CHECK(yard.scanned(mended).at("gaps").as_array().empty());
  CHECK(text(yard.verdict(mended), "/state") == "passed");
}

TEST_CASE("findings: other rules in scan.yaml, another result; the counts follow") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}, {"B.java", java("Bone", kBadField)}}));
  const auto off = yard.scanned(
      yard.commit({{".sampan/scan.yaml", "rules:\n  LowerCamelCaseVariableNamingRule: {enabled: false}\n"}}));
  CHECK(off.at("items").as_array().empty());
  CHECK(number(off, "/scan/found/critical") + number(off, "/scan/found/major") == 0);
  const auto out = yard.scanned(yard.commit({{".sampan/scan.yaml", "exclude: [B.java]\n"}}));
  CHECK(out.at("items").as_array().size() == 1);
}

TEST_CASE("findings: a scan the server did not finish begins again at the next start") {
  Yard yard;
  yard.findings->stop();  // queued by the listener, done by nobody
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.events->settle();
  CHECK(text(yard.verdict(head), "/state") == "unknown");
  yard.close();
  yard.open();
  yard.findings->start();
  CHECK(yard.scanned(head).at("items").as_array().size() == 1);
}

TEST_CASE("findings: lists are filtered and come in pages; a wrong filter is named") {
  Yard yard;
  std::vector<git::NewFile> files;
  for (char c = 'A'; c < 'F'; ++c)
    files.push_back({fmt::format("src/{}.java", c), java(fmt::format("{}one", c), kBadField)});
  const auto head = yard.commit(files);
  const auto page = yard.scanned(head, {{"limit", "2"}});
  CHECK(page.at("items").as_array().size() == 2);
  CHECK(text(page, "/next") == "2");
  const auto last = yard.scanned(head, {{"limit", "2"}, {"before", "4"}});
  CHECK(text(last, "/items/0/path") == "src/E.java");
  CHECK(last.at("next").is_null());
  CHECK(yard.scanned(head, {{"path", "C.java"}}).at("items").as_array().size() == 1);
  CHECK(yard.scanned(head, {{"rule", "NoSuch"}}).at("items").as_array().empty());
  CHECK(number(page, "/rules/0/count") == 5);
  const auto wrong =
      yard.ask(Method::get, "/api/v1/repos/:group/:repo/findings", "", {{"ref", "main"}, {"standing", "opn"}});
  CHECK(wrong.error().message ==
        "query 'standing': 'opn' is none of open, fresh, dismissed, all, did you mean 'open'?");
}

TEST_CASE("findings: a page asks for one file, or for the files that a commit changed") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}, {"src/A.java", java("Aone", kBadField)}}));
  const auto head = yard.commit({{"B.java", java("Bone", kBadField)}});
  const auto file = yard.scanned(head, {{"file", "A.java"}});
  REQUIRE(file.at("items").as_array().size() == 1);
  CHECK(text(file, "/items/0/path") == "A.java");
  const auto changed = yard.scanned(head, {{"files", "changed"}});
  REQUIRE(changed.at("items").as_array().size() == 1);
  CHECK(text(changed, "/items/0/path") == "B.java");
  const auto wrong =
      yard.ask(Method::get, "/api/v1/repos/:group/:repo/findings", "", {{"ref", "main"}, {"files", "chnged"}});
  CHECK(wrong.error().message == "query 'files': 'chnged' is none of all, changed, did you mean 'changed'?");
}

TEST_CASE("findings: the scan of a commit is asked for by its sha") {
  Yard yard;
  const std::string scans = "/api/v1/repos/:group/:repo/scans";
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.scanned(head);
  const auto one = yard.call(Method::get, scans, "", {{"commit", head.text()}});
  CHECK(text(one, "/items/0/state") == "done");
  CHECK(number(one, "/items/0/fresh/critical") + number(one, "/items/0/fresh/major") == 1);
  const auto other = yard.call(Method::get, scans, "", {{"commit", std::string(40, 'a')}});
  CHECK(other.at("items").as_array().empty());
  CHECK(yard.ask(Method::get, scans, "", {{"commit", "main"}}).error().code == Errc::invalid);
}

TEST_CASE("findings: a commit that nobody pushed here is not scanned, and can be") {
  Yard yard;
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.scanned(head);
  REQUIRE(yard.db
              ->write([](Tx& tx) -> Result<void> {
                TRY(tx.exec("delete from commit_scan"));
                return {};
              })
              .has_value());
  const auto list = yard.call(Method::get, "/api/v1/repos/:group/:repo/findings", "", {{"ref", "main"}});
  CHECK(list.at("scan").is_null());
  CHECK(text(yard.verdict(head), "/state") == "unknown");
  yard.call(Method::post, "/api/v1/repos/:group/:repo/scans", R"({"ref":"main"})");
  CHECK(yard.scanned(head).at("items").as_array().size() == 1);
}

TEST_CASE("findings: switched off, pushes are not scanned, but people may ask") {
  Yard yard(false);
  yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.events->settle();
  const auto list = yard.call(Method::get, "/api/v1/repos/:group/:repo/findings", "", {{"ref", "main"}});
  CHECK(list.at("scan").is_null());
  yard.call(Method::post, "/api/v1/repos/:group/:repo/scans", R"({"ref":"main"})");
  CHECK(yard.scanned(yard.git->resolve(yard.repo(), "main").value()).at("items").as_array().size() == 1);
}

namespace {

// An advisory of a package that exists here only, written at the clock's time.
void import_advisory(Yard& yard) {
  const auto file = yard.folder.path() + "/TEST-2023-1.json";
  REQUIRE(write_file_durably(file, R"({"id":"TEST-2023-1","modified":"2023-11-14T00:00:00Z","summary":"it opens doors",
    "affected":[{"package":{"ecosystem":"PyPI","name":"frobnicate"},"ranges":[{"type":"ECOSYSTEM",
    "events":[{"introduced":"0"},{"fixed":"1.5"}]}]}]})")
              .has_value());
  const auto done = scan::import_advisories({file}, yard.folder.path() + "/advisories", yard.clock.now());
  REQUIRE_MESSAGE(done.has_value(), done.error().message);
}

}  // namespace

TEST_CASE("findings: packages are looked up; without advisories the verdict is unknown, never good") {
  Yard yard;
  const auto first = yard.commit({{"requirements.txt", "frobnicate==1.2\n"}});
  const auto blind = yard.scanned(first);
  CHECK(blind.at("items").as_array().empty());
  CHECK(number(blind, "/scan/gaps") == 1);
  CHECK(text(yard.verdict(first), "/state") == "unknown");

  import_advisory(yard);
  const auto seen = yard.scanned(first);  // looked up again, without a push
  REQUIRE(seen.at("items").as_array().size() == 1);
  CHECK(text(seen, "/items/0/rule") == "TEST-2023-1");
  CHECK(text(seen, "/items/0/path") == "requirements.txt");
  CHECK(text(seen, "/items/0/message/en").find("1.5") != std::string::npos);
  CHECK(seen.at("gaps").as_array().empty());
  CHECK(text(yard.verdict(first), "/state") == "failed");

  const auto other = yard.scanned(yard.commit({{"A.java", java("Aone", kGoodField)}}));
  REQUIRE(other.at("items").as_array().size() == 1);
  CHECK_FALSE(other.at_pointer("/items/0/fresh").as_bool());
  CHECK(number(other, "/scan/fresh/critical") == 0);
  const auto mended = yard.scanned(yard.commit({{"requirements.txt", "frobnicate==1.5\n"}}));
  CHECK(mended.at("items").as_array().empty());
  CHECK(number(mended, "/scan/found/critical") == 0);
  CHECK(number(mended, "/scan/gaps") == 0);
  const auto back = yard.scanned(yard.commit({{"requirements.txt", "# pinned\nfrobnicate==1.4\n"}}));
  CHECK(number(back, "/scan/fresh/critical") == 1);
  CHECK(number(back, "/items/0/range/line") == 2);
}

TEST_CASE("findings: advisories grow old, and then nothing is good any more") {
  Yard yard;
  import_advisory(yard);
  const auto head = yard.commit({{"requirements.txt", "frobnicate==2.0\n"}});
  CHECK(yard.scanned(head).at("gaps").as_array().empty());
  CHECK(text(yard.verdict(head), "/state") == "passed");
  yard.clock.advance(std::chrono::hours(24 * 60));
  CHECK(text(yard.verdict(head), "/state") == "unknown");
}
