#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/testing.h"
#include "runner/workspace.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

TEST_CASE("sandbox: a step is an unprivileged user in a system it cannot change") {
  Bench bench;
  const auto verdict = bench.run(bench.order({script(R"~(
    echo "user $(id -u) home $HOME in $PWD as $(whoami)"
    grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status
    for f in /usr/x /x /etc/x /proc/sys/kernel/hostname; do touch $f 2>/dev/null && echo "wrote $f" || true; done
    test -e /etc/shadow && echo "shadow is there" || true
    test -e /root && echo "root's home is there" || true
    ls /proc | grep -c '^[0-9]' | sed 's/^/processes /'
    echo tmp > /tmp/x; echo ws > /workspace/x; echo home > ~/x; hostname
  )~")}));
  CHECK(verdict.state == "succeeded");
  const auto text = bench.sink->text();
  CAPTURE(text);
  CHECK(bench.sink->has("user 1000 home /home/build in /workspace as build"));
  CHECK(bench.sink->has("CapEff:\t0000000000000000"));
  CHECK(bench.sink->has("CapBnd:\t0000000000000000"));
  CHECK(bench.sink->has("NoNewPrivs:\t1"));
  CHECK(!bench.sink->has("wrote /"));
  CHECK(!bench.sink->has("is there"));
  CHECK(bench.sink->has("build\n"));
}

TEST_CASE("sandbox: what a step writes belongs to the build user of the machine, never to root") {
  Bench bench;
  auto order = bench.order({script("echo x > x; echo y > ~/.cache-me/y")});
  order.caches = {{"key", "~/.cache-me", 1}};
  CHECK(bench.run(order).state == "succeeded");
  const auto cache = must(Caches(bench.folders.caches()).hold(order.caches[0], bench.folders.jobs() + "/spare"));
  struct stat file {};
  REQUIRE(::stat((cache.folder() + "/y").c_str(), &file) == 0);
  CHECK(file.st_uid == (::geteuid() == 0 ? kBuildUser : ::geteuid()));
}

TEST_CASE("sandbox: a step sees the machine's advisories as they are when it begins, and none when there are none") {
  Bench bench;
  const auto file = bench.folders.root + "/of-the-server";
  bench.folders.advisories_here = file;
  auto order = bench.order({script("cat $SAMPAN_ADVISORIES || echo none")});
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("none\n"));
  must(write_file_durably(file, "imported"));
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("imported"));
  order.steps = {{"one", "One", {script("echo x >> $SAMPAN_ADVISORIES")}}};
  CHECK(bench.run(order).state == "failed");
  CHECK(must(read_file(file)) == "imported");
}

TEST_CASE("sandbox: a file of the machine that is replaced all the time keeps no step from starting") {
  Bench bench;
  bench.folders.advisories_here = bench.folders.root + "/of-the-server";
  must(write_file_durably(bench.folders.advisories_here, "imported"));
  const std::jthread importer([&](const std::stop_token& stop) {
    const auto next = bench.folders.root + "/next";
    while (!stop.stop_requested()) {
      std::ofstream(next) << "imported";
      std::filesystem::rename(next, bench.folders.advisories_here);
    }
  });
  const auto verdict = bench.run(bench.order(std::vector<Action>(40, script("cat $SAMPAN_ADVISORIES > /dev/null"))));
  CAPTURE(bench.sink->text());
  CHECK(verdict.state == "succeeded");
}

TEST_CASE("sandbox: without network there is a loopback and nothing else") {
  Bench bench;
  CHECK(bench
            .run(bench.order(
                {script("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | paste -sd, | sed 's/^/devices /'")}))
            .state == "succeeded");
  CHECK(bench.sink->has("devices lo\n"));
}

TEST_CASE("sandbox: a secret is in no command line and not in the log") {
  Bench bench;
  auto order =
      bench.order({script("tr '\\0' ' ' < /proc/1/cmdline > /tmp/c; grep -c \"$PASSWORD\" /tmp/c || true; echo \"it is "
                          "$PASSWORD\"; echo -n \"$PASSWORD\" | base64")});
  order.secrets = {{"PASSWORD", "tr0ub4dor&3-and-more"}};
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->text() == "\x1eone\n0\nit is ***\n***\n");
}

