// The variables of a run, and what references in its texts stand for. Later wins: groups, file, run-time input, steps,
// predefined.
#pragma once

#include "pipeline/expand.h"
#include "pipeline/room.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline {

struct RunValues {
  Variables plain;  // all but secrets
  std::vector<KeyValue> secrets;
  Variables all() const;  // with secrets; for texts the server itself expands
};
Result<RunValues> load_values(Room& room, Tx& tx, const store::RunRow& run);

// What every job of the run knows without being told (docs/formats/pipeline.md, "Predefined variables").
Variables predefined_variables(std::string_view public_url, const store::RunRow& run);

// invalid names the group that does not exist or is not open to the repository's pipelines. A group is open when it
// lists the repository
// ("company/shop", "company/*"), or when it is bound to neither repositories nor environments.
Result<void> check_groups(Tx& tx, const std::vector<std::string>& groups, std::string_view repo_path);

// Text with $[...] replaced: an image by its reference with digest, a file by its id or download address. `stage`
// completes $[jobs...].
Result<std::string> replace_artifacts(Room& room, Tx& tx, const store::RunRow& run, std::string_view stage,
                                      std::string_view text);

struct LocalTime {
  int weekday = 1, second_of_day = 0;
  std::string stamp;
};  // stamp: 2017-06-22-23-26-33
LocalTime local_time(Time time);
std::string short_ref(std::string_view ref);  // "master" of refs/heads/master, "v1" of refs/tags/v1

}  // namespace sampan::pipeline
