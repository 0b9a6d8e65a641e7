#include "pipeline/log_file.h"

#include <doctest/doctest.h>

#include <fstream>

#include "base/files.h"
#include "pipeline/logs.h"

namespace sampan::pipeline {
namespace {

struct Fixture {
  TempDir folder = std::move(*TempDir::create());
  std::string base = folder.path() + "/1.1";
  std::shared_ptr<LogFile> open() { return *LogFile::open(base); }
};

TEST_CASE_FIXTURE(Fixture, "logs: lines are read back with their numbers and steps, marks are not shown") {
  auto log = open();
  const std::string text =
      "\x1e"
      "prepare\nclone\n\x1e"
      "test\none\r\ntwo\n";
  CHECK(*log->append(0, text) == static_cast<std::int64_t>(text.size()));
  auto page = log->read(1, 10);
  REQUIRE(page->lines.size() == 3);
  CHECK(page->lines[0].step == "prepare");
  CHECK(page->lines[1].text == "one");
  CHECK(page->lines[1].step == "test");
  CHECK(page->lines[2].n == 3);
  CHECK(log->marks()[1].line == 2);
  CHECK(log->read(4, 10)->lines.empty());
}

TEST_CASE_FIXTURE(Fixture, "logs: a short log is one file, and the 257th line brings the index with the steps so far") {
  std::string text =
      "\x1e"
      "first\n";
  for (int n = 1; n <= 256; ++n) text += fmt::format("line {}\n", n);
  auto log = open();
  REQUIRE(log->append(0, text).has_value());
  CHECK(!exists(base + ".idx"));
  CHECK(!exists(base + ".steps"));
  log = nullptr;
  log = open();
  const std::string rest =
      "line 257\n\x1e"
      "second\nline 258\n";
  REQUIRE(log->append(static_cast<std::int64_t>(text.size()), rest).has_value());
  CHECK(exists(base + ".idx"));
  log = nullptr;
  log = open();
  CHECK(log->marks().size() == 2);
  CHECK(log->read(1, 1)->lines[0].text == "line 1");
  CHECK(log->read(257, 1)->lines[0].text == "line 257");
  CHECK(log->read(258, 1)->lines[0].step == "second");
}

TEST_CASE_FIXTURE(Fixture, "logs: what is sent again is skipped and a gap is a conflict") {
  auto log = open();
  CHECK(*log->append(0, "abc\nde") == 6);
  CHECK(*log->append(0, "abc\nde") == 6);
  CHECK(*log->append(4, "defg\n") == 9);
  CHECK(log->append(20, "x").error().code == Errc::conflict);
  CHECK(log->read(2, 1)->lines[0].text == "defg");
}

TEST_CASE_FIXTURE(Fixture, "logs: a mark cut in two by a chunk's border is still a mark") {
  auto log = open();
  std::int64_t size = 0;
  for (std::string_view part : {"a\n", "\x1e", "te", "st\nb", "c\n"}) size = *log->append(size, part);
  REQUIRE(log->marks().size() == 1);
  CHECK(log->marks()[0].step == "test");
  CHECK(log->read(1, 10)->lines[1].text == "bc");
}

TEST_CASE_FIXTURE(Fixture, "logs: a long mark is the same however it was cut") {
  const std::string mark = "\x1e" + std::string(500, 'k') + "\n";
  auto log = open();
  std::int64_t size = *log->append(0, mark + "a\n");
  for (const char c : mark) size = *log->append(size, {&c, 1});
  REQUIRE(log->marks().size() == 2);
  CHECK(log->marks()[0].step == log->marks()[1].step);
}

TEST_CASE_FIXTURE(Fixture,
                  "logs: any line of a long log is found, also after the process stopped between log and index") {
  constexpr std::int64_t kLines = 20'000;
  {
    auto log = open();
    std::string text;
    std::int64_t size = 0;
    for (std::int64_t i = 1; i <= kLines; ++i) {
      if (i % 7000 == 1)
        text += fmt::format(
            "\x1e"
            "s{}\n",
            i / 7000);
      text += fmt::format("line {}\n", i);
      if (i % 997 == 0 || i == kLines) {
        size = *log->append(size, text);
        text.clear();
      }
    }
    CHECK(log->size().lines == kLines);
  }
  std::ofstream(base + ".log", std::ios::app) << "\x1e"
                                                 "late\n"
                                              << "after the stop\n";
  auto log = open();
  CHECK(log->size().lines == kLines + 1);
  for (std::int64_t n : {1L, 256L, 257L, 6999L, 7000L, 7001L, 19'999L, 20'000L}) {
    auto page = log->read(n, 1);
    REQUIRE(page->lines.size() == 1);
    CHECK(page->lines[0].n == n);
    CHECK(page->lines[0].text == fmt::format("line {}", n));
    CHECK(page->lines[0].step == fmt::format("s{}", (n - 1) / 7000));
  }
  CHECK(log->read(kLines + 1, 1)->lines[0].step == "late");
  CHECK(log->marks().size() == 4);
}

TEST_CASE_FIXTURE(Fixture, "logs: one endless line and broken bytes do no harm") {
  auto log = open();
  std::string endless(300'000, 'x');
  endless += "\n\xff\xfe end\n";
  REQUIRE(log->append(0, endless).has_value());
  auto page = log->read(1, 10);
  CHECK(page->lines[0].text.size() < LogFile::kMostLine + 100);
  CHECK(page->lines[0].text.find("300000 bytes in all") != std::string::npos);
  CHECK(page->lines[1].text == "\xEF\xBF\xBD\xEF\xBF\xBD end");
}

TEST_CASE_FIXTURE(Fixture, "logs: a line that is not ended yet is shown but not complete") {
  auto log = open();
  REQUIRE(log->append(0, "one\ntw").has_value());
  CHECK(log->size().lines == 2);
  CHECK(log->size().complete_lines == 1);
  REQUIRE(log->append_line("deploy", "says\nthe server").has_value());
  CHECK(log->read(2, 5)->lines[1].text == "says the server");
  CHECK(log->read(3, 1)->lines[0].step == "deploy");
}

TEST_CASE_FIXTURE(Fixture, "logs: looking at a log nobody wrote makes no file") {
  Logs logs(folder.path());
  CHECK(*logs.find({{5}, {6}, 1}) == nullptr);
  CHECK_FALSE(exists(folder.path() + "/0/5"));
  REQUIRE((*logs.open({{5}, {6}, 1}))->append(0, "x\n").has_value());
  CHECK(*logs.find({{5}, {6}, 1}) != nullptr);
  CHECK(logs.remove({5}).has_value());
  CHECK(*logs.find({{5}, {6}, 1}) == nullptr);
}

}  // namespace
}  // namespace sampan::pipeline
