#include "scan/finding.h"

#include <fmt/format.h>

#include "base/crypto.h"

namespace sampan::scan {

Text shown(Severity severity) {
  switch (severity) {
    case Severity::blocker: return {"严重", "severe"};
    case Severity::critical: return {"警告", "warning"};
    case Severity::major: return {"建议", "suggestion"};
  }
  return {};
}

std::string fingerprint(std::string_view rule, std::string_view path, std::string_view line) {
  std::string text = fmt::format("{}\n{}\n", rule, path);
  for (const char c : line) {
    if (c != ' ' && c != '\t' && c != '\r') text += c;
  }
  return sha256_hex(text).substr(0, 32);
}

std::string repeated_fingerprint(std::string_view first, int nth) {
  return sha256_hex(fmt::format("{}\n{}", first, nth)).substr(0, 32);
}

}  // namespace sampan::scan
