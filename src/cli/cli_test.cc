#include "cli/cli.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <fstream>

#include "base/process.h"
#include "base/text.h"
#include "cli/fixture_test.h"

using namespace sampan;
using namespace sampan::cli;
using sampan::cli::testing::Terminal;

namespace {

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
const std::string kApp = "/api/v1/environments/production/applications/order-service";

}  // namespace

TEST_CASE("cli: a wrong word or none is a usage error that nothing was done for") {
  Terminal terminal;
  terminal.sign_in();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"frobnicate"},
                                                {},
                                                {"repo"},
                                                {"run", "wait", "twelve"},
                                                {"rollback"},
                                                {"apps", "--frob"},
                                                {"user", "role", "company", "ann", "boss"},
                                                {"run"}}) {
    CHECK_MESSAGE(terminal.run(words) == kUsage, join(words, " "));
    CHECK_FALSE(terminal.err.empty());
    CHECK(terminal.out.empty());
  }
  CHECK(terminal.http.requests().empty());
}

TEST_CASE("cli: help and version are answers, not errors") {
  Terminal terminal;
  CHECK(terminal.run({"--version"}) == kDone);
  CHECK(terminal.out == "0.1.0\n");
  CHECK(terminal.run({"rollback", "--help"}) == kDone);
  CHECK(holds(terminal.out, "ENVIRONMENT/APPLICATION"));
  CHECK(terminal.err.empty());
}

TEST_CASE("cli: who is not signed in is told how to") {
  Terminal terminal;
  CHECK(terminal.run({"apps"}) == kDenied);
  CHECK(holds(terminal.err, "sampan login URL"));
}

TEST_CASE("cli: the server's sentence and details are shown, and its kind is the exit code") {
  Terminal terminal;
  terminal.sign_in();
  terminal.answer(
      "POST /api/v1/repos/company/shop/runs", 422,
      R"({"error":{"code":"invalid","message":"daily.yaml has 1 error","details":[{"file":"daily.yaml","line":3,"column":5,"message":"unknown step"}]}})");
  CHECK(terminal.run({"run", "start", "company/shop", "daily.yaml"}) == kUsage);
  CHECK(terminal.err == "sampan: daily.yaml has 1 error\n  daily.yaml:3:5: unknown step\n");
  CHECK(terminal.out.empty());
  terminal.answer("POST " + kApp + "/rollback", 403,
                  R"({"error":{"code":"denied","message":"this needs the role developer"}})");
  CHECK(terminal.run({"rollback", "production/order-service"}) == kDenied);
  terminal.http.answer_with([](const OutboundRequest&) { return fail(Errc::unavailable, "connection refused"); });
  CHECK(terminal.run({"apps"}) == kUnavailable);
  CHECK(terminal.err == "sampan: http://sampan.test: connection refused\n");
}

TEST_CASE("cli: --json prints what the server said, before or after the command's name") {
  Terminal terminal;
  terminal.sign_in();
  const std::string body =
      R"({"items":[{"path":"company/shop","default_branch":"main","my_role":"admin","clone_url":"http://x"}],"next":null})";
  terminal.answer("GET /api/v1/repos", 200, body);
  CHECK(terminal.run({"--json", "repo", "list"}) == kDone);
  CHECK(terminal.out == body + "\n");
  CHECK(terminal.run({"repo", "list", "--json"}) == kDone);
  CHECK(terminal.out == body + "\n");
  CHECK(terminal.run({"repo", "list"}) == kDone);
  CHECK(terminal.out == "REPOSITORY    BRANCH  ROLE   CLONE\ncompany/shop  main    admin  http://x\n");
  CHECK(find_header(terminal.last().headers, "Authorization") == "Bearer sp_token");
}

