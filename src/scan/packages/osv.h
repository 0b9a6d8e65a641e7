// One OSV record (ossf.github.io/osv-schema, 1.6), as far as looking packages up needs it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "scan/packages/version.h"

namespace sampan::scan::packages {

enum class Weight { unknown, low, medium, high, malicious };

// Versions from `from` (empty: from the first) on, up to an end.
struct Interval {
  enum class End { none, fixed, last_affected, limit };  // without `to`; `to` is good; is still bad; is of no concern
  std::string from, to;
  End end = End::none;
};
bool holds(Scheme scheme, const Interval& interval, std::string_view version);

// What a record says of one package.
struct Advice {
  std::string id, summary;
  std::vector<std::string> aliases;
  Weight weight = Weight::unknown;
  std::vector<Interval> intervals;
  std::vector<std::string> versions;  // affected ones that lie in no interval
};
struct AffectedPackage {
  std::string ecosystem, name;  // name: the normal one
  Advice advice;
};
struct Record {
  std::string id;
  Time newest{};  // modified or, where that says less, published
  bool withdrawn = false;
  // What is wrong with a range of it, if anything is; then its list of versions has to do, and the rest is good.
  std::string problem{};
  std::vector<AffectedPackage> affected;  // those of ecosystems that are read here
};
// JSON or YAML, by the name of the file, which is also used in sentences.
Result<Record> read_record(std::string_view text, const std::string& file);

// The base score of CVSS 3.0 and 3.1 (first.org/cvss/v3.1/specification-document, section 7.1), in tenths; nullopt: the
// vector is not whole.
std::optional<int> cvss3_tenths(std::string_view vector);
Weight weight_of_score(int tenths);  // section 5, qualitative severity rating scale: high from 7.0, medium from 4.0

}  // namespace sampan::scan::packages
