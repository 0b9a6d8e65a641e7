#include "findings/standing.h"

#include <map>

#include "base/text.h"

namespace sampan::findings {

namespace {

std::int64_t& of(Counts& counts, scan::Severity severity) {
  switch (severity) {
    case scan::Severity::blocker: return counts.blocker;
    case scan::Severity::critical: return counts.critical;
    case scan::Severity::major: break;
  }
  return counts.major;
}

// "severe finding", "warnings": as people see the severity.
std::string noun_of(scan::Severity severity, std::int64_t count) {
  return fmt::format("{}{}{}", scan::shown(severity).en, severity == scan::Severity::blocker ? " finding" : "",
                     count == 1 ? "" : "s");
}

void add_crossed(scan::Text& reason, const LineCount& line) {
  const bool fresh = line.scope == LineScope::fresh;
  reason.zh += fmt::format("{}{} 个{}{}问题，上限 {} 个", reason.zh.empty() ? "" : "；", line.count,
                           fresh ? "新增的" : "", scan::shown(line.severity).zh, line.most);
  reason.en += fmt::format("{}{} {}{} where at most {} may be", reason.en.empty() ? "" : "; ", line.count,
                           fresh ? "new " : "", noun_of(line.severity, line.count), line.most);
}

}  // namespace

std::vector<Standing> stand(std::vector<scan::Finding> findings, const std::set<std::string>& before,
                            const std::vector<Dismissal>& dismissals, Time now) {
  std::map<std::string, const Dismissal*> holding;
  for (const auto& dismissal : dismissals) {
    if (!dismissal.ended_at && dismissal.until > now) holding.emplace(dismissal.fingerprint, &dismissal);
  }
  std::vector<Standing> standings;
  standings.reserve(findings.size());
  for (auto& finding : findings) {
    Standing standing{std::move(finding), false};
    standing.fresh = !before.contains(standing.finding.fingerprint);
    if (const auto found = holding.find(standing.finding.fingerprint); found != holding.end())
      standing.dismissed = *found->second;
    standings.push_back(std::move(standing));
  }
  return standings;
}

std::set<std::string> fingerprints(const std::vector<scan::Finding>& findings) {
  std::set<std::string> all;
  for (const auto& finding : findings) all.insert(finding.fingerprint);
  return all;
}

Counts count(const std::vector<scan::Finding>& findings) { return fresh_count(findings, {}); }

Counts fresh_count(const std::vector<scan::Finding>& findings, const std::set<std::string>& before) {
  Counts counts;
  for (const auto& finding : findings) {
    if (!before.contains(finding.fingerprint)) ++of(counts, finding.severity);
  }
  return counts;
}

std::vector<RedLine> lines_for(std::string_view branch, const std::vector<RedLine>& lines, const scan::Limits& limits) {
  std::vector<RedLine> chosen;
  for (const auto& line : lines) {
    if (glob_match(line.branch, branch)) chosen.push_back(line);
  }
  if (!lines.empty()) return chosen;
  const auto add = [&](scan::Severity severity, const std::optional<int>& most) {
    if (most) chosen.push_back({"**", severity, LineScope::all, *most});
  };
  add(scan::Severity::blocker, limits.blocker);
  add(scan::Severity::critical, limits.critical);
  add(scan::Severity::major, limits.major);
  return chosen;
}

scan::Text failure_of(const CommitScan& scan) {
  return {"扫描失败：" + scan.reason, "the scan failed: " + scan.reason};
}

Verdict judge(const std::vector<Standing>& standings, std::int64_t gaps, const std::vector<RedLine>& lines) {
  Verdict verdict{GateState::passed, {}, {}};
  std::set<std::string> named;
  for (const auto& line : lines) {
    std::vector<const Standing*> counted;
    for (const auto& standing : standings) {
      if (standing.dismissed || standing.finding.severity != line.severity) continue;
      if (line.scope == LineScope::all || standing.fresh) counted.push_back(&standing);
    }
    const auto number = static_cast<std::int64_t>(counted.size());
    verdict.lines.push_back({line, number});
    if (number <= line.most) continue;
    verdict.state = GateState::failed;
    add_crossed(verdict.reason, verdict.lines.back());
    for (const auto* one : counted) {
      if (named.insert(one->finding.fingerprint).second) verdict.offenders.push_back(one->finding);
    }
  }
  if (verdict.state == GateState::failed) return verdict;
  if (gaps > 0) {
    verdict.state = GateState::unknown;
    verdict.reason = {fmt::format("有 {} 处未能检查，情况未知", gaps),
                      fmt::format("{} could not be looked at, so nothing is known of {}",
                                  gaps == 1 ? "1 place" : fmt::format("{} places", gaps), gaps == 1 ? "it" : "them")};
    return verdict;
  }
  verdict.reason = lines.empty() ? scan::Text{"该分支没有红线", "no red line is drawn for this branch"}
                                 : scan::Text{"未超过任何红线", "below every red line"};
  return verdict;
}

}  // namespace sampan::findings