TEST_CASE("cli: login makes a token with the password, remembers the token and never the password") {
  Terminal terminal;
  terminal.typed = {"ann", "secret words"};
  terminal.answer("POST /api/v1/me/tokens", 201, R"({"token":"sp_made"})");
  terminal.answer("GET /api/v1/me", 200, R"({"login":"ann"})");
  CHECK(terminal.run({"login", "sampan.test/"}) == kDone);
  CHECK(terminal.out == "signed in to http://sampan.test as ann\n");
  const auto file = sampan::testing::must(read_file(terminal.folder.path() + "/config/login.json"));
  CHECK(holds(file, "sp_made"));
  CHECK_FALSE(holds(file, "secret words"));
}

TEST_CASE("cli: a login that is refused leaves no login file") {
  Terminal terminal;
  terminal.typed = {"ann", "wrong"};
  terminal.answer("POST /api/v1/me/tokens", 401,
                  R"({"error":{"code":"unauthenticated","message":"login or password is wrong"}})");
  CHECK(terminal.run({"login", "http://sampan.test"}) == kDenied);
  CHECK(terminal.err == "sampan: login or password is wrong\n");
  terminal.typed = {"sp_bad"};
  terminal.answer("GET /api/v1/me", 401, R"({"error":{"message":"this token was revoked"}})");
  CHECK(terminal.run({"login", "http://sampan.test", "--token-stdin"}) == kDenied);
  CHECK_FALSE(exists(terminal.folder.path() + "/config/login.json"));
}

TEST_CASE("cli: rollback without a release asks for the one before; it waits and its exit code is the outcome") {
  Terminal terminal;
  terminal.sign_in();
  terminal.answer("POST " + kApp + "/rollback", 202, R"({"id":7})");
  terminal.answer("GET /api/v1/deployments/7", 200,
                  R"({"id":7,"state":"succeeded","phase":"done","requests":1200,"failed":0,"duration_s":1.25})");
  CHECK(terminal.run({"rollback", "production/order-service"}) == kDone);
  CHECK(terminal.http.requests()[0].body == "{}");
  CHECK(holds(terminal.out, "succeeded: 1200 requests, 0 failed, 1.2 s\n"));
  CHECK(terminal.run({"rollback", "production/order-service", "--release", "40", "--no-wait"}) == kDone);
  CHECK(terminal.last().body == R"({"release":40})");
  terminal.answer("GET /api/v1/deployments/7", 200,
                  R"({"id":7,"state":"rolled_back","phase":"done","reason":"the probe failed"})");
  CHECK(terminal.run({"rollback", "production/order-service"}) == kFailed);
  CHECK(holds(terminal.out, ": the probe failed"));
  CHECK(terminal.run({"rollback", "order-service"}) == kUsage);
}

TEST_CASE("cli: waiting for a run follows its topic until it is over") {
  Terminal terminal;
  terminal.sign_in();
  int asked = 0;
  terminal.http.answer_with([&](const OutboundRequest& request) -> Result<OutboundResponse> {
    if (holds(request.url, "/stream?"))
      return OutboundResponse{200, {}, "event: hello\ndata: {}\n\nevent: changed\ndata: {\"topic\":\"run:12\"}\n\n"};
    const auto* state = ++asked < 3 ? "running" : "failed";
    return OutboundResponse{
        200,
        {},
        fmt::format(
            R"({{"id":12,"number":3,"pipeline":"daily","ref":"main","sha":"{}","state":"{}","stages":[{{"name":"build","jobs":[{{"key":"test","state":"failed"}}]}}]}})",
            std::string(40, 'a'), state)};
  });
  CHECK(terminal.run({"run", "wait", "12"}) == kFailed);
  CHECK(asked == 3);
  CHECK(holds(terminal.out, "#3 daily main aaaaaaaa failed"));
}

