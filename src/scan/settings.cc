#include "scan/settings.h"

#include <algorithm>
#include <climits>

#include "base/config.h"
#include "base/enum_text.h"
#include "base/files.h"
#include "base/text.h"
#include "scan/p3c/rules/rules.h"
#include "scan/secrets/matcher.h"
#include "scan/secrets/rule.h"

namespace sampan::scan {

namespace {

// False, and told: there is no such severity. Without one the value stays.
bool read_severity(const std::string& text, Section& section, Severity& severity) {
  const auto found = enum_from<Severity>(text);
  if (found) severity = *found;
  if (!text.empty() && !found)
    section.complain(section.node(), fmt::format("no severity '{}': there are blocker, critical and major", text));
  return found || text.empty();
}

constexpr std::size_t kMostPatterns = 50;

void read_pattern(Section section, Settings& settings) {
  SecretPattern own;
  std::string severity;
  section.read("name", own.name);
  section.read("pattern", own.pattern);
  section.read("what", own.what);
  section.read("severity", severity);
  section.finish();
  const auto names = known_rules(settings);
  if (!is_valid_name(own.name))
    section.complain(section.node(), "a pattern needs a name of letters, digits, '.', '_' and '-'");
  else if (std::find(names.begin(), names.end(), own.name) != names.end())
    section.complain(section.node(), fmt::format("there is a rule '{}' already", own.name));
  if (const auto good = secrets::compile_own(own.pattern); !good.has_value())
    section.complain(section.node(), good.error().message);
  if (!read_severity(severity, section, own.severity)) return;
  if (own.what.empty()) own.what = own.name;
  settings.patterns.push_back(std::move(own));
}

void read_patterns(Section section, Settings& settings) {
  const auto all = section.sections("patterns");
  if (all.size() > kMostPatterns)
    return section.complain(section.node(), fmt::format("{} patterns: at most {} are good", all.size(), kMostPatterns));
  for (const auto& one : all) read_pattern(one, settings);
  section.finish();
}

// Advisories are rules too, of as many names as there are databases: GHSA-..., CVE-2021-44228, PYSEC-..., GO-...
bool is_advisory(std::string_view name) {
  const auto dash = name.find('-');
  return dash != std::string_view::npos && dash > 1 &&
         name.substr(0, dash).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

void read_rules(Section section, Settings& settings) {
  const auto names = known_rules(settings);
  if (!section.node() || section.node()->kind != YamlNode::Kind::mapping) return;
  for (const auto& pair : section.node()->pairs) {
    const std::string& name = pair.key.text;
    if (!is_advisory(name) && std::find(names.begin(), names.end(), name) == names.end()) {
      section.complain(&pair.key, fmt::format("no rule '{}'{}", name, did_you_mean(name, names)));
      section.has(name);
      continue;
    }
    Section own = section.section(name);
    RuleSetting setting;
    bool enabled = true;
    std::string severity;
    own.read("enabled", enabled);
    own.read("severity", severity);
    own.read("except", setting.except);
    own.finish();
    setting.off = !enabled;
    Severity weighed{};
    if (!severity.empty() && read_severity(severity, own, weighed)) setting.severity = weighed;
    settings.rules[name] = std::move(setting);
  }
}

void read_limit(Section& section, const char* key, std::optional<int>& limit) {
  std::string text;
  if (!section.has(key)) return;
  const YamlNode* node = section.node()->find(key);
  if (node->kind == YamlNode::Kind::scalar && node->text == "any") {
    section.read(key, text);
    limit = std::nullopt;
    return;
  }
  int most = 0;
  section.read(key, most, 0, INT_MAX);
  limit = most;
}

}  // namespace

std::vector<std::string> known_rules(const Settings& settings) {
  std::vector<std::string> names;
  for (const auto* rule : p3c::all_rules()) names.emplace_back(rule->name);
  for (const auto* rule : secrets::all_rules()) names.emplace_back(rule->name);
  for (const auto& own : settings.patterns) names.push_back(own.name);
  return names;
}

bool Settings::excludes(std::string_view path) const {
  return std::any_of(exclude.begin(), exclude.end(),
                     [&](const std::string& pattern) { return glob_match(pattern, path); });
}

const RuleSetting* Settings::rule(std::string_view name) const {
  const auto found = rules.find(name);
  return found == rules.end() ? nullptr : &found->second;
}

Result<Settings> read_settings(std::string_view text, const std::string& file) {
  const YamlNode root = TRY(parse_yaml(text, file));
  Settings settings;
  std::vector<Diagnosis> diagnoses;
  Section top(&root, file, "", diagnoses);
  top.read("exclude", settings.exclude);
  read_patterns(top.section("secrets"), settings);
  read_rules(top.section("rules"), settings);
  Section limits = top.section("limits");
  read_limit(limits, "blocker", settings.limits.blocker);
  read_limit(limits, "critical", settings.limits.critical);
  read_limit(limits, "major", settings.limits.major);
  limits.finish();
  Section advisories = top.section("advisories");
  advisories.read("days", settings.advisory_days, 1, 36'500);
  advisories.finish();
  top.finish();
  if (diagnoses.empty()) return settings;
  std::string sentences;
  for (const auto& diagnosis : diagnoses) sentences += (sentences.empty() ? "" : "\n") + format(diagnosis);
  return fail(Errc::invalid, "{}", sentences);
}

Result<Settings> load_settings(const std::string& folder) {
  const std::string file = folder + "/.sampan/scan.yaml";
  if (!exists(file)) return Settings{};
  return read_settings(TRY(read_file(file)), ".sampan/scan.yaml");
}

}  // namespace sampan::scan
