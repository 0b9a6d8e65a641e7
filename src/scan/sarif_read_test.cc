#include <doctest/doctest.h>

#include "base/testing.h"
#include "scan/sarif.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

// One run of a tool called Foreign, with these members beside its name.
std::string log_of(const std::string& results, const std::string& driver = {}, const std::string& run = {}) {
  return R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Foreign")" + driver + "}}," + run + R"("results":[)" +
         results + "]}]}";
}
std::string at(const std::string& location, const std::string& more = R"("ruleId":"R1","message":{"text":"bad"})") {
  return "{" + more + R"(,"locations":[{"physicalLocation":)" + location + "}]}";
}
std::string in_file(const std::string& more) {
  return at(R"({"artifactLocation":{"uri":"a.c"},"region":{"startLine":3}})", more);
}
Scanned read(const std::string& text, const SarifSource& source = {"r.sarif"}) {
  auto tools = must(read_sarif(text, source));
  REQUIRE(tools.size() == 1);
  return std::move(tools.front().scanned);
}
Finding one(const std::string& text, const SarifSource& source = {"r.sarif"}) {
  auto scanned = read(text, source);
  for (const auto& gap : scanned.gaps) MESSAGE(gap.reason.en);
  REQUIRE(scanned.findings.size() == 1);
  return std::move(scanned.findings.front());
}
std::string complaint(const std::string& text) {
  const auto done = read_sarif(text, {"r.sarif"});
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == Errc::invalid);
  return done.error().message;
}

}  // namespace

TEST_CASE("sarif: a result becomes a finding of its tool, with place, words and the rule's help as remedy") {
  const auto finding = one(log_of(
      R"_({"ruleId":"js/xss","ruleIndex":0,"level":"error","message":{"text":"from [the user](1)"},"locations":[{"physicalLocation":
         {"artifactLocation":{"uri":"src/a%20b.js"},"region":{"startLine":3,"startColumn":5,"endLine":4,"endColumn":2}}}]})_",
      R"(,"rules":[{"id":"js/xss","help":{"text":"escape it"}}])"));
  CHECK(finding.engine == "Foreign");
  CHECK(finding.rule == "js/xss");
  CHECK(finding.severity == Severity::critical);
  CHECK(finding.path == "src/a b.js");
  CHECK(finding.range == Range{3, 5, 4, 2});
  CHECK(finding.message.en == "from the user");
  CHECK(finding.message.zh == finding.message.en);
  CHECK(finding.remedy.en == "escape it");
  CHECK(finding.fingerprint.size() == 32);
}

TEST_CASE("sarif: levels weigh as documented, security-severity goes before them, a high rank is a blocker") {
  const auto weighs = [](const std::string& more, const std::string& rule = {}) {
    return one(log_of(in_file(R"("ruleId":"R","message":{"text":"m"})" + more), R"(,"rules":[{"id":"R")" + rule + "}]"))
        .severity;
  };
  CHECK(weighs("") == Severity::major);
  CHECK(weighs(R"(,"level":"note")") == Severity::major);
  CHECK(weighs(R"(,"level":"error")") == Severity::critical);
  CHECK(weighs("", R"(,"defaultConfiguration":{"level":"error"})") == Severity::critical);
  CHECK(weighs(R"(,"level":"note")", R"(,"properties":{"security-severity":"9.8"})") == Severity::blocker);
  CHECK(weighs("", R"(,"properties":{"security-severity":7})") == Severity::critical);
  CHECK(weighs(R"(,"level":"error")", R"(,"properties":{"security-severity":"6.9"})") == Severity::major);
  CHECK(weighs(R"(,"level":"note","rank":90.5)") == Severity::blocker);
  CHECK(weighs(R"(,"level":"error","rank":50)") == Severity::critical);
}

