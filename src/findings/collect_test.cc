// Outcomes of rule sets that nobody uses any more.
#include "findings/fixture_test.h"

using namespace sampan;
using namespace sampan::findings;
using namespace sampan::findings::testing;

namespace {

const std::string kScans = "/api/v1/repos/:group/:repo/scans";

std::int64_t count_rows(Yard& yard, const std::string& where = "1 = 1") {
  return yard.db
      ->read([&](Tx& tx) -> Result<std::int64_t> {
        return TRY(tx.one("a count", "select count(*) from scanned_file where " + where)).integer(0);
      })
      .value();
}

// Two commits of main, each with rules of its own; the first holds a finding.
struct TwoRuleSets : Yard {
  Sha first = commit({{"A.java", java("Aone", kBadField)}});
  json::value before = scanned(first);
  Sha second = commit({{".sampan/scan.yaml", "exclude: [B.java]\n"}});
  json::value after = scanned(second);
};

}  // namespace

TEST_CASE("collect: what no branch's last scan was made by goes, once a day, and its commits are not clean for it") {
  TwoRuleSets yard;
  REQUIRE(count_rows(yard) == 3);
  REQUIRE(yard.findings->collect().has_value());
  CHECK(count_rows(yard) == 2);
  CHECK(yard.scanned(yard.second).at("items").as_array().size() == 1);
  const auto old = yard.scanned(yard.first);
  CHECK(old.at("items").as_array().empty());
  CHECK(text(old, "/gaps/0/reason/en") == "the rules have changed since: scan it again");
  CHECK(text(yard.verdict(yard.first), "/state") == "unknown");
  yard.call(Method::post, kScans, fmt::format(R"({{"ref":"{}"}})", yard.first.text()));
  CHECK(yard.scanned(yard.first).at("items").as_array().size() == 1);

  yard.scanned(yard.commit({{".sampan/scan.yaml", "exclude: [C.java]\n"}}));
  const auto then = count_rows(yard);
  yard.clock.advance(std::chrono::hours(23));
  REQUIRE(yard.findings->collect().has_value());
  CHECK(count_rows(yard) == then);
  yard.clock.advance(std::chrono::hours(1));
  REQUIRE(yard.findings->collect().has_value());
  CHECK(count_rows(yard) < then);
}

TEST_CASE("collect: the last scan of a branch keeps its outcomes until the branch is gone") {
  TwoRuleSets yard;
  yard.call(Method::post, "/api/v1/repos/:group/:repo/branches",
            fmt::format(R"({{"name":"old","from":"{}"}})", yard.first.text()));
  yard.scanned(yard.commit({{"B.java", java("Bone", kBadField)}}, "old"));
  const auto all = count_rows(yard);
  REQUIRE(yard.findings->collect().has_value());
  CHECK(count_rows(yard) == all);
  const auto deleted = std::find_if(yard.routes.begin(), yard.routes.end(), [](const Route& route) {
    return route.method == Method::del && route.pattern.find("/branches/") != std::string::npos;
  });
  REQUIRE(deleted != yard.routes.end());
  Request request;
  request.params = {{"group", "company"}, {"repo", "shop"}, {"name", "old"}};
  REQUIRE(deleted->handler(request, yard.admin()).has_value());
  yard.clock.advance(std::chrono::hours(24));
  REQUIRE(yard.findings->collect().has_value());
  CHECK(count_rows(yard) == 2);
}

TEST_CASE("collect: a lot goes in many batches; nothing goes while a scan of the repository waits") {
  TwoRuleSets yard;
  REQUIRE(yard.db
              ->write([&](Tx& tx) -> Result<void> {
                for (int i = 0; i < 1'200; ++i)
                  TRY(
                      tx.exec("insert into scanned_file (repo_id, rule_set, path, blob_sha, outcome) "
                              "values ($1, 'of yesterday', $2, $3, '')",
                              {yard.repo().id, fmt::format("{}.txt", i), yard.first.text()}));
                return {};
              })
              .has_value());
  yard.findings->stop();  // queued, and done by nobody
  yard.commit({{"C.java", java("Cone", kGoodField)}});
  yard.events->settle();
  REQUIRE(yard.findings->collect().has_value());
  CHECK(count_rows(yard, "rule_set = 'of yesterday'") == 1'200);
  yard.close();
  yard.open();
  yard.findings->start();
  yard.scanned(yard.git->resolve(yard.repo(), "main").value());
  REQUIRE(yard.findings->collect().has_value());
  CHECK(count_rows(yard, "rule_set = 'of yesterday'") == 0);
}
