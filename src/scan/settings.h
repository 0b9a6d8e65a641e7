// `.sampan/scan.yaml`: what to leave out, which rules to switch off or weigh differently, and how much is too much.
// docs/operate.md shows one. Absent keys keep their defaults; an unknown key or rule stops with file, line and the
// nearest known name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scan/finding.h"

namespace sampan::scan {

struct RuleSetting {
  bool off = false;
  std::optional<Severity> severity{};
  std::vector<std::string> except{};  // patterns of paths where the rule is off
};

// The most findings of each severity that are still good; nullopt: any number.
struct Limits {
  std::optional<int> blocker = 0, critical = 0, major = std::nullopt;
};

// A kind of secret of the team's own.
struct SecretPattern {
  std::string name, pattern;  // RE2 syntax; its last group, if there is one, is the secret
  std::string what;           // a noun, in the team's language
  Severity severity = Severity::blocker;
};

struct Settings {
  std::vector<std::string> exclude;  // patterns (base/text.h, glob_match) over paths relative to the scanned folder
  std::map<std::string, RuleSetting, std::less<>> rules;
  Limits limits;
  int advisory_days = 30;  // how old the newest advisory of an ecosystem may be
  std::vector<SecretPattern> patterns;

  bool excludes(std::string_view path) const;
  const RuleSetting* rule(std::string_view name) const;  // nullptr: as it comes
};

// The names of all rules, those of the settings' own patterns among them.
std::vector<std::string> known_rules(const Settings& settings);

// `file` is used in sentences only.
Result<Settings> read_settings(std::string_view text, const std::string& file);
// DIR/.sampan/scan.yaml; without such a file the defaults.
Result<Settings> load_settings(const std::string& folder);

}  // namespace sampan::scan
