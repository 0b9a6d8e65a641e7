#include "findings/fixture_test.h"

using namespace sampan;
using namespace sampan::findings;
using namespace sampan::findings::testing;

TEST_CASE("findings: a commit is scanned, and the next one costs what it changed") {
  Yard yard;
  const auto first = yard.commit({{"src/A.java", java("Aone", kBadField)}, {"src/B.java", java("Bone", kGoodField)}});
  const auto one = yard.scanned(first);
  CHECK(text(one, "/scan/state") == "done");
  CHECK(number(one, "/scan/files") == 2);
  REQUIRE(one.at("items").as_array().size() == 1);
  CHECK(text(one, "/items/0/rule") == "LowerCamelCaseVariableNamingRule");
  CHECK(text(one, "/items/0/path") == "src/A.java");
  CHECK(number(one, "/items/0/range/line") == 10);
  CHECK(one.at_pointer("/items/0/fresh").as_bool());

  const auto second = yard.commit({{"src/B.java", java("Bone", kBadField)}});
  const auto two = yard.scanned(second);
  CHECK(number(two, "/scan/files") == 1);
  CHECK(text(two, "/scan/base") == first.text());
  REQUIRE(two.at("items").as_array().size() == 2);
  CHECK_FALSE(two.at_pointer("/items/0/fresh").as_bool());
  CHECK(two.at_pointer("/items/1/fresh").as_bool());
  const auto total =
      number(two, "/scan/found/blocker") + number(two, "/scan/found/critical") + number(two, "/scan/found/major");
  CHECK(total == 2);

  const auto third = yard.commit({{"src/A.java", java("Aone", kGoodField)}});
  const auto three = yard.scanned(third);
  CHECK(three.at("items").as_array().size() == 1);
  CHECK(number(three, "/scan/found/blocker") + number(three, "/scan/found/critical") +
            number(three, "/scan/found/major") ==
        1);
}

TEST_CASE("findings: a finding whose line moved is known, and a version of a file is never read twice") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}}));
  const auto moved = yard.scanned(yard.commit({{"A.java", java("Aone", "    private int first;\n\n" + kBadField)}}));
  REQUIRE(moved.at("items").as_array().size() == 1);
  CHECK_FALSE(moved.at_pointer("/items/0/fresh").as_bool());
  CHECK(number(moved, "/items/0/range/line") == 12);
  const auto back = yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}}));
  CHECK(number(back, "/scan/files") == 0);
}

TEST_CASE("findings: a new branch is measured against where it left the default branch") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}}));
  yard.call(Method::post, "/api/v1/repos/:group/:repo/branches", R"({"name":"feature","from":"main"})");
  const auto branch = yard.scanned(yard.commit({{"B.java", java("Bone", kBadField)}}, "feature"));
  REQUIRE(branch.at("items").as_array().size() == 2);
  CHECK(number(branch, "/fresh") == 1);
  CHECK(branch.at_pointer("/items/1/fresh").as_bool());
}

TEST_CASE(
    "findings: a branch that has nothing in common with the default one is measured against what was pushed before") {
  Yard yard;
  yard.scanned(yard.commit({{"README.md", "nobody uses this branch"}}));
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}}, "trunk"));
  yard.call(Method::post, "/api/v1/repos/:group/:repo/branches", R"({"name":"topic","from":"trunk"})");
  const auto topic = yard.scanned(yard.commit({{"B.java", java("Bone", kBadField)}}, "topic"));
  REQUIRE(topic.at("items").as_array().size() == 2);
  CHECK(number(topic, "/fresh") == 1);
}

TEST_CASE(
    "findings: of what was pushed before the last is what a new branch is measured against, not what was asked for") {
  Yard yard(false);
  const auto scan = [&](const std::string& ref, const Sha& commit) {
    yard.call(Method::post, "/api/v1/repos/:group/:repo/scans", fmt::format(R"({{"ref":"{}"}})", ref));
    return yard.scanned(commit);
  };
  yard.commit({{"README.md", "nobody uses this branch"}});
  scan("trunk", yard.commit({{"A.java", java("Aone", kBadField)}}, "trunk"));
  scan("trunk", yard.commit({{"B.java", java("Bone", kBadField)}}, "trunk"));
  const auto asked_for = yard.commit({{"C.java", java("Cone", kBadField)}}, "trunk");
  yard.commit({{"D.java", java("Done", kBadField)}}, "trunk");
  scan(asked_for.text(), asked_for);  // no branch ends there: nobody pushed it
  yard.call(Method::post, "/api/v1/repos/:group/:repo/branches", R"({"name":"topic","from":"trunk"})");
  const auto topic = scan("topic", yard.commit({{"E.java", java("Eone", kBadField)}}, "topic"));
  CHECK(topic.at("items").as_array().size() == 5);
  CHECK(number(topic, "/fresh") == 3);
}

