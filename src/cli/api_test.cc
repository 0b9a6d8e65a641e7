#include "cli/api.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/fixture_test.h"

using namespace sampan;
using namespace sampan::cli;
using sampan::cli::testing::Terminal;

namespace {

int exit_of(int status) { return exit_code_of(error_of({status, {}, ""})); }

}  // namespace

TEST_CASE("cli: each kind of refusal has its exit code") {
  CHECK(exit_of(422) == kUsage);
  CHECK(exit_of(413) == kUsage);
  CHECK(exit_of(401) == kDenied);
  CHECK(exit_of(403) == kDenied);
  CHECK(exit_of(404) == kNotFound);
  CHECK(exit_of(409) == kFailed);
  CHECK(exit_of(500) == kFailed);
  CHECK(exit_of(503) == kUnavailable);
}

TEST_CASE("cli: an error is the server's own sentence, with where the fault is") {
  const auto error = error_of({422, {}, R"({"error":{"code":"invalid","message":"the pipeline is wrong","details":[
      {"file":".sampan/daily.yaml","line":7,"column":3,"message":"unknown key 'stagse'"},{"file":"b.yaml","line":1,"column":1,"message":"empty"}]}})"});
  CHECK(error.code == Errc::invalid);
  CHECK(error.message == "the pipeline is wrong\n  .sampan/daily.yaml:7:3: unknown key 'stagse'\n  b.yaml:1:1: empty");
  CHECK(error_of({502, {}, "<html>"}).message == "the server answered 502");
  CHECK(error_of({404, {}, R"({"error":"text"})"}).message == "the server answered 404");
}

TEST_CASE("cli: an application is named ENVIRONMENT/APPLICATION") {
  const auto name = parse_app_name("production/order-service");
  REQUIRE(name.has_value());
  CHECK(name->environment == "production");
  CHECK(name->application == "order-service");
  for (const auto* bad : {"", "/", "production", "production/", "/order-service"}) {
    const auto refused = parse_app_name(bad);
    REQUIRE_MESSAGE(!refused.has_value(), bad);
    CHECK(refused.error().code == Errc::invalid);
    CHECK(refused.error().message.find("expected ENVIRONMENT/APPLICATION") != std::string::npos);
  }
}

TEST_CASE("cli: a table's columns stand in line, whatever the width of their characters") {
  CHECK(table({{"NAME", "STATE"}, {"订单服务", "运行中"}, {"café", "ok"}, {"a…→b", "x"}, {"한국", "y"}, {"🚢", "z"}}) ==
        "NAME      STATE\n"
        "订单服务  运行中\n"
        "café      ok\n"
        "a…→b      x\n"
        "한국      y\n"
        "🚢        z\n");
  CHECK(table({}) == "");
  CHECK(table({{"a", "b"}, {"long"}}) == "a     b\nlong\n");
}

TEST_CASE("cli: what people wrote can neither break a table nor steer the terminal") {
  CHECK(table({{"\x1b[2Jtitle\nnext", "b"}}) == "?[2Jtitle?next  b\n");
  CHECK(table({{"\xe8\xae", "b"}, {"\xff", "c"}}).find('b') !=
        std::string::npos);  // broken text does not break it either
}

TEST_CASE("cli: the login file is its owner's alone") {
  Terminal terminal;
  terminal.sign_in();
  struct stat status {};
  REQUIRE(::stat((terminal.folder.path() + "/config/login.json").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(::stat((terminal.folder.path() + "/config").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  const auto login = sampan::testing::must(read_login(terminal.world()));
  CHECK(login.url == "http://sampan.test");
  CHECK(login.token == "sp_token");
}

TEST_CASE("cli: the environment stands above the login file") {
  Terminal terminal;
  terminal.sign_in();
  ::setenv("SAMPAN_TOKEN", "sp_other", 1);
  auto login = sampan::testing::must(read_login(terminal.world()));
  CHECK(login.url == "http://sampan.test");
  CHECK(login.token == "sp_other");
  ::setenv("SAMPAN_URL", "http://elsewhere.test", 1);
  login = sampan::testing::must(read_login(terminal.world()));
  CHECK(login.url == "http://elsewhere.test");
  ::unsetenv("SAMPAN_URL");
  ::unsetenv("SAMPAN_TOKEN");
}

TEST_CASE("cli: server-sent events are followed in whatever pieces they come") {
  Terminal terminal;
  std::vector<std::string> seen;
  const auto follow = [&](const std::string& body) {
    terminal.answer("GET /stream", 200, body);
    auto world = terminal.world();
    Api api(world, {"http://sampan.test", "t"});
    seen.clear();
    return api.follow("/stream", {{"topics", "run:1"}}, [&](std::string_view event, std::string_view data) {
      seen.push_back(fmt::format("{}={}", event, data));
      return event != "end";
    });
  };
  REQUIRE(
      follow(
          ": alive\n\nevent: changed\ndata: a\ndata: b\n\ndata: c\n\nevent: end\ndata: {}\n\nevent: late\ndata: x\n\n")
          .has_value());
  CHECK(seen == std::vector<std::string>{"changed=a\nb", "=c", "end={}"});
  CHECK(terminal.last().url == "http://sampan.test/stream?topics=run%3A1");
  terminal.answer("GET /stream", 403, R"({"error":{"message":"not yours"}})");
  auto world = terminal.world();
  Api api(world, {"http://sampan.test", "t"});
  const auto refused = api.follow("/stream", {}, [](std::string_view, std::string_view) { return true; });
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "not yours");
}
