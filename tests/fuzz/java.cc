// A Java file through the parser, the names, the suppressions and all rules; and what is written of the findings.
#include "base/json.h"
#include "fuzz.h"
#include "pipeline/junit.h"
#include "scan/scan.h"

using namespace sampan;

FUZZ(input) {
  static const scan::Settings settings;
  const auto scanned = scan::scan_file(settings, "src/main/java/a/A.java", std::string(input));
  PROMISE(scanned.files == 1);
  for (const auto& finding : scanned.findings) {
    const auto& range = finding.range;
    PROMISE(range.line >= 1 && range.column >= 1);
    PROMISE(std::pair(range.line, range.column) <= std::pair(range.end_line, range.end_column));
    PROMISE(finding.fingerprint.size() == 32 && !finding.message.en.empty());
  }
  for (const auto& gap : scanned.gaps) PROMISE(gap.reason.en.find("failed:") == std::string::npos);
  const auto verdict = scan::judge(scanned, settings.limits);
  for (const auto language : {scan::Language::zh, scan::Language::en}) {
    PROMISE(parse_json(scan::write(scanned, verdict, scan::Format::json, language)).has_value());
    PROMISE(parse_json(scan::write(scanned, verdict, scan::Format::sarif, language)).has_value());
    PROMISE(pipeline::parse_junit(scan::write(scanned, verdict, scan::Format::junit, language)).has_value());
  }
}
