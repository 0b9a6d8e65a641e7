#include "base/enum_text.h"
#include "scan/p3c/cases.h"
#include "scan/p3c/rules/rules.h"
#include "scan/scan.h"

namespace sampan::scan {

namespace {

std::string example(std::string_view title, const p3c::Case& shown, bool templated) {
  return fmt::format("{}\n\n```{}\n{}```\n\n", title, templated ? "velocity" : "java", shown.code);
}

// The first case that makes findings and the first that makes none.
std::string examples_of(const p3c::Rule& rule) {
  std::string out;
  for (const auto& file : p3c::case_files()) {
    const auto cases = p3c::parse_cases(file.text, file.name);
    if (!cases.has_value() || cases->empty() || cases->front().rule != rule.name) continue;
    for (const bool good : {false, true}) {
      for (const auto& shown : *cases) {
        if (shown.lines.empty() != good) continue;
        out += example(good ? "Good:" : "Found:", shown, rule.check_template != nullptr);
        break;
      }
    }
  }
  return out;
}

}  // namespace

std::string rule_reference() {
  std::string out =
      "# The rules of the engine p3c\n"
      "Generated: `sampan docs rules > docs/rules/p3c.md`. The names are p3c's own; blocker, critical and major are "
      "shown as severe, warning and\n"
      "suggestion (严重, 警告, 建议). [p3c-differences.md](p3c-differences.md) says where a rule differs from p3c-pmd "
      "and why.\n\n";
  for (const auto* rule : p3c::all_rules()) {
    out += fmt::format("## {}\n{} · {}\n\n{}\n\n{} / {}\n\n", rule->name, enum_text(rule->severity), rule->summary.en,
                       rule->summary.zh, rule->remedy.en, rule->remedy.zh);
    if (!rule->fix.en.empty()) out += fmt::format("`--fix`: {} / {}\n\n", rule->fix.en, rule->fix.zh);
    out += examples_of(*rule);
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace sampan::scan
