// One call of sampan-hook, as the server reads it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "git/git.h"
#include "git/plumbing.h"

namespace sampan::git {

struct HookCall {
  std::vector<events::RefUpdate> updates;
  std::vector<std::string> options;
  Environment environment;  // only the quarantine's variables
};

// `repo_folder`: the quarantine must lie in it, so that a forged call cannot point git at other objects.
Result<HookCall> parse_hook_call(std::string_view body, std::string_view repo_folder);

}  // namespace sampan::git
