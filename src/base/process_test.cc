#include "base/process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/files.h"
#include "base/testing.h"

using namespace sampan;
using namespace std::chrono_literals;
using sampan::testing::must;
using sampan::testing::wait_until;

namespace {
Command sh(std::string script) {
  Command command;
  command.argv = {"sh", "-c", std::move(script)};
  return command;
}

// Gone, or a zombie that nobody reaps here.
bool has_ended(pid_t pid) {
  const auto stat = read_file(fmt::format("/proc/{}/stat", pid));
  return !stat || stat->find(") Z") != std::string::npos;
}
}  // namespace

TEST_CASE("process: input goes in, both streams and the status come out") {
  RunOptions options;
  options.input = std::string(1 << 20, 'x');  // more than a pipe holds: must be fed while reading
  const auto output = must(run(sh("cat; echo oops >&2; exit 3"), options));
  CHECK(output.out == options.input);
  CHECK(output.err == "oops\n");
  CHECK(output.exit.code == 3);
  CHECK_FALSE(output.exit.ok());
}

TEST_CASE("process: a failure's sentence ends with the last line of stderr") {
  CHECK(must(run_ok(sh("echo fine"))) == "fine\n");
  CHECK(run_ok(sh("echo a >&2; echo 'fatal: b' >&2; exit 128")).error().message ==
        "'sh' failed with status 128: fatal: b");
  CHECK(run_ok(sh("kill -9 $$")).error().message == "'sh' was killed by signal 9");
}

TEST_CASE("process: a child that does not read its input is no harm") {
  RunOptions options;
  options.input = std::string(1 << 20, 'x');
  CHECK(must(run(sh("exec 0<&-; exit 0"), options)).exit.ok());
}

TEST_CASE("process: over the deadline the whole group is killed") {
  const auto folder = must(TempDir::create());
  const std::string pid_file = folder.path() + "/pid";
  RunOptions options;
  options.timeout = 300ms;
  const auto before = std::chrono::steady_clock::now();
  const auto result = run(sh("sleep 60 & echo $! > " + pid_file + "; wait"), options);
  CHECK(result.error().code == Errc::unavailable);
  CHECK(std::chrono::steady_clock::now() - before < 10s);
  CHECK(wait_until([&] { return has_ended(std::stoi(must(read_file(pid_file)))); }));
}

TEST_CASE("process: a grandchild that keeps the pipe open is not waited for but ended") {
  const auto before = std::chrono::steady_clock::now();
  const auto output = must(run(sh("sleep 60 & echo $!")));
  CHECK(wait_until([&] { return has_ended(std::stoi(output.out)); }));
  CHECK(std::chrono::steady_clock::now() - before < 10s);
}

TEST_CASE("process: too much output ends the child") {
  RunOptions options;
  options.max_output = 1000;
  CHECK(run(sh("yes"), options).error().code == Errc::too_large);
}

TEST_CASE("process: a program that is not there and a folder that is not there are errors, not exits") {
  Command command;
  command.argv = {"no-such-program-anywhere"};
  CHECK(run(command).error().message.find("no-such-program-anywhere") != std::string::npos);
  auto elsewhere = sh("true");
  elsewhere.directory = "/no/such/folder";
  CHECK(run(elsewhere).error().message.find("/no/such/folder") != std::string::npos);
  CHECK_FALSE(run(Command{}).has_value());
  command.argv = {"echo", std::string("a\0b", 3)};
  CHECK(run(command).error().code == Errc::invalid);
}

