// `sources`: what starts the pipeline, and how its repository is checked out.
#include "base/text.h"
#include "pipeline/definition_read.h"

namespace sampan::pipeline {
namespace {

const std::vector<std::string> kTypes{"codeup", "git", "sampan"};
const std::vector<std::string> kOtherTypes{"github",       "githubApp", "gitlab", "gitlabAPI",
                                           "customGitlab", "bitbucket", "svn",    "gitSample",
                                           "flowPipeline", "packages",  "acr",    "jenkins"};
const std::vector<std::string> kEvents{"push", "tagPush", "mergeRequestMerged", "mergeRequestOpenedOrUpdate",
                                       "mergeRequestUpdated"};

void read_type(MapReader& map, Diagnoses& diagnoses) {
  auto type = map.text("type");
  if (!type || std::find(kTypes.begin(), kTypes.end(), *type) != kTypes.end()) return;
  const YamlNode& at = *map.node().find("type");
  if (std::find(kOtherTypes.begin(), kOtherTypes.end(), *type) != kOtherTypes.end()) {
    diagnoses.error(at, fmt::format("a source of type '{}' is not read yet: a pipeline is built from the repository "
                                    "its file lives in; expected 'codeup' or 'git'",
                                    *type));
  } else {
    diagnoses.error(at, fmt::format("'type' of {} is '{}': {}", map.what(), *type, expected_one_of(*type, kTypes)));
  }
}

void read_events(MapReader& map, Source& source, Diagnoses& diagnoses) {
  for (const Word& word : map.words("triggerEvents")) {
    TriggerKind kind = TriggerKind::push;
    if (word.text == "tagPush") {
      kind = TriggerKind::tag_push;
    } else if (word.text == "mergeRequestMerged") {
      kind = TriggerKind::merge_request_merged;
    } else if (word.text == "mergeRequestOpenedOrUpdate" || word.text == "mergeRequestUpdated") {
      kind = TriggerKind::merge_request_opened;
    } else if (word.text != "push") {
      diagnoses.error_at(
          word.line, word.column,
          fmt::format("the trigger event '{}' of {}: {}", word.text, map.what(), expected_one_of(word.text, kEvents)));
      continue;
    }
    source.events.push_back(kind);
  }
}

std::string read_pattern(MapReader& map, std::string_view key, Diagnoses& diagnoses) {
  auto pattern = map.text(key);
  if (!pattern) return "";
  if (!regex_search(*pattern, "")) {
    diagnoses.error(*map.node().find(key), fmt::format("'{}' of {}: '{}' is not a regular expression (RE2 syntax)", key,
                                                       map.what(), *pattern));
  }
  return *pattern;
}

}  // namespace

std::optional<Source> read_sources(const YamlNode& sources, Diagnoses& diagnoses) {
  if (sources.kind != YamlNode::Kind::mapping) {
    diagnoses.error(sources,
                    fmt::format("'sources': expected a mapping of ids to sources, found {}", kind_name(sources)));
    return std::nullopt;
  }
  if (sources.pairs.size() > 1) {
    diagnoses.error(
        sources.pairs[1].key,
        "several sources are not read yet: a pipeline is built from the repository its file lives in; write one");
  }
  const auto& [id, node] = sources.pairs.front();
  Source source;
  source.id = id.text;
  MapReader map(node, fmt::format("the source '{}'", id.text), diagnoses);
  read_type(map, diagnoses);
  source.name = map.text("name").value_or(id.text);
  map.text("endpoint");  // the repository is the one the file lives in, whatever its address
  source.branch = map.text("branch").value_or("");
  source.branches_filter = read_pattern(map, "branchesFilter", diagnoses);
  source.path_filter = read_pattern(map, "pathFilter", diagnoses);
  read_events(map, source, diagnoses);
  source.clone_depth = static_cast<int>(map.integer("cloneDepth", 0, 1'000'000).value_or(1));
  if (map.flag("submodule").value_or(false)) {
    diagnoses.error(*node.find("submodule"), "submodules are not fetched yet: expected false");
  }
  if (const YamlNode* certificate = map.take("certificate")) {
    diagnoses.warning(*certificate,
                      "'certificate' has no effect here: a job reads its repository with a token of its own");
  }
  map.finish();
  return source;
}

}  // namespace sampan::pipeline
