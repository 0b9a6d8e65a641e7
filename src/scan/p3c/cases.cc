#include "scan/p3c/cases.h"

#include <charconv>

#include "base/text.h"

namespace sampan::scan::p3c {

namespace {

Result<Case> parse_heading(std::string_view heading, std::string_view where) {
  const auto colon = heading.rfind(':');
  if (colon == std::string_view::npos)
    return fail(Errc::invalid, "{}: expected '--- SENTENCE: none' or '--- SENTENCE: 2, 5'", where);
  Case made;
  made.sentence = trim(heading.substr(0, colon));
  const auto expected = trim(heading.substr(colon + 1));
  if (expected == "none") return made;
  for (const auto& part : split(expected, ',')) {
    const auto number = trim(part);
    int line = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), line);
    if (error != std::errc() || end != number.data() + number.size() || line < 1)
      return fail(Errc::invalid, "{}: '{}' is no line", where, number);
    made.lines.push_back(line);
  }
  return made;
}

}  // namespace

Result<std::vector<Case>> parse_cases(std::string_view text, std::string_view file) {
  std::vector<Case> cases;
  std::string rule;
  int number = 0;
  for (const auto& line : split(text, '\n')) {
    ++number;
    const auto where = fmt::format("{}:{}", file, number);
    if (number == 1) {
      if (!line.starts_with("rule ")) return fail(Errc::invalid, "{}: expected 'rule RULE'", where);
      rule = trim(std::string_view(line).substr(5));
    } else if (line.starts_with("--- ")) {
      cases.push_back(TRY(parse_heading(std::string_view(line).substr(4), where)));
      cases.back().rule = rule;
    } else if (!cases.empty()) {
      cases.back().code += line + "\n";
    } else if (!trim(line).empty()) {
      return fail(Errc::invalid, "{}: code before the first case", where);
    }
  }
  for (auto& made : cases) made.code = std::string(trim(made.code)) + "\n";
  return cases;
}

}  // namespace sampan::scan::p3c