TEST_CASE("cli: the server's programs get their arguments, a runner two jobs at once unless told otherwise") {
  Terminal terminal;
  std::string given;
  terminal.programs.runner = [&](const RunnerArguments& a) {
    given = fmt::format("{} {} {} {} {}", a.server, a.token_file, a.name, a.folder, a.capacity);
    return 7;
  };
  CHECK(terminal.run({"runner", "--server", "http://s", "--token-file", "/t", "--folder", "/f"}) == 7);
  CHECK(given == "http://s /t  /f 2");
  terminal.run(
      {"runner", "--server", "http://s", "--token-file", "/t", "--folder", "/f", "--name", "r1", "--capacity", "5"});
  CHECK(given == "http://s /t r1 /f 5");
  terminal.programs.doctor = []() -> Result<std::string> { return fail(Errc::unavailable, "podman is missing"); };
  CHECK(terminal.run({"doctor"}) == kUnavailable);
  CHECK(terminal.err == "sampan: podman is missing\n");
}

TEST_CASE("cli: a secret's value is asked for, never an argument") {
  Terminal terminal;
  terminal.sign_in();
  terminal.typed = {"hush"};
  terminal.answer("PUT /api/v1/variable-groups/prod%20db/variables/PASSWORD", 200, "{}");
  CHECK(terminal.run({"secret", "set", "prod db", "PASSWORD"}) == kDone);
  const auto body = boost::json::parse(terminal.last().body);
  CHECK(body.at("value") == "hush");
  CHECK(body.at("secret") == true);
  CHECK_FALSE(holds(terminal.out, "hush"));
}

TEST_CASE("cli: the completion script is sound bash and completes commands, subcommands and options") {
  Terminal terminal;
  REQUIRE(terminal.run({"completion"}) == kDone);
  const auto file = terminal.folder.path() + "/completion.bash";
  sampan::testing::must(write_file_durably(file, terminal.out));
  CHECK(sampan::testing::must(sampan::run({.argv = {"bash", "-n", file}})).exit.ok());
  const auto complete = [&](const std::string& words, int at) {
    const auto script = fmt::format("source '{}'; COMP_WORDS=({}); COMP_CWORD={}; _sampan; echo \"${{COMPREPLY[*]}}\"",
                                    file, words, at);
    return std::string(trim(sampan::testing::must(sampan::run({.argv = {"bash", "-c", script}})).out));
  };
  CHECK(complete("sampan roll", 1) == "rollback");
  CHECK(complete("sampan run re", 2) == "retry");
  CHECK(complete("sampan rollback --rel", 2) == "--release");
  CHECK(complete("sampan rollback production/order-service --no", 3) == "--no-wait");
  CHECK(complete("sampan --json rep", 2) == "repo");
  CHECK(complete("sampan nonsense x", 2) == "");
}

TEST_CASE("cli: scan looks for secrets in a folder, in what is staged, in a range and in history, one way at a time") {
  Terminal terminal;
  const auto folder = terminal.folder.path() + "/code";
  const auto git = [&](std::vector<std::string> args) {
    args.insert(args.begin(), {"git", "-C", folder, "-c", "user.name=Li", "-c", "user.email=li@shop.test"});
    sampan::testing::must(run_ok(Command{args}));
  };
  sampan::testing::must(make_directories(folder));
  git({"init", "-q", "-b", "main"});
  git({"commit", "-q", "--allow-empty", "-m", "Begin"});
  CHECK(terminal.run({"scan", "--staged", folder}) == kDone);
  sampan::testing::must(write_file_durably(folder + "/a.txt",
                                           "redis://:Sh0p"
                                           "2026@db.test/1\n"));
  CHECK(terminal.run({"scan", folder}) == kFailed);
  CHECK(holds(terminal.out, "a.txt:1:10: warning: password in a Redis address"));
  CHECK(terminal.run({"scan", "--engines", "p3c", folder}) == kDone);
  CHECK(terminal.run({"scan", "--staged", folder}) == kDone);
  git({"add", "-A"});
  CHECK(terminal.run({"scan", "--staged", folder}) == kFailed);
  git({"commit", "-q", "-m", "Bring it"});
  git({"rm", "-q", "a.txt"});
  git({"commit", "-q", "-m", "Take it away"});
  CHECK(terminal.run({"scan", folder}) == kDone);
  CHECK(terminal.run({"scan", "--range", "HEAD~2..HEAD", folder}) == kFailed);
  CHECK(terminal.run({"scan", "--range", "HEAD~1..HEAD", folder}) == kDone);
  CHECK(terminal.run({"scan", "--history", "--progress", folder}) == kFailed);
  CHECK(holds(terminal.out, "[redis-url], commit "));
  CHECK(terminal.run({"scan", "--range", "HEAD", folder}) == kUsage);
  CHECK(terminal.run({"scan", "--history", "--staged", folder}) == kUsage);
  CHECK(terminal.run({"scan", "--engines", "p4c", folder}) == kUsage);
  CHECK(terminal.run({"scan", "--history", terminal.folder.path() + "/none"}) == kNotFound);
  CHECK(terminal.http.requests().empty());
}

