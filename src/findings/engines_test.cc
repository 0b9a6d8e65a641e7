// What packages and secrets mean for a repository: look-ups that grow old, and pushes that are refused.
#include "findings/fixture_test.h"
#include "scan/packages.h"

using namespace sampan;
using namespace sampan::findings;
using namespace sampan::findings::testing;

namespace {

// An advisory of a package that exists here only, written at the clock's time.
void import_advisory(Yard& yard) {
  const auto file = yard.folder.path() + "/TEST-2023-1.json";
  REQUIRE(write_file_durably(file, R"({"id":"TEST-2023-1","modified":"2023-11-14T00:00:00Z","summary":"it opens doors",
    "affected":[{"package":{"ecosystem":"PyPI","name":"frobnicate"},"ranges":[{"type":"ECOSYSTEM",
    "events":[{"introduced":"0"},{"fixed":"1.5"}]}]}]})")
              .has_value());
  const auto done = scan::import_advisories({file}, yard.folder.path() + "/advisories", yard.clock.now());
  REQUIRE_MESSAGE(done.has_value(), done.error().message);
}

}  // namespace

TEST_CASE("findings: packages are looked up; without advisories the verdict is unknown, never good") {
  Yard yard;
  const auto first = yard.commit({{"requirements.txt", "frobnicate==1.2\n"}});
  const auto blind = yard.scanned(first);
  CHECK(blind.at("items").as_array().empty());
  CHECK(number(blind, "/scan/gaps") == 1);
  CHECK(text(yard.verdict(first), "/state") == "unknown");

  import_advisory(yard);
  const auto seen = yard.scanned(first);  // looked up again, without a push
  REQUIRE(seen.at("items").as_array().size() == 1);
  CHECK(text(seen, "/items/0/rule") == "TEST-2023-1");
  CHECK(text(seen, "/items/0/path") == "requirements.txt");
  CHECK(text(seen, "/items/0/message/en").find("1.5") != std::string::npos);
  CHECK(seen.at("gaps").as_array().empty());
  CHECK(text(yard.verdict(first), "/state") == "failed");

  const auto other = yard.scanned(yard.commit({{"A.java", java("Aone", kGoodField)}}));
  REQUIRE(other.at("items").as_array().size() == 1);
  CHECK_FALSE(other.at_pointer("/items/0/fresh").as_bool());
  CHECK(number(other, "/scan/fresh/critical") == 0);
  const auto mended = yard.scanned(yard.commit({{"requirements.txt", "frobnicate==1.5\n"}}));
  CHECK(mended.at("items").as_array().empty());
  CHECK(number(mended, "/scan/found/critical") == 0);
  CHECK(number(mended, "/scan/gaps") == 0);
  const auto back = yard.scanned(yard.commit({{"requirements.txt", "# pinned\nfrobnicate==1.4\n"}}));
  CHECK(number(back, "/scan/fresh/critical") == 1);
  CHECK(number(back, "/items/0/range/line") == 2);
}

TEST_CASE("findings: advisories grow old, and then nothing is good any more") {
  Yard yard;
  import_advisory(yard);
  const auto head = yard.commit({{"requirements.txt", "frobnicate==2.0\n"}});
  CHECK(yard.scanned(head).at("gaps").as_array().empty());
  CHECK(text(yard.verdict(head), "/state") == "passed");
  yard.clock.advance(std::chrono::hours(24 * 60));
  CHECK(text(yard.verdict(head), "/state") == "unknown");
}

TEST_CASE("findings: a push that brings a secret is refused by commit, file and line, and leaves nothing") {
  Yard yard;
  yard.commit({{"README.md", "hello\n"}});
  const auto key = secret_key();
  const auto refused = yard.try_commit({{"src/main/config.properties", "region=one\naws.key=" + key + "\n"}});
  REQUIRE_FALSE(refused.has_value());
  const auto& sentence = refused.error().message;
  INFO(sentence);
  CHECK(sentence.find("this push brings a secret") != std::string::npos);
  CHECK(sentence.find("src/main/config.properties:2") != std::string::npos);
  CHECK(sentence.find("aws-access-key") != std::string::npos);
  CHECK(sentence.find("-o allow-secret=") != std::string::npos);
  CHECK(sentence.find(key) == std::string::npos);  // not even here
  CHECK_FALSE(
      yard.git->read_file(yard.repo(), yard.git->resolve(yard.repo(), "main").value(), "src/main/config.properties")
          .has_value());
  CHECK(yard.call(Method::get, "/api/v1/repos/:group/:repo/dismissals").at("items").as_array().empty());
}

