// Text of any encoding, under the name in its first line: no secret is in what is written about it, and UTF-16 is read
// as UTF-8 is.
#include "secrets.h"

#include <tuple>

#include "packages.h"

using namespace sampan;
using namespace sampan::scan;

FUZZ(input) {
  static const Settings settings;
  static Scanner scanner(settings, {.p3c = false, .secrets = true});
  const std::string path(input.substr(0, input.find('\n')));
  const auto [text, secrets] = fuzz::with_secrets(input.substr(std::min(path.size() + 1, input.size())));
  const auto scanned = scanner.file(path, text);
  for (const auto& finding : scanned.findings) {
    const auto& range = finding.range;
    PROMISE(range.line >= 1 && range.column >= 1 && finding.fingerprint.size() == 32 && finding.path == path);
    PROMISE(std::tie(range.line, range.column) < std::tie(range.end_line, range.end_column));
  }
  for (const auto& gap : scanned.gaps) PROMISE(gap.reason.en.find("failed:") == std::string::npos);
  fuzz::expect_readable(scanned);
  // JSON has all that any form has.
  const auto written = write(scanned, judge(scanned, settings.limits), Format::json, Language::en);
  for (const auto& secret : secrets) PROMISE(secret.size() < 16 || written.find(secret) == std::string::npos);
  const auto is_ascii = [](char c) { return c > 0; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_ascii)) return;
  const auto wide = scanner.file(path, fuzz::utf16_of(text));
  const auto same = [](const Finding& a, const Finding& b) { return a.rule == b.rule && a.range == b.range; };
  PROMISE(std::ranges::equal(scanned.findings, wide.findings, same));
}
