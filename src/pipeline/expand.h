// The two kinds of references in a pipeline file: ${NAME} (a variable) and $[stages.STAGE.JOB.STEP.artifacts.NAME] (an
// artifact).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sampan::pipeline {

// One $[...] in a text. Within a stage it may be written $[jobs.JOB.STEP.artifacts.NAME]: then `stage` is empty.
struct ArtifactReference {
  std::string stage, job, step, name;
  enum class Wanted { standard, download_url, docker_url } wanted = Wanted::standard;
  std::size_t offset = 0, length = 0;  // in the text
};

// All $[...] of a text, in order; invalid when one is not closed or not of the form above: the sentence quotes it.
Result<std::vector<ArtifactReference>> find_references(std::string_view text);

// The text with each reference replaced by what `value_of` answers; its first error is returned.
Result<std::string> replace_references(std::string_view text,
                                       const std::function<Result<std::string>(const ArtifactReference&)>& value_of);

using Variables = std::map<std::string, std::string, std::less<>>;
// The text with each ${NAME} replaced. An unknown name is invalid and names the nearest known one. `$NAME` and
// `$${NAME}` (which becomes
// `${NAME}`) are left to the shell.
Result<std::string> expand_variables(std::string_view text, const Variables& variables);

bool is_variable_name(std::string_view name);  // a letter or _, then letters, digits, _

}  // namespace sampan::pipeline