TEST_CASE("findings: whoever reads Chinese is refused and judged in Chinese") {
  Yard yard;
  yard.commit({{"README.md", "hello\n"}});
  REQUIRE(yard.db
              ->write([](Tx& tx) -> Result<void> {
                TRY(tx.exec("update user_account set locale = 'zh'"));
                return {};
              })
              .has_value());
  const auto refused = yard.try_commit({{"config.properties", "aws.key=" + secret_key() + "\n"}});
  REQUIRE_FALSE(refused.has_value());
  INFO(refused.error().message);
  CHECK(refused.error().message.find("本次推送带有 1 个密钥，已全部拒绝") != std::string::npos);
  CHECK(refused.error().message.find("git push -o allow-secret=ID:原因") != std::string::npos);
  CHECK(refused.error().message.find("push brings") == std::string::npos);
  const auto head = yard.git->resolve(yard.repo(), "main").value();
  yard.scanned(head);
  CHECK(text(yard.verdict(head), "/reason/zh") == "未超过任何红线");
  CHECK(text(yard.verdict(head), "/reason/en") == "below every red line");
}

TEST_CASE("findings: a secret that a later commit took out is found in history, with the commit that wrote it") {
  Yard yard(false);  // no push is refused
  const auto key = secret_key();
  const auto first = yard.commit({{"README.md", "hello\n"}});
  const auto guilty = yard.commit({{"config.properties", "aws.key=" + key + "\n"}});
  yard.commit({{"config.properties", "aws.key=" + key + "\nregion=one\n"}});
  const auto mended = yard.commit({{"config.properties", "region=one\n"}});
  yard.commit({{"README.md", "hello again\n"}});
  const auto ask = [&](const std::string& ref, const Sha& commit, const std::string& files) {
    yard.call(Method::post, "/api/v1/repos/:group/:repo/scans", fmt::format(R"({{"ref":"{}"}})", ref));
    return yard.scanned(commit, {{"files", files}, {"standing", "all"}});
  };
  const auto head = yard.git->resolve(yard.repo(), "main").value();
  const auto all = ask("main", head, "history");
  REQUIRE(all.at("items").as_array().size() == 1);
  CHECK(text(all, "/items/0/commit") == guilty.text());
  CHECK(text(all, "/items/0/path") == "config.properties");
  CHECK(all.at_pointer("/items/0/fresh").as_bool());
  CHECK(number(all, "/past") == 1);
  CHECK(ask("main", head, "all").at("items").as_array().empty());
  CHECK(text(yard.verdict(head), "/state") == "passed");  // red lines are about what the commit holds
  CHECK(ask(first.text(), first, "history").at("items").as_array().empty());

  yard.call(Method::post, "/api/v1/repos/:group/:repo/dismissals",
            fmt::format(R"({{"fingerprint":"{}","ref":"main","reason":"it was changed","days":30}})",
                        text(all, "/items/0/fingerprint")));
  const auto after = ask("main", head, "history");
  CHECK(number(after, "/past") == 0);
  CHECK(text(after, "/items/0/dismissed/reason") == "it was changed");

  REQUIRE(yard.db
              ->write([](Tx& tx) -> Result<void> {
                TRY(tx.exec("delete from past_secret"));
                return {};
              })
              .has_value());
  const auto taken = ask(mended.text(), mended, "history");  // its parent has it, and an older commit wrote it
  REQUIRE(taken.at("items").as_array().size() == 1);
  CHECK(text(taken, "/items/0/commit") == guilty.text());
  CHECK_FALSE(taken.at_pointer("/items/0/fresh").as_bool());
}

TEST_CASE("findings: history is what the commit descends from and does not hold, without what the settings leave out") {
  Yard yard(false);
  const auto ask = [&](const Sha& commit) {
    yard.call(Method::post, "/api/v1/repos/:group/:repo/scans", fmt::format(R"({{"ref":"{}"}})", commit.text()));
    return yard.scanned(commit, {{"files", "history"}, {"standing", "all"}});
  };
  const auto again = "aws.key=" + secret_key() + "\n";
  yard.commit({{"README.md", "hello\n"}});
  std::vector<git::NewFile> files{{"left/out.properties", "aws.key=" + secret_key() + "\n"},
                                  {"again.properties", again},
                                  {"A.java", java("Aone", kBadField)}};
  for (const char* name : {"e", "a", "d", "b", "c"})
    files.push_back({std::string(name) + ".properties", "region=one\naws.key=" + secret_key() + "\n"});
  yard.commit(files);
  for (auto& file : files) file.text = "region=one\n";
  files.push_back({".sampan/scan.yaml", "exclude: [\"left/**\"]\n"});
  const auto clean = yard.commit(files);
  const auto back = yard.commit({{"again.properties", again}});

  const auto paths = [](const json::value& list) {
    std::vector<std::string> all;
    for (const auto& item : list.at("items").as_array()) all.push_back(text(item, "/path"));
    return all;
  };
  const std::vector<std::string> mended{"a.properties", "b.properties", "c.properties", "d.properties", "e.properties"};
  auto with_again = mended;
  with_again.insert(with_again.begin() + 1, "again.properties");
  CHECK(paths(ask(clean)) == with_again);
  CHECK(paths(ask(back)) == mended);  // in the order of paths, secrets alone, and not what it holds
  REQUIRE(yard.db->write([](Tx& tx) { return tx.exec("update commit_scan set state = 'failed'"); }).has_value());
  CHECK(number(yard.scanned(back, {{"files", "history"}, {"standing", "all"}}), "/past") == 0);  // nothing is known
}
