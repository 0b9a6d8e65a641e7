#include "runner/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "base/crypto.h"
#include "base/files.h"
#include "base/log.h"

namespace sampan::runner {

namespace {

constexpr std::string_view kRoot = "/sys/fs/cgroup";
constexpr std::string_view kParent = "sampan-builds";

bool write_value(const std::string& file, std::string_view value) {
  const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

std::string read_text(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The folder and those below it, the deepest first.
std::vector<std::string> with_children(const std::string& folder) {
  std::vector<std::string> all{folder};
  struct stat entry {};
  if (::stat(folder.c_str(), &entry) == 0 && entry.st_nlink == 2) return all;  // none below: kernfs counts them
  std::error_code error;
  for (auto at = std::filesystem::recursive_directory_iterator(folder, error);
       !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    if (at->is_directory(error)) all.push_back(at->path().string());
  }
  std::sort(all.rbegin(), all.rend());
  return all;
}

bool is_v2() {
  static const bool yes = exists(std::string(kRoot) + "/cgroup.controllers");
  return yes;
}

std::vector<std::string> find_hierarchies() {
  if (is_v2()) return {std::string(kRoot)};
  std::vector<std::string> found;
  std::set<std::string> seen;  // cpu and cpuacct are often one
  for (const auto* name : {"memory", "cpu", "pids", "blkio", "unified"}) {
    const auto folder = fmt::format("{}/{}", kRoot, name);
    if (!exists(folder + "/cgroup.procs")) continue;
    std::error_code error;
    if (seen.insert(std::filesystem::canonical(folder, error).string()).second) found.push_back(folder);
  }
  return found;
}

// The hierarchies we use, those that were mounted when we first asked.
const std::vector<std::string>& hierarchies() {
  static const auto all = find_hierarchies();
  return all;
}

void set_v2_limits(const std::string& folder, const CgroupLimits& limits) {
  if (limits.memory_bytes > 0)
    write_value(folder + "/memory.max", std::to_string(limits.memory_bytes)),
        write_value(folder + "/memory.swap.max", "0");
  if (limits.cpus > 0)
    write_value(folder + "/cpu.max", fmt::format("{} 100000", static_cast<std::int64_t>(limits.cpus * 100000)));
  if (limits.pids > 0) write_value(folder + "/pids.max", std::to_string(limits.pids));
}

void set_v1_limits(const std::string& hierarchy, const std::string& folder, const CgroupLimits& limits) {
  if (limits.memory_bytes > 0 && hierarchy.ends_with("/memory")) {
    write_value(folder + "/memory.limit_in_bytes", std::to_string(limits.memory_bytes));
    write_value(folder + "/memory.memsw.limit_in_bytes", std::to_string(limits.memory_bytes));
  }
  if (limits.cpus > 0 && hierarchy.ends_with("/cpu"))
    write_value(folder + "/cpu.cfs_quota_us", std::to_string(static_cast<std::int64_t>(limits.cpus * 100000)));
  if (limits.pids > 0 && hierarchy.ends_with("/pids")) write_value(folder + "/pids.max", std::to_string(limits.pids));
}

std::int64_t memory_used(const std::string& folder) {
  return std::atoll(read_text(folder + (is_v2() ? "/memory.current" : "/memory.usage_in_bytes")).c_str());
}

// The group of all builds in a hierarchy. Together they weigh half of what all applications together do (1024 of the
// engine's parent), so that they never starve them, and yet a release gets on while customers are busy.
void make_parent(const std::string& hierarchy) {
  const auto parent = fmt::format("{}/{}", hierarchy, kParent);
  if (::mkdir(parent.c_str(), 0755) != 0 && errno != EEXIST) return;
  write_value(parent + "/cpu.shares", "512");
  write_value(parent + "/cpu.weight", "50");
  write_value(parent + "/blkio.bfq.weight", "50");
  write_value(parent + "/io.weight", "50");
  if (!is_v2()) return;
  for (const auto* controller :
       {"+memory", "+cpu", "+pids", "+io"}) {  // one by one: those that are not there must not keep the others away
    write_value(hierarchy + "/cgroup.subtree_control", controller);
    write_value(parent + "/cgroup.subtree_control", controller);
  }
}

}  // namespace

std::string cgroup_prefix(std::string_view folder) { return "r" + sha256_hex(folder).substr(0, 12) + "-j"; }

Result<Cgroup> Cgroup::create(std::string_view name, const CgroupLimits& limits) {
  static std::once_flag once;
  std::call_once(once, [] { std::ranges::for_each(hierarchies(), make_parent); });
  Cgroup cgroup;
  cgroup.limits_ = limits;
  for (const auto& hierarchy : hierarchies()) {
    const auto folder = fmt::format("{}/{}/{}", hierarchy, kParent, name);
    if (::mkdir(folder.c_str(), 0755) != 0 && errno == ENOENT) {  // somebody removed the parent
      make_parent(hierarchy);
      ::mkdir(folder.c_str(), 0755);
    }
    if (!exists(folder)) continue;
    if (is_v2())
      set_v2_limits(folder, limits);
    else
      set_v1_limits(hierarchy, folder, limits);
    cgroup.folders_.push_back(folder);
  }
  if (cgroup.folders_.empty())
    return fail(Errc::unavailable, "no cgroup can be made under {}: 'sampan doctor' says how to mend it", kRoot);
  return cgroup;
}

Cgroup Cgroup::existing(std::string_view name) {
  Cgroup cgroup;
  for (const auto& hierarchy : hierarchies()) {
    const auto folder = fmt::format("{}/{}/{}", hierarchy, kParent, name);
    if (exists(folder)) cgroup.folders_.push_back(folder);
  }
  return cgroup;
}

std::vector<std::string> Cgroup::find(std::string_view prefix) {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& hierarchy : hierarchies()) {
    for (const auto& entry : std::filesystem::directory_iterator(fmt::format("{}/{}", hierarchy, kParent), error)) {
      if (entry.is_directory(error) && entry.path().filename().string().starts_with(prefix))
        names.insert(entry.path().filename().string());
    }
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> Cgroup::join_files() const {
  std::vector<std::string> files;
  for (const auto& folder : folders_) files.push_back(folder + "/cgroup.procs");
  return files;
}

std::vector<int> Cgroup::processes() const {
  std::vector<int> pids;
  if (folders_.empty()) return pids;
  for (const auto& folder : with_children(folders_.front())) {
    std::ifstream in(folder + "/cgroup.procs");
    for (int pid; in >> pid;) pids.push_back(pid);
  }
  return pids;
}

void Cgroup::signal(int number) const {
  for (const int pid : processes()) ::kill(pid, number);
}

void Cgroup::kill_all() const {
  if (processes().empty()) return;
  for (const auto& folder : folders_)
    write_value(folder + "/cgroup.kill", "1");  // v2: all at once, also those just being born
  for (int round = 0; round < 300 && !processes().empty(); ++round) {
    signal(SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(round < 10 ? 1 : 10));  // v1 has no event for an empty cgroup
  }
}

void Cgroup::destroy() {
  kill_all();
  for (const auto& own : folders_) {
    if (::rmdir(own.c_str()) == 0) continue;
    for (const auto& folder : with_children(own)) {
      if (::rmdir(folder.c_str()) != 0 && errno != ENOENT)
        log::debug("runner", "{} goes when the runner starts next: {}", folder, std::strerror(errno));
    }
  }
  folders_.clear();
}

bool Cgroup::reset() {
  kill_all();
  if (folders_.empty() || !processes().empty()) return false;
  for (const auto& own : folders_) {
    for (const auto& folder : with_children(own)) {
      if (folder != own && ::rmdir(folder.c_str()) != 0) return false;
    }
  }
  return limits_.memory_bytes == 0 || memory_used(folders_.front()) < limits_.memory_bytes / 8;
}

std::int64_t Cgroup::oom_kills() const {
  std::int64_t kills = 0;
  for (const auto& own : folders_) {
    const auto* file = is_v2() ? "/memory.events.local" : "/memory.oom_control";
    if (!exists(own + file)) continue;  // not the hierarchy of memory
    for (const auto& folder : with_children(own)) {
      const auto text = read_text(folder + file);
      const auto at = text.find("oom_kill ");
      if (at != std::string::npos) kills += std::atoll(text.c_str() + at + 9);
    }
  }
  return kills;
}

}  // namespace sampan::runner
