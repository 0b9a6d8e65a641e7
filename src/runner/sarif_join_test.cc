#include "runner/sarif_join.h"

#include <doctest/doctest.h>

#include "base/testing.h"

using namespace sampan;
using namespace sampan::runner;
using sampan::testing::must;

TEST_CASE("sarif join: the runs of all files stand in one, as they were") {
  SarifJoin all;
  CHECK(must(all.text(1'000)) == R"({"version":"2.1.0","runs":[]})");
  must(all.add("\xEF\xBB\xBF{\"version\":\"2.1.0\",\"runs\":[{\"a\":1},{\"b\":\"\\u0007\"}]}"));
  must(all.add(R"({"runs":[],"version":"2.1.0"})"));
  must(all.add(R"({"$schema":"x","version":"2.1.0","runs":[{"c":[1.5]}]})"));
  CHECK(must(all.text(1'000)) == R"({"version":"2.1.0","runs":[{"a":1},{"b":"\u0007"},{"c":[1.5]}]})");
  CHECK(all.text(20).error().code == Errc::too_large);
}

TEST_CASE("sarif join: what is no SARIF 2.1.0 is refused") {
  for (const auto* wrong : {"", "[]", "{", R"({"version":"2.0.0","runs":[]})", R"({"version":"2.1.0","runs":{}})",
                            R"({"version":2.1,"runs":[]})", R"({"version":"2.1.0"})"}) {
    SarifJoin all;
    CHECK(all.add(wrong).error().code == Errc::invalid);
  }
}
