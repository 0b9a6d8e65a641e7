#include "scan/fix.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/files.h"
#include "base/testing.h"
#include "scan/encoding.h"
#include "scan/p3c/cases.h"
#include "scan/p3c/rules/rules.h"
#include "scan/p3c/upstream_test.h"
#include "scan/scan.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

struct Sample {
  const p3c::Rule* rule;
  std::string sentence, code;
};

std::vector<Sample> own_samples() {
  std::vector<Sample> samples;
  for (const auto& file : p3c::case_files()) {
    for (auto& one : must(p3c::parse_cases(file.text, file.name)))
      samples.push_back({p3c::find_rule(one.rule), one.sentence, one.code});
  }
  return samples;
}

std::vector<Sample> upstream_samples(const std::string& folder) {
  std::vector<Sample> samples;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".xml") continue;
    for (auto& one : p3c::testing::read_upstream(entry.path().string()))
      samples.push_back({p3c::find_rule(one.rule), one.sentence, one.code});
  }
  return samples;
}

std::string without(std::string text, std::string_view characters) {
  std::erase_if(text, [&](char c) { return characters.find(c) != std::string_view::npos; });
  return text;
}

std::string sorted(std::string text) {
  std::sort(text.begin(), text.end());
  return text;
}

constexpr std::string_view kBlanks = " \t\r\n";

// What a fix of this rule leaves as it was.
std::string kept(std::string_view rule, const std::string& text) {
  if (rule == "NeedBraceRule") return without(text, " \t\r\n{}");
  if (rule == "UpperEllRule") return without(text, "lL");
  if (rule == "UseQuietReferenceNotationRule") return without(text, "!");
  if (rule == "AvoidNegationOperatorRule") return without(text, " ()!=<>");
  if (rule == "ArrayNamingShouldHaveBracketRule" || rule == "EqualsAvoidNullRule")
    return sorted(without(text, kBlanks));
  return {};
}

// How many findings with a fix were there; checks what came of them.
int check_fix(const Sample& sample) {
  const Settings settings;
  p3c::Engine engine(settings, std::span(&sample.rule, 1));
  const std::string path = sample.rule->check ? "Case.java" : "template/case.vm";
  const auto before = engine.check(path, sample.code);
  const auto fixable = [](const p3c::Outcome& outcome) {
    return static_cast<int>(std::count_if(outcome.findings.begin(), outcome.findings.end(),
                                          [](const Finding& one) { return !one.fix.empty(); }));
  };
  const auto mended = mend(engine, path, sample.code, before.findings);
  CHECK_MESSAGE(mended.lack.en.empty(), sample.rule->name, ": ", sample.sentence, ": ", mended.lack.en);
  CHECK_MESSAGE(mended.fixed == fixable(before), sample.rule->name, ": ", sample.sentence);
  const auto after = engine.check(path, mended.text);
  CHECK_MESSAGE(fixable(after) == 0, sample.rule->name, ": ", sample.sentence, "\n", mended.text);
  CHECK(after.findings.size() + static_cast<std::size_t>(mended.fixed) == before.findings.size());
  CHECK(after.gaps.size() == before.gaps.size());
  CHECK_MESSAGE(kept(sample.rule->name, mended.text) == kept(sample.rule->name, sample.code), mended.text);
  CHECK((mended.fixed > 0) == (mended.text != sample.code));
  return mended.fixed;
}

std::string mended(std::string_view rule, const std::string& code) {
  const Settings settings;
  const auto* one = p3c::find_rule(rule);
  p3c::Engine engine(settings, std::span(&one, 1));
  return mend(engine, "Case.java", code, engine.check("Case.java", code).findings).text;
}

std::string in_method(const std::string& body) {
  return "class Order {\n  int[] n;\n  void ship(String state, int a, int b, double d) {\n" + body + "  }\n}\n";
}

