// The local target with real podman and real HAProxy. Where they are missing the test says so and passes.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "deliver/local/listener.h"
#include "deliver/local/probe.h"
#include "deliver/local/testing.h"
#include "deliver/target_suite.h"

using namespace sampan;
using namespace sampan::deliver;
using deliver::testing::LocalYard;
using sampan::testing::must;
using sampan::testing::wait_until;

namespace {

ProbeAnswer get(const std::string& url, const std::string& path, std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
  Probe probe;
  probe.path = path;
  probe.timeout = timeout;
  return probe_address({"127.0.0.1", std::atoi(url.c_str() + url.rfind(':') + 1), probe}, SystemClock());
}

bool can_run() {
  const auto missing = LocalYard::missing();
  if (!missing.empty()) MESSAGE("not run: this needs " << missing);
  return missing.empty();
}

struct Instance {
  LocalYard& yard;
  InstanceSpec spec;
  Instance(LocalYard& yard_in, const std::string& name, std::vector<std::pair<std::string, std::string>> environment = {}) : yard(yard_in) {
    spec.name = name;
    spec.image = yard.image;
    spec.environment = std::move(environment);
    spec.environment.emplace_back("VERSION", name);
    must(yard.target->start(spec));
    Probe health;
    health.path = "/health";
    REQUIRE(wait_until([&] { return yard.target->probe(name, health, 8080).ok; }));
  }
};

}  // namespace

TEST_CASE("local target: does what every target does") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock);
  deliver::testing::TargetSuite({*yard.target, yard.image, [](const std::string& url, const std::string& path) { return get(url, path).status; },
                                 [&](const std::string& name) { ::kill(static_cast<pid_t>(must(yard.target->status(name)).pid), SIGKILL); }})
      .run();
}

TEST_CASE("local target: serves while Sampan is away, and is taken over as it is") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock);
  Instance one(yard, "one");
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  must(yard.target->admit("shop", "one"));
  const auto pid = must(yard.target->status("one")).pid;
  yard.target.reset();
  CHECK(get(url, "/version").body == R"({"version":"one"})");
  yard.open();
  yard.target->adopt("one", 8080);
  CHECK(must(yard.target->status("one")).pid == pid);
  CHECK(must(yard.target->admitted("shop")) == std::vector<std::string>{"one"});
  CHECK(get(url, "/version").status == 200);
  must(yard.target->drain("shop", "one"));
  CHECK(get(url, "/version").status == 503);
}

TEST_CASE("local target: a frozen instance can be killed, so that a machine or namespace that ends does not wait for it") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock);
  Instance one(yard, "one");
  must(yard.target->freeze("one"));
  const auto pid = static_cast<pid_t>(must(yard.target->status("one")).pid);
  REQUIRE(::kill(pid, SIGKILL) == 0);
  CHECK(wait_until([&] { return ::kill(pid, 0) != 0; }));
}

TEST_CASE("local target: a proxy that dies comes back with what it served") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock);
  Instance one(yard, "one"), two(yard, "two");
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  must(yard.target->admit("shop", "one"));
  must(yard.target->admit("shop", "two"));
  must(yard.target->drain("shop", "one"));
  const auto master = std::atoi(must(read_file(yard.config.folder + "/haproxy.pid")).c_str());
  const auto began = std::chrono::steady_clock::now();
  ::kill(master, SIGKILL);
  REQUIRE(wait_until([&] { return get(url, "/version").body == R"({"version":"two"})" && std::atoi(must(read_file(yard.config.folder + "/haproxy.pid")).c_str()) != master; }));
  MESSAGE("served again after " << std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count() << " ms");
  for (int i = 0; i < 5; ++i) CHECK(get(url, "/version").body == R"({"version":"two"})");
  must(yard.target->admit("shop", "one"));
  must(yard.target->drain("shop", "two"));
  CHECK(get(url, "/version").body == R"({"version":"one"})");
}

TEST_CASE("local target: a request that is open when its instance is drained is answered") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock);
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

TEST_CASE("local target: failures are counted and kept with their path; a GET whose instance vanishes is tried elsewhere") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock);
  Instance one(yard, "one"), two(yard, "two");
  const auto url = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  must(yard.target->admit("shop", "one"));
  const auto began = clock.now();
  CHECK(get(url, "/fail").status == 500);
  CHECK(must(yard.target->traffic("shop")).failed == 1);
  REQUIRE(wait_until([&] { return !yard.target->failures_since("shop", began - std::chrono::seconds(1), 10).empty(); }));
  const auto failure = yard.target->failures_since("shop", began - std::chrono::seconds(1), 10).front();
  CHECK(failure.path == "/fail");
  CHECK(failure.instance == "one");
  must(yard.target->admit("shop", "two"));
  ::kill(static_cast<pid_t>(must(yard.target->status("one")).pid), SIGKILL);
  for (int i = 0; i < 10; ++i) CHECK(get(url, "/version").status == 200);
}

TEST_CASE("local target: secrets reach the instance, and stand on no command line") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock);
  Instance one(yard, "one", {{"SECRET", "p4ss word=\"x\""}});
  CHECK(yard.target->probe("one", [] { Probe p; p.path = "/env?SECRET"; return p; }(), 8080).body == "p4ss word=\"x\"");
  const auto commands = must(run_ok({.argv = {"sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"}}));
  CHECK(commands.find("p4ss word=") == std::string::npos);
}

TEST_CASE("local target: a port that is taken is named with who has it") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock);
  const Fd other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  REQUIRE(::bind(other.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(other.get(), 1) == 0);
  socklen_t size = sizeof address;
  ::getsockname(other.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const int port = ntohs(address.sin_port);
  const auto refused = yard.target->ensure_service({"shop", port, {}, {}});
  REQUIRE(!refused.has_value());
  CHECK(refused.error().message.find(fmt::format("port {} for shop is taken by deliver_test (process {})", port, ::getpid())) != std::string::npos);
  must(yard.target->ensure_service({"shop", 0, {}, {}}));
  const auto chosen = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  CHECK(!yard.target->ensure_service({"other", std::atoi(chosen.c_str() + chosen.rfind(':') + 1), {}, {}}).has_value());
}
