// Where findings stand: known or fresh, dismissed or not, over a line or not. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "findings/findings.h"
#include "findings/store.h"

namespace sampan::findings {

struct Standing {
  scan::Finding finding;
  bool fresh = false;
  std::optional<Dismissal> dismissed{};  // one that holds
};

// `before`: fingerprints that are not fresh. A dismissal holds until its date or until somebody ends it.
std::vector<Standing> stand(std::vector<scan::Finding> findings, const std::set<std::string>& before,
                            const std::vector<Dismissal>& dismissals, Time now);
std::set<std::string> fingerprints(const std::vector<scan::Finding>& findings);
Counts count(const std::vector<scan::Finding>& findings);
Counts fresh_count(const std::vector<scan::Finding>& findings, const std::set<std::string>& before);

// Those of the branch; when no line was ever drawn, the file's limits.
std::vector<RedLine> lines_for(std::string_view branch, const std::vector<RedLine>& lines, const scan::Limits& limits);
// What is told of a scan that failed; the cause is named in the words of what refused.
scan::Text failure_of(const CommitScan& scan);
Verdict judge(const std::vector<Standing>& standings, std::int64_t gaps, const std::vector<RedLine>& lines);

}  // namespace sampan::findings
