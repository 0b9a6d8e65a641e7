// The ways a result is written. One function a form; write() in formats.cc picks.
#pragma once

#include <string>

#include "scan/scan.h"

namespace sampan::scan {

std::string as_text(const Scanned& scanned, Verdict verdict, Language language);
std::string as_json(const Scanned& scanned, Verdict verdict);
// SARIF 2.1.0 (OASIS, sarif-v2.1.0-os): one run, the rules that spoke, gaps as notifications of the tool.
std::string as_sarif(const Scanned& scanned, Language language);
// JUnit: a test suite a file, a failed test case a finding, an error a gap.
std::string as_junit(const Scanned& scanned, Language language);

const std::string& in(Language language, const Text& text);

}  // namespace sampan::scan
