// Large results that somebody made to be slow to read.
#include <doctest/doctest.h>

#include <functional>

#include "base/growth.h"
#include "base/testing.h"
#include "scan/sarif.h"

namespace sampan::scan {

namespace {

std::string listed(std::size_t count, const std::function<std::string(std::size_t)>& item) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? "," : "") + item(i);
  return text;
}
std::string repeated(const std::string& text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}
std::string log_of(const std::string& results, const std::string& driver = {}, const std::string& run = {}) {
  return R"({"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T")" + driver + "}}," + run + R"("results":[)" +
         results + "]}]}";
}
std::string result(const std::string& location, const std::string& more = R"("ruleId":"R","message":{"text":"m"})") {
  return "{" + more + R"(,"locations":[{"physicalLocation":{"artifactLocation":)" + location + "}}]}";
}

struct Large {
  const char* name;
  std::size_t size;
  std::function<std::string(std::size_t)> make;
};
const std::vector<Large> kLarge{
    {"many roots, and results below none", 1500,
     [](std::size_t n) {
       return log_of(listed(n, [](std::size_t) { return result(R"({"uri":"file:///z/a.c"})"); }), "",
                     R"("versionControlProvenance":[)" + listed(n, [](std::size_t i) {
                       return fmt::format(R"({{"mappedTo":{{"uri":"file:///r{}/"}}}})", i);
                     }) + "],");
     }},
    {"one long location of many results", 100,
     [](std::size_t n) {
       return log_of(listed(n, [](std::size_t) { return result(R"({"index":0})"); }), "",
                     R"("artifacts":[{"location":{"uri":")" + repeated("a/../", n * 20) + R"("}}],)");
     }},
    {"a message of half links", 1000,
     [](std::size_t n) {
       return log_of(result(R"({"uri":"a.c"})", R"("ruleId":"R","message":{"text":"{0}","arguments":[")" +
                                                    repeated("[a](1", n) + R"("]})"));
     }},
    {"a rule of many parts, and rules that begin so", 1000,
     [](std::size_t n) {
       const auto id = repeated("a/", n * 10);
       return log_of(result(R"({"uri":"a.c"})", R"("ruleId":")" + id + R"(","message":{"text":"m"})"),
                     R"(,"rules":[)" + listed(100, [&](std::size_t i) {
                       return fmt::format(R"({{"id":"{}{}"}})", id.substr(0, id.size() / 2), i);
                     }) + "]");
     }},
    {"many lines of one file", 500,
     [](std::size_t n) { return log_of(listed(n, [](std::size_t) { return result(R"({"uri":"a.c"})"); })); }},
};

}  // namespace

TEST_CASE("sarif: reading results takes time in proportion to their size") {
  using namespace sampan::testing;
  for (const auto& one : kLarge) {
    CAPTURE(std::string(one.name));
    CHECK(growth(one.size, one.make, [](const std::string& text) { must(read_sarif(text, {"r.sarif"})); }) <
          kMostGrowth);
  }
}

TEST_CASE("sarif: a file of too many tools is refused, for each is measured for itself") {
  const auto of_tools = [](std::size_t count) {
    return read_sarif(R"({"version":"2.1.0","runs":[)" +
                          listed(count,
                                 [](std::size_t i) {
                                   return fmt::format(R"({{"tool":{{"driver":{{"name":"T{}"}}}},"results":[]}})", i);
                                 }) +
                          "]}",
                      {"r.sarif"});
  };
  CHECK(of_tools(kMostSarifTools).value().size() == kMostSarifTools);
  CHECK(of_tools(kMostSarifTools + 1).error().message == "r.sarif: results of more than 20 tools: hand them in apart");
}

// 25,000 results and a rule's message are 3 MB, and were 300 MB of findings.
TEST_CASE("sarif: what rules lend their results is bounded, and how many were left out is told") {
  const auto rules =
      R"(,"rules":[{"id":"R","messageStrings":{"default":{"text":")" + std::string(4'000, 'x') + R"("}}}])";
  const auto read = read_sarif(
      log_of(
          listed(9'000,
                 [](std::size_t) { return result(R"({"uri":"a.c"})", R"("ruleId":"R","message":{"id":"default"})"); }),
          rules),
      {"r.sarif"});
  REQUIRE(read.has_value());
  const auto& scanned = read->front().scanned;
  const auto over = 9'000 - scanned.findings.size();
  CHECK(scanned.findings.size() > 5'000);
  REQUIRE(over > 100);
  REQUIRE(scanned.gaps.size() == 1);
  CHECK(scanned.gaps[0].reason.en ==
        fmt::format("the results have more than 64 MiB of text: {} of T were not read", over));
}

}  // namespace sampan::scan
