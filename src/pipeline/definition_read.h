// The readers of a pipeline file's parts, private to definition*.cc.
#pragma once

#include "pipeline/definition.h"
#include "pipeline/reader.h"

namespace sampan::pipeline {

std::optional<Source> read_sources(const YamlNode& sources, Diagnoses& diagnoses);
// Stage by stage; jobs' `needs` are as written until resolve_needs().
std::vector<StageSpec> read_stages(const YamlNode& stages, Diagnoses& diagnoses);
JobSpec read_job(const Word& id, const YamlNode& node, const StageSpec& stage, Diagnoses& diagnoses);

// Turns `needs` into keys, adds those that follow from the order of stages, and reports unknown names and cycles.
// `stage_needs[i]` are the stages stage i waits for; nullopt: the one written before it.
using StageNeeds = std::vector<std::optional<std::vector<Word>>>;
void resolve_needs(std::vector<StageSpec>& stages, const StageNeeds& stage_needs, Diagnoses& diagnoses);
// Conditions name jobs before them, $[...] name artifacts made before them.
void check_references(const Definition& definition, Diagnoses& diagnoses);

// An id of a stage, job or step: a letter, then letters, digits, _ or -; `most` characters. A wrong one is a diagnosis.
bool check_id(const Word& id, std::string_view what, std::size_t most, Diagnoses& diagnoses);

}  // namespace sampan::pipeline
