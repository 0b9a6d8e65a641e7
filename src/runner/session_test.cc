#include "runner/session.h"

#include <boost/json.hpp>

#include "base/crypto.h"
#include "base/json_struct.h"
#include "base/log.h"
#include "base/text.h"
#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

namespace {

namespace json = boost::json;

// The server's side of docs/formats/runner.md in memory; it can be away, lose jobs and refuse tokens.
class FakeServer final : public HttpClient {
 public:
  Result<OutboundResponse> send(const OutboundRequest& request) override {
    std::unique_lock lock(mutex_);
    changed_.notify_all();
    if (away_) return fail(Errc::unavailable, "connection refused");
    if (refuses_) ++refusals_;
    if (refuses_) return OutboundResponse{401, {}, "no such token"};
    const auto path = request.url.substr(request.url.find("/runner/") + 8);
    calls_.push_back(path.substr(0, path.find('?')));
    if (path == "heartbeat") return beat(request.body);
    if (lost_) return OutboundResponse{409, {}, "not yours"};
    if (path.find("/log?") != std::string::npos) return log(path, request.body);
    if (path.ends_with("/steps")) said_ += request.body + "\n";
    if (path.ends_with("/finish")) finish(path, request.body);
    if (path.find("/artifacts/") != std::string::npos)
      return OutboundResponse{200, {}, "{\"id\":1,\"sha256\":\"x\",\"size\":1}"};
    return OutboundResponse{204, {}, ""};
  }

  Result<int> stream(const OutboundRequest& request, const std::function<bool(std::string_view)>& on_data) override {
    if (request.url.find("/advisories/") != std::string::npos) {
      const std::lock_guard lock(mutex_);
      ++fetches_;
      on_data(advisories_);
      return 200;
    }
    const auto generation = open_stream();
    if (!generation) return fail(Errc::unavailable, "connection refused");
    const std::stop_callback on_stop(request.stop, [this] { changed_.notify_all(); });
    on_data("event: hello\ndata: {\"server_version\":\"1\",\"lease_ms\":90}\n\n");
    while (true) {
      std::string events;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] {
          return !events_.empty() || away_ || generation != generation_ || request.stop.stop_requested();
        });
        if (away_ || generation != generation_ || request.stop.stop_requested()) return 200;
        events = std::exchange(events_, "");
      }
      if (!on_data(events)) return 200;
    }
  }

  void give(std::string_view event, std::string_view data) {
    change([&] { events_ += fmt::format("event: {}\ndata: {}\n\n", event, data); });
  }
  void go_away() {
    change([&] { away_ = true; });
  }
  void come_back() {
    change([&] { away_ = false, ++generation_; });
  }
  void lose_everything() {
    change([&] { lost_ = true; });
  }
  void refuse() {
    change([&] { refuses_ = true; });
  }
  void cancel(JobKey key) {
    change([&] { canceled_.push_back(key); });
  }
  bool wait(const std::function<bool(FakeServer&)>& condition) {
    std::unique_lock lock(mutex_);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition(*this)) {
      if (changed_.wait_until(lock, end) == std::cv_status::timeout) return false;
    }
    return true;
  }

  std::map<std::int64_t, std::string> logs_;
  std::string log_, said_;  // of job 7; of all
  std::string advisories_;
  int fetches_ = 0;  // of them
  std::vector<std::string> finished_, calls_;
  int beats_ = 0, streams_ = 0, refusals_ = 0;
  std::vector<JobKey> last_beat_;
  std::mutex mutex_;

 private:
  template <class F>
  void change(F&& f) {
    const std::lock_guard lock(mutex_);
    f();
    changed_.notify_all();
  }
  std::optional<int> open_stream() {
    const std::lock_guard lock(mutex_);
    if (away_) return std::nullopt;
    ++streams_;
    changed_.notify_all();
    return generation_;
  }
  OutboundResponse beat(const std::string& body) {
    ++beats_;
    last_beat_.clear();
    json::array lost, canceled;
    const auto document = parse_json(body).value();  // NOLINT: our own text
    for (const auto& item : document.as_object().at("jobs").as_array()) {
      const JobKey key{item.at("job").as_int64(), item.at("fence").as_int64()};
      last_beat_.push_back(key);
      if (lost_) lost.push_back(item);
      if (std::find(canceled_.begin(), canceled_.end(), key) != canceled_.end())
        canceled.push_back(json::object{{"job", key.job}, {"fence", key.fence}, {"reason", "by chen"}});
    }
    return {200, {}, json::serialize(json::object{{"lost", lost}, {"canceled", canceled}})};
  }
  void finish(const std::string& path, const std::string& body) {
    const auto document = parse_json(body).value();  // NOLINT: our own text
    const auto& rest = document.at("rest");
    if (!rest.at("updates").as_array().empty()) said_ += json::serialize(rest) + "\n";
    auto& held = logs_[std::stoll(path.substr(path.find('/') + 1))];
    if (static_cast<std::size_t>(rest.at("log_offset").as_int64()) == held.size())
      held += std::string(rest.at("log").as_string());
    log_ = logs_[7];
    finished_.push_back(body);
  }
  OutboundResponse log(const std::string& path, const std::string& body) {
    const auto offset = std::stoull(path.substr(path.find("offset=") + 7));
    auto& held = logs_[std::stoll(path.substr(path.find('/') + 1))];
    if (offset > held.size()) return {409, {}, "a gap"};
    if (offset + body.size() > held.size()) held += body.substr(held.size() - offset);
    log_ = logs_[7];
    if (forget_answers_ > 0 && forget_answers_-- > 0) return {503, {}, ""};  // taken, but the answer was lost
    return {200, {}, fmt::format("{{\"size\":{}}}", held.size())};
  }

 public:
  int forget_answers_ = 0;

 private:
  std::condition_variable changed_;
  std::string events_;
  std::vector<JobKey> canceled_;
  bool away_ = false, lost_ = false, refuses_ = false;
  int generation_ = 0;
};

struct World {
  Bench bench;
  FakeServer server;
  std::stop_source stop;
  std::optional<Result<void>> ended;
  std::jthread thread;

  void start(std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    log::set_level(log::Level::error);
    const Config config{"http://server", "sr_token", "r1", "linux", bench.folders.root, SAMPAN_LAUNCH_PROGRAM, 2};
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
  world.start();
  // Begun and ended within the time that first news wait: a machine that is slow today may need another try.
  for (std::int64_t job = 1;; ++job) {
    world.server.give("job", world.order("echo short", job));
    REQUIRE(world.server.wait(
        [&](FakeServer& s) { return s.finished_.size() == static_cast<std::size_t>(job) && s.last_beat_.empty(); }));
    const std::lock_guard lock(world.server.mutex_);
    CHECK(world.server.logs_[job] == "\x1eone\nshort\n");
    std::vector<std::string> of_it;
    for (const auto& call : world.server.calls_)
      if (call.starts_with(fmt::format("jobs/{}/", job))) of_it.push_back(call);
    if (of_it == std::vector<std::string>{fmt::format("jobs/{}/finish", job)}) break;
    REQUIRE_MESSAGE(job < 100, join(of_it, " "));
  }
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