TEST_CASE("sarif: a message by its id is filled with its arguments, also of the tool's own words") {
  const auto said = [](const std::string& message) {
    return one(log_of(
                   in_file(R"("ruleId":"R/sub","message":)" + message),
                   R"(,"globalMessageStrings":{"g":{"text":"all {0}"}},"rules":[{"id":"R","messageStrings":{"m":{"text":"{{0}} of '{1}', {0}; {7}"}}}])"))
        .message.en;
  };
  CHECK(said(R"({"id":"m","arguments":["one","two"]})") == "{0} of 'two', one; {7}");
  CHECK(said(R"({"id":"g","arguments":["x"]})") == "all x");
  CHECK(said(R"({"text":"a [link](https://x.test) and [a place](12)\u0000\u0007"})") ==
        "a [link](https://x.test) and a place");
}

TEST_CASE("sarif: a rule is found by index, by an extension's index, or by the front of a hierarchical id") {
  const std::string rules =
      R"(,"rules":[{"id":"D0","help":{"text":"driver's"}}]},"extensions":[{"name":"E","rules":[{"id":"E0","help":{"text":"extension's"}}]}],"x":{"y":1)";
  const auto remedy = [&](const std::string& of) {
    return one(log_of(in_file(R"("message":{"text":"m"},)" + of), rules)).remedy.en;
  };
  CHECK(remedy(R"("ruleIndex":0)") == "driver's");
  CHECK(remedy(R"("rule":{"index":0,"toolComponent":{"index":0}})") == "extension's");
  CHECK(remedy(R"("ruleId":"E0/part/of")") == "extension's");
  CHECK(one(log_of(in_file(R"("message":{"text":"m"},"rule":{"index":0})"), rules)).rule == "D0");
}

TEST_CASE("sarif: what is suppressed is counted, what is gone or has passed is left out") {
  const std::string result = R"("ruleId":"R","message":{"text":"m"})";
  const auto with = [&](const std::string& more) { return read(log_of(in_file(result + more))); };
  CHECK(with(R"(,"suppressions":[{"kind":"inSource"}])").suppressed == 1);
  CHECK(with(R"(,"suppressions":[{"kind":"external","status":"accepted"}])").findings.empty());
  CHECK(with(R"(,"suppressions":[{"status":"accepted"},{"status":"underReview"}])").findings.size() == 1);
  CHECK(with(R"(,"suppressions":[{"status":"rejected"}])").suppressed == 0);
  CHECK(with(R"(,"suppressions":[])").findings.size() == 1);
  for (const auto* nothing : {R"(,"baselineState":"absent")", R"(,"kind":"pass")", R"(,"kind":"notApplicable")"}) {
    const auto scanned = with(nothing);
    CHECK(scanned.findings.empty());
    CHECK(scanned.gaps.empty());
    CHECK(scanned.suppressed == 0);
  }
  CHECK(with(R"(,"baselineState":"unchanged")").findings.size() == 1);
}

TEST_CASE("sarif: what cannot be read is named, the first ones each, the others as a number") {
  const std::string good = in_file(R"("ruleId":"R","message":{"text":"m"})");
  const auto why = [&](const std::string& result) {
    const auto scanned = read(log_of(good + "," + result));
    CHECK(scanned.findings.size() == 1);
    REQUIRE(scanned.gaps.size() == 1);
    CHECK_FALSE(scanned.gaps[0].reason.zh.empty());
    return scanned.gaps[0].reason.en;
  };
  CHECK(why("7") == "result 2 of run 1 of Foreign: it is no object");
  CHECK(why(in_file(R"("message":{"text":"m"})")) == "result 2 of run 1 of Foreign: it names no rule");
  CHECK(why(in_file(R"("ruleId":"R")")) == "result 2 of run 1 of Foreign (R): it has no message");
  CHECK(why(R"({"ruleId":"R","message":{"text":"m"}})") == "result 2 of run 1 of Foreign (R): no file is named: m");
  CHECK(why(in_file(R"("ruleId":"R","level":"high","message":{"text":"m"})")).find("its level is none of") !=
        std::string::npos);
  for (const auto* region : {R"({"startLine":0})", R"({"startLine":"3"})", R"({"startLine":1e3})",
                             R"({"startLine":5,"endLine":4})", R"({"startLine":99999999999})"})
    CHECK(why(at(fmt::format(R"({{"artifactLocation":{{"uri":"a.c"}},"region":{}}})", region)))
              .find("lines or columns") != std::string::npos);

  std::string many = good;
  for (int i = 0; i < 33; ++i) many += ",{}";
  const auto scanned = read(log_of(many));
  CHECK(scanned.gaps.size() == kMostSarifGaps + 1);
  CHECK(scanned.gaps.back().reason.en == "13 more records of Foreign could not be read");
}

TEST_CASE("sarif: a run that failed, one without results and a tool's own errors are gaps") {
  const auto failed = read(log_of(
      "", "",
      R"("invocations":[{"executionSuccessful":false,"toolExecutionNotifications":[{"level":"error","message":{"text":"no licence"}},{"level":"note","message":{"text":"hello"}}]}],)"));
  REQUIRE(failed.gaps.size() == 2);
  CHECK(failed.gaps[0].reason.en == "Foreign says that its own run failed");
  CHECK(failed.gaps[1].reason.en == "Foreign: no licence");
  CHECK(failed.gaps[1].path == "r.sarif");
  const auto none = read(R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Foreign"}}}]})");
  REQUIRE(none.gaps.size() == 1);
  CHECK(none.gaps[0].reason.en == "run 1 of Foreign has no list of results");
}

TEST_CASE("sarif: runs of one tool are one entry, of two tools two, also when one found nothing") {
  const auto run = [](const std::string& tool, const std::string& results) {
    return R"({"tool":{"driver":{"name":")" + tool + R"("}},"results":[)" + results + "]}";
  };
  const auto result = in_file(R"("ruleId":"R","message":{"text":"m"})");
  const auto tools = must(read_sarif("\xEF\xBB\xBF{\"version\":\"2.1.0\",\"runs\":[" + run("A", result) + "," +
                                         run("B", "") + "," + run("A", result) + "]}",
                                     {"r.sarif"}));
  REQUIRE(tools.size() == 2);
  CHECK(tools[0].tool == "A");
  REQUIRE(tools[0].scanned.findings.size() == 2);
  CHECK(tools[0].scanned.findings[0].fingerprint != tools[0].scanned.findings[1].fingerprint);
  CHECK(tools[1].tool == "B");
  CHECK(tools[1].scanned.findings.empty());
}

TEST_CASE("sarif: known again by the tool's own fingerprint, whatever line and message") {
  const auto print = [](const std::string& more, const std::string& rule = "R", int line = 3) {
    return one(log_of(at(fmt::format(R"({{"artifactLocation":{{"uri":"a.c"}},"region":{{"startLine":{}}}}})", line),
                         fmt::format(R"("ruleId":"{}","message":{{"text":"m{}"}},{})", rule, line, more))))
        .fingerprint;
  };
  const std::string has = R"("partialFingerprints":{"primaryLocationLineHash":"39fa2ee980eb94b0:1"})";
  CHECK(print(has) == print(has, "R", 30));
  CHECK(print(has) != print(has, "S"));
  CHECK(print(has) != print(R"("partialFingerprints":{"primaryLocationLineHash":"other:1"})"));
  CHECK(print(has + R"(,"fingerprints":{"v1":"x"})") == print(R"("fingerprints":{"v1":"x"})", "R", 7));
}

TEST_CASE("sarif: without one known again by the file's line, else by what is quoted, else by the message") {
  const auto print = [](int line, const std::string& snippet, const SarifSource& source) {
    return one(log_of(at(fmt::format(R"({{"artifactLocation":{{"uri":"a.c"}},"region":{{"startLine":{}{}}}}})", line,
                                     snippet))),
               source)
        .fingerprint;
  };
  const auto holding = [](const std::string& text) {
    return SarifSource{"r.sarif", "", [text](const std::set<std::string>& paths, const SarifSource::Take& take) {
                         CHECK(paths == std::set<std::string>{"a.c"});
                         take("a.c", text);
                         return Result<void>();
                       }};
  };
  const SarifSource nothing{"r.sarif"};
  CHECK(print(1, "", holding("int x;\n")) == print(3, "", holding("\n\n  int x;\r\n")));
  CHECK(print(1, "", holding("int x;\n")) != print(1, "", holding("int y;\n")));
  CHECK(print(1, R"(,"snippet":{"text":"int x;"})", nothing) == print(1, "", holding("int x;")));
  CHECK(print(9, R"(,"snippet":{"text":"int x;"})", holding("short\n")) == print(1, "", holding("int x;")));
  CHECK(print(1, "", nothing) == print(2, "", nothing));
}

TEST_CASE("sarif: what is not SARIF 2.1.0, too large or too deep is refused whole, with the file's name") {
  CHECK(complaint("{") == "r.sarif: JSON, line 1, column 2: the text ends before the document does");
  CHECK(complaint(R"({"version":"2.0.0","runs":[]})").find("found '2.0.0'") != std::string::npos);
  CHECK(complaint("[]").find("r.sarif: expected SARIF") == 0);
  CHECK(complaint(R"({"version":"2.1.0"})") == "r.sarif: SARIF without a list of runs");
  CHECK(complaint(R"({"version":"2.1.0","runs":[{"results":[]}]})").find("run 1 has no name of its tool") !=
        std::string::npos);
  CHECK(complaint(R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":" x"}}}]})").find("run 1 has no name") !=
        std::string::npos);
  CHECK(complaint(std::string(kMostSarifBytes + 1, ' ')).find("over 16 MiB") != std::string::npos);
  CHECK(complaint(R"({"version":"2.1.0","runs":)" + std::string(100, '[') + std::string(100, ']') + "}")
            .find("nested deeper than 64") != std::string::npos);
}

TEST_CASE("sarif: of more results than are read the first ones are, and the others are a gap") {
  std::string many;
  const auto result = in_file(R"("ruleId":"R","message":{"text":"m"})");
  for (std::size_t i = 0; i < kMostSarifResults + 7; ++i) many += (i > 0 ? "," : "") + result;
  const auto scanned = read(log_of(many));
  CHECK(scanned.findings.size() == kMostSarifResults);
  REQUIRE(scanned.gaps.size() == 1);
  CHECK(scanned.gaps[0].reason.en == "Foreign has more than 25000 results: 7 were not read");
}

TEST_CASE("sarif: what sampan scan writes comes back as it was") {
  Scanned before;
  before.findings = {{"p3c",
                      "UpperEllRule",
                      Severity::blocker,
                      "a b/\"<A>.java",
                      {2, 3, 2, 5},
                      {"消息", "{{message}} [<1>](1)"},
                      {"改", "mend"},
                      "0123456789abcdef0123456789abcdef"},
                     {"packages",
                      "CVE-2021-44228",
                      Severity::critical,
                      "pom.xml",
                      {7, 1, 7, 9},
                      {"坏", "bad package"},
                      {"升", "upgrade"},
                      "1123456789abcdef0123456789abcdef"},
                     {"secrets",
                      "jwt",
                      Severity::major,
                      "z/%41.txt",
                      {1, 1, 1, 1},
                      {"密", "a token"},
                      {"撤", "revoke"},
                      "2123456789abcdef0123456789abcdef",
                      "0123456789abcdef0123456789abcdef01234567"}};
  before.gaps = {{"B.java", 4, "", {"没有完全解析", "not fully parsed"}},
                 {"C.java", 0, "", {"没有检查", "not checked"}}};
  const auto after = read(write(before, Verdict::over_limit, Format::sarif, Language::en), {"r.sarif"});
  REQUIRE(after.findings.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto &was = before.findings[i], &is = after.findings[i];
    CHECK(is.engine == was.engine);
    CHECK(is.rule == was.rule);
    CHECK(is.severity == was.severity);
    CHECK(is.path == was.path);
    CHECK(is.range == was.range);
    CHECK(is.message.en == was.message.en);
    CHECK(is.fingerprint == was.fingerprint);
    CHECK(is.commit == was.commit);
  }
  CHECK(after.findings[1].remedy.en == "upgrade");
  REQUIRE(after.gaps.size() == 2);
  CHECK(after.gaps[0].path == "B.java");
  CHECK(after.gaps[0].line == 4);
  CHECK(after.gaps[1].reason.en == "not checked");
}

TEST_CASE("sarif: a notification without a message is a gap with a sentence all the same") {
  const std::string silent =
      R"("invocations":[{"executionSuccessful":true,"toolExecutionNotifications":[{"level":"error","message":{}}]}],)";
  const auto found = read(log_of("", {}, silent));
  REQUIRE(found.gaps.size() == 1);
  CHECK(found.gaps[0].reason.en == "Foreign notifies of something unnamed");
  CHECK(!found.gaps[0].reason.zh.empty());
}

}  // namespace sampan::scan
