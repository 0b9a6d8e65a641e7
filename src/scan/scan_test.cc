#include "scan/scan.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "base/testing.h"
#include "scan/encoding.h"
#include "scan/p3c/engine.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

int count_rule(const Scanned& result, std::string_view rule) {
  int count = 0;
  for (const auto& finding : result.findings) count += finding.rule == rule;
  return count;
}

void put(const std::string& folder, const std::string& path, std::string_view bytes) {
  must(make_directories(parent_of(folder + "/" + path)));
  must(write_file_durably(folder + "/" + path, bytes));
}

std::string all_fingerprints(const Scanned& result) {
  std::string out;
  for (const auto& finding : result.findings) out += finding.fingerprint + "\n";
  return out;
}

}  // namespace

TEST_CASE("scan: a finding has place, both languages, remedy and severity") {
  const auto result =
      scan_file({}, "a/B.java", "/** @author li */\npublic class Box {\n  String 名 = \"名\"; long b = 10l;\n}\n");
  const auto found = std::find_if(result.findings.begin(), result.findings.end(),
                                  [](const Finding& f) { return f.rule == "UpperEllRule"; });
  REQUIRE(found != result.findings.end());
  CHECK(found->engine == "p3c");
  CHECK(found->severity == Severity::blocker);
  CHECK(found->path == "a/B.java");
  CHECK(found->range == Range{3, 28, 3, 31});
  CHECK(found->message.en == "The long literal 10l ends with a small l");
  CHECK(found->message.zh == "long 字面量 10l 以小写 l 结尾");
  CHECK_FALSE(found->remedy.zh.empty());
}

TEST_CASE("scan: a fingerprint stays when lines move and are indented anew, and tells equal lines apart") {
  const auto before = scan_file(
      {}, "B.java", "class Box {\n  long a = 1l;\n  void f() {\n    long b = 1l;\n    long b = 1l;\n  }\n}\n");
  const auto after = scan_file(
      {}, "B.java", "\n\nclass Box {\n      long a = 1l;\n\n  void f() {\n\tlong b = 1l;\n\tlong b = 1l;\n  }\n}\n");
  CHECK(before.findings.size() == 3);
  CHECK(all_fingerprints(before) == all_fingerprints(after));
  CHECK(before.findings[1].fingerprint != before.findings[2].fingerprint);
  CHECK(before.findings[0].fingerprint.size() == 32);
  CHECK(all_fingerprints(before) != all_fingerprints(scan_file({}, "C.java", "class Box {\n  long a = 1l;\n}\n")));
}

TEST_CASE("scan: a file that does not parse whole is a gap with its line, and the rest is checked") {
  const auto result = scan_file({}, "B.java", "class Box {\n  long a = 1l;\n  int b = = 2;\n  long c = 1l;\n}\n");
  CHECK(count_rule(result, "UpperEllRule") == 2);
  REQUIRE(result.gaps.size() == 1);
  CHECK(result.gaps[0].line == 3);
  CHECK(result.gaps[0].reason.en.find("not fully parsed") == 0);
  CHECK(judge(result, {}) == Verdict::over_limit);
  CHECK(judge(scan_file({}, "B.java", "class Box {\n  int b = = 2;\n}\n"), {}) == Verdict::incomplete);
}

TEST_CASE("scan: GBK, UTF-16 and marked UTF-8 are read, binary files are gaps") {
  const std::string gbk = "class Box {\n  String a = \"\xD6\xD0\xCE\xC4\"; long b = 1l;\n}\n";
  const auto result = scan_file({}, "B.java", gbk);
  CHECK(result.gaps.empty());
  REQUIRE(count_rule(result, "UpperEllRule") == 1);
  CHECK(result.findings.back().range.column == 29);
  CHECK(decode(gbk)->text.find("中文") != std::string::npos);
  CHECK(decode("\xEF\xBB\xBF"
               "class")
            ->text == "class");
  CHECK(decode(std::string("\xFF\xFE"
                           "a\0b\0",
                           6))
            ->text == "ab");
  CHECK(decode(std::string("\xFE\xFF"
                           "\0a",
                           4))
            ->text == "a");
  CHECK_FALSE(decode("a \xFF\xFF b")->whole);
  CHECK_FALSE(decode(std::string("a\0b", 3)).has_value());
  const auto binary = scan_file({}, "B.java", std::string("\xCA\xFE\xBA\xBE\0\0", 6));
  CHECK(binary.findings.empty());
  REQUIRE(binary.gaps.size() == 1);
  CHECK(judge(binary, {}) == Verdict::incomplete);
}

