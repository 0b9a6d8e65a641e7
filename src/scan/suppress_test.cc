#include <doctest/doctest.h>

#include "base/testing.h"
#include "scan/scan.h"

namespace sampan::scan {

namespace {

Scanned scanned(const std::string& code, const std::string& path = "Case.java") {
  Settings settings;
  for (const char* rule : {"UndefineMagicConstantRule", "CommentsMustBeJavadocFormatRule",
                           "AvoidCommentBehindStatementRule", "ClassMustHaveAuthorRule"})
    settings.rules[rule].off = true;
  return scan_file(settings, path, code);
}

std::vector<int> lines(const Scanned& result) {
  std::vector<int> found;
  for (const auto& finding : result.findings) found.push_back(finding.range.line);
  return found;
}

}  // namespace

TEST_CASE("suppress: sampan:ignore with a rule and a reason holds for its line, or for the next when it stands alone") {
  const auto result = scanned(R"(class Box {
  long a = 1l; // sampan:ignore UpperEllRule read by an old tool
  // sampan:ignore UpperEllRule read by an old tool
  long b = 1l;
  long c = 1l;
  /* sampan:ignore UpperEllRule read by an old tool */
  // and more words
  long d = 1l;
  long e = 1l; // sampan:ignore NeedBraceRule another rule
})");
  CHECK(lines(result) == std::vector<int>{5, 9});
  CHECK(result.suppressed == 3);
  CHECK(result.gaps.empty());
}

TEST_CASE("suppress: a request without a reason or with an unknown rule is not honoured, and is told") {
  const auto result = scanned(
      "class Box {\n  long a = 1l; // sampan:ignore UpperEllRule\n  long b = 1l; // sampan:ignore UpperElRule why\n}");
  CHECK(lines(result) == std::vector<int>{2, 3});
  REQUIRE(result.gaps.size() == 2);
  CHECK(result.gaps[0].line == 2);
  CHECK(result.gaps[0].path == "Case.java");
  CHECK(result.gaps[1].reason.en.find("did you mean 'UpperEllRule'?") != std::string::npos);
}

TEST_CASE("suppress: NOPMD in a line comment holds for its line") {
  const auto result = scanned(
      "class Box {\n  long a = 1l; // NOPMD\n  long b = 1l; // NOPMD - as agreed\n  long c = 1l;\n  long d = 1l; /* "
      "NOPMD */\n}");
  CHECK(lines(result) == std::vector<int>{4, 5});
}

TEST_CASE("suppress: @SuppressWarnings holds for its declaration, in the words of PMD") {
  const auto result = scanned(R"(class Box {
  @SuppressWarnings("PMD.UpperEllRule")
  long a = 1l;
  @SuppressWarnings({"unchecked", "PMD"})
  long b = 1l;
  @SuppressWarnings("all")
  void f() {
    long c = 1l;
  }
  @SuppressWarnings("PMD.NeedBraceRule")
  long d = 1l;
  @SuppressWarnings("UpperEllRule")
  long e = 1l;
})");
  CHECK(lines(result) == std::vector<int>{11, 13});
  CHECK(result.suppressed == 3);
}

TEST_CASE("suppress: a template's comment can ask too") {
  const auto result =
      scanned("<p>$a</p>\n<p>$b</p> ## sampan:ignore UseQuietReferenceNotationRule never null\n", "templates/a.vm");
  CHECK(lines(result) == std::vector<int>{1});
}

}  // namespace sampan::scan