TEST_CASE("sandbox: what a step leaves running dies with it, also after setsid and two forks") {
  Bench bench;
  const auto marker = fmt::format("88{}", ::getpid());
  CHECK(bench
            .run(bench.order({script(fmt::format("(trap '' TERM HUP; setsid sh -c 'trap \"\" TERM; sleep {0} & sleep "
                                                 "{0}' &) ; setsid -f sleep {0}; echo left",
                                                 marker))}))
            .state == "succeeded");
  CHECK(bench.sink->has("left"));
  CHECK(!process_runs("sleep\0" + marker));
  CHECK(!process_runs(marker));
}

TEST_CASE("sandbox: steps die with the runner") {
  Bench bench;
  const auto marker = fmt::format("99{}", ::getpid());
  const auto order = bench.order({});
  Room room;
  room.workspace = bench.folders.root + "/w", room.home = bench.folders.root + "/h",
  room.flow = bench.folders.root + "/f";
  room.temporary = bench.folders.root + "/t", room.etc = bench.folders.root + "/e";
  must(prepare(room));
  std::string line = SAMPAN_LAUNCH_PROGRAM;
  for (const auto& word : must(sandbox_options(room, ""))) line += " '" + word + "'";
  auto [read_end, write_end] = must(make_pipe());
  const Fd output(read_end), input(write_end);
  auto parent = must(Child::spawn({.argv = {"sh", "-c", line + " -- sh -c 'echo up; sleep " + marker + "' & wait"}},
                                  {-1, input.get(), -1}));
  char up[3];
  REQUIRE(::read(output.get(), up, sizeof up) == 3);
  ::kill(parent.pid(), SIGKILL);  // the parent alone
  parent.wait();
  for (int i = 0; i < 500 && process_runs(marker); ++i) ::poll(nullptr, 0, 10);
  CHECK(!process_runs(marker));
}

TEST_CASE("sandbox: a link that an earlier step left in the place of a cache is not followed") {
  Bench bench;
  auto order = bench.order({script("mkdir -p ~/.gradle2 && rmdir ~/.gradle2/* 2>/dev/null; true")});
  order.caches = {{"key", "~/.deep/er", 1}};
  order.steps = {
      {"one", "One", {script("mv ~/.deep ~/.moved 2>/dev/null; rm -rf ~/.deep; ln -s /etc ~/.deep; ls -ld ~/.deep")}},
      {"two", "Two", {script("echo reached")}}};
  const auto verdict = bench.run(order);
  CAPTURE(bench.sink->text());
  CHECK(!exists("/etc/er"));
}

TEST_CASE("sandbox: the machine's registry settings are in the home, also where a cache lies over their place") {
  Bench bench;
  const auto ours = bench.folders.root + "/ours", before = std::string(std::getenv("HOME"));
  must(make_directories(ours + "/.m2"));
  must(write_file_durably(ours + "/.m2/settings.xml", "<settings/>"));
  must(write_file_durably(ours + "/.npmrc", "registry=x"));
  ::setenv("HOME", ours.c_str(), 1);
  auto order = bench.order(
      {script("cat ~/.m2/settings.xml ~/.npmrc; rm -f ~/.m2/settings.xml; ln -s /etc/passwd ~/.m2/settings.xml")});
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("<settings/>registry=x"));
  order.caches = {{"key", "~/.m2", 1}};
  for (int i = 0; i < 2; ++i) {  // the second time a link lies in its place
    CHECK(bench.run(order).state == "succeeded");
    CHECK(bench.sink->has("<settings/>registry=x"));
  }
  ::setenv("HOME", before.c_str(), 1);
}

TEST_CASE("sandbox: cache folders of the system, of the workspace and outside are refused with the reason") {
  for (const auto& wrong :
       {"~", "~/", "/", "~/../x", "/usr/lib", "/workspace/x", "relative", "/etc", "/home/build", "/a/../etc"}) {
    CAPTURE(wrong);
    const auto place = place_of_cache(wrong);
    REQUIRE(!place.has_value());
    CHECK(place.error().message.find(wrong) != std::string::npos);
  }
  CHECK(must(place_of_cache("~/.m2")) == "/home/build/.m2");
  CHECK(must(place_of_cache("~/.gradle/caches/")) == "/home/build/.gradle/caches");
  CHECK(must(place_of_cache("/go/pkg/mod")) == "/go/pkg/mod");
}
