#include "git/log_format.h"

#include <doctest/doctest.h>

using namespace sampan::git;

TEST_CASE("git: a line of blame that no commit was named for is left out") {
  const auto blame = parse_blame("\tnobody's\n" + std::string(40, 'a') + " 1 1 1\nauthor Li\n\tof Li\n");
  REQUIRE(blame.commits.size() == 1);
  REQUIRE(blame.lines.size() == 1);
  CHECK(blame.lines[0].text == "of Li");
}
