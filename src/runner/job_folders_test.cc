#include "runner/job_folders.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

namespace fs = std::filesystem;

namespace {

struct Left {
  TempDir parent = must(TempDir::create());
  std::string folder = parent.path() + "/1";
  Left() {
    for (const auto* room : {"workspace", "home", "tmp", "flow", "etc", "staging"})
      must(make_directories(folder + "/" + room));
  }
};

}  // namespace

TEST_CASE("job folders: what a job left goes, the rooms stay") {
  Left left;
  must(make_directories(left.folder + "/workspace/.git/hooks"));
  for (const auto* file : {"/workspace/.git/hooks/x", "/home/.npmrc", "/home/.bashrc", "/tmp/t", "/flow/env",
                           "/flow/more", "/etc/passwd", "/staging/s", "/artifact.tar"})
    must(write_file_durably(left.folder + file, "left"));
  must(clean_job_folder(left.folder));
  for (const auto* room : {"/workspace", "/tmp"}) CHECK(fs::is_empty(left.folder + room));
  for (const auto* file : {"/flow/env", "/home/.npmrc"}) CHECK(must(read_file(left.folder + file)).empty());
  CHECK(must(read_file(left.folder + "/etc/passwd")) == "left");
  for (const auto* file : {"/flow/more", "/home/.bashrc", "/staging", "/artifact.tar"})
    CHECK(!exists(left.folder + file));
}

TEST_CASE("job folders: a link or a second name in the place of our file is not written through") {
  Left left;
  must(write_file_durably(left.parent.path() + "/outside", "kept"));
  must(write_file_durably(left.folder + "/flow/twice", "kept"));
  REQUIRE(::symlink((left.parent.path() + "/outside").c_str(), (left.folder + "/flow/env").c_str()) == 0);
  REQUIRE(::link((left.folder + "/flow/twice").c_str(), (left.folder + "/flow/script").c_str()) == 0);
  REQUIRE(::link((left.folder + "/flow/twice").c_str(), (left.parent.path() + "/second").c_str()) == 0);
  must(clean_job_folder(left.folder));
  CHECK(fs::is_empty(left.folder + "/flow"));
  CHECK(must(read_file(left.parent.path() + "/outside")) == "kept");
  CHECK(must(read_file(left.parent.path() + "/second")) == "kept");
}

TEST_CASE("job folders: marks on a room do not pass to the next job") {
  Left left;
  REQUIRE(::setxattr((left.folder + "/workspace").c_str(), "user.mark", "x", 1, 0) == 0);
  must(clean_job_folder(left.folder));
  CHECK(!exists(left.folder + "/workspace"));
}

TEST_CASE("job folders: one for each job at once, the one given back before a new one") {
  JobFolders folders("/jobs");
  const auto first = folders.take(), second = folders.take();
  CHECK(first.path == "/jobs/1");
  CHECK(second.path == "/jobs/2");
  folders.give_back(first);
  CHECK(folders.take().path == first.path);
  CHECK(folders.take().path == "/jobs/3");
}

TEST_CASE("job folders: the cgroup of the last job goes with its folder, and in the end") {
  const auto prefix = cgroup_prefix("/job/folders");
  {
    JobFolders folders("/jobs");
    auto folder = folders.take();
    CHECK(folder.cgroup.folders().empty());
    folder.cgroup = must(Cgroup::create(prefix + "1", {64 << 20, 0, 16}));
    folders.give_back(std::move(folder));
    CHECK(Cgroup::find(prefix).size() == 1);
    auto again = folders.take();
    CHECK(again.cgroup.limits() == CgroupLimits{64 << 20, 0, 16});
    folders.give_back(std::move(again));
  }
  CHECK(Cgroup::find(prefix).empty());
}

TEST_CASE("job folders: a folder is held until it is let go, even when a child has the descriptor too") {
  Left left;
  pid_t child = 0;
  {
    const auto held = must(HeldFolder::take(left.folder));
    CHECK(any_held(left.parent.path()));
    child = ::fork();
    if (child == 0) {
      ::pause();
      ::_exit(0);
    }
  }
  CHECK(!any_held(left.parent.path()));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}
