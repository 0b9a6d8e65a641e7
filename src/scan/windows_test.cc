#include "scan/windows.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/files.h"
#include "base/testing.h"
#include "scan/encoding.h"
#include "scan/secrets/samples.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

std::string made(std::string_view shape) {
  static std::mt19937 random(5);
  return secrets::make_sample(shape, random).text;
}

Scanned on_disk(const std::string& text, const std::string& path = "big.txt") {
  const auto folder = must(TempDir::create());
  must(write_file_durably(folder.path() + "/" + path, text));
  return must(scan_folder({}, folder.path(), {}));
}

}  // namespace

TEST_CASE("windows: what a border between pieces cuts is found once, at its place") {
  const auto token = made("ghp_<sum>");
  for (const std::size_t before :
       {kMostBytes - 20, kMostBytes - 41, kMostBytes - (32 << 10) - 10, kMostBytes, 2 * kMostBytes}) {
    for (const char filler : {'.', '\n'}) {
      std::string text(before, filler);
      const auto line = filler == '\n' ? static_cast<int>(before) + 1 : 1;
      text += token + std::string(kMostBytes, filler);
      const auto result = on_disk(text);
      REQUIRE(result.findings.size() == 1);
      CHECK(result.findings[0].range.line == line);
      CHECK(result.findings[0].range.column == (filler == '\n' ? 1 : static_cast<int>(before) + 1));
      CHECK(result.findings[0].range.end_column - result.findings[0].range.column == 40);
      CHECK(result.gaps.empty());
    }
  }
}

TEST_CASE("windows: a private key over a border, and a character that a border cuts, are whole") {
  const auto key = made("-----BEGIN <=PRIVATE> KEY-----\n<64:64>\n<64:64>\n<64:64>\n-----END <=PRIVATE> KEY-----");
  const auto result = on_disk(std::string(kMostBytes - 100, '\n') + key + std::string(kMostBytes, '\n'));
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].rule == "private-key");
  CHECK(result.findings[0].range.end_line - result.findings[0].range.line == 4);
  std::string chinese;
  while (chinese.size() < 2 * kMostBytes) chinese += "中";
  const auto token = made("ghp_<sum>");
  const auto wide = on_disk(chinese + " " + token);
  REQUIRE(wide.findings.size() == 1);
  CHECK(wide.findings[0].range.column == static_cast<int>(chinese.size() / 3) + 2);
  CHECK(wide.gaps.empty());
}

TEST_CASE("windows: 100 MB are read in pieces, with a piece's memory; more is a gap") {
  const auto folder = must(TempDir::create());
  const auto path = folder.path() + "/huge.log";
  const auto token = made("ghp_<sum>");
  must(write_file_durably(path, "first line\n"));
  REQUIRE(::truncate(path.c_str(), static_cast<off_t>(kMostSecretBytes)) == 0);
  CHECK(must(scan_folder({}, folder.path(), {})).binary + must(scan_folder({}, folder.path(), {})).gaps.size() > 0);
  std::string line;
  while (line.size() < 4096) line += "2026-11-28 INFO shop order " + std::to_string(line.size()) + " done\n";
  std::string text;
  while (text.size() + line.size() + 64 < kMostSecretBytes) text += line;
  must(write_file_durably(path, text + token + "\n"));
  text = {};
  const auto result = must(scan_folder({}, folder.path(), {}));
  REQUIRE(result.findings.size() == 1);
  CHECK(result.gaps.empty());
  REQUIRE(::truncate(path.c_str(), static_cast<off_t>(kMostSecretBytes) + 1) == 0);
  const auto over = must(scan_folder({}, folder.path(), {}));
  REQUIRE(over.gaps.size() == 1);
  CHECK(over.gaps[0].reason.en == "not checked: over 100 MiB");
}

TEST_CASE(
    "windows: UTF-16 is read in pieces, a pair of surrogates on a border whole, and what only claims it is told") {
  const auto token = made("ghp_<sum>");
  for (const auto encoding : {Encoding::utf16le, Encoding::utf16be}) {
    std::string text = "x";
    while (text.size() < 3 * kMostBytes) text += "𝒳";
    text += "\n" + token + "\n" + std::string(kMostBytes, '\n');
    const auto result = on_disk(*encode(text, encoding));
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].range.line == 2);
    CHECK(result.findings[0].range.column == 1);
    CHECK(result.gaps.empty());
  }
  std::string broken = "\xFF\xFE" + std::string(2 * kMostBytes, 'x') + "\x01\xD8x";
  CHECK(on_disk(broken + "\x01").gaps.size() == 1);
  CHECK(on_disk("\xFF\xFE\x01\xDCxx" + broken, "film.data").binary == 1);
  CHECK(on_disk("\xFF\xFE\x01\xDCxx" + broken, "big.java").gaps.size() == 2);
}

TEST_CASE("windows: one line of many secrets is read to the end, each of them told up to the ceiling") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += made("ghp_<sum>") + " ";
  CHECK(scan_file({}, "a.txt", text).findings.size() == 300);
  const auto one = made("glpat-<url:20>");
  std::string many;
  for (int i = 0; i < 10'050; ++i) many += one + " ";
  const auto result = scan_file({}, "a.txt", many);
  CHECK(result.findings.size() == 10'000);
  REQUIRE(result.gaps.size() == 1);
  CHECK(result.gaps[0].rule == "gitlab-personal-token");
}

}  // namespace sampan::scan