TEST_CASE("scan: what is seen at once is what a scanner says, and it is seen of nothing that somebody has to read") {
  const std::string binary("\x01\0\x02", 3), late = std::string(9000, 'a') + '\0',
                                             wide(
                                                 "\xFF\xFE"
                                                 "a\0",
                                                 4);
  const Settings settings;
  for (const Engines engines : {Engines{}, Engines{.p3c = false}, Engines{.secrets = false}}) {
    Scanner scanner(settings, engines);
    for (const std::string path : {"a.bin", "A.java", "a.txt", "a.png"}) {
      for (const auto& bytes : {binary, late, wide, std::string("text"), std::string()}) {
        CAPTURE(path);
        CAPTURE(bytes.substr(0, 4));
        const auto said = scanner.file(path, bytes);
        const auto seen = seen_at_once(engines, path, bytes);
        if (seen) CHECK(std::tuple(seen->binary, seen->files, seen->gaps.size()) == std::tuple(said.binary, 0, 0U));
        if (seen) CHECK(said.files == 0);
        if (said.files > 0 || !said.gaps.empty()) CHECK_FALSE(seen.has_value());
      }
    }
  }
  CHECK(seen_at_once({}, "a.bin", binary).has_value());
  CHECK(seen_at_once({}, "a.png", "text").has_value());
}

TEST_CASE("scan: a file over the limit is a gap, whether its bytes are at hand or on the disk") {
  const auto folder = must(TempDir::create());
  put(folder.path(), "Huge.java", "class Box {}");
  REQUIRE(::truncate((folder.path() + "/Huge.java").c_str(), 100 << 20) == 0);
  FolderOptions options;
  options.engines = {.p3c = true, .secrets = false};
  const auto result = must(scan_folder({}, folder.path(), options));
  REQUIRE(result.gaps.size() == 1);
  CHECK(result.gaps[0].reason.en.find("over 4 MiB") != std::string::npos);
  CHECK(scan_file({}, "Huge.java", std::string(kMostBytes + 1, ' ')).gaps.size() == 1);
}

