#include "findings/fixture_test.h"
#include "scan/sarif.h"

using namespace sampan;
using namespace sampan::findings;
using namespace sampan::findings::testing;

namespace {

const std::string kSarif = "/api/v1/repos/:group/:repo/scans/:commit/sarif";
const std::string kLines = "/api/v1/repos/:group/:repo/red-lines";

struct Said {
  std::string rule, path;
  int line = 1;
  std::string level = "error";
};
std::string sarif(const std::vector<Said>& results, const std::string& tool = "Lint") {
  std::string all;
  for (const auto& one : results)
    all += fmt::format(
        R"({}{{"ruleId":"{}","level":"{}","message":{{"text":"is bad"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"{}"}},"region":{{"startLine":{}}}}}}}]}})",
        all.empty() ? "" : ",", one.rule, one.level, one.path, one.line);
  return fmt::format(R"({{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"{}"}}}},"results":[{}]}}]}})", tool,
                     all);
}
json::value hand_in(Yard& yard, const Sha& commit, const std::string& file,
                    std::vector<std::pair<std::string, std::string>> query = {}) {
  return yard.call(Method::post, kSarif, file, std::move(query), commit.text());
}
std::string refusal(Yard& yard, const std::string& commit, const std::string& file,
                    std::vector<std::pair<std::string, std::string>> query = {}) {
  const auto answer = yard.ask(Method::post, kSarif, file, std::move(query), commit);
  REQUIRE_FALSE(answer.has_value());
  return answer.error().message;
}

}  // namespace

TEST_CASE("handed in: another tool's results stand in the list, under its name, and count") {
  Yard yard;
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}, {"web/app.js", "let a;\neval(a);\n"}});
  yard.scanned(head);
  const auto answer = hand_in(yard, head, sarif({{"no-eval", "web/app.js", 2}, {"style", "A.java", 1, "note"}}));
  CHECK(text(answer, "/items/0/tool") == "Lint");
  CHECK(number(answer, "/items/0/found/critical") == 1);
  CHECK(number(answer, "/items/0/found/major") == 1);
  const auto list = yard.scanned(head);
  REQUIRE(list.at("items").as_array().size() == 3);
  CHECK(text(list, "/items/0/engine") == "Lint");
  CHECK(text(list, "/items/0/path") == "A.java");
  CHECK(text(list, "/items/1/engine") == "p3c");
  CHECK(number(list, "/open/major") + number(list, "/open/critical") == 3);
  CHECK(number(list, "/scan/found/major") + number(list, "/scan/found/critical") == 3);
  CHECK(yard.scanned(head, {{"engine", "Lint"}}).at("items").as_array().size() == 2);
  CHECK(yard.scanned(head, {{"rule", "no-eval"}, {"severity", "critical"}}).at("items").as_array().size() == 1);
  const auto trend = yard.call(Method::get, "/api/v1/repos/:group/:repo/findings/trend");
  CHECK(number(trend, "/items/0/found/critical") + number(trend, "/items/0/found/major") == 3);
  CHECK(text(yard.call(Method::get, kSarif, "", {}, head.text()), "/items/0/by") == "sampan");
}

TEST_CASE("handed in: again replaces the tool's results at that commit, and no other's") {
  Yard yard;
  const auto head = yard.commit({{"a.js", "a\nb\n"}});
  yard.scanned(head);
  hand_in(yard, head, sarif({{"R", "a.js"}, {"S", "a.js"}}));
  hand_in(yard, head, sarif({{"R", "a.js"}}, "Other"));
  hand_in(yard, head, sarif({{"T", "a.js"}}));
  const auto list = yard.scanned(head);
  REQUIRE(list.at("items").as_array().size() == 2);
  CHECK(text(list, "/items/0/rule") == "T");
  CHECK(text(list, "/items/1/engine") == "Other");
  hand_in(yard, head, sarif({}));
  hand_in(yard, head, R"({"version":"2.1.0","runs":[]})", {{"tool", "Other"}});
  CHECK(yard.scanned(head).at("items").as_array().empty());
}

