#include "findings/standing.h"

#include <doctest/doctest.h>

using namespace sampan;
using namespace sampan::findings;
using scan::Severity;

namespace {

scan::Finding finding(std::string fingerprint, Severity severity) {
  scan::Finding one;
  one.fingerprint = std::move(fingerprint);
  one.severity = severity;
  return one;
}

const Time kNow{std::chrono::seconds(1'700'000'000)};

Dismissal dismissal(const std::string& fingerprint, Time until) {
  Dismissal one;
  one.fingerprint = fingerprint;
  one.until = until;
  return one;
}

}  // namespace

TEST_CASE("standing: a dismissal holds until its date, or until somebody ends it") {
  auto ended = dismissal("b", kNow + std::chrono::hours(1));
  ended.ended_at = kNow - std::chrono::hours(1);
  const auto standings =
      stand({finding("a", Severity::major), finding("b", Severity::major), finding("c", Severity::major)}, {"a"},
            {dismissal("a", kNow + std::chrono::seconds(1)), ended, dismissal("c", kNow)}, kNow);
  CHECK(standings[0].dismissed);
  CHECK_FALSE(standings[0].fresh);
  CHECK_FALSE(standings[1].dismissed);
  CHECK(standings[1].fresh);
  CHECK_FALSE(standings[2].dismissed);
}

TEST_CASE("standing: a red line counts its severity, its scope and its branches only") {
  const auto standings =
      stand({finding("old", Severity::critical), finding("new", Severity::critical), finding("other", Severity::major)},
            {"old"}, {}, kNow);
  const std::vector<RedLine> drawn{{"main", Severity::critical, LineScope::all, 1},
                                   {"release/*", Severity::critical, LineScope::fresh, 1}};
  const auto main = judge(standings, 0, lines_for("main", drawn, {}));
  CHECK(main.state == GateState::failed);
  CHECK(main.reason.en == "2 warnings where at most 1 may be");
  CHECK(main.reason.zh == "2 个警告问题，上限 1 个");
  CHECK(main.offenders.size() == 2);
  REQUIRE(main.lines.size() == 1);
  CHECK(main.lines[0].branch == "main");
  CHECK(main.lines[0].count == 2);
  CHECK(judge(standings, 0, lines_for("release/1", drawn, {})).state == GateState::passed);
  auto one_dismissed = standings;
  one_dismissed[0].dismissed = dismissal("old", kNow + std::chrono::hours(1));
  CHECK(judge(one_dismissed, 0, lines_for("main", drawn, {})).state == GateState::passed);
  const auto other = judge(standings, 0, lines_for("feature", drawn, {}));
  CHECK(other.state == GateState::passed);
  CHECK(other.reason.en == "no red line is drawn for this branch");
  CHECK(other.reason.zh == "该分支没有红线");
}

TEST_CASE("standing: without red lines the limits of scan.yaml are the lines") {
  scan::Limits limits;
  limits.major = 0;
  const auto lines = lines_for("any/branch", {}, limits);
  REQUIRE(lines.size() == 3);
  CHECK(judge(stand({finding("a", Severity::major)}, {"a"}, {}, kNow), 0, lines).state == GateState::failed);
}

TEST_CASE("standing: what could not be looked at is never passed, and does not hide a crossed line") {
  const std::vector<RedLine> lines{{"**", Severity::blocker, LineScope::all, 0}};
  const auto gap = judge({}, 1, lines);
  CHECK(gap.state == GateState::unknown);
  CHECK(gap.lines.size() == 1);
  CHECK(gap.reason.zh == "有 1 处未能检查，情况未知");
  CHECK(gap.reason.en == "1 place could not be looked at, so nothing is known of it");
  CHECK(judge(stand({finding("a", Severity::blocker)}, {}, {}, kNow), 1, lines).state == GateState::failed);
}

TEST_CASE("standing: two crossed lines are two parts of one sentence, in each language") {
  const std::vector<RedLine> lines{{"**", Severity::blocker, LineScope::all, 0},
                                   {"**", Severity::critical, LineScope::fresh, 0}};
  const auto verdict =
      judge(stand({finding("a", Severity::blocker), finding("b", Severity::critical)}, {}, {}, kNow), 0, lines);
  CHECK(verdict.reason.en == "1 severe finding where at most 0 may be; 1 new warning where at most 0 may be");
  CHECK(verdict.reason.zh == "1 个严重问题，上限 0 个；1 个新增的警告问题，上限 0 个");
}

TEST_CASE("standing: one finding under two lines is one offender") {
  const std::vector<RedLine> lines{{"**", Severity::blocker, LineScope::all, 0},
                                   {"**", Severity::blocker, LineScope::fresh, 0}};
  CHECK(judge(stand({finding("a", Severity::blocker)}, {}, {}, kNow), 0, lines).offenders.size() == 1);
}