TEST_CASE("scan: one line of a megabyte, and nesting by the ten thousand, are read to the end") {
  std::string line = "class Box { void f() { ";
  while (line.size() < (1 << 20)) line += "a(1l); if (b == 3) c(); ";
  const auto flat = scan_file({}, "A.java", line + "} }");
  REQUIRE_FALSE(flat.gaps.empty());
  CHECK(flat.gaps[0].reason.en.find("of which 10000 are listed") != std::string::npos);
  CHECK(count_rule(flat, "UpperEllRule") == 10'000);

  const int deep = 10'000;
  std::string braces = "class Box { void f() { int x = ", ifs = "class Box { void f(int a) { ",
              sums = "class Box { String s = \"\"";
  braces += std::string(deep, '(') + "1l" + std::string(deep, ')') + "; } }";
  for (int i = 0; i < deep; ++i) ifs += "if (a > 3) ", sums += " + 1l";
  CHECK(count_rule(scan_file({}, "A.java", braces), "UpperEllRule") == 1);
  CHECK(count_rule(scan_file({}, "A.java", ifs + "a(); } }"), "NeedBraceRule") > 0);
  CHECK(count_rule(scan_file({}, "A.java", sums + "; }"), "UpperEllRule") == deep);
}

TEST_CASE("scan: a rule that throws and one that never ends are named, and the others still speak") {
  static const p3c::Rule throwing = {
      "NeedBraceRule", Severity::major, {"", ""}, {"", ""}, {}, [](const p3c::Source&, p3c::Report&) {
        throw std::runtime_error("no luck");
      }};
  static const p3c::Rule endless = {
      "SwitchStatementRule", Severity::major, {"", ""}, {"", ""}, {}, [](const p3c::Source& source, p3c::Report&) {
        for (java::Node a : source.tree.root().descendants())
          for (java::Node b : source.tree.root().descendants())
            for (java::Node c : source.tree.root().descendants())
              if (a == b && b.parent() == c.parent()) c.next();
      }};
  static const p3c::Rule well = {
      "UpperEllRule", Severity::major, {"", ""}, {"", ""}, {}, [](const p3c::Source& source, p3c::Report& report) {
        report.add(source.tree.root(), "是", "here");
      }};
  const p3c::Rule* rules[] = {&throwing, &endless, &well};
  const Settings settings;
  p3c::Engine engine(settings, rules);
  std::string code = "class Box { int a = 0";
  for (int i = 0; i < 3000; ++i) code += " + 1";
  const auto outcome = engine.check("A.java", code + "; }");
  CHECK(outcome.findings.size() == 1);
  REQUIRE(outcome.gaps.size() == 2);
  CHECK(outcome.gaps[0].reason.en == "the rule NeedBraceRule failed: no luck");
  CHECK(outcome.gaps[1].rule == "SwitchStatementRule");
}

TEST_CASE("scan: a folder is gone through in order, without builds' output, links and what settings exclude") {
  const auto folder = must(TempDir::create());
  for (const char* path : {"b/B.java", "a/A.java", "target/C.java", ".git/D.java", "node_modules/E.java", "gen/F.java",
                           "com/target/G.java", "a/x.txt"})
    put(folder.path(), path, "class Box {\n  long a = 1l;\n}\n");
  put(folder.path(), "pom.xml", "<project/>");
  std::filesystem::create_symlink("A.java", folder.path() + "/a/Link.java");
  Settings settings;
  settings.exclude = {"gen/**"};
  for (const int threads : {1, 3}) {
    FolderOptions options;
    options.threads = threads;
    options.engines = {.p3c = true, .secrets = false};
    int last = 0;
    options.progress = [&](int done, int all) { last = done * 100 + all; };
    const auto result = must(scan_folder(settings, folder.path(), options));
    CHECK(result.files == 3);
    CHECK(last == 303);
    REQUIRE(result.findings.size() == 3);
    CHECK(result.findings[0].path == "a/A.java");
    CHECK(result.findings[1].path == "b/B.java");
    CHECK(result.findings[2].path == "com/target/G.java");
  }
  CHECK(scan_folder({}, folder.path() + "/none", {}).error().code == Errc::not_found);
}

TEST_CASE("scan: secrets are looked for in every file, in folders with a dot too, but for .git and a build's output") {
  const auto folder = must(TempDir::create());
  const std::string line =
      "registry: redis://:Sh0p2026"
      "@db.test/1\n";
  for (const char* path : {"b.md", ".github/workflows/a.yml", ".git/config", "node_modules/a/b.js", "target/c.yml",
                           "a.png", "d/Dockerfile"})
    put(folder.path(), path, line);
  put(folder.path(), "pom.xml", "<project/>");
  const auto result = must(scan_folder({}, folder.path(), {}));
  std::string paths;
  for (const auto& finding : result.findings) paths += finding.path + " ";
  CHECK(paths == ".github/workflows/a.yml b.md d/Dockerfile ");
  CHECK(result.files == 4);
  CHECK(result.binary == 1);
}

TEST_CASE("scan: settings switch rules off, off for paths, and weigh them differently") {
  const std::string code = "class Box {\n  long a = 1l;\n}\n";
  Settings settings;
  settings.rules["UpperEllRule"].severity = Severity::major;
  settings.rules["UpperEllRule"].except = {"old/**"};
  CHECK(scan_file(settings, "new/A.java", code).findings[0].severity == Severity::major);
  CHECK(judge(scan_file(settings, "new/A.java", code), settings.limits) == Verdict::clean);
  CHECK(scan_file(settings, "old/A.java", code).findings.empty());
  settings.rules["UpperEllRule"].off = true;
  CHECK(scan_file(settings, "new/A.java", code).findings.empty());
}

TEST_CASE("scan: a scanner goes from file to file, and reads nothing with an engine it was not given") {
  const Settings settings;
  Scanner scanner(settings);
  for (const char* path : {"A.java", "B.java"}) {
    const auto result = scanner.file(path, "class Box {\n  long a = 1l;\n}\n");
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].path == path);
  }
  CHECK(Scanner(settings, {.p3c = false}).file("A.java", "class Box {\n  long a = 1l;\n}\n").findings.empty());
}

TEST_CASE("scan: docs/rules/p3c.md is what the code says") {
  const auto written = must(read_file(std::string(SAMPAN_SOURCE_DIR) + "/docs/rules/p3c.md"));
  CHECK_MESSAGE(written == rule_reference(), "write it anew: sampan docs rules > docs/rules/p3c.md");
}

}  // namespace sampan::scan
