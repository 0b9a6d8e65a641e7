// The local target with real podman, real docker and real HAProxy. Where one is missing the test says so and passes.
#include <netinet/in.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/text.h"
#include "deliver/local/instance_testing.h"
#include "deliver/local/listener.h"
#include "deliver/target_suite.h"

using namespace sampan;
using namespace sampan::deliver;
using namespace sampan::deliver::testing;
using sampan::testing::must;
using sampan::testing::wait_until;

namespace {

// A variable of our own environment, which the engines inherit, changed while this lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const auto* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("local target: does what every target does") {
  on_each_engine([](LocalYard& yard) {
    deliver::testing::TargetSuite(
        {*yard.target, yard.image,
         [](const std::string& url, const std::string& path) { return get(url, path).status; },
         [&](const std::string& name) { ::kill(static_cast<pid_t>(must(yard.target->status(name)).pid), SIGKILL); }})
        .run();
  });
}

TEST_CASE("local target: serves while Sampan is away, and is taken over as it is") {
  on_each_engine([](LocalYard& yard) {
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
  });
}

TEST_CASE(
    "local target: a frozen instance can be killed, so that a machine or namespace that ends does not wait for it") {
  on_each_engine([](LocalYard& yard) {
    Instance one(yard, "one");
    must(yard.target->freeze("one"));
    const auto pid = static_cast<pid_t>(must(yard.target->status("one")).pid);
    REQUIRE(::kill(pid, SIGKILL) == 0);
    CHECK(wait_until([&] { return ::kill(pid, 0) != 0; }));
  });
}

TEST_CASE("local target: an instance whose helper was killed is seen when it ends, and nothing of it stays") {
  if (!is_here("podman")) return;
  SystemClock clock;
  LocalYard yard(clock, "podman");
  Instance one(yard, "one"), two(yard, "two");
  for (const std::string name : {"one", "two"}) {
    const auto facts = split(trim(yard.ask_engine({"inspect", "--format", "{{.State.ConmonPid}} {{.Id}}", name})), ' ');
    REQUIRE(::kill(std::atoi(facts[0].c_str()), SIGKILL) == 0);
    CHECK(must(yard.target->status(name)).state == InstanceState::running);
    if (name == "one") {
      ::kill(static_cast<pid_t>(must(yard.target->status(name)).pid), SIGKILL);
      CHECK(wait_until([&] { return must(yard.target->status(name)).state == InstanceState::exited; }));
    } else {
      must(yard.target->stop(name, std::chrono::seconds(1)));
    }
    must(yard.target->remove(name));
    CHECK(must(yard.target->status(name)).state == InstanceState::absent);
    CHECK(!exists("/run/runc/" + facts[1]));
    for (const auto* hierarchy : {"memory/", "unified/", ""})
      CHECK(!exists(fmt::format("/sys/fs/cgroup/{}libpod_parent/libpod-{}", hierarchy, facts[1])));
  }
}

