// Test reports that a build wrote.
#include "pipeline/junit.h"

#include "base/json_struct.h"
#include "fuzz.h"

using namespace sampan::pipeline;

FUZZ(input) {
  const auto counts = parse_junit(input);
  if (!counts.has_value()) return PROMISE(!counts.error().message.empty());
  PROMISE(counts->failures >= 0 && counts->errors >= 0 && counts->skipped >= 0 && counts->duration_us >= 0);
  PROMISE(counts->failures + counts->errors + counts->skipped <= counts->tests);
  PROMISE(counts->failed_cases.size() <= kMostFailedCases);
  for (const auto& one : counts->failed_cases) {
    const auto again = sampan::from_json<FailedCase>(sampan::to_json(one));
    PROMISE(again.has_value() && again->name.size() <= input.size() * 3 + 64);
  }
}
