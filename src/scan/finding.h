// The one noun of scanning: a finding, whichever engine made it.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/sentence.h"

namespace sampan::scan {

// As the Alibaba guidelines have them; shown to people as severe, warning and suggestion (严重, 警告, 建议).
enum class Severity { blocker, critical, major };
BOOST_DESCRIBE_ENUM(Severity, blocker, critical, major)

using sampan::Text;
Text shown(Severity severity);

// Lines and columns count from 1; columns count characters (Unicode code points); the end is the place behind the last
// character.
struct Range {
  int line = 1, column = 1, end_line = 1, end_column = 1;
  bool operator==(const Range&) const = default;
};
BOOST_DESCRIBE_STRUCT(Range, (), (line, column, end_line, end_column))

// What stands in the range goes, the text comes in its place.
struct Edit {
  std::uint32_t start = 0, end = 0;  // bytes of the file as UTF-8 without its mark
  Range range;                       // the same place
  std::string text;
};

struct Finding {
  std::string engine;  // "p3c", "secrets"
  std::string rule;    // of p3c its own name
  Severity severity = Severity::major;
  std::string path;  // relative to the scanned folder, '/' between its parts
  Range range;
  Text message;  // what is wrong here
  Text remedy;   // what to do instead
  // 32 hex digits over rule, path, the finding's line without white space (of a very long line, the part near it), and
  // which of several equal ones it is: it stays when lines move or are indented anew, and changes when the line does.
  std::string fingerprint;
  std::string commit{};  // that brought it, where commits were looked at; hex digits
  // Edits in order that together remedy it and change nothing else of what the code does; empty: a person must.
  std::vector<Edit> fix{};
};
BOOST_DESCRIBE_STRUCT(Finding, (), (engine, rule, severity, path, range, message, remedy, fingerprint))
std::string fingerprint(std::string_view rule, std::string_view path, std::string_view line);
std::string repeated_fingerprint(std::string_view first, int nth);  // of the nth further one with that fingerprint

// What could not be checked, or a request in the code that is not honoured. A file with one of these is not clean.
struct Gap {
  std::string path;
  int line = 0;      // 0: the whole file
  std::string rule;  // empty: no rule in particular
  Text reason;
};
BOOST_DESCRIBE_STRUCT(Gap, (), (path, line, rule, reason))

}  // namespace sampan::scan