TEST_CASE("findings: a scan that failed says why in both languages, in the list and in the verdict") {
  Yard yard;
  const auto head = yard.commit({{"A.java", java("Aone", kGoodField)}});
  yard.scanned(head);
  const auto next = yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.scanned(next);
  yard.close();
  {
    const auto db = Db::open("sqlite:" + yard.folder.path() + "/sampan.db").value();
    REQUIRE(
        db->write([&](Tx& tx) {
            return tx.exec(
                "update commit_scan set state = 'failed', reason = 'git: an object is missing' where commit_sha = $1",
                {next.text()});
          }).has_value());
  }
  yard.open();
  yard.findings->start();
  const auto list = yard.scanned(next);
  CHECK(text(list, "/scan/reason/zh") == "扫描失败：git: an object is missing");
  CHECK(text(list, "/scan/reason/en") == "the scan failed: git: an object is missing");
  CHECK(text(yard.verdict(next), "/state") == "unknown");
  CHECK(yard.verdict(next).at("reason") == list.at("scan").at("reason"));
  CHECK(yard.scanned(head).at("scan").at("reason").is_null());
}

TEST_CASE("findings: dismissed with a reason until a date, ended before it, and never counted meanwhile") {
  Yard yard;
  yard.call(
      Method::put, "/api/v1/repos/:group/:repo/red-lines",
      R"({"items":[{"branch":"main","severity":"critical","scope":"all","most":0},{"branch":"main","severity":"major","scope":"all","most":0}]})");
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  const auto list = yard.scanned(head);
  CHECK(text(yard.verdict(head), "/state") == "failed");
  CHECK(text(yard.verdict(head), "/offenders/0/path") == "A.java");
  const auto lines = yard.verdict(head).at("lines");
  CHECK(number(lines, "/0/count") + number(lines, "/1/count") == 1);
  CHECK(text(lines, "/0/branch") == "main");
  const auto order = [&](const std::string& reason, int days) {
    return fmt::format(R"({{"fingerprint":"{}","ref":"main","reason":"{}","days":{}}})",
                       text(list, "/items/0/fingerprint"), reason, days);
  };
  const std::string dismissals = "/api/v1/repos/:group/:repo/dismissals";
  CHECK(yard.ask(Method::post, dismissals, order(" ", 1)).error().code == Errc::invalid);
  CHECK(yard.ask(Method::post, dismissals, order("why", 0)).error().code == Errc::invalid);
  CHECK(yard.ask(Method::post, dismissals, R"({"fingerprint":"00","ref":"main","reason":"x","days":1})").error().code ==
        Errc::not_found);
  yard.call(Method::post, dismissals, order("the table's column is called so", 1));
  CHECK(text(yard.verdict(head), "/state") == "passed");
  const auto dismissed = yard.scanned(head, {{"standing", "dismissed"}});
  CHECK(text(dismissed, "/items/0/dismissed/reason") == "the table's column is called so");
  CHECK(yard.scanned(head).at("items").as_array().empty());

  yard.clock.advance(std::chrono::hours(25));
  CHECK(text(yard.verdict(head), "/state") == "failed");
  const auto again = yard.call(Method::post, dismissals, order("still so", 30));
  CHECK(text(yard.verdict(head), "/state") == "passed");
  yard.call(Method::del, dismissals + "/:id", "", {}, std::to_string(number(again, "/id")));
  CHECK(text(yard.verdict(head), "/state") == "failed");
  CHECK(yard.ask(Method::del, dismissals + "/:id", "", {}, std::to_string(number(again, "/id"))).error().code ==
        Errc::not_found);
}

TEST_CASE("findings: a broken scan.yaml is named, and the gate does not pass on it") {
  Yard yard;
  const auto head =
      yard.commit({{".sampan/scan.yaml", "limits:\n  blockr: 0\n"}, {"A.java", java("Aone", kGoodField)}});
  const auto list = yard.scanned(head);
  CHECK(text(list, "/gaps/0/reason/en").find(".sampan/scan.yaml:2:3") != std::string::npos);
  CHECK(text(yard.verdict(head), "/state") == "unknown");
  const auto mended = yard.commit({{".sampan/scan.yaml", "limits:\n  blocker: 0\n"}});
  CHECK(yard.scanned(mended).at("gaps").as_array().empty());
  CHECK(text(yard.verdict(mended), "/state") == "passed");
}

