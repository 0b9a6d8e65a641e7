#include "scan/crew.h"

#include <doctest/doctest.h>
#include <signal.h>

#include "base/testing.h"
#include "scan/scan.h"
#include "scan/wire.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

const std::string kCode = "class A { long a = 1l; }\n";

struct Yard {
  TempDir folder = must(TempDir::create());
  Settings settings{};
  Crew crew{{{SAMPAN_WAYWARD_PROGRAM, "scan-worker", folder.path()}, 2, std::chrono::milliseconds(300)}};

  Scanned file(const std::string& path) { return must(crew.file(Order(settings), path, kCode)); }
  std::string held() { return folder.path() + "/held"; }
  // The process that scans held.java, once there is one.
  pid_t held_up() {
    for (int i = 0; i < 2'000 && !exists(held()); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return std::stoi(must(read_file(held())));
  }
};

bool has_rule(const Scanned& scanned, std::string_view rule) {
  return std::any_of(scanned.findings.begin(), scanned.findings.end(),
                     [&](const Finding& one) { return one.rule == rule; });
}

}  // namespace

TEST_CASE("crew: a rule that crashes, takes all memory, hangs or sleeps is named with its file; the rest is scanned") {
  Yard yard;
  const std::map<std::string, std::string> wayward = {
      {"abort.java", "not checked: the rule NeedBraceRule crashed (SIGABRT)"},
      {"deep.java", "not checked: the rule NeedBraceRule crashed (SIGSEGV)"},
      {"hang.java", "not checked: the rule NeedBraceRule did not end in its time"},
      {"sleep.java", "not checked: the rule NeedBraceRule did not end in its time"},
  };
  std::vector<Crew::File> files;
  for (const auto& one : wayward) files.push_back({one.first, kCode});
  files.push_back({"hog.java", kCode});
  for (int i = 0; i < 40; ++i) files.insert(files.begin() + i % 4, {fmt::format("good{}.java", i), kCode});
  const auto all = must(yard.crew.files(Order(yard.settings), files));
  REQUIRE(all.size() == files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& path = files[i].path;
    const bool good = path.starts_with("good");
    CHECK_MESSAGE(all[i].gaps.size() == (good ? 0 : 1), path);
    if (good) CHECK_MESSAGE(has_rule(all[i], "UpperEllRule"), path);
    if (good || all[i].gaps.empty()) continue;
    CHECK(all[i].gaps[0].rule == "NeedBraceRule");
    const auto reason = wayward.find(path);  // of hog.java a crash where the allocator does not throw
    if (reason != wayward.end()) CHECK(all[i].gaps[0].reason.en == reason->second);
  }
}

TEST_CASE("crew: a worker that is killed in the middle of a file costs nothing: another one scans the file") {
  Yard yard;
  std::optional<Scanned> scanned;
  std::jthread asking([&] { scanned = yard.file("held.java"); });
  const auto first = yard.held_up();
  CHECK(has_rule(yard.file("other.java"), "UpperEllRule"));  // the second one is free meanwhile
  REQUIRE(::kill(first, SIGKILL) == 0);
  asking.join();
  REQUIRE(scanned.has_value());
  CHECK(scanned->gaps.empty());
  CHECK(has_rule(*scanned, "UpperEllRule"));
}

TEST_CASE("crew: settings hold as they do in one process, and each file has those it is given with") {
  Yard yard;
  yard.settings = must(read_settings(
      "rules:\n  UpperEllRule: {severity: blocker, except: [b.java]}\n"
      "secrets:\n  patterns:\n    - {name: our-key, pattern: 'class (A)', what: a key of ours, severity: critical}\n",
      "scan.yaml"));
  for (const std::string path : {"a.java", "b.java"}) {
    const auto here = scan_file(yard.settings, path, kCode);
    CHECK(packed(yard.file(path)) == packed(here));
    CHECK(has_rule(here, "our-key"));
    CHECK(has_rule(here, "UpperEllRule") == (path == "a.java"));
  }
  const auto without = must(yard.crew.file(Order(Settings{}), "b.java", kCode));
  CHECK(has_rule(without, "UpperEllRule"));
  CHECK_FALSE(has_rule(without, "our-key"));
  CHECK(must(yard.crew.file(Order(Settings{}, {.p3c = false}), "b.java", kCode)).findings.empty());
  const auto rules = packed(yard.settings, {.p3c = false});
  const auto back = unpacked_rules(rules);
  REQUIRE(back.has_value());
  CHECK(packed(back->settings, back->engines) == rules);
  for (std::size_t i = 0; i < rules.size(); ++i) CHECK_FALSE(unpacked_rules(rules.substr(0, i)).has_value());
}

TEST_CASE("crew: where no worker can be started there is an error with the reason, and never a result") {
  for (const std::string program : {"/nowhere/sampan", "/bin/false"}) {
    Crew crew({{program}, 2, std::chrono::milliseconds(300)});
    crew.start();
    for (int i = 0; i < 2; ++i) {
      const auto scanned = crew.file(Order(Settings{}), "a.java", kCode);
      REQUIRE_FALSE(scanned.has_value());
      CHECK(scanned.error().message.find(program) != std::string::npos);
      CHECK(scanned.error().message.starts_with("files cannot be scanned: "));
    }
    CHECK_FALSE(crew.files(Order(Settings{}), std::vector<Crew::File>(9, {"a.java", kCode})).has_value());
  }
}

TEST_CASE("crew: many threads share two workers, and who hurries does not wait for a file that is never done") {
  auto yard = std::make_unique<Yard>();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 12; ++i)
      threads.emplace_back([&] {
        for (int k = 0; k < 20; ++k) CHECK(has_rule(yard->file("a.java"), "UpperEllRule"));
      });
  }
  Crew patient({{SAMPAN_WAYWARD_PROGRAM, "scan-worker", yard->folder.path()}, 2});
  std::jthread asking([&] {
    const auto scanned = patient.file(Order(Settings{}), "held.java", kCode);
    CHECK_FALSE(scanned.has_value());
  });
  const auto worker = yard->held_up();
  patient.hurry();
  asking.join();
  CHECK_FALSE(patient.file(Order(Settings{}), "a.java", kCode).has_value());
  CHECK(::kill(worker, 0) != 0);
}

}  // namespace sampan::scan
