// Versions of every ecosystem are in an order: equal to themselves, the other way round, and in threes.
#include "fuzz.h"
#include "scan/packages/version.h"

using namespace sampan::scan::packages;

FUZZ(input) {
  auto bytes = sampan::fuzz::provider(input);
  const auto scheme = static_cast<Scheme>(bytes.ConsumeIntegralInRange<int>(0, 7));
  const std::string a = bytes.ConsumeRandomLengthString(), b = bytes.ConsumeRandomLengthString();
  const std::string c = bytes.ConsumeRemainingBytesAsString();
  for (const auto& text : {a, b, c})
    if (!is_version(scheme, text)) return;
  const auto ab = compare(scheme, a, b), bc = compare(scheme, b, c), ac = compare(scheme, a, c);
  const bool ordered = compare(scheme, a, a) == 0 && compare(scheme, b, a) == (0 <=> ab) &&
                       !(ab <= 0 && bc <= 0 && ac > 0) && !(ab >= 0 && bc >= 0 && ac < 0);
  if (!ordered)
    std::fprintf(stderr, "scheme %d: '%s' '%s' '%s'\n", static_cast<int>(scheme), a.c_str(), b.c_str(), c.c_str());
  PROMISE(ordered);
}