TEST_CASE("findings: other rules in scan.yaml, another result; the counts follow") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}, {"B.java", java("Bone", kBadField)}}));
  const auto off = yard.scanned(
      yard.commit({{".sampan/scan.yaml", "rules:\n  LowerCamelCaseVariableNamingRule: {enabled: false}\n"}}));
  CHECK(off.at("items").as_array().empty());
  CHECK(number(off, "/scan/found/critical") + number(off, "/scan/found/major") == 0);
  const auto out = yard.scanned(yard.commit({{".sampan/scan.yaml", "exclude: [B.java]\n"}}));
  CHECK(out.at("items").as_array().size() == 1);
}

TEST_CASE("findings: a scan the server did not finish begins again at the next start") {
  Yard yard;
  yard.findings->stop();  // queued by the listener, done by nobody
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.events->settle();
  CHECK(text(yard.verdict(head), "/state") == "unknown");
  yard.close();
  yard.open();
  yard.findings->start();
  CHECK(yard.scanned(head).at("items").as_array().size() == 1);
}

TEST_CASE("findings: a scan that a full disk kept from being written down is, once it can be, without a start") {
  Yard yard;
  const auto change = [&](const std::string& sql) {
    REQUIRE(yard.db
                ->write([&](Tx& tx) -> Result<void> {
                  TRY(tx.exec(sql));
                  return {};
                })
                .has_value());
  };
  change(
      "create trigger full before update on commit_scan when new.finished_at is not null "
      "begin select raise(abort, 'the disk is full'); end");
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.events->settle();
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));  // it is tried, and again
  CHECK(text(yard.verdict(head), "/state") == "unknown");
  change("drop trigger full");
  CHECK(yard.scanned(head).at("items").as_array().size() == 1);
}

TEST_CASE("findings: lists are filtered and come in pages; a wrong filter is named") {
  Yard yard;
  std::vector<git::NewFile> files;
  for (char c = 'A'; c < 'F'; ++c)
    files.push_back({fmt::format("src/{}.java", c), java(fmt::format("{}one", c), kBadField)});
  const auto head = yard.commit(files);
  const auto page = yard.scanned(head, {{"limit", "2"}});
  CHECK(page.at("items").as_array().size() == 2);
  CHECK(text(page, "/next") == "2");
  const auto last = yard.scanned(head, {{"limit", "2"}, {"before", "4"}});
  CHECK(text(last, "/items/0/path") == "src/E.java");
  CHECK(last.at("next").is_null());
  CHECK(yard.scanned(head, {{"path", "C.java"}}).at("items").as_array().size() == 1);
  CHECK(yard.scanned(head, {{"rule", "NoSuch"}}).at("items").as_array().empty());
  CHECK(number(page, "/rules/0/count") == 5);
  const auto wrong =
      yard.ask(Method::get, "/api/v1/repos/:group/:repo/findings", "", {{"ref", "main"}, {"standing", "opn"}});
  CHECK(wrong.error().message ==
        "query 'standing': 'opn' is none of open, fresh, dismissed, all, did you mean 'open'?");
}

TEST_CASE("findings: a page asks for one file, or for the files that a commit changed") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}, {"src/A.java", java("Aone", kBadField)}}));
  const auto head = yard.commit({{"B.java", java("Bone", kBadField)}});
  const auto file = yard.scanned(head, {{"file", "A.java"}});
  REQUIRE(file.at("items").as_array().size() == 1);
  CHECK(text(file, "/items/0/path") == "A.java");
  const auto changed = yard.scanned(head, {{"files", "changed"}});
  REQUIRE(changed.at("items").as_array().size() == 1);
  CHECK(text(changed, "/items/0/path") == "B.java");
  const auto wrong =
      yard.ask(Method::get, "/api/v1/repos/:group/:repo/findings", "", {{"ref", "main"}, {"files", "chnged"}});
  CHECK(wrong.error().message == "query 'files': 'chnged' is none of all, changed, history, did you mean 'changed'?");
}

