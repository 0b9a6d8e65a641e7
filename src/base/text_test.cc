#include "base/text.h"

#include <doctest/doctest.h>

#include <string>

using namespace sampan;

TEST_CASE("text: split keeps empty parts and join is its inverse") {
  CHECK(split("a,,b,", ',') == std::vector<std::string>{"a", "", "b", ""});
  CHECK(split("", ',') == std::vector<std::string>{""});
  CHECK(join(split("a,,b,", ','), ",") == "a,,b,");
}

TEST_CASE("text: a slip finds its word and a stranger finds none") {
  const std::vector<std::string> words{"timeout", "retries", "stages", "On"};
  CHECK(nearest("timeuot", words) == "timeout");
  CHECK(nearest("stage", words) == "stages");
  CHECK(nearest("on", words) == "On");
  CHECK_FALSE(nearest("environment", words));
  CHECK_FALSE(nearest("xy", words));
  CHECK(did_you_mean("retrys", words) == ", did you mean 'retries'?");
  CHECK(did_you_mean("qqqqqq", words).empty());
}

TEST_CASE("text: broken UTF-8 is told from good and repaired byte by byte") {
  CHECK(is_valid_utf8("订单 order"));
  CHECK_FALSE(is_valid_utf8("\xC0\xAF"));          // overlong
  CHECK_FALSE(is_valid_utf8("\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  CHECK_FALSE(is_valid_utf8("\xE8\xAE"));          // cut short
  CHECK(to_valid_utf8("a\xFFz") == "a\xEF\xBF\xBDz");
  CHECK(is_valid_utf8(to_valid_utf8("\xE8\xAE\xC0\x80 x")));
}

TEST_CASE("text: a star stays in its segment and two stars do not") {
  CHECK(glob_match("release/*", "release/1.0"));
  CHECK_FALSE(glob_match("release/*", "release/1/0"));
  CHECK(glob_match("release/**", "release/1/0"));
  CHECK(glob_match("src/**/*.java", "src/A.java"));
  CHECK(glob_match("src/**/*.java", "src/a/b/A.java"));
  CHECK_FALSE(glob_match("src/**/A.java", "src/xA.java"));
  CHECK_FALSE(glob_match("src/**/A.java", "src/b/xA.java"));
  CHECK(glob_match("v?.*", "v1.2"));
  CHECK_FALSE(glob_match("v?", "v/"));
  CHECK(glob_match("", ""));
  CHECK_FALSE(glob_match("", "a"));
  CHECK(glob_match("**", "a/b"));
  CHECK(glob_match("[x]", "[x]"));
}

TEST_CASE("text: a glob of many stars over a long name ends") {
  std::string pattern, name(5000, 'a');
  for (int i = 0; i < 30; ++i) pattern += "*a";
  CHECK_FALSE(glob_match(pattern + "b", name));
}

TEST_CASE("text: a wrong regular expression is told from one that does not match") {
  CHECK(regex_search("^ORD-[0-9]+", "ORD-12 fix") == true);
  CHECK(regex_search("^ORD-[0-9]+", "fix") == false);
  CHECK_FALSE(regex_search("(", "x").has_value());
}

TEST_CASE("text: names that could be read as options, paths or repositories are refused") {
  CHECK(is_valid_name("order-service.v2_x"));
  for (const char* bad : {"", "-x", ".hidden", "a/b", "a.git", "a.", "a b", "订单"}) CHECK_FALSE(is_valid_name(bad));
  CHECK(is_valid_name(std::string(64, 'a')));
  CHECK_FALSE(is_valid_name(std::string(65, 'a')));
}
