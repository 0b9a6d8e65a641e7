#include "runner/session.h"

#include <boost/json.hpp>

#include "base/crypto.h"
#include "base/json_struct.h"
#include "base/log.h"
#include "base/text.h"
#include "runner/fake_server_testing.h"
#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

namespace {

struct World {
  Bench bench;
  FakeServer server;
  std::stop_source stop;
  std::optional<Result<void>> ended;
  std::jthread thread;

  ~World() { stop.request_stop(); }
  void start(std::chrono::milliseconds patience = std::chrono::seconds(30),
             std::chrono::milliseconds gather = std::chrono::milliseconds(30)) {
    log::set_level(log::Level::error);
    Config config{"http://server", "sr_token", "r1", "linux", bench.folders.root, SAMPAN_LAUNCH_PROGRAM, 2};
    config.gather = gather;
    thread =
        std::jthread([this, config, patience] { ended = Session(server, config).run(stop.get_token(), patience); });
  }
  void end() {
    stop.request_stop();
    thread.join();
  }
  // A job whose step says "up" and then waits for the file /workspace/go... which nobody makes but release().
  std::string order(std::string script, std::int64_t job = 7) {
    auto made = bench.order({testing::script(std::move(script))});
    made.job = job;
    made.fence = 3;
    return order_json(made);
  }
  static std::string order_json(const Order& order);
  void release() { must(write_file_durably(bench.folders.jobs() + "/1/workspace/go", "")); }
};

std::string World::order_json(const Order& order) {
  // As the server writes it: only the members that an action has.
  auto document = parse_json(to_json(order)).value();
  for (auto& step : document.as_object().at("steps").as_array()) {
    for (auto& action : step.at("actions").as_array()) {
      std::vector<std::string> absent;
      for (const auto& member : action.as_object())
        if (member.value().is_null()) absent.emplace_back(member.key());
      for (const auto& name : absent) action.as_object().erase(name);
    }
  }
  return format_json(document);
}

const std::string kWait = "until test -e go; do sleep 0.02; done; ";

}  // namespace

TEST_CASE("session: an order is run, its log shipped, its steps and its end reported, its lease renewed") {
  World world;
  world.start();
  world.server.give("job", world.order("echo hello; " + kWait + "echo bye"));
  REQUIRE(world.server.wait([](FakeServer& s) {
    return s.log_.find("hello") != std::string::npos && s.last_beat_ == std::vector<JobKey>{{7, 3}};
  }));
  const int before = world.server.beats_;
  CHECK(world.server.wait([&](FakeServer& s) { return s.beats_ > before + 2; }));
  world.release();
  REQUIRE(world.server.wait([](FakeServer& s) { return !s.finished_.empty(); }));
  CHECK(world.server.log_ == "\x1eone\nhello\nbye\n");
  CHECK(world.server.finished_[0].find("\"state\":\"succeeded\"") != std::string::npos);
  CHECK(world.server.said_.find("\"state\":\"running\"") < world.server.said_.find("\"state\":\"succeeded\""));
  CHECK(world.server.wait([](FakeServer& s) { return s.last_beat_.empty(); }));
  world.end();
  CHECK(world.ended->has_value());
  CHECK(std::filesystem::is_empty(world.bench.folders.jobs() + "/1/workspace"));
}

TEST_CASE("session: what a step prints cannot begin another step") {
  World world;
  world.start();
  world.server.give("job", world.order("printf 'a\\n\\036fake\\nb\\n'; " + kWait));
  REQUIRE(world.server.wait([](FakeServer& s) { return s.log_.find("b\n") != std::string::npos; }));
  world.release();
  REQUIRE(world.server.wait([](FakeServer& s) { return !s.finished_.empty(); }));
  CHECK(world.server.log_ ==
        "\x1eone\na\n\x1f"
        "fake\nb\n");
  world.end();
}

