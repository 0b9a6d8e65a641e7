#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/testing.h"
#include "base/text.h"
#include "scan/scan.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

// One finding and one gap, in a path that every format must escape.
Scanned sample() {
  Scanned result;
  result.files = 2;
  result.bytes = 100;
  result.findings.push_back({"p3c",
                             "UpperEllRule",
                             Severity::blocker,
                             "a b/\"<A>.java",
                             {2, 3, 2, 5},
                             {"消息 <1>", "message <1>"},
                             {"改 & 好", "mend & do"},
                             "0123456789abcdef0123456789abcdef"});
  result.gaps.push_back({"B.java", 4, "", {"没有完全解析", "not fully parsed"}});
  return result;
}

}  // namespace

TEST_CASE("formats: text is one line a finding with its remedy under it, then the sum") {
  const auto text = write(sample(), Verdict::over_limit, Format::text, Language::en);
  CHECK(text.find("a b/\"<A>.java:2:3: severe: message <1> [UpperEllRule]\n    mend & do\n") == 0);
  CHECK(text.find("B.java:4: gap: not fully parsed\n") != std::string::npos);
  CHECK(
      text.ends_with("2 files: 1 severe, 0 warnings, 0 suggestions; 0 ignored in the code, 1 gaps\nover the limit\n"));
  CHECK(write(sample(), Verdict::incomplete, Format::text, Language::zh).find("严重: 消息 <1>") != std::string::npos);
}

TEST_CASE("formats: JSON has everything, in both languages") {
  const auto json = must(parse_json(write(sample(), Verdict::over_limit, Format::json, Language::en))).as_object();
  CHECK(json.at("verdict") == "over_limit");
  CHECK(json.at("blocker") == 1);
  const auto& finding = json.at("findings").as_array()[0].as_object();
  CHECK(finding.at("message").at("zh") == "消息 <1>");
  CHECK(finding.at("end_column") == 5);
  CHECK(json.at("gaps").as_array()[0].at("reason").at("en") == "not fully parsed");
}

TEST_CASE("formats: SARIF 2.1.0 has rules, results with place and fingerprint, and gaps as notifications") {
  const auto sarif = must(parse_json(write(sample(), Verdict::over_limit, Format::sarif, Language::en))).as_object();
  CHECK(sarif.at("version") == "2.1.0");
  const auto& run = sarif.at("runs").as_array()[0].as_object();
  CHECK(run.at("tool").at("driver").at("rules").as_array().size() == 57);
  const auto& result = run.at("results").as_array()[0].as_object();
  CHECK(result.at("ruleId") == "UpperEllRule");
  CHECK(result.at("level") == "error");
  const auto& physical = result.at("locations").as_array()[0].at("physicalLocation");
  CHECK(physical.at("artifactLocation").at("uri") == "a%20b/%22%3CA%3E.java");
  CHECK(physical.at("region").at("startColumn") == 3);
  CHECK(result.at("partialFingerprints").at("sampan/v1") == "0123456789abcdef0123456789abcdef");
  const auto& notes = run.at("invocations").as_array()[0].at("toolExecutionNotifications").as_array();
  CHECK(notes[0].at("locations").as_array()[0].at("physicalLocation").at("region").at("startLine") == 4);
}

TEST_CASE("formats: a fix is the edits of one file, in JSON and in SARIF (§3.55)") {
  const auto result = scan_file({}, "a b.java", "class A {\n  String 名 = \"\", tags[];\n  long 名2[] = {};\n}\n");
  const auto json = must(parse_json(write(result, Verdict::clean, Format::json, Language::en))).as_object();
  const auto sarif = must(parse_json(write(result, Verdict::clean, Format::sarif, Language::en))).as_object();
  const auto& findings = json.at("findings").as_array();
  const auto& results = sarif.at("runs").as_array()[0].at("results").as_array();
  int fixes = 0;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const auto* fix = findings[i].as_object().if_contains("fix");
    REQUIRE(fix);
    CHECK(fix->is_null() != results[i].as_object().contains("fixes"));
    if (fix->is_null()) continue;
    ++fixes;
    CHECK(fix->as_array().size() == 2);
    CHECK(fix->as_array()[0].at("text") == "[]");
    CHECK(fix->as_array()[0].at("column") == 7);
    const auto& change = results[i].at("fixes").as_array()[0].at("artifactChanges").as_array()[0];
    CHECK(change.at("artifactLocation").at("uri") == "a%20b.java");
    const auto& replacements = change.at("replacements").as_array();
    CHECK(replacements[0].at("insertedContent").at("text") == "[]");
    CHECK(replacements[1].at("deletedRegion").at("startColumn") == 10);
    CHECK(replacements[1].at("deletedRegion").at("endColumn") == 12);
    CHECK_FALSE(replacements[1].as_object().contains("insertedContent"));
  }
  CHECK(fixes == 1);
}

TEST_CASE("formats: a finding of a commit names it, and a kind of secret that was found is among the rules") {
  auto result = sample();
  result.findings[0].engine = "secrets";
  result.findings[0].rule = "jwt";
  result.findings[0].commit = "0123456789abcdef0123456789abcdef01234567";
  CHECK(write(result, Verdict::over_limit, Format::text, Language::en).find("[jwt], commit 0123456789ab\n") !=
        std::string::npos);
  const auto json = must(parse_json(write(result, Verdict::over_limit, Format::json, Language::en))).as_object();
  CHECK(json.at("findings").as_array()[0].at("commit").as_string() == result.findings[0].commit);
  const auto sarif = must(parse_json(write(result, Verdict::over_limit, Format::sarif, Language::en))).as_object();
  const auto& run = sarif.at("runs").as_array()[0].as_object();
  CHECK(run.at("results").as_array()[0].at("properties").at("commit").as_string() == result.findings[0].commit);
  const auto& rules = run.at("tool").at("driver").at("rules").as_array();
  CHECK(rules.size() == 58);
  CHECK(rules.back().at("id") == "jwt");
}

TEST_CASE("formats: JUnit has a failure a finding and an error a gap, escaped") {
  const auto xml = write(sample(), Verdict::over_limit, Format::junit, Language::en);
  CHECK(xml.find("tests=\"2\" failures=\"1\" errors=\"1\"") != std::string::npos);
  CHECK(xml.find("<testsuite name=\"a b/&quot;&lt;A&gt;.java\" tests=\"1\"") != std::string::npos);
  CHECK(xml.find("message=\"message &lt;1&gt;\">mend &amp; do</failure>") != std::string::npos);
  CHECK(xml.find("<error message=\"not fully parsed\"/>") != std::string::npos);
}

TEST_CASE("formats: JUnit is XML also where a name has bytes and characters that XML does not take") {
  auto scanned = sample();
  scanned.findings[0].rule = "X-1<&";  // an advisory's id
  scanned.findings[0].path = "caf\xE9\x01\xEF\xBF\xBE\xEF\xBF\xBF.java";
  const auto text = write(scanned, Verdict::over_limit, Format::junit, Language::en);
  CHECK(is_valid_utf8(text));
  CHECK(text.find("name=\"X-1&lt;&amp;:2\"") != std::string::npos);
  CHECK(text.find("classname=\"caf\xEF\xBF\xBD???.java\"") != std::string::npos);
}

}  // namespace sampan::scan
