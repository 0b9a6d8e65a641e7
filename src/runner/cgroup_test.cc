#include "runner/cgroup.h"

#include <doctest/doctest.h>

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