TEST_CASE("cli: long scans show a bar where somebody sees it or asked for it") {
  Terminal terminal;
  const auto folder = terminal.folder.path() + "/many";
  sampan::testing::must(make_directories(folder));
  const auto put = [&](int number) { std::ofstream(fmt::format("{}/{}.txt", folder, number)) << "text " << number; };
  const auto scan = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"scan", "--engines", "secrets"});
    more.push_back(folder);
    CHECK(terminal.run(more) == kDone);
    return terminal.err;
  };
  for (int number = 1; number < 500; ++number) put(number);
  CHECK(scan({"--progress"}).empty());
  put(500);
  CHECK(scan({}).empty());
  const auto bar = [](int filled, int done) {
    return fmt::format("\r[{}{}] {}/500", std::string(filled, '='), std::string(40 - filled, ' '), done);
  };
  const auto whole = bar(8, 100) + bar(16, 200) + bar(24, 300) + bar(32, 400) + bar(40, 500) + "\n";
  CHECK(scan({"--progress", "--threads", "1"}) == whole);
  terminal.watched = true;
  CHECK(scan({"--threads", "1"}) == whole);
}

TEST_CASE("cli: scan checks a folder without a server, and its exit code says how it went") {
  Terminal terminal;
  const auto folder = terminal.folder.path() + "/code";
  const auto put = [&](const std::string& path, std::string_view text) {
    sampan::testing::must(make_directories(parent_of(folder + "/" + path)));
    sampan::testing::must(write_file_durably(folder + "/" + path, text));
  };
  CHECK(terminal.run({"scan", folder}) == kNotFound);
  put("Box.java", "class Box {\n  int size;\n}\n");
  CHECK(terminal.run({"scan", folder}) == kDone);
  put("Box.java", "class Box {\n  long size = 1l;\n}\n");
  CHECK(terminal.run({"scan", folder}) == kFailed);
  CHECK(holds(terminal.out, "Box.java:2:15: severe: "));
  CHECK(terminal.run({"scan", "--zh", folder}) == kFailed);
  CHECK(holds(terminal.out, "Box.java:2:15: 严重: "));
  CHECK(terminal.run({"scan", "--format", "sarif", folder}) == kFailed);
  CHECK(boost::json::parse(terminal.out).at("version") == "2.1.0");
  const auto metrics = terminal.folder.path() + "/metrics", junit = terminal.folder.path() + "/scan.xml";
  CHECK(terminal.run({"scan", "--metrics", metrics, "--junit", junit, "--engines", "p3c", folder}) == kFailed);
  CHECK(sampan::testing::must(read_file(metrics)) == "p3c.blocker 1\np3c.critical 0\np3c.major 0\nscan.gaps 0\n");
  CHECK(holds(sampan::testing::must(read_file(junit)), "<testsuite"));
  CHECK(terminal.run({"scan", "--exclude", "Box.java", folder}) == kDone);
  CHECK(terminal.run({"scan", "--engines", "p4c", folder}) == kUsage);
  put(".sampan/scan.yaml", "limits: {blocker: 1}\n");
  CHECK(terminal.run({"scan", folder}) == kDone);
  put("Half.java", "class Half {\n  int a = = 1;\n}\n");
  CHECK(terminal.run({"scan", folder}) == kIncomplete);
  CHECK(terminal.run({"scan", "--format", "xml", folder}) == kUsage);
  put(".sampan/scan.yaml", "limit: {blocker: 1}\n");
  CHECK(terminal.run({"scan", folder}) == kUsage);
  CHECK(holds(terminal.err, ".sampan/scan.yaml:1"));
  CHECK(terminal.http.requests().empty());
}

