#include "runner/cgroup.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/process.h"

using namespace sampan;
using namespace sampan::runner;

TEST_CASE("cgroup: what joined is found by the prefix of its runner, and ended with it") {
  const auto prefix = cgroup_prefix("/one/runner"), other = cgroup_prefix("/another/runner");
  CHECK(prefix != other);
  auto cgroup = Cgroup::create(prefix + "1-1", {64 << 20, 0, 16});
  REQUIRE_MESSAGE(cgroup.has_value(), (cgroup.has_value() ? "" : cgroup.error().message));
  REQUIRE(!cgroup->join_files().empty());
  auto child = Child::spawn({.argv = {"sh", "-c", "for f in \"$@\"; do echo $$ > \"$f\"; done; exec sleep 600", "sh",
                                      cgroup->join_files().front()}},
                            {});
  REQUIRE(child.has_value());
  while (cgroup->processes().empty()) std::this_thread::yield();
  CHECK(Cgroup::find(other).empty());
  REQUIRE(Cgroup::find(prefix).size() == 1);
  Cgroup::existing(Cgroup::find(prefix).front()).destroy();
  CHECK(child->wait().signal == 9);
  CHECK(Cgroup::find(prefix).empty());
}

TEST_CASE("cgroup: one that is reset is empty, has none below it, and is not full of file pages") {
  const auto name = cgroup_prefix("/reset/runner") + "1";
  auto made = Cgroup::create(name, {64 << 20, 0, 16});
  REQUIRE(made.has_value());
  auto& cgroup = *made;
  const auto folder = cgroup.folders().front();
  const auto join = [&](const std::string& command) {
    auto child = Child::spawn({.argv = {"sh", "-c", "echo $$ > " + folder + "/cgroup.procs; " + command}}, {});
    REQUIRE(child.has_value());
    return std::move(*child);
  };
  CHECK(cgroup.reset());
  REQUIRE(make_directories(folder + "/below").has_value());
  auto sleeping = join("exec sleep 600");
  while (cgroup.processes().empty()) std::this_thread::yield();
  CHECK(cgroup.reset());
  CHECK(sleeping.wait().signal == 9);
  CHECK(!exists(folder + "/below"));
  const TempDir scratch = *TempDir::create();
  CHECK(join("head -c 32000000 /dev/zero > " + scratch.path() + "/file").wait().code == 0);
  CHECK(!cgroup.reset());
  cgroup.destroy();
  CHECK(Cgroup::find(name).empty());
}
