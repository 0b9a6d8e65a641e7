#include "pipeline/log_file.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <random>

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

// A log of `lines` shown lines, step sN from each thousandth on; what stands at which line is known.
std::string long_text(std::int64_t lines) {
  std::string text;
  for (std::int64_t i = 0; i < lines; ++i) {
    if (i % 1000 == 0) text += fmt::format("\x1es{}\n", i / 1000);
    text += fmt::format("line {}\n", i + 1);
  }
  return text;
}

// Every line that is whole is there, under its number and its step.
void check_long_log(LogFile& log, const std::string& text) {
  std::int64_t whole = 0;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    if (text[at] != '\x1e') ++whole;
  REQUIRE(log.size().complete_lines == whole);
  for (std::int64_t n = 1; n <= whole; n += n + 600 < whole ? 600 : 1) {
    const auto page = log.read(n, 1);
    REQUIRE(page.has_value());
    REQUIRE(page->lines.size() == 1);
    REQUIRE(page->lines[0].text == fmt::format("line {}", n));
    REQUIRE(page->lines[0].step == fmt::format("s{}", (n - 1) / 1000));
  }
}

TEST_CASE_FIXTURE(Fixture, "logs: a stop of the machine that loses the end or a block of any of the files is mended") {
  const std::string text = long_text(5000);
  REQUIRE(open()->append(0, text).has_value());
  std::map<std::string, std::string> whole;
  for (const auto* name : {".log", ".idx", ".steps"}) whole[name] = *read_file(base + name);
  std::mt19937 numbers(7);  // the same losses in every run
  const auto upto = [&numbers](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(numbers);
  };
  for (int loss = 0; loss < 300; ++loss) {
    for (auto [name, bytes] : whole) {
      if (loss % 3 != 0 || name != ".log") bytes.resize(upto(3) == 0 ? bytes.size() : upto(bytes.size()));
      if (name != ".log" && upto(2) == 0 && !bytes.empty()) {  // a block that was never written reads as zeros
        const auto at = upto(bytes.size() - 1) / 64 * 64;
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(64, bytes.size() - at),
                    '\0');
      }
      std::ofstream(base + name, std::ios::trunc | std::ios::binary) << bytes;
    }
    if (upto(4) == 0) ::unlink((base + ".steps").c_str());
    const std::string left = *read_file(base + ".log");
    auto log = open();
    check_long_log(*log, left);
    REQUIRE(log->append(static_cast<std::int64_t>(left.size()), text.substr(left.size())).has_value());  // sent again
    check_long_log(*log, text);
    log = nullptr;
    check_long_log(*open(), text);
  }
}

TEST_CASE_FIXTURE(Fixture, "logs: an index in the form of before is made anew") {
  const std::string text = long_text(1000);
  REQUIRE(open()->append(0, text).has_value());
  std::string old;
  for (const std::int64_t offset : {std::int64_t{4}, std::int64_t(text.find("line 257\n")),
                                    std::int64_t(text.find("line 513\n")), std::int64_t(text.find("line 769\n"))})
    old.append(reinterpret_cast<const char*>(&offset), sizeof offset);
  std::ofstream(base + ".idx", std::ios::trunc | std::ios::binary) << old;
  check_long_log(*open(), text);
}

TEST_CASE_FIXTURE(Fixture, "logs: bytes that a full disk took only in part are there once when they are sent again") {
  const std::string text = long_text(3000), first = text.substr(0, 10'000);
  auto log = open();
  REQUIRE(log->append(0, first).has_value());
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto on_end = ::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit full { 20'000, before.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &full);
  const auto refused = log->append(10'000, text.substr(10'000));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, on_end);
  REQUIRE_FALSE(refused.has_value());
  CHECK(*log->append(10'000, text.substr(10'000)) == static_cast<std::int64_t>(text.size()));
  CHECK(*read_file(base + ".log") == text);
  check_long_log(*log, text);
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
  CHECK_FALSE(exists(folder.path() + "/0"));
  REQUIRE((*logs.open({{5}, {6}, 1}))->append(0, "x\n").has_value());
  REQUIRE((*logs.open({{55}, {60}, 1}))->append(0, "y\n").has_value());
  CHECK(*logs.find({{5}, {6}, 1}) != nullptr);
  CHECK(logs.remove({RunId{5}, RunId{7000}}).has_value());
  CHECK(*logs.find({{5}, {6}, 1}) == nullptr);
  CHECK(*Logs(folder.path()).find({{55}, {60}, 1}) != nullptr);
}

TEST_CASE_FIXTURE(Fixture, "logs: those of an earlier version, in a folder for each run, are read and removed") {
  REQUIRE(make_directories(folder.path() + "/0/5").has_value());
  std::ofstream(folder.path() + "/0/5/6.1.log") << "from before\n";
  Logs logs(folder.path());
  const auto found = *logs.find({{5}, {6}, 1});
  REQUIRE(found != nullptr);
  CHECK(found->read(1, 5)->lines[0].text == "from before");
  CHECK(logs.remove({RunId{5}}).has_value());
  CHECK_FALSE(exists(folder.path() + "/0/5"));
}

}  // namespace
}  // namespace sampan::pipeline
