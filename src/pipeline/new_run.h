// Making a run: from a definition and where it stands, to rows that can be picked up. Private to the room.
#pragma once

#include "pipeline/definition.h"
#include "pipeline/room.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline {

struct NewRun {
  const git::Repo& repo;
  const Definition& definition;
  std::string yaml, ref, sha, title, cause;  // cause: push, tag, manual, retry
  PushId push;
  UserId actor;
  std::string actor_name, remark;
  std::vector<KeyValue> inputs;
  std::map<std::string, std::string> app_files;  // text of the files Deploy steps name, by path
};

// The files Deploy steps name, each once; read them at the run's commit (outside the transaction) into
// NewRun::app_files.
std::vector<std::string> app_files_of(const Definition& definition);

// conflict: the limit of runs under way is reached (and the file says rejectNew); invalid: a variable group is not
// there.
Result<store::RunRow> create_run(Room& room, Tx& tx, const NewRun& wanted);

// By a person: reads the file at the head of `ref` and makes the run. `pipeline` is a name, "daily.yaml" or
// ".sampan/daily.yaml".
struct ManualRun {
  std::string pipeline, ref;
  std::vector<KeyValue> variables;
  std::string comment;
};
Result<RunId> start_by_hand(Room& room, const Actor& actor, const git::Repo& repo, const ManualRun& wanted);
// The same inputs once more: file, commit and variables of the run.
Result<RunId> start_again(Room& room, const Actor& actor, RunId run);

// Reads .sampan/*.yaml (and .yml) but app.yaml at a commit.
struct PipelineFile {
  std::string path, text;
  Reading reading;
};
Result<std::vector<PipelineFile>> read_pipeline_files(Room& room, const git::Repo& repo, const Sha& commit);
bool is_pipeline_file(std::string_view path);

}  // namespace sampan::pipeline