TEST_CASE("handed in: the gate counts it, and a dismissal holds for it wherever its line goes") {
  Yard yard;
  yard.call(Method::put, kLines, R"({"items":[{"branch":"main","severity":"critical","scope":"all","most":0}]})");
  const auto head = yard.commit({{"a.js", "let a;\neval(a);\n"}});
  yard.scanned(head);
  CHECK(text(yard.verdict(head), "/state") == "passed");
  hand_in(yard, head, sarif({{"no-eval", "a.js", 2}}));
  CHECK(text(yard.verdict(head), "/state") == "failed");
  CHECK(text(yard.verdict(head), "/offenders/0/engine") == "Lint");
  const auto print = text(yard.scanned(head), "/items/0/fingerprint");
  yard.call(Method::post, "/api/v1/repos/:group/:repo/dismissals",
            fmt::format(R"({{"fingerprint":"{}","ref":"main","reason":"a sandbox","days":9}})", print));
  CHECK(text(yard.verdict(head), "/state") == "passed");
  const auto next = yard.commit({{"a.js", "\n\nlet a;\n  eval(a);\n"}});
  yard.scanned(next);
  hand_in(yard, next, sarif({{"no-eval", "a.js", 4}}));
  CHECK(text(yard.verdict(next), "/state") == "passed");
  hand_in(yard, next, sarif({{"no-eval", "a.js", 3}}));
  CHECK(text(yard.verdict(next), "/state") == "failed");
}

TEST_CASE("handed in: fresh is what the same tool did not find at the scan's base; the first results are not") {
  Yard yard;
  yard.call(Method::put, kLines, R"({"items":[{"branch":"main","severity":"critical","scope":"fresh","most":0}]})");
  const auto first = yard.commit({{"a.js", "one\ntwo\n"}});
  yard.scanned(first);
  CHECK(number(hand_in(yard, first, sarif({{"R", "a.js", 1}})), "/items/0/fresh/critical") == 0);
  CHECK(text(yard.verdict(first), "/state") == "passed");
  const auto second = yard.commit({{"a.js", "zero\none\ntwo\n"}});
  yard.scanned(second);
  hand_in(yard, second, sarif({{"R", "a.js", 3}}, "Other"));
  const auto answer = hand_in(yard, second, sarif({{"R", "a.js", 2}, {"R", "a.js", 3}}));
  CHECK(text(answer, "/items/0/base") == first.text());
  CHECK(number(answer, "/items/0/fresh/critical") == 1);
  const auto fresh = yard.scanned(second, {{"standing", "fresh"}});
  REQUIRE(fresh.at("items").as_array().size() == 1);
  CHECK(number(fresh, "/items/0/range/line") == 3);
  CHECK(text(fresh, "/items/0/engine") == "Lint");
  CHECK(number(fresh, "/scan/fresh/critical") == 1);
  CHECK(text(yard.verdict(second), "/state") == "failed");
}

TEST_CASE("handed in: a base whose results come later, or anew, measures those that wait for it") {
  Yard yard;
  const auto first = yard.commit({{"a.js", "one\ntwo\n"}});
  yard.scanned(first);
  const auto second = yard.commit({{"b.js", "three\n"}});
  yard.scanned(second);
  const auto fresh = [&] { return number(yard.scanned(second), "/fresh"); };
  hand_in(yard, second, sarif({{"R", "a.js", 1}, {"R", "b.js", 1}}));
  CHECK(fresh() == 0);
  hand_in(yard, first, sarif({}));
  CHECK(fresh() == 2);
  hand_in(yard, first, sarif({{"R", "a.js", 1}}));
  CHECK(fresh() == 1);
  CHECK(number(yard.scanned(second), "/scan/fresh/critical") == 1);
}

