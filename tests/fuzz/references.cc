// ${NAME} and $[...] in a pipeline's texts, on the server and on the runner.
#include "fuzz.h"
#include "pipeline/expand.h"
#include "runner/substitute.h"

using namespace sampan;

FUZZ(input) {
  auto bytes = fuzz::provider(input);
  const pipeline::Variables variables{{"A", bytes.ConsumeRandomLengthString(64)}, {"B_1", "${A}"}};
  const std::string text = bytes.ConsumeRemainingBytesAsString();
  const auto found = pipeline::find_references(text);
  if (found.has_value()) {
    std::size_t end = 0;
    for (const auto& one : *found) {
      PROMISE(one.offset >= end && one.length > 0 && one.offset + one.length <= text.size());
      PROMISE(std::string_view(text).substr(one.offset).starts_with("$["));
      end = one.offset + one.length;
    }
  }
  const auto same = pipeline::replace_references(
      text, [&](const auto& one) -> Result<std::string> { return text.substr(one.offset, one.length); });
  PROMISE(same.has_value() == found.has_value());
  if (same.has_value()) PROMISE(*same == text);
  const auto expanded = pipeline::expand_variables(text, variables);
  if (text.find("${") == std::string::npos) PROMISE(expanded.has_value() && *expanded == text);
  const auto substituted = runner::substitute(text, {variables.begin(), variables.end()});
  if (text.find('$') == std::string::npos) PROMISE(substituted.has_value() && *substituted == text);
}
