// The local target's real HAProxy before real containers, and what it does when it is killed. Where something is
// missing the test says so and passes.
#include <signal.h>

#include "deliver/local/instance_testing.h"

using namespace sampan;
using namespace sampan::deliver;
using namespace sampan::deliver::testing;
using sampan::testing::must;
using sampan::testing::wait_until;

TEST_CASE("local target: a proxy that dies comes back with what it served") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock, first_engine());
  Instance one(yard, "one"), two(yard, "two");
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  must(yard.target->admit("shop", "one"));
  must(yard.target->admit("shop", "two"));
  must(yard.target->drain("shop", "one"));
  const auto master = std::atoi(must(read_file(yard.config.folder + "/haproxy.pid")).c_str());
  const auto began = std::chrono::steady_clock::now();
  ::kill(master, SIGKILL);
  REQUIRE(wait_until([&] {
    return get(url, "/version").body == R"({"version":"two"})" &&
           std::atoi(must(read_file(yard.config.folder + "/haproxy.pid")).c_str()) != master;
  }));
  MESSAGE("served again after "
          << std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count()
          << " ms");
  for (int i = 0; i < 5; ++i) CHECK(get(url, "/version").body == R"({"version":"two"})");
  must(yard.target->admit("shop", "one"));
  must(yard.target->drain("shop", "two"));
  CHECK(get(url, "/version").body == R"({"version":"one"})");
}

TEST_CASE("local target: what is asked of a proxy that has just died is done by starting it again") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock, first_engine());
  Instance one(yard, "one"), two(yard, "two");
  const auto die = [&] {
    const auto master = std::atoi(must(read_file(yard.config.folder + "/haproxy.pid")).c_str());
    ::kill(master, SIGKILL);
    return master;
  };
  die();
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  die();
  must(yard.target->admit("shop", "one"));
  must(yard.target->admit("shop", "two"));
  die();
  must(yard.target->drain("shop", "one"));
  CHECK(wait_until([&] { return get(url, "/version").body == R"({"version":"two"})"; }));
  die();
  must(yard.target->admit("shop", "one"));
  die();
  must(yard.target->expel("shop", "two"));
  CHECK(wait_until([&] { return get(url, "/version").body == R"({"version":"one"})"; }));
  die();
  CHECK(must(yard.target->traffic("shop")).open_by_instance.size() == 1);
  CHECK(must(yard.target->admitted("shop")) == std::vector<std::string>{"one"});
}

TEST_CASE("local target: a start that was interrupted after its container ran is taken up, and so is the file's word") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock, first_engine());
  Instance one(yard, "one"), two(yard, "two");
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  must(yard.target->admit("shop", "one"));
  const auto file = yard.config.folder + "/haproxy.cfg";
  const auto before = must(read_file(file));
  must(yard.target->admit("shop", "two"));
  must(yard.target->drain("shop", "one"));
  const auto after = must(read_file(file));
  yard.target.reset();
  must(write_file_durably(file, before));  // as if we had stopped before the proxy was told: "one" serves, alone
  yard.open();
  must(yard.target->start(one.spec));  // nothing told the port of what runs
  must(yard.target->start(two.spec));
  for (int i = 0; i < 5; ++i) CHECK(get(url, "/version").body == R"({"version":"one"})");
  must(yard.target->admit("shop", "two"));
  must(yard.target->drain("shop", "one"));
  CHECK(wait_until([&] { return get(url, "/version").body == R"({"version":"two"})"; }));
  CHECK(must(read_file(file)) == after);
}

TEST_CASE(
    "local target: a proxy that runs by an earlier version's configuration takes today's when the server starts") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock, first_engine());
  Instance one(yard, "one");
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  must(yard.target->admit("shop", "one"));
  yard.target.reset();
  // The earlier version did not hear of requests that went well.
  const auto file = yard.config.folder + "/haproxy.cfg";
  const auto today = must(read_file(file));
  auto lines = split(today, '\n');
  REQUIRE(std::erase_if(lines, [](const std::string& line) { return line.ends_with(" local0 info"); }) == 1);
  must(write_file_durably(file, join(lines, "\n")));
  const auto master = std::atoi(must(read_file(yard.config.folder + "/haproxy.pid")).c_str());
  const auto workers = [&] { return read_file(fmt::format("/proc/{0}/task/{0}/children", master)).value_or(""); };
  const auto before = workers();
  ::kill(master, SIGUSR2);
  REQUIRE(wait_until([&] { return !workers().empty() && workers().find(trim(before)) == std::string::npos; }));

  yard.open();
  CHECK(must(read_file(file)) == today);
  CHECK(get(url, "/version").body == R"({"version":"one"})");
  CHECK(wait_until([&] { return must(yard.target->traffic("shop")).p95_ms.has_value(); }));  // heard of since
  CHECK(std::atoi(must(read_file(yard.config.folder + "/haproxy.pid")).c_str()) == master);  // no socket was closed
}

TEST_CASE("local target: a request that is open when its instance is drained is answered") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock, first_engine());
  Instance one(yard, "one"), two(yard, "two");
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  must(yard.target->admit("shop", "one"));
  ProbeAnswer slow;
  std::thread customer([&] { slow = get(url, "/slow?800"); });
  REQUIRE(wait_until([&] { return must(yard.target->traffic("shop")).open_by_instance["one"] == 1; }));
  must(yard.target->admit("shop", "two"));
  must(yard.target->drain("shop", "one"));
  CHECK(get(url, "/version").body == R"({"version":"two"})");
  CHECK(must(yard.target->traffic("shop")).open_by_instance["one"] == 1);
  customer.join();
  CHECK(slow.status == 200);
  CHECK(wait_until([&] { return must(yard.target->traffic("shop")).open_by_instance["one"] == 0; }));
}

TEST_CASE("local target: how soon requests are answered is known, and of which service") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock, first_engine());
  Instance one(yard, "one");
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  must(yard.target->ensure_service({"calm", 0, {}, {}}));
  must(yard.target->admit("shop", "one"));
  CHECK(!must(yard.target->traffic("shop")).p95_ms);
  CHECK(get(url, "/slow?300").status == 200);
  CHECK(wait_until([&] { return must(yard.target->traffic("shop")).p95_ms.value_or(0) >= 300; }));
  CHECK(must(yard.target->traffic("shop")).p95_ms.value_or(0) < 600);
  CHECK(!must(yard.target->traffic("calm")).p95_ms);
}

TEST_CASE(
    "local target: failures are counted and kept with their path; a GET whose instance vanishes is tried elsewhere") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock, first_engine());
  Instance one(yard, "one"), two(yard, "two");
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  must(yard.target->admit("shop", "one"));
  const auto began = clock.now();
  CHECK(get(url, "/fail").status == 500);
  CHECK(wait_until([&] { return must(yard.target->traffic("shop")).failed == 1; }));  // counted after it was sent
  REQUIRE(
      wait_until([&] { return !yard.target->failures_since("shop", began - std::chrono::seconds(1), 10).empty(); }));
  const auto failure = yard.target->failures_since("shop", began - std::chrono::seconds(1), 10).front();
  CHECK(failure.path == "/fail");
  CHECK(failure.instance == "one");
  must(yard.target->admit("shop", "two"));
  ::kill(static_cast<pid_t>(must(yard.target->status("one")).pid), SIGKILL);
  for (int i = 0; i < 10; ++i) CHECK(get(url, "/version").status == 200);
}
