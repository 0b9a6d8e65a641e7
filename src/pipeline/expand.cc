#include "pipeline/expand.h"

#include "base/text.h"

namespace sampan::pipeline {
namespace {

constexpr std::string_view kForm =
    "$[stages.STAGE.JOB.STEP.artifacts.NAME], and .downloadUrl or .dockerUrl behind it where wanted";

Result<ArtifactReference> parse_reference(std::string_view inside) {
  std::vector<std::string> parts = split(trim(inside), '.');
  ArtifactReference reference;
  if (parts.back() == "downloadUrl" || parts.back() == "dockerUrl") {
    reference.wanted =
        parts.back() == "dockerUrl" ? ArtifactReference::Wanted::docker_url : ArtifactReference::Wanted::download_url;
    parts.pop_back();
  }
  if (parts.size() == 5 && parts[0] == "jobs") {
    parts.insert(parts.begin() + 1, "");
    parts[0] = "stages";
  }
  const bool complete = parts.size() == 6 && parts[0] == "stages" && parts[4] == "artifacts" && !parts[2].empty() &&
                        !parts[3].empty() && !parts[5].empty();
  if (!complete) return fail(Errc::invalid, "'$[{}]' is not a reference to an artifact: expected {}", inside, kForm);
  reference.stage = parts[1];
  reference.job = parts[2];
  reference.step = parts[3];
  reference.name = parts[5];
  return reference;
}

}  // namespace

Result<std::vector<ArtifactReference>> find_references(std::string_view text) {
  std::vector<ArtifactReference> found;
  std::size_t next = 0;
  for (std::size_t at; (at = text.find("$[", next)) != std::string_view::npos;) {
    next = at + 2;
    // Shell arithmetic of old, $[1+2], is not ours: ours begin with a name and a dot.
    const std::string_view rest = trim(text.substr(at + 2, 64));
    if (!rest.starts_with("stages") && !rest.starts_with("jobs") && !rest.starts_with("sources")) continue;
    const std::size_t end = text.find(']', at);
    if (end == std::string_view::npos)
      return fail(Errc::invalid, "'{}' is not closed: expected {}", text.substr(at, 40), kForm);
    const std::string_view inside = text.substr(at + 2, end - at - 2);
    if (rest.starts_with("sources")) {
      return fail(Errc::invalid, "'$[{}]': artifacts of other pipelines are not read yet; expected {}", inside, kForm);
    }
    ArtifactReference reference = TRY(parse_reference(inside));
    reference.offset = at;
    reference.length = end - at + 1;
    next = end + 1;
    found.push_back(std::move(reference));
  }
  return found;
}

Result<std::string> replace_references(std::string_view text,
                                       const std::function<Result<std::string>(const ArtifactReference&)>& value_of) {
  std::string out;
  std::size_t copied = 0;
  const auto references = TRY(find_references(text));
  for (const ArtifactReference& reference : references) {
    out += text.substr(copied, reference.offset - copied);
    out += TRY(value_of(reference));
    copied = reference.offset + reference.length;
  }
  out += text.substr(copied);
  return out;
}

bool is_variable_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || name.size() > 128 || !letter(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

Result<std::string> expand_variables(std::string_view text, const Variables& variables) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos)
      return fail(Errc::invalid, "'{}' is not closed: expected ${{NAME}}", text.substr(at, 40));
    if (at > 0 && text[at - 1] == '$') {
      out += text.substr(copied, at - 1 - copied);
      out += text.substr(at, end + 1 - at);
    } else {
      const std::string_view name = text.substr(at + 2, end - at - 2);
      auto value = variables.find(name);
      if (value == variables.end()) {
        std::vector<std::string> known;
        for (const auto& [key, unused] : variables) known.push_back(key);
        return fail(Errc::invalid, "the variable '{}' is not known{}", name, did_you_mean(name, known));
      }
      out += text.substr(copied, at - copied);
      out += value->second;
    }
    at = copied = end + 1;
  }
  out += text.substr(copied);
  return out;
}

}  // namespace sampan::pipeline
