#include "deliver/local/remains.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "base/files.h"
#include "base/log.h"
#include "base/process.h"

namespace sampan::deliver {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRuntimeRoot = "/run/runc";  // podman's choice for root
constexpr std::chrono::milliseconds kBetweenLooks{20}, kUntilRest{2000};

// The engine's own clean-up after a container has the same settings: it is waited for as well.
// Of every podman of this machine when `setting` is empty.
std::vector<int> commands_at_work(const std::string& setting) {
  std::vector<int> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const int pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0 || read_file(entry.path().string() + "/comm").value_or("") != "podman\n") continue;
    if (read_file(entry.path().string() + "/environ").value_or("").find(setting) != std::string::npos)
      found.push_back(pid);
  }
  return found;
}

// podman's choice for root; each is a file on which the namespace is mounted.
constexpr std::string_view kNamespaces = "/run/netns";

struct Subnet {
  in_addr_t address = 0, mask = 0;
  bool holds(in_addr_t one) const { return (one & mask) == address; }
};

// nullopt: there is no network yet.
std::optional<Subnet> subnet_of(const std::string& folder) {
  const auto text = read_file(folder + "/networks/sampan.json").value_or("");
  constexpr std::string_view kKey = "\"subnet\":\"";
  const auto start = text.find(kKey);
  const auto slash = text.find('/', start);
  if (start == std::string::npos || slash == std::string::npos) return std::nullopt;
  in_addr address{};
  const auto first = start + kKey.size();
  const int bits = std::atoi(text.c_str() + slash + 1);
  if (::inet_pton(AF_INET, text.substr(first, slash - first).c_str(), &address) != 1 || bits < 1 || bits > 32)
    return std::nullopt;
  const auto mask = htonl(~std::uint32_t{0} << (32 - bits));
  return Subnet{address.s_addr & mask, mask};
}

// The addresses in it that others can see; on a thread of its own, which enters the namespace and ends there. nullopt:
// it cannot be entered.
std::optional<std::vector<in_addr_t>> addresses_in(const Fd& space) {
  std::optional<std::vector<in_addr_t>> found;
  std::thread([&] {
    ifaddrs* all = nullptr;
    if (::setns(space.get(), CLONE_NEWNET) != 0 || ::getifaddrs(&all) != 0) return;
    found.emplace();
    for (const auto* one = all; one != nullptr; one = one->ifa_next) {
      if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET) continue;
      const auto address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr.s_addr;
      if ((one->ifa_flags & IFF_LOOPBACK) == 0 || address != htonl(INADDR_LOOPBACK)) found->push_back(address);
    }
    ::freeifaddrs(all);
  }).join();
  return found;
}

// Where podman makes those of its containers: in each hierarchy of v1, or in the one of v2.
std::vector<std::string> cgroups_of_podman() {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/sys/fs/cgroup", error)) {
    auto below = entry.path().string() + "/libpod_parent";
    if (entry.path().filename() == "libpod_parent")
      found.push_back(entry.path().string());
    else if (exists(below))
      found.push_back(std::move(below));
  }
  return found;
}

bool comes_to_rest() {
  const auto deadline = std::chrono::steady_clock::now() + kUntilRest;
  while (!commands_at_work("").empty()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kBetweenLooks);  // others' commands: nobody tells of their end
  }
  return true;
}

std::set<ino_t> namespaces_with_processes() {
  std::set<ino_t> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    struct stat space {};
    if (std::atoi(entry.path().filename().c_str()) > 0 &&
        ::stat((entry.path().string() + "/ns/net").c_str(), &space) == 0)
      found.insert(space.st_ino);
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
  const auto ours = fmt::format("CONTAINERS_CONF={}/containers.conf", folder);
  for (auto left = commands_at_work(ours); !left.empty(); left = commands_at_work(ours)) {
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

std::set<std::string> containers_in(const std::string& folder) {
  std::set<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder + "/storage/overlay-containers", error)) {
    if (entry.is_directory(error)) found.insert(entry.path().filename().string());
  }
  return found;
}

void drop_cgroups(const std::string& id, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (const auto& parent : cgroups_of_podman()) {
    const auto place = fmt::format("{}/libpod-{}", parent, id);
    while (::rmdir(place.c_str()) != 0 && errno == EBUSY) {
      if (std::chrono::steady_clock::now() > deadline) {
        log::warning("deliver", "{} is left: processes of container {} do not end", place, id);
        break;
      }
      std::this_thread::sleep_for(kBetweenLooks);  // no children of ours: nobody tells of their end
    }
  }
}

void drop_lost_cgroups(std::chrono::seconds age) {
  constexpr std::string_view kPrefix = "libpod-";
  for (const auto& parent : cgroups_of_podman()) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(parent, error)) {
      const auto name = entry.path().filename().string();
      struct stat status {};
      if (!name.starts_with(kPrefix) || ::stat(entry.path().c_str(), &status) != 0) continue;
      const auto id = name.substr(kPrefix.size());
      if (exists(fmt::format("{}/{}", kRuntimeRoot, id)) || exists("/run/crun/" + id)) continue;
      // Not where a process lives in it: that is the container of a runtime we do not know.
      if (status.st_mtime + age.count() <= std::time(nullptr)) ::rmdir(entry.path().c_str());
    }
  }
}

Result<void> drop_networks(const std::string& folder,
                           const std::function<Result<std::vector<std::string>>()>& of_containers) {
  const auto subnet = subnet_of(folder);
  if (!subnet) return {};
  const auto used = namespaces_with_processes();
  std::vector<std::string> lost, unfinished;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(kNamespaces, error)) {
    const auto place = entry.path().string();
    const bool of_podman = entry.path().filename().string().starts_with("netns-");
    struct stat space {};
    struct statfs system {};
    const Fd file(::open(place.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || ::fstat(file.get(), &space) != 0 || ::fstatfs(file.get(), &system) != 0) continue;
    if (system.f_type != NSFS_MAGIC) {
      if (of_podman && space.st_size == 0) unfinished.push_back(place);
      continue;
    }
    const auto addresses = used.contains(space.st_ino) ? std::optional<std::vector<in_addr_t>>() : addresses_in(file);
    if (!addresses) continue;
    if (std::any_of(addresses->begin(), addresses->end(), [&](in_addr_t one) { return subnet->holds(one); }))
      lost.push_back(place);
    else if (of_podman && addresses->empty())
      unfinished.push_back(place);
  }
  // Without an address it may be one that is just being made, or taken down; when no podman is at work it is nobody's.
  if (!unfinished.empty() && comes_to_rest()) lost.insert(lost.end(), unfinished.begin(), unfinished.end());
  if (lost.empty()) return {};
  const auto kept = TRY(of_containers());  // those go with them, and give their addresses back
  for (const auto& place : lost) {
    const auto is_it = [&](const std::string& one) { return fs::path(one).filename() == fs::path(place).filename(); };
    if (std::any_of(kept.begin(), kept.end(), is_it)) continue;
    log::info("deliver", "the network namespace {} was made for a container that is not there: it goes", place);
    ::umount2(place.c_str(), MNT_DETACH);
    if (::unlink(place.c_str()) != 0 && errno != ENOENT) return fail_errno("drop " + place);
  }
  return {};
}

}  // namespace sampan::deliver
