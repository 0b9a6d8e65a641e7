// The code of a job: exactly one commit. Fetched by the real git with the job's own token, which never enters the
// workspace or an argument list, into a mirror of the repository that stays on this machine; the workspace borrows its
// objects, so that a warm checkout touches no network.
#pragma once

#include <string>

#include "runner/folders.h"
#include "runner/order.h"
#include "runner/run_command.h"
#include "runner/sandbox.h"

namespace sampan::runner {

// Leaves the commit in room.workspace, and in room.objects where its objects lie: in a mirror of ours, or in the
// server's own repository when that is on this machine.
Result<void> check_out(const Supervision& supervision, const Order& order, const Folders& folders, Room& room);
// For runs on a developer's machine: the tracked and untracked files that git does not ignore, and .git itself.
Result<void> copy_working_tree(const std::string& tree, const std::string& workspace);

}  // namespace sampan::runner
