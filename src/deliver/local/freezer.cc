#include "deliver/local/freezer.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/files.h"
#include "base/text.h"

namespace sampan::deliver {

namespace {

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The folder of the process's cgroup in the hierarchy of a v1 controller, or in v2 ("").
std::string folder_of(int pid, std::string_view controller) {
  for (const auto& line : split(text_of(fmt::format("/proc/{}/cgroup", pid)), '\n')) {
    const auto parts = split(line, ':');
    if (parts.size() < 3) continue;
    if (controller.empty() && parts[0] == "0") return "/sys/fs/cgroup" + parts[2];
    const auto names = split(parts[1], ',');
    if (!controller.empty() && std::find(names.begin(), names.end(), controller) != names.end())
      return fmt::format("/sys/fs/cgroup/{}{}", controller, parts[2]);
  }
  return {};
}

Result<void> write_text(const std::string& file, std::string_view text) {
  const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return fail_errno("write " + file);
  return {};
}

std::vector<pid_t> members_of(const std::string& cgroup) {
  std::vector<pid_t> members;
  std::ifstream in(cgroup + "/cgroup.procs");
  for (pid_t pid = 0; in >> pid;) members.push_back(pid);
  return members;
}

// The letter of proc(5)'s stat: R, S, D, T (stopped), Z; 0: there is no such process.
char state_of(pid_t pid) {
  const auto stat = text_of(fmt::format("/proc/{}/stat", pid));
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos || name_end + 2 >= stat.size() ? '\0' : stat[name_end + 2];
}

}  // namespace

Result<void> set_frozen(int pid, bool frozen) {
  if (const auto v2 = folder_of(pid, ""); exists(v2 + "/cgroup.freeze"))
    return write_text(v2 + "/cgroup.freeze", frozen ? "1" : "0");
  const auto v1 = folder_of(pid, "pids");
  if (v1.empty() || v1 == "/sys/fs/cgroup/pids/")
    return fail(Errc::unavailable, "process {} is in no cgroup of its own that could be frozen", pid);
  // Again until none runs: one that was being forked was not in the list.
  for (int i = 0; i < 200; ++i) {
    bool done = true;
    for (const auto member : members_of(v1)) {
      const char state = state_of(member);
      if (state == 'Z' || state == 0 || (state == 'T') == frozen) continue;
      if (::kill(member, frozen ? SIGSTOP : SIGCONT) == 0) done = false;
    }
    if (done) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // the kernel has no event for a stopped stranger
  }
  return fail(Errc::unavailable, "the processes beside {} cannot be {}", pid, frozen ? "stopped" : "resumed");
}

bool is_frozen(int pid) {
  if (const auto v2 = folder_of(pid, ""); exists(v2 + "/cgroup.freeze"))
    return text_of(v2 + "/cgroup.freeze").starts_with("1");
  return state_of(pid) == 'T';
}

Result<Consumption> consumption(int pid) {
  Consumption used;
  if (const auto cpu = folder_of(pid, "cpuacct"); !cpu.empty()) {
    used.cpu_seconds = std::strtod(text_of(cpu + "/cpuacct.usage").c_str(), nullptr) / 1e9;
    used.memory_bytes =
        std::strtoull(text_of(folder_of(pid, "memory") + "/memory.usage_in_bytes").c_str(), nullptr, 10);
    return used;
  }
  const auto v2 = folder_of(pid, "");
  if (v2.empty()) return fail(Errc::not_found, "process {} is gone", pid);
  const auto stat = text_of(v2 + "/cpu.stat");
  if (const auto at = stat.find("usage_usec "); at != std::string::npos)
    used.cpu_seconds = std::strtod(stat.c_str() + at + 11, nullptr) / 1e6;
  used.memory_bytes = std::strtoull(text_of(v2 + "/memory.current").c_str(), nullptr, 10);
  return used;
}

}  // namespace sampan::deliver