void put(const std::string& file, std::string_view bytes, int mode = 0644) {
  must(make_directories(parent_of(file)));
  must(write_file_durably(file, bytes, mode));
}

}  // namespace

TEST_CASE("fix: what a rule's cases offer to fix is gone afterwards, and a rule says that it fixes when it does") {
  std::map<std::string_view, int> fixed;
  for (const auto& sample : own_samples()) fixed[sample.rule->name] += check_fix(sample);
  for (const auto* rule : p3c::all_rules()) CHECK_MESSAGE((fixed[rule->name] > 0) == !rule->fix.en.empty(), rule->name);
}

TEST_CASE("fix: the upstream cases are fixed, where they lie beside the repository" *
          doctest::skip(!p3c::testing::upstream_folder().has_value())) {
  int fixed = 0;
  for (const auto& sample : upstream_samples(*p3c::testing::upstream_folder())) fixed += check_fix(sample);
  MESSAGE("fixed in the upstream cases: ", fixed);
  CHECK(fixed >= 24);
}

TEST_CASE("fix: braces keep statements, comments, indentation and an else at its brace") {
  CHECK(
      mended("NeedBraceRule", in_method("    if (a > 0) a--; // less\n"
                                        "    else /* more */ a++;\n"
                                        "    if (a > 1) // one\n"
                                        "      a = 1;\n"
                                        "    else if (a > 2) a = 2; else a = 3;\n"
                                        "    for (;;) if (b > 0) while (a > 0) a--;\n")) ==
      in_method(
          "    if (a > 0) {\n      a--; // less\n    }\n"
          "    else {\n      /* more */ a++;\n    }\n"
          "    if (a > 1) { // one\n      a = 1;\n"
          "    } else if (a > 2) {\n      a = 2;\n    } else {\n      a = 3;\n    }\n"
          "    for (;;) {\n      if (b > 0) {\n        while (a > 0) {\n          a--;\n        }\n      }\n    }\n"));
  CHECK(mended("NeedBraceRule", "class A {\r\n\tvoid f(int a) {\r\n\t\tif (a > 0) a--; // x\r\n\t}\r\n}\r\n") ==
        "class A {\r\n\tvoid f(int a) {\r\n\t\tif (a > 0) {\r\n\t\t\ta--; // x\r\n\t\t}\r\n\t}\r\n}\r\n");
  CHECK(
      mended("NeedBraceRule", in_method("    if (a > 0) if (b > 0) a--; else b--;\n")) ==
      in_method("    if (a > 0) {\n      if (b > 0) {\n        a--;\n      } else {\n        b--;\n      }\n    }\n"));
  CHECK(mended("NeedBraceRule", in_method("    if (a > 0) a--; /* of\n two */ b--;\n")) ==
        in_method("    if (a > 0) {\n      a--;\n    } /* of\n two */ b--;\n"));
}

TEST_CASE("fix: what could change the meaning is left to a person") {
  for (const auto& one : std::vector<std::pair<const char*, const char*>>{
           {"ArrayNamingShouldHaveBracketRule", "    int c[], e = 1;\n"},
           {"ArrayNamingShouldHaveBracketRule", "    int c /* why */ [] = n;\n"},
           {"EqualsAvoidNullRule", "    if (other().equals(\"x\")) {}\n"},
           {"EqualsAvoidNullRule", "    Object o = n; if (o.equals(\"x\")) {}\n"},
           {"AvoidNegationOperatorRule", "    boolean c = !(d < a);\n"},
           {"AvoidNegationOperatorRule", "    boolean c = !(unknown() < a);\n"},
           {"AvoidNegationOperatorRule", "    boolean c = !(!(a == b)) | !!(a == b);\n"},
           {"AvoidNegationOperatorRule", "    boolean c = !( /* why */ a == b);\n"},
           {"AvoidNewDateGetTimeRule", "    long t = new Date().getTime();\n"},
           {"ClassCastExceptionWithToArrayRule", "    String[] s = (String[]) other().toArray();\n"}}) {
    const auto text = in_method(one.second);
    CHECK_MESSAGE(mended(one.first, text) == text, one.first, text);
    CHECK_FALSE(scan_file({}, "Case.java", text).findings.empty());
  }
  const std::string broken = "class A {\n  long a = 1l;\n  void f( {\n}\n";
  CHECK(mended("UpperEllRule", broken) == broken);
}

