// The rules' own cases (NAME.cases beside NAME.cc): no other data is needed.
#include "scan/p3c/cases.h"

#include <doctest/doctest.h>

#include <set>

#include "base/testing.h"
#include "scan/p3c/engine.h"
#include "scan/p3c/rules/rules.h"
#include "scan/p3c/upstream_test.h"

namespace sampan::scan::p3c {

TEST_CASE("p3c: each rule finds what its own cases say, line by line, and nothing else") {
  const Settings settings;
  for (const auto& file : case_files()) {
    for (const auto& given : sampan::testing::must(parse_cases(file.text, file.name))) {
      const Rule* rule = find_rule(given.rule);
      REQUIRE_MESSAGE(rule, file.name, " names no rule");
      Engine engine(settings, std::span(&rule, 1));
      const auto outcome = engine.check(rule->check ? "Case.java" : "template/case.vm", given.code);
      std::vector<int> lines;
      for (const auto& finding : outcome.findings) lines.push_back(finding.range.line);
      CHECK_MESSAGE(lines == given.lines, file.name, ": ", given.sentence);
      for (const auto& gap : outcome.gaps) FAIL_CHECK(file.name << ": " << given.sentence << ": " << gap.reason.en);
    }
  }
}

TEST_CASE("p3c: there are 57 rules, and each has a case with findings and one without") {
  std::set<std::string> with, without;
  for (const auto& file : case_files()) {
    for (const auto& given : sampan::testing::must(parse_cases(file.text, file.name)))
      (given.lines.empty() ? without : with).insert(given.rule);
  }
  CHECK(all_rules().size() == 57);
  if (!testing::upstream_folder())
    MESSAGE("the cases of p3c-pmd are not here and were not run: SAMPAN_P3C_CASES names their folder");
  for (const auto* rule : all_rules()) {
    CHECK_MESSAGE(with.contains(std::string(rule->name)), rule->name);
    CHECK_MESSAGE(without.contains(std::string(rule->name)), rule->name);
    CHECK(find_rule(rule->name) == rule);
  }
}

TEST_CASE("p3c: the cases of a rule are read strictly") {
  CHECK(parse_cases("rule A\n--- a: 1, 2\nx\n--- b: none\ny\n", "a.cases")->size() == 2);
  for (const char* wrong : {"--- a: none\n", "rule A\nx\n", "rule A\n--- a\nx\n", "rule A\n--- a: first\nx\n"})
    CHECK_FALSE(parse_cases(wrong, "a.cases").has_value());
}

}  // namespace sampan::scan::p3c
