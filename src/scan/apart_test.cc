#include "scan/apart.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>

#include "base/files.h"
#include "base/testing.h"
#include "scan/testing.h"
#include "scan/wire.h"
#include "scan/worker.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

struct Yard {
  TempDir folder = must(TempDir::create());
  const Settings settings{};
  const p3c::Rule* rules[2] = {&testing::kWayward, &p3c::kUpperEll};
  FolderOptions options{};
  Scanner scanner{settings, {.p3c = true, .secrets = false}, rules};

  std::vector<Found> files(const std::vector<std::string>& names) const {
    std::vector<Found> found;
    for (const auto& name : names) {
      must(write_file_durably(folder.path() + "/" + name, "class A { long a = 1l; }\n"));
      found.push_back({name, 25});
    }
    return found;
  }
};

}  // namespace

TEST_CASE("apart: a rule that aborts, overflows its stack or never ends is named with its file; the rest is scanned") {
  Yard yard;
  yard.options.patience = std::chrono::milliseconds(300);
  std::vector<std::string> names = {"abort.java", "deep.java", "hang.java"};
  for (int i = 0; i < 20; ++i) names.insert(names.begin() + i % 3, fmt::format("good{}.java", i));
  const auto files = yard.files(names);
  Apart apart(yard.scanner, yard.folder.path(), yard.options);
  std::map<std::string, Scanned> all;
  apart.all(files, [&](std::size_t number, Scanned scanned) {
    CHECK(all.emplace(files[number].path, std::move(scanned)).second);
  });
  CHECK(all.size() == files.size());
  for (const auto& one : all) {
    const bool good = one.first.starts_with("good");
    CHECK_MESSAGE(one.second.findings.size() == (good ? 1 : 0), one.first);
    CHECK_MESSAGE(one.second.gaps.size() == (good ? 0 : 1), one.first);
  }
  CHECK(all["abort.java"].gaps[0].reason.en == "not checked: the rule NeedBraceRule crashed (SIGABRT)");
  CHECK(all["abort.java"].gaps[0].rule == "NeedBraceRule");
  CHECK(all["deep.java"].gaps[0].reason.en == "not checked: the rule NeedBraceRule crashed (SIGSEGV)");
  CHECK(all["hang.java"].gaps[0].reason.en == "not checked: the rule NeedBraceRule did not end in its time");
}

TEST_CASE("apart: bytes at hand are scanned as files are, also behind one that crashed and by one worn-out worker") {
  Yard yard;
  Apart apart(yard.scanner, {}, yard.options);
  const std::string code = "class A { long a = 1l; }\n";
  for (const std::string path : {"a.java", "abort.java", "b.java"}) {
    const auto scanned = apart.file(path, code);
    CHECK(scanned.findings.size() == (path == "abort.java" ? 0 : 1));
    CHECK(scanned.gaps.size() == (path == "abort.java" ? 1 : 0));
  }
  CHECK(apart.file("big.java", std::string(kMostBytes + 1, ' ')).gaps.size() == 1);
  const auto worker = must(Worker::fork(yard.scanner, {}));
  ::kill(worker->pid(), SIGKILL);
  worker->give({7, "a.java"}, code.size(), &code);
  std::optional<Scanned> scanned;
  for (pollfd end{worker->socket(), POLLIN, 0}; !scanned && ::poll(&end, 1, 10'000) == 1;)
    scanned = worker->attend(true, yard.options.patience);
  REQUIRE(scanned.has_value());
  CHECK(scanned->gaps.at(0).reason.en == "not checked: what checks it crashed (SIGKILL)");
  CHECK(worker->was_killed());
}

TEST_CASE("apart: what a scan made arrives as it was, and other bytes are refused") {
  Scanned made = scan_file({}, "A.java", "class A {\n  long 名[] = {1l};\n  void f( {\n}\n");
  made.findings.front().commit = "0123";
  made.suppressed = 3;
  const auto bytes = packed(made);
  const auto back = unpacked(bytes);
  REQUIRE(back.has_value());
  CHECK(packed(*back) == bytes);
  CHECK(back->findings.size() == made.findings.size());
  CHECK(back->suppressed == 3);
  CHECK(back->bytes == made.bytes);
  for (std::size_t i = 0; i < bytes.size(); i += 7) CHECK_FALSE(unpacked(bytes.substr(0, i)).has_value());
  CHECK_FALSE(unpacked(bytes + "x").has_value());
  CHECK_FALSE(unpacked(std::string(64, '\xFF')).has_value());
}

}  // namespace sampan::scan
