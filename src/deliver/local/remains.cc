#include "deliver/local/remains.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/log.h"
#include "base/process.h"

namespace sampan::deliver {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRuntimeRoot = "/run/runc";  // podman's choice for root
constexpr std::chrono::milliseconds kBetweenLooks{20};

// The engine's own clean-up after a container has the same settings: it is waited for as well.
std::vector<int> commands_at_work(const std::string& folder) {
  std::vector<int> found;
  const auto setting = fmt::format("CONTAINERS_CONF={}/containers.conf", folder);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const int pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0 || read_file(entry.path().string() + "/comm").value_or("") != "podman\n") continue;
    if (read_file(entry.path().string() + "/environ").value_or("").find(setting) != std::string::npos)
      found.push_back(pid);
  }
  return found;
}

}  // namespace

bool is_process_of(int pid, const std::string& id) {
  return pid > 0 && !id.empty() &&
         read_file(fmt::format("/proc/{}/cgroup", pid)).value_or("").find(id) != std::string::npos;
}

void await_commands(const std::string& folder, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (auto left = commands_at_work(folder); !left.empty(); left = commands_at_work(folder)) {
    if (std::chrono::steady_clock::now() >= deadline) {
      for (const int pid : left) {
        log::warning("deliver", "podman {} of an earlier start still works after {} ms: it is ended", pid,
                     patience.count());
        const auto group = ::getpgid(pid);
        if (group > 0 && group != ::getpgrp()) ::kill(-group, SIGKILL);
        ::kill(pid, SIGKILL);
      }
    }
    std::this_thread::sleep_for(kBetweenLooks);  // no children of ours: nobody tells of their end
  }
}

Result<void> drop_remains(const std::string& folder) {
  Result<void> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(kRuntimeRoot, error)) {
    const auto id = entry.path().filename().string();
    const auto bundle = fmt::format("{}/storage/overlay-containers/{}", folder, id);
    if (exists(bundle)) continue;
    if (read_file(entry.path().string() + "/state.json").value_or("").find(bundle + "/") == std::string::npos) continue;
    log::info("deliver", "the runtime still keeps container {}, which the engine has removed: it goes", id);
    auto dropped = run_ok({.argv = {"runc", "delete", "--force", id}}).context("drop container " + id);
    if (!dropped.has_value()) all = dropped.error();
  }
  return all;
}

}  // namespace sampan::deliver
