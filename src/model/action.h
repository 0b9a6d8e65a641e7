// What a step does, as the server tells the runner (docs/formats/runner.md, "A job order"). One struct for all kinds:
// `action` names the kind and says which of the optional members are there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace sampan::order {

struct KeyValue {
  std::string key, value;
};
BOOST_DESCRIBE_STRUCT(KeyValue, (), (key, value))

struct RedLine {
  std::string metric, comparator;  // LE, GE, EQ
  double limit = 0;
};
BOOST_DESCRIBE_STRUCT(RedLine, (), (metric, comparator, limit))

struct Action {
  std::string action;  // script, image_build, artifact_upload, artifact_download, junit_report, sarif_report,
                       // metrics, set_variables
  std::optional<std::string> script, shell, workdir;      // script
  std::optional<std::vector<KeyValue>> environment;       // script
  std::optional<std::string> artifact;                    // image_build: its name; artifact_download: its id
  std::optional<std::string> dockerfile, context, image;  // image_build
  std::optional<std::vector<std::string>> tags;           // image_build
  std::optional<std::vector<KeyValue>> build_args;        // image_build
  std::optional<bool> no_cache;                           // image_build
  std::optional<std::string> name;                        // artifact_upload, junit_report; sarif_report: the tool
  std::optional<std::vector<std::string>> paths;          // artifact_upload, junit_report, sarif_report, metrics: one
  std::optional<bool> include_path;                       // artifact_upload
  std::optional<std::string> into;                        // artifact_download
  std::optional<bool> always;                             // also after a failure
  std::optional<std::vector<KeyValue>> variables;         // set_variables
  std::optional<std::vector<RedLine>> redlines;           // metrics
};
BOOST_DESCRIBE_STRUCT(Action, (),
                      (action, script, shell, workdir, environment, artifact, dockerfile, context, image, tags,
                       build_args, no_cache, name, paths, include_path, into, always, variables, redlines))

// Calls visit(std::string&) on every text of the action in which ${NAME} and $[...] may stand.
template <class Visit>
void for_each_text(Action& action, Visit&& visit) {
  for (auto* text : {&action.script, &action.workdir, &action.artifact, &action.dockerfile, &action.context,
                     &action.image, &action.name, &action.into}) {
    if (*text) visit(**text);
  }
  for (auto* list : {&action.tags, &action.paths}) {
    if (*list)
      for (std::string& text : **list) visit(text);
  }
  for (auto* pairs : {&action.environment, &action.build_args, &action.variables}) {
    if (*pairs)
      for (KeyValue& pair : **pairs) visit(pair.value);
  }
}

}  // namespace sampan::order
