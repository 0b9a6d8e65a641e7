#include "runner/substitute.h"

#include "base/text.h"

namespace sampan::runner {

Result<std::string> substitute(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size() || (text[i + 1] != '{' && text[i + 1] != '$')) {
      out += text[i];
      continue;
    }
    if (text[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    const auto close = text.find('}', i);
    if (close == std::string_view::npos) return fail(Errc::invalid, "'{}': a ${{ without its }}", text);
    const auto name = std::string(text.substr(i + 2, close - i - 2));
    const auto value = values.find(name);
    if (value == values.end()) {
      std::vector<std::string> names;
      for (const auto& [known, unused] : values) names.push_back(known);
      return fail(Errc::invalid, "'{}': there is no variable '{}'{}", text, name, did_you_mean(name, names));
    }
    out += value->second;
    i = close;
  }
  return out;
}

Result<void> substitute(Action& action, const std::map<std::string, std::string>& values) {
  for (auto* text : {&action.workdir, &action.artifact, &action.dockerfile, &action.context, &action.image,
                     &action.name, &action.into}) {
    if (*text) **text = TRY(substitute(**text, values));
  }
  for (auto* list : {&action.tags, &action.paths}) {
    if (!*list) continue;
    for (auto& text : **list) text = TRY(substitute(text, values));
  }
  for (auto* pairs : {&action.environment, &action.build_args, &action.variables}) {
    if (!*pairs) continue;
    for (auto& pair : **pairs) pair.value = TRY(substitute(pair.value, values));
  }
  return {};
}

}  // namespace sampan::runner
