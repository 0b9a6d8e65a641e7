#include "runner/substitute.h"

#include <doctest/doctest.h>

using namespace sampan;

TEST_CASE("substitute: known names are replaced, $$ is a dollar, other dollars stay") {
  const std::map<std::string, std::string> values = {{"A", "1"}, {"EMPTY", ""}};
  CHECK(runner::substitute("x-${A}-${EMPTY}-$$-$A", values).value() == "x-1--$-$A");
}

TEST_CASE("substitute: an unknown name fails and the nearest is named") {
  const auto wrong = runner::substitute("${CI_COMIT_ID}", {{"CI_COMMIT_ID", "1"}});
  REQUIRE(!wrong.has_value());
  CHECK(wrong.error().message.find("CI_COMMIT_ID") != std::string::npos);
}

TEST_CASE("substitute: the script of an action is left to the shell") {
  runner::Action action;
  action.script = "echo ${UNKNOWN}";
  action.tags = std::vector<std::string>{"${A}"};
  REQUIRE(runner::substitute(action, {{"A", "v1"}}).has_value());
  CHECK(*action.script == "echo ${UNKNOWN}");
  CHECK(action.tags->front() == "v1");
}