TEST_CASE("cli: results of another tool join a scan's findings, its limits, its formats and its metrics") {
  Terminal terminal;
  const auto folder = terminal.folder.path() + "/shop", file = terminal.folder.path() + "/lint.sarif";
  sampan::testing::must(make_directories(folder + "/web"));
  sampan::testing::must(write_file_durably(folder + "/web/app.js", "let a;\neval(a);\n"));
  const auto results = [&](const std::string& level, const std::string& uri) {
    sampan::testing::must(write_file_durably(
        file,
        R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"ES Lint","rules":[{"id":"no-eval"}]}},"results":[
          {"ruleId":"no-eval","level":")" +
            level +
            R"(","message":{"text":"no eval here"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":")" +
            uri + R"("},"region":{"startLine":2}}}]}]}]})"));
  };
  results("error", "file://" + folder + "/web/app.js");
  CHECK(terminal.run({"scan", folder}) == kDone);
  const auto metrics = terminal.folder.path() + "/metrics";
  CHECK(terminal.run({"scan", "--import", file, "--metrics", metrics, "--engines", "secrets", folder}) == kFailed);
  CHECK(holds(terminal.out, "web/app.js:2:1: warning: no eval here [no-eval]\n1 files: 0 severe, 1 warnings"));
  CHECK(holds(sampan::testing::must(read_file(metrics)), "es-lint.blocker 0\nes-lint.critical 1\nes-lint.major 0\n"));
  CHECK(terminal.run({"scan", "--import", file, "--format", "sarif", folder}) == kFailed);
  sampan::testing::must(write_file_durably(file, terminal.out));
  CHECK(terminal.run({"scan", "--import", file, "--format", "json", folder}) == kFailed);
  CHECK(
      holds(terminal.out, R"("engine":"ES Lint","rule":"no-eval","severity":"critical","path":"web/app.js","line":2)"));
  results("note", "web/app.js");
  CHECK(terminal.run({"scan", "--import", file, folder}) == kDone);
  results("note", "/usr/include/stdio.h");
  CHECK(terminal.run({"scan", "--import", file, folder}) == kIncomplete);
  CHECK(holds(terminal.out, "lint.sarif: gap: result 1 of run 1 of ES Lint (no-eval): the location"));
  CHECK(terminal.run({"scan", "--import", file + "x", folder}) == kNotFound);
  sampan::testing::must(write_file_durably(file, "{}"));
  CHECK(terminal.run({"scan", "--import", file, folder}) == kUsage);
}

TEST_CASE("cli: scan --fix mends what rules can, tells what is left, and with --staged only what equals the staged") {
  Terminal terminal;
  const auto folder = terminal.folder.path() + "/code";
  const auto put = [&](const std::string& path, std::string_view text) {
    sampan::testing::must(make_directories(folder));
    sampan::testing::must(write_file_durably(folder + "/" + path, text));
  };
  const auto text = [&](const std::string& path) { return sampan::testing::must(read_file(folder + "/" + path)); };
  const auto git = [&](std::vector<std::string> args) {
    args.insert(args.begin(), {"git", "-C", folder});
    sampan::testing::must(run_ok(Command{args}));
  };
  const std::string wrong = "/** @author li */\npublic class Box {\n  long a = 1l;\n}\n";
  const std::string right = "/** @author li */\npublic class Box {\n  long a = 1L;\n}\n";
  put("Box.java", wrong);
  CHECK(terminal.run({"scan", "--fix", folder}) == kDone);
  CHECK(terminal.err == "Box.java: fixed 1 of 1\nof 1 that can be fixed, 1 were\n");
  CHECK(text("Box.java") == right);
  CHECK(terminal.run({"scan", "--fix", "--zh", folder}) == kDone);
  CHECK(holds(terminal.err, "能自动改的 0 处"));
  put("Box.java", wrong);
  put("Other.java", wrong);
  git({"init", "-q"});
  git({"add", "-A"});
  put("Other.java", wrong + "// more\n");
  CHECK(terminal.run({"scan", "--fix", "--staged", folder}) == kFailed);  // until it is added
  CHECK(text("Box.java") == right);
  CHECK(text("Other.java") == wrong + "// more\n");
  CHECK(holds(terminal.err, "Other.java: left alone: it differs from what is staged\n"));
  CHECK(terminal.run({"scan", "--fix", "--history", folder}) == kUsage);
}

