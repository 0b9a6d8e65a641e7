// What the server makes of files that rules cannot cope with, of workers that die, and of none at all.
#include <dirent.h>
#include <signal.h>

#include "base/text.h"
#include "findings/fixture_test.h"

using namespace sampan;
using namespace sampan::findings;
using namespace sampan::findings::testing;

namespace {

// Our own processes that scan.
std::vector<pid_t> scan_workers() {
  std::vector<pid_t> found;
  DIR* folder = ::opendir("/proc");
  while (const dirent* entry = ::readdir(folder)) {
    const auto stat = read_file(fmt::format("/proc/{}/stat", entry->d_name));
    if (!stat || stat->find("(sampan-scan)") == std::string::npos) continue;
    if (stat->find(fmt::format(") S {} ", ::getpid())) == std::string::npos) continue;
    found.push_back(std::stoi(entry->d_name));
  }
  ::closedir(folder);
  return found;
}

// Both, none of them among `before`.
std::vector<pid_t> new_workers(const std::vector<pid_t>& before) {
  std::vector<pid_t> found;
  const auto is_old = [&](pid_t one) { return std::find(before.begin(), before.end(), one) != before.end(); };
  for (int i = 0; i < 1'000; ++i) {
    found = scan_workers();
    if (found.size() == 2 && std::none_of(found.begin(), found.end(), is_old)) return found;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FAIL("no new workers");
  return found;
}

pid_t held_up(const Yard& yard) {
  const auto file = yard.folder.path() + "/held";
  for (int i = 0; i < 2'000 && !exists(file); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return std::stoi(read_file(file).value());
}

}  // namespace

TEST_CASE("findings: a file on which a rule crashes or never ends is a gap, the rest of the push is scanned") {
  Yard yard;
  const auto head = yard.commit({{"A.java", java("Aone", kBadField)},
                                 {"abort.java", java("Abort", kBadField)},
                                 {"deep.java", java("Deep", kGoodField)},
                                 {"hang.java", java("Hang", kGoodField)}});
  const auto list = yard.scanned(head);
  CHECK(text(list, "/scan/state") == "done");
  REQUIRE(list.at("items").as_array().size() == 1);
  CHECK(text(list, "/items/0/path") == "A.java");
  REQUIRE(list.at("gaps").as_array().size() == 3);
  CHECK(text(list, "/gaps/0/path") == "abort.java");
  CHECK(text(list, "/gaps/0/reason/en") == "not checked: the rule NeedBraceRule crashed (SIGABRT)");
  CHECK(text(list, "/gaps/1/reason/en") == "not checked: the rule NeedBraceRule crashed (SIGSEGV)");
  CHECK(text(list, "/gaps/2/reason/en") == "not checked: the rule NeedBraceRule did not end in its time");
  yard.call(Method::put, "/api/v1/repos/:group/:repo/red-lines",
            R"({"items":[{"branch":"main","severity":"blocker","scope":"all","most":0}]})");
  CHECK(text(yard.verdict(head), "/state") == "unknown");

  const auto next = yard.scanned(yard.commit({{"B.java", java("Bone", kBadField)}}));
  CHECK(number(next, "/scan/files") == 1);  // what crashed once is not tried at each push
  CHECK(next.at("items").as_array().size() == 2);
  CHECK(next.at("gaps").as_array().size() == 3);
}

TEST_CASE("findings: a worker that is killed in the middle of a scan leaves no gap") {
  Yard yard;
  const auto head = yard.commit({{"held.java", java("Held", kBadField)}, {"B.java", java("Bone", kBadField)}});
  REQUIRE(::kill(held_up(yard), SIGKILL) == 0);
  const auto list = yard.scanned(head);
  CHECK(list.at("items").as_array().size() == 2);
  CHECK(list.at("gaps").as_array().empty());
}

TEST_CASE("findings: with both workers killed the next push is looked through, and workers are there again") {
  Yard yard;
  yard.scanned(yard.commit({{"A.java", java("Aone", kGoodField)}}));
  const auto first = new_workers({});
  for (const auto worker : first) ::kill(worker, SIGKILL);
  const auto second = new_workers(first);  // without anybody asking for them
  for (const auto worker : second) ::kill(worker, SIGKILL);
  const auto refused = yard.try_commit({{"config.properties", "aws.key=" + secret_key() + "\n"}});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("this push brings a secret") != std::string::npos);
  const auto list = yard.scanned(yard.commit({{"B.java", java("Bone", kBadField)}}));
  CHECK(list.at("items").as_array().size() == 1);
  CHECK(list.at("gaps").as_array().empty());
  new_workers(second);
  yard.close();
  CHECK(scan_workers().empty());
}

TEST_CASE("findings: where no worker can be started a push is refused, and a scan fails; both say why") {
  Yard yard(true, {"/nowhere/sampan"});
  const auto refused = yard.try_commit({{"A.java", java("Aone", kGoodField)}});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.starts_with("secrets were not looked for, so nothing of this push was taken: "));
  CHECK(refused.error().message.find("/nowhere/sampan") != std::string::npos);

  Yard other(false, {"/bin/false"});
  const auto head = other.commit({{"A.java", java("Aone", kGoodField)}});
  other.call(Method::post, "/api/v1/repos/:group/:repo/scans", R"({"ref":"main"})");
  CHECK(text(other.scanned(head), "/scan/state") == "failed");
  CHECK(text(other.verdict(head), "/state") == "unknown");
  CHECK(text(other.verdict(head), "/reason/en").find("'/bin/false' ended at once: exit 1") != std::string::npos);
}

TEST_CASE("findings: a stop does not wait for a file that is never done; the scan begins again at the next start") {
  Yard yard;
  yard.patience = std::chrono::minutes(1);
  yard.close();
  yard.open();
  yard.findings->start();
  const auto head = yard.commit({{"held.java", java("Held", kBadField)}});
  yard.events->settle();
  held_up(yard);
  const auto begun = std::chrono::steady_clock::now();
  yard.close();
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));
  yard.open();
  yard.findings->start();
  const auto list = yard.scanned(head);
  CHECK(text(list, "/scan/state") == "done");
  CHECK(list.at("items").as_array().size() == 1);
}
