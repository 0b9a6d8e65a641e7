// The code of a job: exactly one commit, fetched by the real git with the job's own token, which never enters the workspace or an argument list.
#pragma once

#include <string>

#include "runner/order.h"
#include "runner/run_command.h"

namespace sampan::runner {

Result<void> check_out(const Supervision& supervision, const Order& order, const std::string& workspace);
// For runs on a developer's machine: the tracked and untracked files that git does not ignore.
Result<void> copy_working_tree(const std::string& tree, const std::string& workspace);

}  // namespace sampan::runner
