// How far the rules agree with p3c-pmd's own test cases (213 of them, in its repository). They are scored apart: those
// that expect problems, and those that expect none, which an engine that says nothing would pass.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/testing.h"
#include "scan/p3c/engine.h"
#include "scan/p3c/rules/rules.h"
#include "scan/p3c/upstream_test.h"

namespace sampan::scan::p3c {

namespace {

struct Score {
  int right = 0, all = 0;
};

std::vector<testing::UpstreamCase> all_cases(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".xml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<testing::UpstreamCase> cases;
  for (const auto& file : files) {
    for (auto& made : testing::read_upstream(file)) cases.push_back(std::move(made));
  }
  return cases;
}

std::vector<int> lines_found(const testing::UpstreamCase& given) {
  const Rule* rule = find_rule(given.rule);
  REQUIRE_MESSAGE(rule, given.rule);
  const Settings settings;
  Engine engine(settings, std::span(&rule, 1));
  std::vector<int> lines;
  for (const auto& finding : engine.check(given.is_template ? "template/case.vm" : "Case.java", given.code).findings)
    lines.push_back(finding.range.line);
  return lines;
}

std::string listed(const std::vector<int>& lines) {
  std::string out;
  for (const int line : lines) out += (out.empty() ? "" : ",") + std::to_string(line);
  return out.empty() ? "none" : out;
}

}  // namespace

// Skipped, and so not counted as passed, where the cases are not there.
TEST_CASE("p3c: the upstream cases find the problems they expect, where they lie beside the repository" *
          doctest::skip(!testing::upstream_folder().has_value())) {
  const auto folder = testing::upstream_folder();
  Score bad, good;
  for (const auto& given : all_cases(*folder)) {
    const auto found = lines_found(given);
    const bool right = given.lines.empty() ? static_cast<int>(found.size()) == given.expected : found == given.lines;
    Score& score = given.expected > 0 ? bad : good;
    ++score.all;
    score.right += right;
    CHECK_MESSAGE(right, given.rule, " \"", given.sentence, "\": expected ",
                  given.lines.empty() ? std::to_string(given.expected) + " anywhere" : listed(given.lines), ", found ",
                  listed(found));
  }
  MESSAGE("of the cases that expect problems ", bad.right, " of ", bad.all, ", of those that expect none ", good.right,
          " of ", good.all);
  CHECK(bad.all + good.all >= 213);
}

}  // namespace sampan::scan::p3c