TEST_CASE("handed in: where the base has no results of the tool, the last ancestor that has some stands for it") {
  Yard yard;
  const auto first = yard.commit({{"a.js", "one\n"}});
  yard.scanned(first);
  hand_in(yard, first, sarif({{"R", "a.js"}}));
  yard.call(Method::post, "/api/v1/repos/:group/:repo/branches", R"({"name":"side","from":"main"})");
  const auto aside = yard.commit({{"c.js", "side\n"}}, "side");
  yard.scanned(aside);
  yard.clock.advance(std::chrono::seconds(1));
  hand_in(yard, aside, sarif({}));
  yard.scanned(yard.commit({{"b.js", "two\n"}}));
  const auto third = yard.commit({{"b.js", "three\n"}});
  yard.scanned(third);
  const auto answer = hand_in(yard, third, sarif({{"R", "a.js"}, {"R", "b.js"}}));
  CHECK(text(answer, "/items/0/base") == first.text());
  CHECK(number(answer, "/items/0/fresh/critical") == 1);
}

TEST_CASE("handed in: what could not be read is a gap, and the gate does not pass on it") {
  Yard yard;
  const auto head = yard.commit({{"a.js", "one\n"}});
  yard.scanned(head);
  const auto answer = hand_in(yard, head, sarif({{"R", "a.js", 1, "note"}, {"R", "/usr/include/x.h"}}));
  CHECK(number(answer, "/items/0/gaps") == 1);
  const auto list = yard.scanned(head);
  CHECK(text(list, "/gaps/0/reason/en").find("result 2 of run 1 of Lint (R): the location '/usr/include/x.h'") == 0);
  CHECK(text(list, "/gaps/0/path").empty());
  CHECK(number(list, "/scan/gaps") == 1);
  CHECK(text(yard.verdict(head), "/state") == "unknown");
  hand_in(yard, head, sarif({{"R", "/w/shop/a.js", 1, "note"}}), {{"root", "/w/shop"}});
  CHECK(text(yard.verdict(head), "/state") == "passed");
}

TEST_CASE("handed in: for a commit that was not scanned, it is scanned, and both are there") {
  Yard yard(false);
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  hand_in(yard, head, sarif({{"R", "A.java"}}));
  CHECK(yard.scanned(head).at("items").as_array().size() == 2);
}

TEST_CASE("handed in: a name of its own for a tool, but none of ours, and no file that is not SARIF") {
  Yard yard;
  const auto head = yard.commit({{"a.js", "one\n"}});
  yard.scanned(head);
  hand_in(yard, head, sarif({{"R", "a.js"}}), {{"tool", "Lint/web"}});
  CHECK(text(yard.scanned(head), "/items/0/engine") == "Lint/web");
  for (const auto* ours : {"p3c", "Secrets", "packages", "Sampan"}) {
    CHECK(refusal(yard, head.text(), sarif({}, ours)).find("own engines") != std::string::npos);
    CHECK(refusal(yard, head.text(), sarif({}), {{"tool", ours}}).find("own engines") != std::string::npos);
  }
  const std::string two =
      R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"A"}},"results":[]},{"tool":{"driver":{"name":"B"}},"results":[]}]})";
  CHECK(refusal(yard, head.text(), two, {{"tool", "C"}}).find("results of 2 tools") != std::string::npos);
  CHECK(refusal(yard, head.text(), R"({"version":"2.1.0","runs":[]})").find("no run") != std::string::npos);
  CHECK(refusal(yard, head.text(), "{}").find("SARIF: expected SARIF") == 0);
  CHECK(refusal(yard, head.text(), sarif({}), {{"tool", "a\nb"}}).find("expected a name") != std::string::npos);
  CHECK(refusal(yard, "main", sarif({})).find("40 digits") != std::string::npos);
  CHECK(refusal(yard, std::string(40, 'a'), sarif({})).find("aaaa") != std::string::npos);
}
