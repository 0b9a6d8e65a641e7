// How a step is kept apart from the machine, as options of sampan-launch: own user, mount, pid, ipc, uts and cgroup
// namespaces, network on request, a system that is read-only, folders of its own. What runs in it dies with the command
// it was made for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/process.h"
#include "runner/order.h"

namespace sampan::runner {

// Steps run as this user of the machine (root's runner; anybody else's run as themselves) and see themselves as 1000,
// "build". It is in nobody's passwd: it owns workspaces and caches and nothing else.
constexpr unsigned kBuildUser = 59'600;
// Image builds: 0...65535 inside are kImageUsers... outside.
constexpr unsigned kImageUsers = 1'900'000'000;
constexpr std::string_view kHome = "/home/build";
constexpr std::string_view kProgram = "/run/sampan";                // this program, as a step sees it: $SAMPAN_PROGRAM
constexpr std::string_view kAdvisories = "/run/sampan-advisories";  // what it looks packages up in: $SAMPAN_ADVISORIES

// What the steps of one job may touch, as folders of the machine.
struct Room {
  std::string workspace;        // at /workspace
  std::string home;             // at /home/build
  std::string flow;             // at /flow: `env`, where a step appends KEY=VALUE, and the script that runs
  std::string temporary;        // at /tmp
  std::string etc;              // holds passwd, group: own ones, since programs take their home from there
  std::string objects;          // a repository's objects, read-only at /run/objects; empty: none
  std::string advisories = {};  // a file, read-only at kAdvisories; it need not exist
  std::vector<std::pair<std::string, std::string>> caches = {};  // folder -> place, "~/.m2" or absolute
  std::vector<std::string> cgroups = {};                         // seen at /sys/fs/cgroup: a JVM reads its limits there
  bool network = true;
};

// Makes the folders and files of a room, owned by the build user.
Result<void> prepare(const Room& room);
Result<std::vector<std::string>> sandbox_options(const Room& room, std::string_view workdir);
// The read-only system: /usr and what of /etc and /opt programs need.
std::vector<std::string> system_options();
// A job's own cgroup folders, seen where the machine has its hierarchies.
std::vector<std::string> cgroup_options(const std::vector<std::string>& folders);

// Certificates that our environment names and that lie outside of /usr: files and folders, once each.
std::vector<std::string> certificate_files();

// Of our own environment, what tools need to reach package registries: certificates, proxies, settings of npm, pip, Go
// and Maven.
std::vector<KeyValue> registry_environment();
// What a step finds set: HOME, PATH and such, the registries, then `values`.
std::vector<std::pair<std::string, std::string>> step_environment(const std::map<std::string, std::string>& values);

// A script of a step, written where the sandbox sees it. It is a file because arguments are limited to 128 KiB and seen
// by everybody.
Result<Command> script_command(const Room& room, std::string_view shell, std::string_view script);

// "~/.m2" -> "/home/build/.m2". invalid: it leads out of home, or is a folder of the system.
Result<std::string> place_of_cache(const std::string& directory);

// A small file of one job, 0644, in the place of whatever lies there: nothing is lost if it is, so no fsync.
Result<void> write_fresh(const std::string& path, std::string_view text, int mode = 0644);

// Gives a tree to the build user; links are not followed. Nothing when we are not root.
Result<void> give_to_build_user(const std::string& path);

}  // namespace sampan::runner
