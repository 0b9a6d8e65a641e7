// Results that other tools wrote: paths stay inside the code, and what is read comes back when it is written again.
#include "scan/sarif.h"

#include "base/text.h"
#include "fuzz.h"

using namespace sampan;

FUZZ(input) {
  const auto tools = scan::read_sarif(input, {"r.sarif", "/home/ci/shop"});
  if (!tools.has_value()) return PROMISE(tools.error().message.starts_with("r.sarif: "));
  for (const auto& [tool, scanned] : *tools) {
    PROMISE(scan::is_tool_name(tool));
    PROMISE(scanned.findings.size() <= scan::kMostSarifResults && scanned.gaps.size() <= scan::kMostSarifGaps + 2);
    for (const auto& finding : scanned.findings) {
      const auto parts = split(finding.path, '/');
      for (const auto& part : parts) PROMISE(!part.empty() && part != "." && part != "..");
      PROMISE(finding.fingerprint.size() == 32 && !finding.rule.empty() && finding.range.line >= 1);
      PROMISE(is_valid_utf8(finding.rule + finding.message.en + finding.remedy.zh));
    }
    for (const auto& gap : scanned.gaps) PROMISE(!gap.reason.en.empty() && !gap.reason.zh.empty());
    const auto text = scan::write(scanned, scan::Verdict::clean, scan::Format::sarif, scan::Language::en);
    if (text.size() > scan::kMostSarifBytes) return;
    const auto again = scan::read_sarif(text, {"again"});
    PROMISE(again.has_value() && again->size() == 1);
    PROMISE(again->front().scanned.findings.size() == scanned.findings.size());
    for (std::size_t i = 0; i < scanned.findings.size(); ++i) {
      const auto &is = again->front().scanned.findings[i], &was = scanned.findings[i];
      PROMISE(is.path == was.path && is.engine == was.engine && is.severity == was.severity);
    }
  }
}
