#include "runner/job_folders.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>

#include "base/files.h"

namespace sampan::runner {

namespace {

namespace fs = std::filesystem;

// With the files of ours in them, which each job writes anew or removes.
const std::map<std::string, std::set<std::string>> kRooms{
    {"workspace", {}}, {"home", {".npmrc"}}, {"tmp", {}}, {"flow", {"env", "script"}}};

// An emptied file of ours is written anew by the next job. A step may have put anything else in its place.
bool emptied(const fs::path& path) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat entry {};
  return file && ::fstat(file.get(), &entry) == 0 && S_ISREG(entry.st_mode) && entry.st_nlink == 1 &&
         ::ftruncate(file.get(), 0) == 0;
}

Result<void> empty_folder(const std::string& folder, const std::set<std::string>& kept) {
  std::error_code error;
  if (fs::symlink_status(folder, error).type() == fs::file_type::not_found) return {};
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (kept.contains(entry.path().filename().string()) && emptied(entry.path())) continue;
    TRY(remove_tree(entry.path().string()));
  }
  if (error) return fail(Errc::internal, "look through {}: {}", folder, error.message());
  // Access lists and other marks a step put on the folder itself do not pass to the next job.
  return ::llistxattr(folder.c_str(), nullptr, 0) > 0 ? remove_tree(folder) : Result<void>();
}

}  // namespace

Result<void> empty_rooms(const std::string& folder) {
  for (const auto& [name, ours] : kRooms) TRY(empty_folder(folder + "/" + name, ours));
  return {};
}

Result<void> clean_job_folder(const std::string& folder) {
  TRY(empty_rooms(folder));
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto name = entry.path().filename().string();
    if (!kRooms.contains(name) && name != "etc") TRY(remove_tree(entry.path().string()));  // etc: steps only read it
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return fail(Errc::internal, "look through {}: {}", folder, error.message());
  return {};
}

Result<HeldFolder> HeldFolder::take(const std::string& folder) {
  Fd held(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!held || ::flock(held.get(), LOCK_EX) != 0) return fail_errno("take the folder " + folder);
  return HeldFolder(std::move(held));
}

// By name: a child of another thread that has not become its program yet has the descriptor too, and with it the lock.
HeldFolder::~HeldFolder() {
  if (folder_) ::flock(folder_.get(), LOCK_UN);
}

bool any_held(const std::string& parent) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const Fd folder(::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (folder && ::flock(folder.get(), LOCK_SH | LOCK_NB) != 0) return true;
  }
  return false;
}

JobFolders::~JobFolders() {
  for (auto& folder : state_.lock()->free) folder.cgroup.destroy();
}

JobFolder JobFolders::take() {
  auto state = state_.lock();
  if (state->free.empty()) return {fmt::format("{}/{}", parent_, ++state->made), {}};
  auto folder = std::move(state->free.back());
  state->free.pop_back();
  return folder;
}

void JobFolders::give_back(JobFolder folder) { state_.lock()->free.push_back(std::move(folder)); }

}  // namespace sampan::runner
