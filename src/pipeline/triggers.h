// What an event starts, and why it starts nothing. match() is pure; react() does it, once for each push, whoever calls.
#pragma once

#include "pipeline/new_run.h"

namespace sampan::pipeline {

struct RefEvent {
  std::string ref;  // "refs/heads/x"
  std::string default_branch;
  std::string title;                       // of the commit
  std::vector<std::string> options;        // push options
  std::vector<std::string> changed_paths;  // asked for only when a file filters by path
  bool all_paths = false;                  // the paths are not known (a new branch): any filter passes
};
// nullopt: the pipeline starts; otherwise the sentence why not.
std::optional<std::string> why_not(const Definition& definition, const RefEvent& event);
bool asks_for_paths(const Definition& definition);

// Reads the pipelines of each moved ref and starts what the push starts; one trigger record for each file and ref.
// Idempotent by push.
Result<void> react_to_push(Room& room, const events::PushReceived& push);
// The lines printed to who pushed.
std::vector<std::string> push_notice(Room& room, const events::PushReceived& push);

}  // namespace sampan::pipeline
