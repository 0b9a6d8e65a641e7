#include "runner/launcher.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "base/testing.h"
#include "runner/launch_protocol.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::testing;

namespace {

struct Started {
  Exit exit;
  std::string output;
};

// What the command does after `options` of sampan-launch, and its output.
Started run(const Launcher& launcher, std::vector<std::string> words,
            Command command = {.argv = {}, .clear_env = true}) {
  auto [read_end, write_end] = must(make_pipe());
  const Fd output(read_end);
  Fd input(write_end);
  command.argv = {"--"};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  auto child = must(launcher.spawn(command, input.get()));
  input = Fd();
  Started started;
  char buffer[4096];
  for (ssize_t got; (got = ::read(output.get(), buffer, sizeof buffer)) > 0;)
    started.output.append(buffer, static_cast<std::size_t>(got));
  started.exit = child.wait();
  return started;
}

// Of this process.
std::vector<pid_t> helpers() {
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const auto words = read_file(entry.path().string() + "/cmdline").value_or("");
    const auto stat = read_file(entry.path().string() + "/stat").value_or("");  // PID (NAME) STATE PARENT ...
    const auto name = stat.rfind(')');
    if (words.ends_with(std::string("--serve") + '\0') && name != std::string::npos &&
        std::atoi(stat.c_str() + name + 3) == ::getpid())
      found.push_back(std::atoi(entry.path().filename().c_str()));
  }
  return found;
}

// Its name is not to be seen at once.
pid_t the_helper() {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (helpers().empty() && std::chrono::steady_clock::now() < give_up) ::usleep(1000);
  const auto found = helpers();
  REQUIRE(found.size() == 1);
  return found.front();
}

}  // namespace

TEST_CASE("launcher: with a helper and without, a command has the same arguments, environment, streams and status") {
  Launcher direct(SAMPAN_LAUNCH_PROGRAM), helped(SAMPAN_LAUNCH_PROGRAM);
  helped.keep_helper();
  the_helper();
  const std::string script =
      "env | sort; echo \"$0|$1|\"; echo to stderr >&2; ls /proc/self/fd | wc -l; cat; ps -o ppid= -p $$; "
      "[ $(ps -o pgid= -p $$) -eq $$ ] && echo leads its group; cat /proc/self/status | grep Sig; exit 7";
  const Command command{
      .argv = {}, .env = {{"A", "with spaces"}, {"B", ""}, {"PATH", "/bin:/usr/bin"}}, .clear_env = true};
  const auto one = run(direct, {"sh", "-c", script, "name", "an argument"}, command);
  const auto other = run(helped, {"sh", "-c", script, "name", "an argument"}, command);
  CHECK(one.exit.code == 7);
  CHECK(other.exit.code == 7);
  CHECK(one.output == other.output);
  CHECK(other.output.find("A=with spaces\n") != std::string::npos);
  CHECK(other.output.find("name|an argument|\nto stderr\n") != std::string::npos);
  CHECK(other.output.find(fmt::format("{}\nleads its group\n", ::getpid())) != std::string::npos);
  CHECK(run(helped, {"sh", "-c", "kill -SEGV $$"}).exit.signal == SIGSEGV);
  CHECK(run(helped, {"/nowhere"}).exit.code == 127);
  CHECK(run(helped, {"sh", "-c", "exit 3"}).exit.code == 3);  // and it is still there
}

TEST_CASE("launcher: what is too much for a message is started without the helper, as when it has died") {
  Launcher launcher(SAMPAN_LAUNCH_PROGRAM);
  launcher.keep_helper();
  const std::string large(120 << 10, 'x');
  CHECK(run(launcher, {"sh", "-c", "echo ${#A} ${#B}"},
            {.argv = {}, .env = {{"A", large}, {"B", large}}, .clear_env = true})
            .output == "122880 122880\n");
  ::kill(the_helper(), SIGTERM);  // as a service manager does to all of a stopping runner
  CHECK(run(launcher, {"echo", "there"}).output == "there\n");
  const auto first = the_helper();
  ::kill(first, SIGKILL);
  CHECK(run(launcher, {"echo", "once"}).output == "once\n");
  CHECK(run(launcher, {"echo", "again"}).output == "again\n");
  CHECK(::kill(first, 0) != 0);  // buried
  launcher.keep_helper();
  const auto second = the_helper();
  CHECK(second != first);
  launcher.keep_helper();
  CHECK(the_helper() == second);
  CHECK(run(launcher, {"echo", "helped"}).output == "helped\n");
}

TEST_CASE("launcher: a helper that does not answer is given up, and what it would start later never begins") {
  const TempDir folder = must(TempDir::create());
  Launcher launcher(SAMPAN_LAUNCH_PROGRAM);
  launcher.keep_helper();
  const auto helper = the_helper();
  ::kill(helper, SIGSTOP);
  const auto file = folder.path() + "/began";
  const auto write = Command{.argv = {"--", "sh", "-c", "echo x >> " + file}, .clear_env = true};
  CHECK(must(launcher.spawn(write, STDERR_FILENO)).wait().code == 0);
  CHECK(::kill(helper, 0) != 0);
  CHECK(helpers().empty());
  CHECK(must(read_file(file)) == "x\n");
}

TEST_CASE("launcher: what a helper started ends when it is let go, though the helper is not its parent") {
  Launcher launcher(SAMPAN_LAUNCH_PROGRAM);
  launcher.keep_helper();
  pid_t pid = 0;
  {
    auto child = must(launcher.spawn({.argv = {"--", "sleep", "600"}, .clear_env = true}, STDERR_FILENO));
    pid = child.pid();
    CHECK(::kill(pid, 0) == 0);
  }
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("launcher: what a helper has started goes on when it dies, however soon") {
  Launcher launcher(SAMPAN_LAUNCH_PROGRAM);
  for (int round = 0; round < 30; ++round) {
    launcher.keep_helper();
    const auto helper = the_helper();
    auto child = must(launcher.spawn({.argv = {"--", "sleep", "600"}, .clear_env = true}, STDERR_FILENO));
    ::kill(-helper, SIGKILL);  // with its group, as when it is let go
    CHECK(run(launcher, {"echo", "next"}).output == "next\n");
    CHECK(!child.wait_for(std::chrono::milliseconds(0)));
  }
}

TEST_CASE("launcher: what a helper has forked never begins when who asked is not there to hear of it") {
  const TempDir folder = must(TempDir::create());
  int ends[2], go[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  REQUIRE(::pipe2(go, O_CLOEXEC) == 0);
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  auto helper = must(
      Child::spawn({.argv = {SAMPAN_LAUNCH_PROGRAM, "--serve"}, .clear_env = true}, {theirs.get(), -1, STDERR_FILENO}));
  theirs = Fd();
  const auto began = folder.path() + "/began";
  const launch::StartRequest request{5, 0, false};
  std::string bytes(reinterpret_cast<const char*>(&request), sizeof request);
  for (const auto& text : {std::string("x"), std::string("--"), std::string("touch"), began, began + "2"})
    bytes.append(text).push_back('\0');
  REQUIRE(send_start_request(ours.get(), bytes, STDERR_FILENO, go[0]));
  ::close(go[0]);
  ::close(go[1]);  // without the byte
  launch::StartAnswer answer;
  REQUIRE(::recv(ours.get(), &answer, sizeof answer, 0) == sizeof answer);
  REQUIRE(answer.pid > 0);
  CHECK(must(Child::adopt(answer.pid)).wait().code == 125);
  CHECK(!exists(began));
}
