// A job order: what a runner is told when it is given a job (docs/formats/runner.md). Private to the room.
#pragma once

#include "pipeline/room.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline {

// The order as JSON, with a fresh token for the job. An error of kind invalid or not_found is the fault of what people
// wrote.
Result<std::string> make_order(Room& room, Tx& tx, const store::RunRow& run, const store::JobRow& job);

// The name under which a runner keeps the cache of this folder for this job.
std::string cache_key(RepoId repo, std::string_view file, std::string_view job_key, std::string_view directory);

Json action_value(const Action& action);  // only the members that are there

}  // namespace sampan::pipeline
