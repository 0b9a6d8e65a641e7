#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "scan/formats.h"
#include "scan/p3c/rules/rules.h"

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

json::array rules(Language language) {
  json::array all;
  for (const auto* rule : p3c::all_rules()) {
    const bool chinese = language == Language::zh;
    all.push_back(json::object{{"id", rule->name},
                               {"shortDescription", message(chinese ? rule->summary.zh : rule->summary.en)},
                               {"help", message(chinese ? rule->remedy.zh : rule->remedy.en)},
                               {"defaultConfiguration", json::object{{"level", level(rule->severity)}}}});
  }
  return all;
}

json::object result(const Finding& finding, Language language) {
  const auto& range = finding.range;
  json::object region{{"startLine", range.line},
                      {"startColumn", range.column},
                      {"endLine", range.end_line},
                      {"endColumn", range.end_column}};
  return {{"ruleId", finding.rule},
          {"level", level(finding.severity)},
          {"message", message(in(language, finding.message))},
          {"locations", json::array{location(finding.path, std::move(region))}},
          {"partialFingerprints", json::object{{"sampan/v1", finding.fingerprint}}}};
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
  json::object driver{{"name", "Sampan"}, {"version", SAMPAN_VERSION}, {"rules", rules(language)}};
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
