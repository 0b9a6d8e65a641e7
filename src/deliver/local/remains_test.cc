#include "deliver/local/remains.h"

#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "base/process.h"
#include "base/testing.h"
#include "base/text.h"

using namespace sampan;
using namespace sampan::deliver;
using sampan::testing::must;
using sampan::testing::wait_until;

namespace {

// A program that the kernel calls podman, with our settings, at work for `seconds`.
Child podman_at_work(const TempDir& folder, const std::string& seconds) {
  const auto program = folder.path() + "/podman";
  if (!exists(program)) std::filesystem::copy_file("/bin/sleep", program);
  Command command{.argv = {program, seconds}, .env = {{"CONTAINERS_CONF", folder.path() + "/containers.conf"}}};
  auto child = must(Child::spawn(command, {}));
  // The kernel gives it its name and its environment moments after it was started.
  const auto place = fmt::format("/proc/{}", child.pid());
  REQUIRE(wait_until([&] {
    return read_file(place + "/comm").value_or("") == "podman\n" &&
           read_file(place + "/environ").value_or("").find("CONTAINERS_CONF") != std::string::npos;
  }));
  return child;
}

}  // namespace

TEST_CASE("remains: a command of an earlier life is waited for, one that takes too long is ended") {
  const auto folder = must(TempDir::create()), other = must(TempDir::create());
  auto short_one = podman_at_work(folder, "0.2"), others = podman_at_work(other, "60");
  await_commands(folder.path(), std::chrono::seconds(30));
  CHECK(short_one.wait_for(std::chrono::seconds(5)).value_or(Exit{1}).ok());
  auto long_one = podman_at_work(folder, "60");
  await_commands(folder.path(), std::chrono::milliseconds(1));
  CHECK(long_one.wait_for(std::chrono::seconds(5)).value_or(Exit{}).signal == SIGKILL);
  CHECK(!others.wait_for(std::chrono::milliseconds(1)));
}

TEST_CASE("remains: a process belongs to a container by its cgroup, not by its number") {
  CHECK(!is_process_of(1 << 30, "0123"));
  CHECK(!is_process_of(::getpid(), ""));
  CHECK(!is_process_of(::getpid(), std::string(64, 'a')));
}

TEST_CASE("remains: a network that a killed podman left half made goes, but not while any podman is at work") {
  if (::geteuid() != 0) return;
  const auto folder = must(TempDir::create()), elsewhere = must(TempDir::create());
  must(make_directories(folder.path() + "/networks"));
  must(write_file_durably(folder.path() + "/networks/sampan.json", R"("subnet":"10.255.240.0/20")"));
  const auto name = fmt::format("netns-of-a-test-{}", ::getpid());
  const auto made = "/run/netns/" + name, begun = made + "-begun";
  must(run_ok({.argv = {"ip", "netns", "add", name}}));  // a namespace without an address
  must(write_file_durably(begun, ""));                   // and a file on which none was mounted yet
  const auto drop = [&] { must(drop_networks(folder.path(), [] { return std::vector<std::string>(); })); };
  {
    const auto other = podman_at_work(elsewhere, "60");
    drop();
    CHECK(exists(made));
    CHECK(exists(begun));
  }
  // A podman of somebody else on this machine may be at work just now.
  CHECK(wait_until([&] { return drop(), !exists(made) && !exists(begun); }, std::chrono::seconds(60)));
}

TEST_CASE("remains: the cgroups of a container that was removed go when its last process has ended") {
  if (::geteuid() != 0) return;
  const auto hierarchy = std::string(exists("/sys/fs/cgroup/pids") ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup");
  const auto id = fmt::format("of-a-test-{}", ::getpid()), lost = id + "-lost", living = id + "-living";
  const auto place = [&](const std::string& one) { return fmt::format("{}/libpod_parent/libpod-{}", hierarchy, one); };
  for (const auto& one : {id, lost, living}) must(make_directories(place(one)));
  const auto enter = [&](const std::string& one, const std::string& seconds) {
    auto child = must(Child::spawn({.argv = {"/bin/sleep", seconds}}, {}));
    std::ofstream(place(one) + "/cgroup.procs") << child.pid() << std::flush;
    REQUIRE(trim(read_file(place(one) + "/cgroup.procs").value_or("")) == std::to_string(child.pid()));
    return child;
  };
  auto ending = enter(id, "0.3"), lasting = enter(living, "60");
  drop_cgroups(id, std::chrono::seconds(30));
  CHECK(!exists(place(id)));
  CHECK(ending.wait_for(std::chrono::seconds(5)).has_value());
  drop_cgroups(living, std::chrono::milliseconds(1));
  drop_lost_cgroups(std::chrono::hours(1));
  CHECK(exists(place(lost)));
  drop_lost_cgroups(std::chrono::seconds(0));
  CHECK(!exists(place(lost)));
  CHECK(exists(place(living)));  // of a runtime that is not known here
  lasting.signal(SIGKILL);
  lasting.wait();
  drop_cgroups(living, std::chrono::seconds(30));
  CHECK(!exists(place(living)));
}