TEST_CASE("local target: the cgroup of an instance that is removed goes although a process in it ends late") {
  if (!is_here("podman")) return;
  SystemClock clock;
  LocalYard yard(clock, "podman");
  Instance one(yard, "one");
  const std::string id(trim(yard.ask_engine({"inspect", "--format", "{{.Id}}", "one"})));
  const auto hierarchy = std::string(exists("/sys/fs/cgroup/memory") ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup");
  const auto cgroup = fmt::format("{}/libpod_parent/libpod-{}", hierarchy, id);
  auto late = must(Child::spawn({.argv = {"/bin/sleep", "1.5"}}, {}));  // nobody of the container: it is not killed
  std::ofstream(cgroup + "/cgroup.procs") << late.pid() << std::flush;
  REQUIRE(read_file(cgroup + "/cgroup.procs").value_or("").find(std::to_string(late.pid())) != std::string::npos);
  must(yard.target->remove("one"));
  CHECK(!exists(cgroup));
  late.wait();
}

TEST_CASE(
    "local target: an engine that is killed while it starts an instance starts it all the same, and leaves nothing") {
  if (!is_here("podman")) return;
  SystemClock clock;
  LocalYard yard(clock, "podman");
  const auto at_work = [&] {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const auto words = read_file(entry.path().string() + "/cmdline").value_or("");
      if (words.starts_with(std::string("podman\0run", 10)) &&
          read_file(entry.path().string() + "/environ").value_or("").find(yard.config.folder) != std::string::npos)
        return std::atoi(entry.path().filename().c_str());
    }
    return 0;
  };
  Instance first(yard, "first");  // makes the bridge
  const auto ports = [&] {
    const auto bridge = yard.ask_engine({"network", "inspect", "--format", "{{.NetworkInterface}}", "sampan"});
    return std::distance(std::filesystem::directory_iterator("/sys/class/net/" + bridge + "/brif"), {});
  };
  for (int late = 0; late < 6; ++late) {
    std::thread killer([&] {
      int pid = 0;
      wait_until([&] { return (pid = at_work()) != 0; });
      ::usleep(static_cast<useconds_t>(late) * 40'000);  // each time at a later point of its work
      if (pid) ::kill(pid, SIGKILL);
    });
    const Instance one(yard, fmt::format("i{}", late));
    killer.join();
    must(yard.target->remove(one.spec.name));
  }
  CHECK(ports() == 1);
  CHECK(must(yard.target->list()) == std::vector<std::string>{"first"});
}

TEST_CASE("local target: secrets reach the instance, and stand on no command line") {
  on_each_engine([](LocalYard& yard) {
    Instance one(yard, "one", {{"SECRET", "p4ss word=\"x\""}});
    CHECK(yard.target
              ->probe(
                  "one",
                  [] {
                    Probe p;
                    p.path = "/env?SECRET";
                    return p;
                  }(),
                  8080)
              .body == "p4ss word=\"x\"");
    const auto commands = must(run_ok({.argv = {"sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"}}));
    CHECK(commands.find("p4ss word=") == std::string::npos);
  });
}

TEST_CASE("local target: what an application sets for itself does not steer the engine, which is root") {
  on_each_engine([](LocalYard& yard) {
    const std::string nowhere = yard.config.folder + "/nowhere";
    Instance one(yard, "one",
                 {{"LD_PRELOAD", nowhere},
                  {"CONTAINERS_CONF", nowhere},
                  {"DOCKER_HOST", "unix://" + nowhere},
                  {"PATH", nowhere},
                  {"NOTE", "two\nlines"}});
    const auto seen = [&](const std::string& key) {
      Probe probe;
      probe.path = "/env?" + key;
      return yard.target->probe("one", probe, 8080).body;
    };
    CHECK(seen("LD_PRELOAD") == nowhere);
    CHECK(seen("CONTAINERS_CONF") == nowhere);
    CHECK(seen("DOCKER_HOST") == "unix://" + nowhere);
    CHECK(seen("PATH") == nowhere);
    CHECK(seen("NOTE") == "two\nlines");
    InstanceSpec odd;
    odd.name = "odd";
    odd.image = yard.image;
    odd.environment = {{"LD_AUDIT", "a\nb"}};
    const auto refused = yard.target->start(odd);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().message.find("'LD_AUDIT'") != std::string::npos);
  });
}

TEST_CASE("local target: on a machine's one docker, two Sampans do not meet") {
  if (!is_here("docker")) return;
  SystemClock clock;
  LocalYard ours(clock, "docker"), theirs(clock, "docker");
  Instance mine(ours, "shop-1"), other(theirs, "shop-1");
  CHECK(must(ours.target->list()) == std::vector<std::string>{"shop-1"});
  must(ours.target->remove("shop-1"));
  CHECK(must(ours.target->list()).empty());
  CHECK(must(theirs.target->status("shop-1")).state == InstanceState::running);
}

TEST_CASE("local target: how an instance is that runs is known without its engine") {
  if (!is_here("podman")) return;
  SystemClock clock;
  LocalYard yard(clock, "podman");
  Instance one(yard, "one");
  const Variable nowhere("PATH", yard.config.folder);
  CHECK(must(yard.target->status("one")).state == InstanceState::running);
  CHECK(!yard.target->status("two").has_value());
}

TEST_CASE("local target: a container that has lost its network is removed, and keeps nobody from knowing the others") {
  if (!is_here("podman")) return;
  SystemClock clock;
  LocalYard yard(clock, "podman");
  Instance one(yard, "one"), two(yard, "two");
  const auto pid = must(yard.target->status("one")).pid;
  struct stat wanted {};
  REQUIRE(::stat(fmt::format("/proc/{}/ns/net", pid).c_str(), &wanted) == 0);
  std::string place;
  for (const auto& entry : std::filesystem::directory_iterator("/run/netns")) {
    struct stat found {};
    if (::stat(entry.path().c_str(), &found) == 0 && found.st_ino == wanted.st_ino) place = entry.path();
  }
  REQUIRE(!place.empty());
  REQUIRE(::umount2(place.c_str(), MNT_DETACH) == 0);
  REQUIRE(::unlink(place.c_str()) == 0);
  CHECK(must(yard.target->list()) == std::vector<std::string>{"two"});
  CHECK(must(yard.target->status("one")).state == InstanceState::absent);
  CHECK(must(yard.target->status("two")).state == InstanceState::running);
}