TEST_CASE("cli: advisories are imported and shown, scan looks packages up in them, and sbom lists them") {
  Terminal terminal;
  const auto folder = terminal.folder.path() + "/code", osv = terminal.folder.path() + "/osv";
  const auto put = [&](const std::string& file, std::string_view text) {
    sampan::testing::must(make_directories(parent_of(file)));
    sampan::testing::must(write_file_durably(file, text));
  };
  put(folder + "/requirements.txt", "flask==1.0\n");
  CHECK(terminal.run({"scan", folder}) == kIncomplete);
  CHECK(holds(terminal.out, "run sampan advisories import"));
  CHECK(terminal.run({"advisories", "show"}) == kNotFound);
  CHECK(terminal.run({"advisories", "import", osv}) == kNotFound);
  put(osv + "/1.json",
      R"({"id": "GHSA-1", "modified": "2026-11-20T00:00:00Z", "summary": "Bad", "database_specific": {"severity": "HIGH"}, "affected": [
          {"package": {"ecosystem": "PyPI", "name": "flask"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}]}]})");
  CHECK(terminal.run({"advisories", "import", osv}) == kDone);
  CHECK(holds(terminal.out, "/advisories: 1 advisories for 1 packages; left out: 0 withdrawn"));
  CHECK(terminal.run({"advisories", "show"}) == kDone);
  CHECK(holds(terminal.out, "PyPI                    1  newest 2026-11-20"));
  CHECK(terminal.run({"scan", folder}) == kFailed);
  CHECK(holds(terminal.out, "requirements.txt:1:1: severe: flask 1.0 (direct) has GHSA-1: Bad; fixed in 1.1 [GHSA-1]"));
  CHECK(terminal.run({"scan", "--format", "sarif", folder}) == kFailed);
  CHECK(boost::json::parse(terminal.out).at("runs").at(0).at("results").at(0).at("ruleId") == "GHSA-1");
  CHECK(terminal.run({"scan", "--format", "junit", folder}) == kFailed);
  CHECK(holds(terminal.out, "name=\"GHSA-1:1\""));
  CHECK(terminal.run({"scan", "--format", "json", folder}) == kFailed);
  CHECK(boost::json::parse(terminal.out).at("findings").at(0).at("engine") == "packages");
  CHECK(terminal.run({"scan", "--advisories", osv + "/none", folder}) == kIncomplete);
  put(folder + "/requirements.txt", "flask==1.1\n");
  CHECK(terminal.run({"scan", folder}) == kDone);
  put(osv + "/2.json", "{");
  CHECK(terminal.run({"advisories", "import", osv, "--file", osv + "/made"}) == kIncomplete);
  CHECK(holds(terminal.err, "2.json"));
  CHECK(terminal.run({"scan", "--advisories", osv + "/made", folder}) == kDone);
  CHECK(terminal.run({"sbom", folder}) == kDone);
  CHECK(boost::json::parse(terminal.out).at("components").at(0).at("purl") == "pkg:pypi/flask@1.1");
  put(folder + "/package-lock.json", "?");
  CHECK(terminal.run({"sbom", folder}) == kIncomplete);
  CHECK(holds(terminal.err, "package-lock.json"));
  CHECK(terminal.run({"sbom", folder, "--format", "spdx"}) == kUsage);
}
