#include "pipeline/condition.h"

#include <doctest/doctest.h>

namespace sampan::pipeline {
namespace {

Verdict judge(std::string_view text, const Variables& variables = {}, bool needs_failed = false) {
  auto condition = Condition::parse(text);
  REQUIRE_MESSAGE(condition.has_value(), (condition ? "" : condition.error().message));
  ConditionInput input{
      variables,     3,
      21 * 3600,     [](std::string_view job) { return job == "good" ? Outcome::succeeded : Outcome::failed; },
      !needs_failed, needs_failed};
  return condition->evaluate(input);
}

std::string complaint(std::string_view text) {
  auto condition = Condition::parse(text);
  return condition ? "" : condition.error().message;
}

TEST_CASE("condition: a false comparison is told with the values it had") {
  const Verdict verdict = judge("\"${CI_COMMIT_REF_NAME}\" == \"master\"", {{"CI_COMMIT_REF_NAME", "feature/支付"}});
  CHECK_FALSE(verdict.holds);
  CHECK(verdict.evaluated == "\"feature/支付\" == \"master\"");
}

TEST_CASE("condition: && binds closer than ||, and parentheses change that") {
  CHECK(judge("'a' == 'a' || 'a' == 'b' && 'c' == 'd'").holds);
  CHECK_FALSE(judge("('a' == 'a' || 'a' == 'b') && 'c' == 'd'").holds);
  CHECK(judge("!('c' == 'd')").holds);
}

TEST_CASE("condition: the functions of Flow answer as its users expect") {
  const Variables variables{{"REF", "release/1.2"}};
  CHECK(judge("startsWith(\"${REF}\", 'release/')", variables).holds);
  CHECK(judge("endsWith(${REF}, '.2')", variables).holds);
  CHECK(judge("contains(['a', 'b'], 'b')").holds);
  CHECK_FALSE(judge("contains(['a', 'b'], 'c')").holds);
  CHECK(judge("weekDay() == 3").holds);
  CHECK(judge("timeIn(\"20:00:00\",\"22:00:00\")").holds);
  CHECK(judge("timeIn('20:00','02:00')").holds);
  CHECK(judge("timeIn('22:00:00','23:00:00')").evaluated == "timeIn(\"22:00:00\", \"23:00:00\") (now 21:00:00)");
}

TEST_CASE("condition: without a question about outcomes it holds only after success") {
  CHECK_FALSE(judge("'a' == 'a'", {}, true).holds);
  CHECK(judge("always()", {}, true).holds);
  CHECK(judge("failed()", {}, true).holds);
  CHECK_FALSE(judge("failed()").holds);
  CHECK(judge("succeed(good)").holds);
  CHECK(judge("failed(bad, good)").holds);
}

TEST_CASE("condition: an unknown variable is empty, as in a shell") { CHECK(judge("\"${NOBODY}\" == \"\"").holds); }

TEST_CASE("condition: mistakes are told with their place and the nearest function") {
  CHECK(complaint("startWith('a','b')").find("did you mean 'startsWith'?") != std::string::npos);
  CHECK(complaint("'a' = 'b'").find("character 5") != std::string::npos);
  CHECK(complaint("'a' == ").find("ends too early") != std::string::npos);
  CHECK(complaint("'a").find("not closed") != std::string::npos);
  CHECK(complaint("timeIn('1')").find("takes 2 values, found 1") != std::string::npos);
  CHECK(complaint("master == 'a'").find("in quotes") != std::string::npos);
  CHECK(complaint(std::string(3000, '(')).find("longer than") != std::string::npos);
  CHECK(complaint(std::string(1000, '(')).find("nested deeper") != std::string::npos);
  CHECK(complaint(std::string(1000, '!')).find("nested deeper") != std::string::npos);
}

}  // namespace
}  // namespace sampan::pipeline
