// The command line that runs a step apart from the machine: own user, mount, pid, ipc and uts namespaces, network on request, a system that is
// read-only, a private /tmp. By bubblewrap; what bwrap starts dies with it.
#pragma once

#include <string>
#include <vector>

#include "runner/order.h"

namespace sampan::runner {

// What a step may touch, as folders of the machine.
struct Room {
  std::string workspace;  // at /workspace
  std::string home;       // at /home/build
  std::string flow;       // at /flow: the file env, where a step appends KEY=VALUE
  std::string etc;        // holds passwd, group: own ones, since programs take their home from there
  std::vector<std::pair<std::string, std::string>> caches;  // folder -> place below home, "~/.m2" or absolute
  bool network = true;
};

// Writes the files `etc` and `home` need (passwd, group, the machine's registry settings).
Result<void> prepare(const Room& room);

struct Shell { std::string script, shell, workdir; std::vector<KeyValue> environment; };
// bwrap ... bash -e -o pipefail -c SCRIPT. The environment holds exactly `environment` and what lets tools reach their registries.
Result<std::vector<std::string>> sandboxed(const Room& room, const Shell& shell);

// Of our own environment, what tools need to reach package registries: certificates, proxies, settings of npm, pip, Go and Maven.
std::vector<KeyValue> registry_environment();

}  // namespace sampan::runner
