#include "scan/sarif.h"

#include <boost/json.hpp>
#include <set>

#include "base/enum_text.h"
#include "base/json.h"
#include "base/text.h"
#include "scan/formats.h"
#include "scan/p3c/rules/rules.h"
#include "scan/secrets/rule.h"

namespace sampan::scan {

namespace json = boost::json;

namespace {

std::string_view level(Severity severity) {
  return severity == Severity::blocker ? "error" : severity == Severity::critical ? "warning" : "note";
}

json::object message(std::string_view text) { return {{"text", text}}; }

// RFC 3986: what is no part of a path as it stands becomes %XX.
std::string uri(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/+@!$&'()*,;=").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

json::object location(const std::string& path, json::object region) {
  json::object physical{{"artifactLocation", {{"uri", uri(path)}, {"uriBaseId", "%SRCROOT%"}}}};
  if (!region.empty()) physical["region"] = std::move(region);
  return {{"physicalLocation", std::move(physical)}};
}

json::object described(std::string_view name, Severity severity, std::string_view summary, std::string_view remedy) {
  return {{"id", name},
          {"shortDescription", message(summary)},
          {"help", message(remedy)},
          {"defaultConfiguration", json::object{{"level", level(severity)}}}};
}

// All of p3c's; of the many kinds of secrets, of advisories and of other tools' rules those that were found.
json::array rules(const Scanned& scanned, Language language) {
  const bool chinese = language == Language::zh;
  json::array all;
  for (const auto* rule : p3c::all_rules())
    all.push_back(described(rule->name, rule->severity, chinese ? rule->summary.zh : rule->summary.en,
                            chinese ? rule->remedy.zh : rule->remedy.en));
  std::set<std::string_view> found, others;
  for (const auto& finding : scanned.findings) {
    if (finding.engine == "secrets") found.insert(finding.rule);
  }
  for (const auto* rule : secrets::all_rules()) {
    if (found.erase(rule->name) > 0)
      all.push_back(described(rule->name, rule->severity, chinese ? rule->what.zh : rule->what.en,
                              chinese ? rule->remedy->zh : rule->remedy->en));
  }
  for (const auto own : found)  // a pattern of the settings
    all.push_back(described(own, Severity::blocker, own, chinese ? secrets::kRevoke.zh : secrets::kRevoke.en));
  for (const auto& finding : scanned.findings) {
    if (finding.engine != "p3c" && finding.engine != "secrets" && others.insert(finding.rule).second)
      all.push_back(described(finding.rule, finding.severity, finding.rule, in(language, finding.remedy)));
  }
  return all;
}

json::object region_of(const Range& range) {
  return {{"startLine", range.line},
          {"startColumn", range.column},
          {"endLine", range.end_line},
          {"endColumn", range.end_column}};
}

// §3.55: edits of one file, all or none.
json::object fix(const Finding& finding, Language language) {
  json::array replacements;
  for (const auto& edit : finding.fix) {
    json::object replacement{{"deletedRegion", region_of(edit.range)}};
    if (!edit.text.empty()) replacement["insertedContent"] = message(edit.text);
    replacements.push_back(std::move(replacement));
  }
  json::object change = *location(finding.path, {}).at("physicalLocation").if_object();
  change["replacements"] = std::move(replacements);
  return {{"description", message(in(language, finding.remedy))}, {"artifactChanges", json::array{std::move(change)}}};
}

json::object result(const Finding& finding, Language language) {
  json::object result{{"ruleId", finding.rule},
                      {"level", level(finding.severity)},
                      {"message", message(in(language, finding.message))},
                      {"locations", json::array{location(finding.path, region_of(finding.range))}},
                      {"partialFingerprints", json::object{{"sampan/v1", finding.fingerprint}}}};
  json::object properties{{"engine", finding.engine}, {"severity", enum_text(finding.severity)}};
  if (!finding.commit.empty()) properties["commit"] = finding.commit;
  result["properties"] = std::move(properties);
  if (!finding.fix.empty()) result["fixes"] = json::array{fix(finding, language)};
  return result;
}

}  // namespace

std::string as_sarif(const Scanned& scanned, Language language) {
  json::array results, notifications;
  for (const auto& finding : scanned.findings) results.push_back(result(finding, language));
  for (const auto& gap : scanned.gaps) {
    json::object region;
    if (gap.line > 0) region["startLine"] = gap.line;
    notifications.push_back(json::object{{"level", "warning"},
                                         {"message", message(in(language, gap.reason))},
                                         {"locations", json::array{location(gap.path, std::move(region))}}});
  }
  json::object driver{{"name", kOwnTool}, {"version", SAMPAN_VERSION}, {"rules", rules(scanned, language)}};
  json::object invocation{{"executionSuccessful", true}, {"toolExecutionNotifications", std::move(notifications)}};
  json::object run{{"tool", json::object{{"driver", std::move(driver)}}},
                   {"columnKind", "unicodeCodePoints"},
                   {"language", language == Language::zh ? "zh-CN" : "en-US"},
                   {"invocations", json::array{std::move(invocation)}},
                   {"results", std::move(results)}};
  const json::object log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                         {"version", "2.1.0"},
                         {"runs", json::array{std::move(run)}}};
  return format_json(log) + "\n";
}

}  // namespace sampan::scan
