// JUnit's XML, as Maven's surefire, Gradle, pytest and others write it. Pure. Entities are not expanded: a document
// that declares any is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace sampan::pipeline {

struct FailedCase {
  std::string suite, name, message;
};
BOOST_DESCRIBE_STRUCT(FailedCase, (), (suite, name, message))

struct TestCounts {
  std::int64_t tests = 0, failures = 0, errors = 0, skipped = 0;
  std::int64_t duration_us = 0;
  std::vector<FailedCase> failed_cases;  // the first kMostFailedCases
};
inline constexpr std::size_t kMostFailedCases = 100;

// Counts the <testcase> elements, whatever the suites' own attributes claim. invalid: not such a document, with line
// and column.
Result<TestCounts> parse_junit(std::string_view xml);

}  // namespace sampan::pipeline