TEST_CASE("process: a child that is killed is run again as often as that was asked, one that fails is not") {
  const auto folder = must(TempDir::create());
  const auto script = [&](const std::string& end) {
    return Command{.argv = {"sh", "-c", "echo x >> " + folder.path() + "/runs; " + end}};
  };
  const auto runs = [&] { return must(read_file(folder.path() + "/runs")).size() / 2; };
  CHECK(must(run(script("[ $(wc -l < " + folder.path() + "/runs) = 3 ] || kill -9 $$"), {.tries = 3})).exit.ok());
  CHECK(runs() == 3);
  CHECK(must(run(script("kill -9 $$"), {.tries = 2})).exit.signal == 9);
  CHECK(runs() == 5);
  CHECK(must(run(script("exit 3"), {.tries = 2})).exit.code == 3);
  CHECK(must(run(script("kill -9 $$"))).exit.signal == 9);
  CHECK(runs() == 7);
}

TEST_CASE("process: environment and folder are the child's own") {
  auto command = sh("echo $GREETING ${SECRET-unset} $PWD");
  command.env = {{"GREETING", "hi there"}};
  command.directory = "/";
  ::setenv("SECRET", "inherited", 1);
  CHECK(must(run_ok(command)) == "hi there inherited /\n");
  command.clear_env = true;
  CHECK(must(run_ok(command)) == "hi there unset /\n");
  ::unsetenv("SECRET");
}

TEST_CASE("process: no descriptor of ours is inherited, even one that is not close-on-exec") {
  const Fd leaky(::open("/dev/null", O_RDONLY));
  REQUIRE(leaky);
  // The fourth is the folder that ls itself has open.
  CHECK(must(run_ok({.argv = {"ls", "/proc/self/fd"}})) == "0\n1\n2\n3\n");
}

TEST_CASE("process: a child's end is seen, waited for, and answered again") {
  auto child = must(Child::spawn(sh("read line; exit 7"), {}));  // /dev/null: ends at once
  CHECK(child.wait().code == 7);
  CHECK(child.wait().code == 7);
  auto sleeper = must(Child::spawn(sh("sleep 60"), {}));
  CHECK_FALSE(sleeper.wait_for(10ms));
  sleeper.signal(SIGTERM);
  const auto exit = sleeper.wait_for(10s);
  REQUIRE(exit);
  CHECK(exit->signal == SIGTERM);
  CHECK(exit->code == 128 + SIGTERM);
}

TEST_CASE("process: dropping a child kills it, a detached one lives on") {
  pid_t dropped = 0, detached = 0;
  {
    auto one = must(Child::spawn(sh("sleep 60"), {}));
    auto two = must(Child::spawn(sh("sleep 60"), {}));
    dropped = one.pid();
    detached = two.pid();
    two.detach();
  }
  CHECK(::kill(dropped, 0) != 0);
  CHECK(::kill(detached, 0) == 0);
  ::kill(-detached, SIGKILL);
  CHECK(wait_until([&] {
    must(run(sh("true")));  // reaps it
    return ::kill(detached, 0) != 0;
  }));
}

TEST_CASE("process: streams that are crossed with ours arrive where they belong") {
  auto [read, write] = must(make_pipe());
  const Fd read_end(read);
  Fd write_end(write);
  auto child = must(Child::spawn(sh("echo out; echo err >&2"), {-1, write_end.get(), write_end.get()}));
  write_end = Fd();
  CHECK(child.wait().ok());
  char buffer[32] = {};
  CHECK(::read(read_end.get(), buffer, sizeof buffer) == 8);
  CHECK(std::string(buffer) == "out\nerr\n");
}

TEST_CASE("process: a child that was forked here is watched as a spawned one is") {
  const auto start = [] {
    const pid_t forked = ::fork();
    if (forked == 0) {
      ::pause();
      ::_exit(0);
    }
    return must(Child::adopt(forked));
  };
  auto child = start();
  CHECK_FALSE(child.wait_for(0ms).has_value());
  child.signal(SIGKILL);  // for others the child has the handlers of the tests
  CHECK(child.wait().signal == SIGKILL);
  pid_t dropped = 0;
  {
    const auto other = start();
    dropped = other.pid();
  }
  CHECK(::kill(dropped, 0) != 0);
}
