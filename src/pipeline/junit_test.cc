#include "pipeline/junit.h"

#include <doctest/doctest.h>

namespace sampan::pipeline {

TEST_CASE("junit: surefire's report is counted by its cases") {
  auto counts = parse_junit(R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="com.boka.OrderTest" time="1,000.5" tests="99">
  <properties><property name="a" value="b"/></properties>
  <testcase name="ok" classname="com.boka.OrderTest" time="0.25"/>
  <testcase name="坏的" classname="com.boka.OrderTest" time="0.5"><failure message="expected 1 but was 2" type="x">at OrderTest.java:12 &lt;here&gt;</failure></testcase>
  <testcase name="boom" classname="com.boka.OrderTest" time="1,000"><error>NullPointer</error></testcase>
  <testcase name="later" classname="com.boka.OrderTest"><skipped/></testcase>
</testsuite>)");
  REQUIRE(counts.has_value());
  CHECK(counts->tests == 4);
  CHECK(counts->failures == 1);
  CHECK(counts->errors == 1);
  CHECK(counts->skipped == 1);
  CHECK(counts->duration_us == 1'000'750'000);
  REQUIRE(counts->failed_cases.size() == 2);
  CHECK(counts->failed_cases[0].name == "坏的");
  CHECK(counts->failed_cases[0].message == "expected 1 but was 2\nat OrderTest.java:12 <here>");
}

TEST_CASE("junit: a case counts once, by the worst that is said of it") {
  const auto counts = parse_junit("<testsuite><testcase name='a'><skipped/><failure/><error/></testcase></testsuite>");
  REQUIRE(counts.has_value());
  CHECK(counts->tests == 1);
  CHECK(counts->errors == 1);
  CHECK(counts->failures + counts->skipped == 0);
}

TEST_CASE("junit: neither long names nor long times grow beyond a bound") {
  std::string report = fmt::format("<testsuite name='{}'>", std::string(1 << 20, 's'));
  for (int i = 0; i < 100; ++i) report += "<testcase name='订' time='1e300'><failure/></testcase>";
  const auto counts = parse_junit(report + "</testsuite>");
  REQUIRE(counts.has_value());
  REQUIRE(counts->failed_cases.size() == 100);
  CHECK(counts->failed_cases[99].suite.size() == 1000);
  CHECK(counts->duration_us == 1'000'000'000'000'000);
}

TEST_CASE("junit: hostile and foreign documents are refused with a sentence") {
  CHECK(parse_junit("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><testsuite>&b;</testsuite>")
            .error()
            .message.find("entities") != std::string::npos);
  CHECK(parse_junit("<html/>").error().message.find("expected <testsuites>") != std::string::npos);
  CHECK(parse_junit("<testsuite><testcase></testsuite>").error().message.find("line 1") != std::string::npos);
  CHECK(parse_junit("").error().code == Errc::invalid);
  std::string deep = "<testsuite>";
  for (int i = 0; i < 200; ++i) deep += "<a>";
  CHECK(parse_junit(deep).error().message.find("too deep") != std::string::npos);
}

}  // namespace sampan::pipeline
