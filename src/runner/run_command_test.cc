#include "runner/run_command.h"

#include <signal.h>
#include <sys/resource.h>

#include <thread>

#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

namespace {

// Counts bytes and newlines; keeps the last few.
class CountingSink final : public Sink {
 public:
  void write(std::string_view text) override {
    bytes += static_cast<std::int64_t>(text.size());
    lines += std::count(text.begin(), text.end(), '\n');
    tail = text.substr(text.size() > 8 ? text.size() - 8 : 0);
  }
  void line(std::string_view) override {}
  void begin_step(std::string_view) override {}
  std::int64_t size() override { return bytes; }
  void flush() override {}
  std::int64_t bytes = 0, lines = 0;
  std::string tail;
};

struct World {
  Cancel cancel;
  MemorySink sink;
  Launcher launcher{SAMPAN_LAUNCH_PROGRAM};
  Cgroup cgroup = must(Cgroup::create(fmt::format("test-{}", ::getpid()), {64 << 20, 0, 200}));
  ~World() { cgroup.destroy(); }
  Supervision supervision(std::chrono::milliseconds time = std::chrono::seconds(60)) {
    return {launcher, cgroup, sink, cancel, std::chrono::steady_clock::now() + time, std::chrono::milliseconds(300)};
  }
  Ended run(const std::string& script, std::chrono::milliseconds time = std::chrono::seconds(60)) {
    return must(supervise(supervision(time), {}, {.argv = {"bash", "-c", script}}));
  }
};

}  // namespace

TEST_CASE("command: exit codes and signals are told apart") {
  World world;
  CHECK(world.run("exit 7").exit.code == 7);
  const auto killed = world.run("kill -SEGV $$");
  CHECK(killed.exit.signal == SIGSEGV);
  CHECK(killed.why.empty());
}

TEST_CASE("command: one that ignores SIGTERM is killed after the grace") {
  World world;
  const auto begin = std::chrono::steady_clock::now();
  const auto ended = world.run("trap '' TERM; echo up; while :; do sleep 1; done", std::chrono::milliseconds(500));
  CHECK(ended.why == "over its time limit");
  CHECK(ended.exit.signal == SIGKILL);
  CHECK(world.sink.has("killed"));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(15));
}

TEST_CASE("command: one that heeds SIGTERM may clean up") {
  World world;
  std::jthread canceler([&] {
    if (world.sink.wait_for("up\n")) world.cancel.ask(Cancel::Why::asked, "by chen");
  });
  const auto ended = world.run("trap 'echo cleaned; exit 3' TERM; echo up; while :; do sleep 0.05; done");
  CHECK(ended.why == "canceled: by chen");
  CHECK(ended.exit.code == 3);
  CHECK(world.sink.has("cleaned"));
}

TEST_CASE("command: endless output does not keep cancel and deadline from being heard") {
  World world;
  CountingSink counting;
  auto supervision = world.supervision(std::chrono::milliseconds(300));
  const auto ended = must(
      supervise({supervision.launcher, world.cgroup, counting, world.cancel, supervision.deadline, supervision.grace},
                {}, {.argv = {"yes"}}));
  CHECK(ended.why == "over its time limit");
  CHECK(counting.bytes > 0);
}

TEST_CASE("command: 200 MB in one line, without a newline at its end, pass in constant memory") {
  World world;
  CountingSink counting;
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  const auto supervision = world.supervision();
  const auto ended =
      must(supervise({supervision.launcher, world.cgroup, counting, world.cancel, supervision.deadline}, {},
                     {.argv = {"bash", "-c", "head -c 200000000 /dev/zero | tr '\\0' x; printf end"}}));
  ::getrusage(RUSAGE_SELF, &after);
  CHECK(ended.exit.ok());
  CHECK(counting.bytes == 200'000'003);
  CHECK(counting.lines == 0);
  CHECK(counting.tail.ends_with("end"));
  CHECK(after.ru_maxrss - before.ru_maxrss < 32 << 10);  // KiB
}

TEST_CASE("command: bytes that are not UTF-8 pass as they are") {
  World world;
  world.run("printf 'a\\xff\\xfeb\\0c'");
  CHECK(world.sink.text() == std::string("a\xff\xfe"
                                         "b\0c",
                                         6));
}

TEST_CASE("command: one killed for memory is told apart from one that fails") {
  World world;
  const auto ended = world.run("x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo ${#x}");
  CHECK(!ended.exit.ok());
  CHECK(ended.out_of_memory);
  CHECK(!world.run("exit 1").out_of_memory);
}

TEST_CASE("command: what it leaves in its cgroup is killed, and the output it wrote is there") {
  World world;
  const auto marker = fmt::format("77{}", ::getpid());
  CHECK(world.run("setsid -f sleep " + marker + "; echo done").exit.ok());
  CHECK(world.sink.has("done"));
  CHECK(!process_runs(marker));
  CHECK(world.cgroup.processes().empty());
}
