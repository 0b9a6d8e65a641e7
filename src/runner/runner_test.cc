#include "runner/runner.h"

#include <signal.h>

#include <thread>

#include "base/json_struct.h"
#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

namespace {

Config config_of(const Bench& bench) {
  return {"http://127.0.0.1:1", "sr_token", "r1", "linux", bench.folders.root, SAMPAN_LAUNCH_PROGRAM, 2};
}

// As the pipeline writes it: only the members that an action has.
std::string order_json(const Order& order) {
  std::string text = to_json(order);
  for (std::size_t at; (at = text.find(":null")) != std::string::npos;) {
    const auto begin = text.rfind('"', text.rfind('"', at) - 1);
    const auto end = at + 5 + (text[at + 5] == ',' ? 1 : 0);
    text.erase(begin, end - begin);
    if (text[begin] == '}' && text[begin - 1] == ',') text.erase(begin - 1, 1);
  }
  return text;
}

}  // namespace

TEST_CASE("runner: at its start it ends what a killed one left: processes, cgroups, workspaces") {
  Bench bench;
  const auto marker = fmt::format("44{}", ::getpid());
  const auto name = cgroup_prefix(bench.folders.root) + "5-1";
  const auto cgroup = must(Cgroup::create(name, {64 << 20, 0, 16}));
  auto left = must(Child::spawn(
      {.argv = {SAMPAN_LAUNCH_PROGRAM, "--join", cgroup.join_files().front(), "--", "sleep", marker}}, {}));
  must(make_directories(bench.folders.jobs() + "/5-1/workspace"));
  while (cgroup.processes().empty()) std::this_thread::yield();
  std::stop_source stop;
  int code = -1;
  std::jthread runner([&] { code = run_runner(config_of(bench), stop.get_token()); });
  CHECK(left.wait().signal == SIGKILL);
  stop.request_stop();
  runner.join();
  CHECK(code == 0);
  CHECK(Cgroup::find(name).empty());
  CHECK(!exists(bench.folders.jobs() + "/5-1"));
}

TEST_CASE("runner: it does not start in a folder that is another's, nor without its launch program") {
  Bench bench;
  auto config = config_of(bench);
  auto holder = must(Child::spawn({.argv = {"python3", "-c",
                                            "import fcntl,sys,time; f=open(sys.argv[1],'w'); "
                                            "fcntl.lockf(f,fcntl.LOCK_EX); open(sys.argv[2],'w'); time.sleep(600)",
                                            bench.folders.lock(), bench.folders.root + "/held"}},
                                  {}));
  while (!exists(bench.folders.root + "/held")) std::this_thread::yield();
  CHECK(run_runner(config, {}) == 1);
  holder.signal(SIGKILL);
  holder.wait();
  config.launch_program = "/nowhere/sampan-launch";
  CHECK(run_runner(config, {}) == 1);
}

TEST_CASE("runner: a local run works on a copy of the working tree, keeps uploads and gives the verdict as exit code") {
  Bench bench;
  const auto tree = bench.folders.root + "/tree", results = bench.folders.root + "/results";
  must(run_ok({.argv = {"git", "init", "-q", tree}}));
  must(write_file_durably(tree + "/f", "one"));
  auto upload = action("artifact_upload");
  upload.name = "made";
  upload.paths = std::vector<std::string>{"made.txt"};
  auto order = bench.order({script("cp f made.txt; echo changed > f"), upload});
  CHECK(run_order_locally(config_of(bench), order_json(order), tree, results) == 0);
  CHECK(must(read_file(tree + "/f")) == "one");
  CHECK(exists(results + "/made.tar.zst"));
  order.steps[0].actions = {script("exit 3")};
  CHECK(run_order_locally(config_of(bench), order_json(order), tree, results) == 1);
  CHECK(run_order_locally(config_of(bench), "{", tree, results) == 1);
  CHECK(std::filesystem::is_empty(bench.folders.jobs()));
}

TEST_CASE("runner: steps are started by the launch program that was there when it began") {
  Bench bench;
  auto config = config_of(bench);
  config.launch_program = bench.folders.root + "/launch";
  std::filesystem::copy_file(SAMPAN_LAUNCH_PROGRAM, config.launch_program);
  auto order = bench.order({script("touch begun; while [ ! -e replaced ]; do sleep 0.01; done"), script("echo next")});
  const auto tree = bench.folders.root + "/tree";
  must(run_ok({.argv = {"git", "init", "-q", tree}}));
  const std::jthread upgrade([&] {
    const auto workspace = fmt::format("{}/local-{}/workspace", bench.folders.jobs(), ::getpid());
    while (!exists(workspace + "/begun")) std::this_thread::yield();
    must(write_file_durably(config.launch_program, "#!/bin/sh\nexit 125\n", 0755));
    must(write_file_durably(workspace + "/replaced", ""));
  });
  CHECK(run_order_locally(config, order_json(order), tree, bench.folders.root + "/results") == 0);
}

TEST_CASE("runner: removing its traces ends its processes and leaves others' alone") {
  Bench bench, other;
  const auto ours = must(Cgroup::create(cgroup_prefix(bench.folders.root) + "1-1", {64 << 20, 0, 16}));
  auto theirs = must(Cgroup::create(cgroup_prefix(other.folders.root) + "1-1", {64 << 20, 0, 16}));
  must(remove_traces(bench.folders.root));
  CHECK(Cgroup::find(cgroup_prefix(bench.folders.root)).empty());
  CHECK(Cgroup::find(cgroup_prefix(other.folders.root)).size() == 1);
  theirs.destroy();
}
