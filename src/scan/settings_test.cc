#include "scan/settings.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/testing.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

std::string refusal(const std::string& text) {
  const auto read = read_settings(text, "scan.yaml");
  REQUIRE_FALSE(read.has_value());
  return read.error().message;
}

}  // namespace

TEST_CASE("settings: a whole file is read") {
  const auto settings = must(read_settings(R"(exclude: ["**/generated/**"]
rules:
  UpperEllRule: {enabled: false}
  NeedBraceRule: {severity: major, except: ["legacy/**"]}
limits: {blocker: 2, critical: any, major: 10}
)",
                                           "scan.yaml"));
  CHECK(settings.excludes("a/generated/B.java"));
  CHECK_FALSE(settings.excludes("a/B.java"));
  CHECK(settings.rule("UpperEllRule")->off);
  CHECK(settings.rule("NeedBraceRule")->severity == Severity::major);
  CHECK(settings.rule("NeedBraceRule")->except == std::vector<std::string>{"legacy/**"});
  CHECK(settings.rule("SwitchStatementRule") == nullptr);
  CHECK(settings.limits.blocker == 2);
  CHECK_FALSE(settings.limits.critical.has_value());
  CHECK(settings.limits.major == 10);
}

TEST_CASE("settings: without a file nothing severe and no warning is good, and any number of suggestions") {
  const auto folder = must(TempDir::create());
  const auto settings = must(load_settings(folder.path()));
  CHECK(settings.limits.blocker == 0);
  CHECK(settings.limits.critical == 0);
  CHECK_FALSE(settings.limits.major.has_value());
}

TEST_CASE("settings: what is wrong is named with file, line and the nearest name") {
  CHECK(refusal("exclud: [a]\n").find("scan.yaml:1") != std::string::npos);
  CHECK(refusal("exclud: [a]\n").find("'exclude'") != std::string::npos);
  CHECK(refusal("rules:\n  UperEllRule: {}\n").find("scan.yaml:2") != std::string::npos);
  CHECK(refusal("rules:\n  UperEllRule: {}\n").find("did you mean 'UpperEllRule'?") != std::string::npos);
  CHECK(refusal("rules:\n  UpperEllRule: {severity: high}\n").find("blocker, critical and major") != std::string::npos);
  CHECK(refusal("rules:\n  UpperEllRule: {enable: no}\n").find("'enabled'") != std::string::npos);
  CHECK(refusal("limits: {blocker: -1}\n").find("scan.yaml:1") != std::string::npos);
  CHECK(refusal("limits: {severe: 1}\n").find("scan.yaml:1") != std::string::npos);
  CHECK(refusal("rules: [a]\n").find("expected a mapping") != std::string::npos);
}

}  // namespace sampan::scan
