#include "app/doctor.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/files.h"
#include "base/process.h"
#include "base/text.h"

namespace sampan::app {

namespace {

struct Tool {
  std::string name, package, use;
  std::vector<std::string> version;
  bool needed = true;
};

Check check_tool(const Tool& tool) {
  const auto output = run({.argv = tool.version}, {.timeout = std::chrono::seconds(10)});
  if (!output.has_value() || !output->exit.ok()) {
    return {tool.name, "missing", fmt::format("{}: apt-get install {}", tool.use, tool.package), false, tool.needed};
  }
  const auto& text = output->out.empty() ? output->err : output->out;
  return {tool.name, std::string(trim(text.substr(0, text.find('\n')))), {}, true, tool.needed};
}

// podman, or docker where there is only that.
std::vector<Check> check_engine() {
  auto docker = check_tool({"docker",
                            "docker.io",
                            "applications run in its containers",
                            {"docker", "version", "--format", "{{.Server.Version}}"}});
  auto podman = check_tool({"podman", "podman", "applications run in its containers", {"podman", "--version"}});
  if (!podman.ok && docker.ok) return {docker};
  return {
      podman,
      check_tool({"runc", "runc", "podman's runtime that works with every kind of cgroups", {"runc", "--version"}}),
      check_tool(
          {"netavark", "netavark iptables", "the network of containers", {"/usr/lib/podman/netavark", "--version"}})};
}

Check check_cgroups() {
  const bool v1 = exists("/sys/fs/cgroup/memory/cgroup.procs");
  const bool v2 = exists("/sys/fs/cgroup/cgroup.controllers");
  if (!v1 && !v2)
    return {"cgroups", "none mounted", "limits of builds and applications cannot be kept: mount /sys/fs/cgroup", false,
            true};
  const std::string memory = v1 ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
  if (::access(memory.c_str(), W_OK) != 0)
    return {"cgroups", v1 ? "v1, not writable" : "v2, not writable", "run as root, or delegate a cgroup to the service",
            false, true};
  return {"cgroups", v1 ? "v1" : "v2", {}};
}

Check check_disk() {
  struct statvfs disk {};
  if (::statvfs("/var/lib", &disk) != 0) return {"disk", "unknown", {}};
  const auto free_gib = disk.f_bavail * disk.f_frsize >> 30;
  return {"disk", fmt::format("{} GiB free under /var/lib", free_gib),
          free_gib < 5 ? "images and logs need room: 5 GiB or more" : "", free_gib >= 5, false};
}

Check check_files() {
  struct rlimit limit {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return {"open files", fmt::format("{} (hard {})", limit.rlim_cur, limit.rlim_max),
          limit.rlim_max < 4096 ? "raise LimitNOFILE to 65536 in the service" : "", limit.rlim_max >= 4096, false};
}

}  // namespace

std::vector<Check> examine_machine() {
  const std::vector<Tool> tools = {
      {"git", "git", "repositories and checkouts", {"git", "--version"}},
      {"haproxy", "haproxy", "the proxy before applications", {"haproxy", "-v"}},
      {"buildah", "buildah", "the step ImageBuild and steps in a container", {"buildah", "--version"}},
      {"java", "openjdk-17-jdk-headless maven", "Java steps outside containers", {"java", "-version"}, false},
      {"node", "nodejs npm", "Node steps outside containers", {"node", "--version"}, false},
  };
  std::vector<Check> checks;
  checks.push_back({"user", ::geteuid() == 0 ? "root" : "not root",
                    ::geteuid() == 0 ? "" : "containers, sandboxes and cgroups need root: run the service as root",
                    ::geteuid() == 0});
  for (const auto& tool : tools) checks.push_back(check_tool(tool));
  for (auto& check : check_engine()) checks.push_back(std::move(check));
  checks.push_back(check_cgroups());
  checks.push_back(check_disk());
  checks.push_back(check_files());
  return checks;
}

Result<std::string> doctor() {
  std::string text;
  bool healthy = true;
  for (const auto& check : examine_machine()) {
    text += fmt::format("{:<8} {:<12} {}\n", check.ok ? "ok" : (check.needed ? "MISSING" : "note"), check.what,
                        check.found);
    if (!check.mend.empty()) text += fmt::format("         {:<12} {}\n", "", check.mend);
    healthy = healthy && (check.ok || !check.needed);
  }
  if (!healthy) return fail(Errc::unavailable, "this machine lacks something Sampan needs\n{}", text);
  return text;
}

}  // namespace sampan::app
