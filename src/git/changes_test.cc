#include "git/changes.h"

#include <doctest/doctest.h>

#include "git/git_fixture_test.h"

using namespace sampan;
using namespace sampan::git;

namespace {
const std::string kA(40, 'a'), kB(40, 'b'), kC(40, 'c'), kZero(40, '0');
std::string nul(std::string text) {
  std::replace(text.begin(), text.end(), '|', '\0');
  return text;
}
}  // namespace

TEST_CASE("changes: raw output of log and diff-tree, merges, removals, links and strange names") {
  const auto changes = parse_raw_changes(nul("\x01" + kC + "|\n:100644 100644 " + kA + " " + kB +
                                             " M|a b.txt|:000000 100755 " + kZero + " " + kA + " A|\x01odd|\x01" + kB +
                                             "|\n::100644 100644 100644 " + kA + " " + kB + " " + kC + " MM|m.txt|"))
                           .value();
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].commit.text() == kC);
  CHECK(changes[0].path == "a b.txt");
  CHECK(changes[0].old_blobs.size() == 1);
  CHECK(changes[1].path == "\x01odd");
  CHECK(changes[1].old_blobs.empty());
  CHECK(changes[2].commit.text() == kB);
  CHECK(changes[2].old_blobs.size() == 2);
  CHECK(changes[2].new_blob.text() == kC);
  const auto gone = parse_raw_changes(nul(":100644 000000 " + kA + " " + kZero + " D|x|:120000 120000 " + kA + " " +
                                          kB + " M|link|:120000 100644 " + kA + " " + kB + " T|was_link|"))
                        .value();
  REQUIRE(gone.size() == 2);
  CHECK(gone[0].new_blob.is_zero());
  CHECK(gone[1].old_blobs.empty());
  CHECK_FALSE(parse_raw_changes(nul(":100644 100644 nonsense M|x|")).has_value());
  CHECK_FALSE(parse_raw_changes(nul("nonsense|")).has_value());
  CHECK_FALSE(parse_tree_listing(nul("100644 blob " + kA + "|")).has_value());
}

TEST_CASE("changes: a push check sees what the push brings, and only that, in its quarantine") {
  testing::House house;
  house.make_repo("shop");
  Sync<std::vector<std::string>> seen;  // the check is asked by a thread of the edge
  house.git->add_push_check([&](const PushCheck& push) -> Result<void> {
    auto in_check = seen.lock();
    in_check->clear();
    const auto files = TRY(house.git->brought_files(push));
    std::vector<Sha> blobs;
    for (const auto& file : files) blobs.push_back(file.new_blob);
    return house.git->read_blobs(
        push.repo, blobs, 1000,
        [&](std::size_t i, std::optional<std::string> bytes) -> Result<void> {
          in_check->push_back(files[i].path + "=" + bytes.value_or("too large"));
          return {};
        },
        &push);
  });
  testing::Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a.txt", "one");
  client.commit("a.txt", "two");
  client.ok({"push", "-q", "origin", "main"});
  CHECK(*seen.lock() == std::vector<std::string>{"a.txt=one", "a.txt=two"});
  client.ok({"checkout", "-q", "-b", "side", "HEAD~1"});
  client.commit("b.txt", std::string(2000, 'x'));
  client.ok({"push", "-q", "origin", "side"});
  CHECK(*seen.lock() == std::vector<std::string>{"b.txt=too large"});
  client.ok({"checkout", "-q", "main"});
  client.ok({"merge", "-q", "--no-edit", "side"});
  client.ok({"tag", "-a", "-m", "one", "v1"});
  client.ok({"push", "-q", "origin", "main", "v1"});
  CHECK(seen.lock()->empty());  // a merge that changes nothing by itself brings nothing
}

TEST_CASE(
    "changes: many blobs come in order, those over the limit as nothing, and who stops amid them spoils nobody's") {
  testing::House house;
  const auto repo = house.make_repo("shop");
  testing::Client client;
  client.begin(house.url("ann", "shop"));
  std::vector<std::string> expected;
  for (int i = 0; i < 150; ++i) {  // more than are asked for at once; some larger than a socket holds
    const auto text = fmt::format("{}{}", i, std::string(i % 50 == 49 ? 400'000 : i % 7 == 0 ? 300'000 : 10, 'x'));
    REQUIRE(write_file_durably(fmt::format("{}/f{:03}", client.tree(), i), text).has_value());
    expected.push_back(text.size() > 350'000 ? "too large" : text);
  }
  client.ok({"add", "."});
  client.ok({"commit", "-q", "-m", "many"});
  client.ok({"push", "-q", "origin", "main"});
  std::vector<Sha> blobs;
  const auto files = house.git->all_files(repo, house.git->resolve(repo, "main").value()).value();
  for (const auto& file : files) blobs.push_back(file.blob);
  REQUIRE(blobs.size() == expected.size());
  for (int round = 0; round < 2; ++round) {
    std::vector<std::string> seen;
    const auto read = house.git->read_blobs(repo, blobs, 350'000, [&](std::size_t i, std::optional<std::string> bytes) {
      CHECK(i == seen.size());
      seen.push_back(bytes.value_or("too large"));
      return Result<void>();
    });
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    CHECK(seen == expected);
    const auto stopped =
        house.git->read_blobs(repo, blobs, 350'000, [&](std::size_t i, std::optional<std::string>) -> Result<void> {
          if (i < 70) return {};
          return fail(Errc::invalid, "enough");
        });
    CHECK(stopped.error().message == "enough");
  }
  blobs[120] = Sha::parse(std::string(40, '1')).value();
  const auto missing = house.git->read_blobs(repo, blobs, 350'000,
                                             [](std::size_t, std::optional<std::string>) { return Result<void>(); });
  CHECK(missing.error().code == Errc::not_found);
}

TEST_CASE(
    "changes: what the commits of a range wrote, also what a later one of them wrote over; a tip names its branches") {
  testing::House house;
  const auto repo = house.make_repo("shop");
  testing::Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a.txt", "one");
  client.ok({"push", "-q", "origin", "main"});
  const auto first = house.git->resolve(repo, "main").value();
  client.commit("a.txt", "two");
  client.commit("a.txt", "three");
  client.ok({"push", "-q", "origin", "main", "main:refs/heads/side/way"});
  const auto head = house.git->resolve(repo, "main").value();
  const auto later = house.git->written_files(repo, first, head).value();
  REQUIRE(later.size() == 2);
  CHECK(later[0].path == "a.txt");
  CHECK(later[1].commit == head);
  CHECK(later[1].old_blobs == std::vector<Sha>{later[0].new_blob});
  CHECK(house.git->written_files(repo, Sha::zero(), head).value().size() == 3);
  client.commit("b*.txt", "one");
  client.commit("bc.txt", "one");
  client.ok({"push", "-q", "origin", "main"});
  const auto tip = house.git->resolve(repo, "main").value();
  CHECK(house.git->written_files(repo, Sha::zero(), tip, "a.txt").value().size() == 3);
  CHECK(house.git->written_files(repo, Sha::zero(), tip, "b*.txt").value().size() == 1);
  CHECK(house.git->branches_at(repo, head).value() == std::vector<std::string>{"side/way"});
  CHECK(house.git->branches_at(repo, first).value().empty());
}
