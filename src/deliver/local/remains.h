// What podman leaves on the machine, outside its own store, when it or its helper is killed: commands of an earlier
// life of ours that still work, containers that only the runtime (runc) remembers, with their cgroups, and networks
// that were made for a container that never came to be.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace sampan::deliver {

// Is the process there, and one of container `id`? A number that another process got since is not.
bool is_process_of(int pid, const std::string& id);

// Returns when no podman with our settings below `folder` is at work; those that take longer than `patience` are killed
// with their process group. Nobody of ours may have started one meanwhile.
void await_commands(const std::string& folder, std::chrono::milliseconds patience);

// Has the runtime drop the containers whose bundles lie below `folder` and are gone from podman's store there. The
// first that it does not drop is the error; the others are tried all the same.
Result<void> drop_remains(const std::string& folder);

// Ids of the containers that podman keeps below `folder`.
std::set<std::string> containers_in(const std::string& folder);

// Drops the cgroups of a container that was removed: the runtime gives up when its last processes take long to end, and
// forgets it all the same. Returns after `patience` at the latest.
void drop_cgroups(const std::string& id, std::chrono::milliseconds patience);

// The same of all containers, whoever started them, that no runtime knows and that nothing has changed since `age`.
void drop_lost_cgroups(std::chrono::seconds age);

// Drops the network namespaces with an address in the network of `folder`/networks/sampan.json in which no process is
// and that no container has; `of_containers` gives theirs, as paths, and is asked only when there is one to drop. Also
// those that a killed podman left half made or half removed, without any address, unless some podman stays at work.
// Not while a container is being started there.
Result<void> drop_networks(const std::string& folder,
                           const std::function<Result<std::vector<std::string>>()>& of_containers);

}  // namespace sampan::deliver