TEST_CASE("local target: an engine that does not answer makes no instance absent") {
  if (!is_here("docker")) return;
  SystemClock clock;
  LocalYard yard(clock, "docker");
  Instance one(yard, "one");
  const auto unknown = [&] {
    const Variable elsewhere("DOCKER_HOST", "unix://" + yard.config.folder + "/nobody.sock");
    return make_local_target(yard.config, clock)->status("one");  // one that has not seen it run
  }();
  REQUIRE(!unknown.has_value());
  CHECK(unknown.error().code == Errc::unavailable);
  {
    const Variable elsewhere("DOCKER_HOST", "unix://" + yard.config.folder + "/nobody.sock");
    yard.target = make_local_target(yard.config, clock);
    CHECK(!yard.target->check().has_value());
  }
  CHECK(must(yard.target->status("one")).state == InstanceState::running);
}

TEST_CASE(
    "local target: where there is only docker it is taken; where there is nothing, the sentence says what to install") {
  if (!is_here("docker")) return;
  const auto folder = must(TempDir::create("/tmp", "sp"));
  const auto program = [](const char* name) {
    return std::string(trim(must(run_ok({.argv = {"sh", "-c", std::string("command -v ") + name}}))));
  };
  const auto docker = program("docker"), haproxy = program("haproxy");
  SystemClock clock;
  LocalConfig config;
  config.folder = folder.path() + "/d";
  const Variable path("PATH", folder.path());
  REQUIRE(::symlink(haproxy.c_str(), (folder.path() + "/haproxy").c_str()) == 0);
  const auto missing = make_local_target(config, clock)->check();
  REQUIRE(!missing.has_value());
  CHECK(missing.error().code == Errc::unavailable);
  CHECK(missing.error().message.find("apt-get install podman") != std::string::npos);
  CHECK(missing.error().message.find("apt-get install docker.io") != std::string::npos);
  REQUIRE(::symlink(docker.c_str(), (folder.path() + "/docker").c_str()) == 0);
  must(make_local_target(config, clock)->check());
  CHECK(must(read_file(config.folder + "/engine")) == "docker\n");
  must(remove_local_target(config));
}

TEST_CASE("local target: it stays with the engine its containers run in; told to take another, it ends those") {
  if (!is_here("podman") || !is_here("docker")) return;
  SystemClock clock;
  LocalYard yard(clock, "docker");
  Instance one(yard, "one");
  const auto pid = static_cast<pid_t>(must(yard.target->status("one")).pid);
  yard.config.engine = "auto";  // where podman is preferred
  yard.open();
  CHECK(must(yard.target->list()) == std::vector<std::string>{"one"});
  yard.config.engine = "podman";
  yard.open();
  CHECK(must(yard.target->list()).empty());
  CHECK(wait_until([&] { return ::kill(pid, 0) != 0; }));
  yard.config.engine = "docker";
  yard.open();  // and back, for what it cleans up
  auto unknown = yard.config;
  unknown.engine = "containerd";
  const auto refused = make_local_target(unknown, clock)->check();
  REQUIRE(!refused.has_value());
  CHECK(refused.error().message.find("podman or docker") != std::string::npos);
}

TEST_CASE("local target: of a pull that is killed nothing stays, nor of one whose Sampan was killed too") {
  if (!is_here("podman")) return;
  SystemClock clock;
  LocalYard yard(clock);
  const auto programs = must(TempDir::create("/tmp", "sp"));
  const auto real = std::string(trim(must(run_ok({.argv = {"sh", "-c", "command -v podman"}}))));
  must(write_file_durably(programs.path() + "/podman",
                          "#!/bin/sh\n[ \"$1\" = pull ] || exec " + real +
                              " \"$@\"\nmkdir \"$TMPDIR/storage1\"; echo \"$TMPDIR\" >" + programs.path() +
                              "/place; kill -9 $$\n",
                          0755));
  const Variable path("PATH", programs.path() + ":" + std::getenv("PATH"));
  CHECK(!yard.target->pull("localhost/none@sha256:" + std::string(64, '0')).has_value());
  const auto pulls = yard.config.folder + "/pulls", networks = yard.config.folder + "/networks";
  CHECK(must(read_file(programs.path() + "/place")).starts_with(pulls + "/"));
  CHECK(std::filesystem::is_empty(pulls));
  must(make_directories(pulls + "/pull-1/storage1"));
  must(write_file_durably(networks + "/sampan.json.unnamed-abcdef", "{"));
  yard.open();
  CHECK(!exists(pulls + "/pull-1"));
  CHECK(!exists(networks + "/sampan.json.unnamed-abcdef"));
}

TEST_CASE("local target: a port that is taken is named with who has it") {
  if (!can_run()) return;
  SystemClock clock;
  LocalYard yard(clock, first_engine());
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
  CHECK(refused.error().message.find(fmt::format("port {} for shop is taken by deliver_test (process {})", port,
                                                 ::getpid())) != std::string::npos);
  must(yard.target->ensure_service({"shop", 0, {}, {}}));
  const auto chosen = must(yard.target->ensure_service({"shop", 0, {}, {}}));
  CHECK(!yard.target->ensure_service({"other", std::atoi(chosen.c_str() + chosen.rfind(':') + 1), {}, {}}).has_value());
}
