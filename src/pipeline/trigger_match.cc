#include "base/text.h"
#include "pipeline/triggers.h"
#include "pipeline/values.h"

namespace sampan::pipeline {
namespace {

bool listens_to(const Source& source, TriggerKind kind) {
  return std::find(source.events.begin(), source.events.end(), kind) != source.events.end();
}

std::optional<std::string> why_not_branch(const Source& source, const std::string& branch, const RefEvent& event) {
  if (!source.branches_filter.empty()) {
    if (regex_search(source.branches_filter, branch).value_or(false)) return std::nullopt;
    return fmt::format("the branch '{}' does not match branchesFilter '{}'", branch, source.branches_filter);
  }
  const std::string& only = source.branch.empty() ? event.default_branch : source.branch;
  if (branch == only) return std::nullopt;
  return fmt::format("the branch '{}' is not '{}'; branchesFilter would let others in", branch, only);
}

std::optional<std::string> why_not_source(const Source& source, const RefEvent& event) {
  const bool tag = event.ref.starts_with("refs/tags/");
  if (source.events.empty()) return "the file has no triggerEvents: a person starts it";
  if (!listens_to(source, tag ? TriggerKind::tag_push : TriggerKind::push)) {
    return fmt::format("its triggerEvents have no '{}'", tag ? "tagPush" : "push");
  }
  if (tag) return std::nullopt;
  if (auto reason = why_not_branch(source, short_ref(event.ref), event)) return reason;
  if (source.path_filter.empty() || event.all_paths) return std::nullopt;
  for (const std::string& path : event.changed_paths) {
    if (regex_search(source.path_filter, path).value_or(false)) return std::nullopt;
  }
  return fmt::format("none of the {} changed paths matches pathFilter '{}'", event.changed_paths.size(),
                     source.path_filter);
}

}  // namespace

bool asks_for_paths(const Definition& definition) {
  return definition.source && !definition.source->path_filter.empty();
}

std::optional<std::string> why_not(const Definition& definition, const RefEvent& event) {
  if (event.title.find("[skip ci]") != std::string::npos || event.title.find("[ci skip]") != std::string::npos)
    return "the commit's title says [skip ci]";
  if (std::find(event.options.begin(), event.options.end(), "ci.skip") != event.options.end())
    return "the push option ci.skip was given";
  if (definition.source) return why_not_source(*definition.source, event);
  if (event.ref == "refs/heads/" + event.default_branch) return std::nullopt;
  return fmt::format("the file has no sources: only pushes on the branch '{}' start it", event.default_branch);
}

}  // namespace sampan::pipeline