TEST_CASE("findings: the scan of a commit is asked for by its sha") {
  Yard yard;
  const std::string scans = "/api/v1/repos/:group/:repo/scans";
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.scanned(head);
  const auto one = yard.call(Method::get, scans, "", {{"commit", head.text()}});
  CHECK(text(one, "/items/0/state") == "done");
  CHECK(number(one, "/items/0/fresh/critical") + number(one, "/items/0/fresh/major") == 1);
  const auto other = yard.call(Method::get, scans, "", {{"commit", std::string(40, 'a')}});
  CHECK(other.at("items").as_array().empty());
  CHECK(yard.ask(Method::get, scans, "", {{"commit", "main"}}).error().code == Errc::invalid);
}

TEST_CASE("findings: a commit that nobody pushed here is not scanned, and can be") {
  Yard yard;
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.scanned(head);
  REQUIRE(yard.db
              ->write([](Tx& tx) -> Result<void> {
                TRY(tx.exec("delete from commit_scan"));
                return {};
              })
              .has_value());
  const auto list = yard.call(Method::get, "/api/v1/repos/:group/:repo/findings", "", {{"ref", "main"}});
  CHECK(list.at("scan").is_null());
  CHECK(text(yard.verdict(head), "/state") == "unknown");
  yard.call(Method::post, "/api/v1/repos/:group/:repo/scans", R"({"ref":"main"})");
  CHECK(yard.scanned(head).at("items").as_array().size() == 1);
}

TEST_CASE("findings: switched off, pushes are not scanned, but people may ask") {
  Yard yard(false);
  yard.commit({{"A.java", java("Aone", kBadField)}});
  yard.events->settle();
  const auto list = yard.call(Method::get, "/api/v1/repos/:group/:repo/findings", "", {{"ref", "main"}});
  CHECK(list.at("scan").is_null());
  yard.call(Method::post, "/api/v1/repos/:group/:repo/scans", R"({"ref":"main"})");
  CHECK(yard.scanned(yard.git->resolve(yard.repo(), "main").value()).at("items").as_array().size() == 1);
}

TEST_CASE("findings: an old commit that is asked for is measured against its first parent and belongs to no branch") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}}));
  const auto old = yard.commit({{"B.java", java("Bone", kBadField)}});
  yard.scanned(old);
  const auto head = yard.commit({{"C.java", java("Cone", kBadField)}});
  yard.scanned(head);
  REQUIRE(yard.db
              ->write([](Tx& tx) -> Result<void> {
                TRY(tx.exec("delete from commit_scan"));
                return {};
              })
              .has_value());
  const auto asked = [&](const Sha& commit) {
    yard.call(Method::post, "/api/v1/repos/:group/:repo/scans", fmt::format(R"({{"ref":"{}"}})", commit.text()));
    return yard.scanned(commit);
  };
  const auto list = asked(old);
  CHECK(list.at_pointer("/scan/branch").is_null());
  CHECK(text(list, "/scan/base") == yard.git->read_commit(yard.repo(), old).value().parents.at(0).text());
  CHECK(number(list, "/fresh") == 1);
  CHECK(list.at("items").as_array().size() == 2);
  const auto trend = [&] { return yard.call(Method::get, "/api/v1/repos/:group/:repo/findings/trend").at("items"); };
  CHECK(trend().as_array().empty());

  const auto tip = asked(head);  // a branch's last commit by its sha, as a push of the branch is
  CHECK(text(tip, "/scan/branch") == "main");
  CHECK(text(tip, "/scan/base") == Sha::zero().text());
  CHECK(trend().as_array().size() == 1);
}

TEST_CASE("findings: a branch that comes to a commit somebody asked for takes its scan over") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kBadField)}}));
  const auto old = yard.commit({{"B.java", java("Bone", kBadField)}});
  yard.scanned(old);
  yard.scanned(yard.commit({{"C.java", java("Cone", kBadField)}}));
  REQUIRE(yard.db
              ->write([&](Tx& tx) -> Result<void> {
                TRY(tx.exec("delete from commit_scan where commit_sha = $1", {old.text()}));
                return {};
              })
              .has_value());
  const auto ask = [&] {
    yard.call(Method::post, "/api/v1/repos/:group/:repo/scans", fmt::format(R"({{"ref":"{}"}})", old.text()));
    return yard.scanned(old);
  };
  CHECK(ask().at_pointer("/scan/branch").is_null());
  yard.call(Method::post, "/api/v1/repos/:group/:repo/branches",
            fmt::format(R"({{"name":"side","from":"{}"}})", old.text()));
  yard.events->settle();
  const auto taken = ask();
  CHECK(text(taken, "/scan/branch") == "side");
  CHECK(text(taken, "/scan/base") == Sha::zero().text());  // where it left the default branch is itself
}