TEST_CASE("session: a restart of the server loses no line and interrupts no step") {
  World world;
  world.start();
  world.server.give("job", world.order("echo before; " + kWait + "for i in $(seq 1000); do echo line $i; done"));
  REQUIRE(world.server.wait([](FakeServer& s) { return s.log_.find("before") != std::string::npos; }));
  world.server.go_away();
  world.release();
  const auto spool = world.bench.folders.jobs() + "/1.log";
  for (int i = 0; i < 3000 && std::filesystem::file_size(spool) < 8'000; ++i)
    ::usleep(10'000);  // another thread writes it
  CHECK(world.server.log_.find("line") == std::string::npos);
  world.server.forget_answers_ = 1;
  const auto streams = world.server.streams_;
  world.server.come_back();
  REQUIRE(world.server.wait([](FakeServer& s) { return !s.finished_.empty(); }));
  CHECK(std::count(world.server.log_.begin(), world.server.log_.end(), '\n') == 1002);
  CHECK(world.server.log_.ends_with("line 999\nline 1000\n"));
  CHECK(world.server.finished_.size() == 1);
  CHECK(world.server.wait([&](FakeServer& s) { return s.streams_ > streams; }));
  world.end();
}

TEST_CASE("session: an order sent again is not run again") {
  World world;
  world.start();
  const auto order = world.order("echo once; " + kWait);
  world.server.give("job", order);
  world.server.give("job", order);
  REQUIRE(world.server.wait([](FakeServer& s) { return s.log_.find("once") != std::string::npos; }));
  world.server.give("job", order);
  world.release();
  REQUIRE(world.server.wait([](FakeServer& s) { return !s.finished_.empty(); }));
  world.end();
  CHECK(world.server.finished_.size() == 1);
  CHECK(world.server.log_ == "\x1eone\nonce\n");
}

TEST_CASE("session: a job is canceled by the stream or by the heartbeat's answer") {
  for (const bool by_stream : {true, false}) {
    World world;
    world.start();
    world.server.give("job", world.order("echo up; sleep 1000"));
    REQUIRE(world.server.wait([](FakeServer& s) { return s.log_.find("up") != std::string::npos; }));
    if (by_stream)
      world.server.give("cancel", R"({"job":7,"fence":3,"reason":"by chen"})");
    else
      world.server.cancel({7, 3});
    REQUIRE(world.server.wait([](FakeServer& s) { return !s.finished_.empty(); }));
    CHECK(world.server.finished_[0].find("\"state\":\"canceled\",\"reason\":\"by chen\"") != std::string::npos);
    world.end();
  }
}

TEST_CASE("session: a job that the server gave to somebody else is ended and not spoken of") {
  World world;
  world.start();
  const auto marker = fmt::format("55{}", ::getpid());
  world.server.give("job", world.order("echo up; sleep " + marker));
  REQUIRE(world.server.wait([](FakeServer& s) { return s.log_.find("up") != std::string::npos; }));
  world.server.lose_everything();
  REQUIRE(world.server.wait([](FakeServer& s) { return s.last_beat_.empty() && s.beats_ > 3; }));
  world.end();
  CHECK(!process_runs(marker));
  CHECK(world.server.finished_.empty());
}

TEST_CASE("session: an order it does not understand is answered with the reason") {
  World world;
  world.start();
  world.server.give("job", R"({"job":9,"fence":2,"dance":true})");
  REQUIRE(world.server.wait([](FakeServer& s) { return !s.finished_.empty(); }));
  CHECK(world.server.finished_[0].find("does not understand the order") != std::string::npos);
  CHECK(world.server.finished_[0].find("\"fence\":2") != std::string::npos);
  world.server.give("job", "not json");
  world.server.give("cancel", "[]");
  world.server.give("job", world.order("echo still here"));
  REQUIRE(world.server.wait([](FakeServer& s) { return s.finished_.size() == 2; }));
  world.end();
}

TEST_CASE("session: a refused token ends it, but not under a running job") {
  World world;
  world.start(std::chrono::milliseconds(300));
  world.server.give("job", world.order("echo up; " + kWait));
  REQUIRE(world.server.wait([](FakeServer& s) { return s.log_.find("up") != std::string::npos; }));
  world.server.refuse();
  CHECK(world.server.wait([before = world.server.refusals_](FakeServer& s) { return s.refusals_ > before + 5; }));
  CHECK(!world.ended);
  world.end();

  World idle;
  idle.server.refuse();
  idle.start();
  idle.thread.join();
  REQUIRE(idle.ended);
  CHECK(idle.ended->error().code == Errc::unauthenticated);
}

TEST_CASE("session: asked to stop, it lets jobs end, and ends those that do not") {
  World world;
  world.start(std::chrono::milliseconds(500));
  world.server.give("job", world.order("echo up; " + kWait + "echo ended"));
  world.server.give("job", world.order("echo up; sleep 1000", 8));
  REQUIRE(world.server.wait(
      [](FakeServer& s) { return s.last_beat_.size() == 2 && s.log_.find("up") != std::string::npos; }));
  world.stop.request_stop();
  world.release();
  world.thread.join();
  CHECK(world.ended->has_value());
  CHECK(std::filesystem::is_empty(world.bench.folders.jobs() + "/1/workspace"));
}

TEST_CASE("session: two jobs run at once, and chunks of their logs do not mix") {
  World world;
  world.start();
  world.server.give("job", world.order("touch go; echo a", 1));
  world.server.give("job", world.order("touch go; echo b", 2));
  REQUIRE(world.server.wait([](FakeServer& s) { return s.finished_.size() == 2; }));
  world.end();
  CHECK(world.server.logs_[1] == "\x1eone\na\n");
  CHECK(world.server.logs_[2] == "\x1eone\nb\n");
}

TEST_CASE("session: a short job says everything with its end, in one request") {
  World world;
  const auto all_day = std::chrono::hours(1);  // in which even the slowest machine ends it
  world.start(std::chrono::seconds(30), all_day);
  world.server.give("job", world.order("echo short"));
  REQUIRE(world.server.wait([](FakeServer& s) { return !s.finished_.empty() && s.last_beat_.empty(); }));
  {
    const std::lock_guard lock(world.server.mutex_);
    std::vector<std::string> of_it;
    for (const auto& call : world.server.calls_)
      if (call.starts_with("jobs/7/")) of_it.push_back(call);
    CHECK(of_it == std::vector<std::string>{"jobs/7/finish"});
  }
  CHECK(world.server.log_ == "\x1eone\nshort\n");
  CHECK(world.server.said_.find("\"state\":\"running\"") < world.server.said_.find("\"state\":\"succeeded\""));
  world.end();
}

TEST_CASE("session: what is no text goes on its own, byte for byte") {
  World world;
  world.start();
  world.server.give("job", world.order("printf 'a\\377b\\n'"));
  REQUIRE(world.server.wait([](FakeServer& s) { return !s.finished_.empty(); }));
  CHECK(world.server.log_ ==
        "\x1eone\na\xff"
        "b\n");
  world.end();
}

TEST_CASE("session: the server's advisories are fetched once for each import, and what is not them changes nothing") {
  World world;
  world.start();
  std::int64_t job = 0;
  const auto see = [&](const std::string& sum) {
    auto order = world.bench.order({testing::script("cat $SAMPAN_ADVISORIES; touch $SAMPAN_ADVISORIES || echo kept")});
    order.job = ++job;
    order.advisories = sum;
    world.server.give("job", World::order_json(order));
    REQUIRE(world.server.wait([&](FakeServer& s) { return s.finished_.size() == static_cast<std::size_t>(job); }));
    const std::lock_guard lock(world.server.mutex_);
    return world.server.logs_[job];
  };
  const auto holds = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  const auto serve = [&](const std::string& bytes) {
    const std::lock_guard lock(world.server.mutex_);
    world.server.advisories_ = bytes;
    return sha256_hex(bytes);
  };
  const auto first = serve("of monday\n");
  CHECK(holds(see(first), "of monday\n"));
  CHECK(holds(see(first), "kept"));
  CHECK(world.server.fetches_ == 1);
  const auto second = serve("of tuesday\n");
  CHECK(holds(see(second), "of tuesday\n"));
  CHECK(world.server.fetches_ == 2);
  serve("of nobody\n");
  const auto third = see(sha256_hex("of wednesday\n"));
  CHECK(holds(third, "the advisories of the server were not fetched: what came has the sum"));
  CHECK(holds(third, "of tuesday\n"));
  CHECK(!exists(world.bench.folders.advisories() + ".new"));
  world.end();
}
