#include "runner/metrics.h"

#include <doctest/doctest.h>

using namespace sampan;
using namespace sampan::runner;

TEST_CASE("metrics: names and numbers, a line each; anything else is named with its line") {
  const auto metrics = parse_metrics("p3c.blocker 0\n\n coverage.line  81.5 \n").value();
  REQUIRE(metrics.size() == 2);
  CHECK(metrics[1].name == "coverage.line");
  CHECK(metrics[1].value == 81.5);
  for (const auto* text : {"a", "a b", "a 1 2", "a nan", "a inf", "a/b 1", "a 1e999", " 1"})
    CHECK_MESSAGE(!parse_metrics(text).has_value(), text);
  CHECK(parse_metrics("a 1\nb x\n").error().message == "line 2 of the metrics: expected NAME NUMBER, found 'b x'");
  std::string many;
  for (std::size_t i = 0; i <= kMostMetrics; ++i) many += fmt::format("m{} 1\n", i);
  CHECK_FALSE(parse_metrics(many).has_value());
}

TEST_CASE("metrics: a red line is crossed, held, or has nothing to stand on") {
  auto metrics = parse_metrics("p3c.critical 3\ntests.passRate 100\nexact 7\n").value();
  REQUIRE(draw({{"p3c.critical", "LE", 0}, {"tests.passRate", "GE", 100}, {"exact", "EQ", 7}}, metrics).has_value());
  CHECK(breaches(metrics) == "p3c.critical is 3: the red line is <= 0");
  CHECK(breaches(parse_metrics("p3c.critical 3").value()).empty());
  const auto missing = draw({{"p3c.critcal", "LE", 0}}, metrics);
  CHECK(missing.error().message ==
        "the red line of 'p3c.critcal': the step reported no such metric, did you mean 'p3c.critical'?");
}