TEST_CASE("fix: an opposite comparison keeps its parentheses where it needs them, and its distance from a keyword") {
  const auto turned = [](const std::string& line) { return mended("AvoidNegationOperatorRule", in_method(line)); };
  CHECK(turned("    if (!(a > b) && !(state == null)) {}\n") == in_method("    if (a <= b && state != null) {}\n"));
  CHECK(turned("    boolean c = state != null == !(a == b);\n") ==
        in_method("    boolean c = state != null == (a != b);\n"));
  CHECK(turned("    return!(d == a);\n") == in_method("    return d != a;\n"));
  CHECK(turned("    boolean c = !(true == !(a == b));\n") == in_method("    boolean c = true != (a != b);\n"));
}

TEST_CASE("fix: a fix that leaves its finding, brings another or breaks the text is not taken") {
  static constinit const p3c::Rule kUseless = {.name = "UpperEllRule",
                                               .severity = Severity::major,
                                               .summary = {"", ""},
                                               .remedy = {"", ""},
                                               .check = [](const p3c::Source& source, p3c::Report& report) {
                                                 report.add(source.tree.root(), "", "").fix = {{{0, 0}, " "}};
                                               }};
  static constinit const p3c::Rule kBreaking = {.name = "UpperEllRule",
                                                .severity = Severity::major,
                                                .summary = {"", ""},
                                                .remedy = {"", ""},
                                                .check = [](const p3c::Source& source, p3c::Report& report) {
                                                  if (source.tree.broken().empty())
                                                    report.add(source.tree.root(), "", "").fix = {{{0, 0}, "}"}};
                                                }};
  const Settings settings;
  const std::string code = "class A {}\n";
  for (const auto* rule : {&kUseless, &kBreaking}) {
    p3c::Engine engine(settings, std::span(&rule, 1));
    const auto tried = mend(engine, "A.java", code, engine.check("A.java", code).findings);
    CHECK_FALSE(tried.lack.en.empty());
    CHECK(tried.fixed == 0);
  }
}

TEST_CASE("fix: a file keeps its encoding, mark, line ends and mode, and a second time changes nothing") {
  const auto folder = must(TempDir::create());
  const std::string code = "class A {\r\n  String 名 = \"名\"; // 注\r\n  long a = 1l;\r\n}\r\n";
  std::string mended_code = code;
  mended_code.replace(mended_code.find("1l"), 2, "1L");
  const std::vector<std::pair<Encoding, std::string>> forms = {{Encoding::utf8, "a"},
                                                               {Encoding::utf8_marked, "b"},
                                                               {Encoding::utf16le, "c"},
                                                               {Encoding::utf16be, "d"},
                                                               {Encoding::gb18030, "e"}};
  for (const auto& [encoding, name] : forms) put(folder.path() + "/" + name + ".java", *encode(code, encoding), 0750);
  const Settings settings;
  FolderOptions options;
  const auto before = must(scan_folder(settings, folder.path(), options));
  CHECK(fix_folder(settings, folder.path(), before).size() == forms.size());
  for (const auto& form : forms) {
    const auto file = folder.path() + "/" + form.second + ".java";
    CHECK_MESSAGE(must(read_file(file)) == *encode(mended_code, form.first), form.second);
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0750);
  }
  CHECK(fix_folder(settings, folder.path(), must(scan_folder(settings, folder.path(), options))).empty());
  for (const auto& one : fix_folder(settings, folder.path(), before)) CHECK(one.fixed == 0);
}

}  // namespace sampan::scan
