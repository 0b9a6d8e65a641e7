#include "base/yaml.h"

#include <doctest/doctest.h>

#include <chrono>

#include "base/growth.h"
#include "base/testing.h"

using namespace sampan;
using sampan::testing::must;

namespace {
YamlNode yaml(std::string_view text) { return must(parse_yaml(text, "f.yaml")); }
std::string mistake(std::string_view text) {
  const auto parsed = parse_yaml(text, "f.yaml");
  return parsed ? std::string("no error") : parsed.error().message;
}
}  // namespace

TEST_CASE("yaml: values keep their order, their marks and whether they were quoted") {
  const auto root = yaml("a: 1\nb:\n  - x\n  - 'y'\nc: {d: }\n");
  REQUIRE(root.kind == YamlNode::Kind::mapping);
  REQUIRE(root.pairs.size() == 3);
  CHECK(root.pairs[1].key.text == "b");
  const auto* b = root.find("b");
  REQUIRE(b);
  CHECK(b->kind == YamlNode::Kind::sequence);
  CHECK(b->items[1].line == 4);
  CHECK(b->items[1].column == 5);
  CHECK(b->items[0].plain);
  CHECK_FALSE(b->items[1].plain);
  CHECK(root.find("c")->find("d")->kind == YamlNode::Kind::null);
  CHECK(root.find("nothing") == nullptr);
  CHECK(yaml("").kind == YamlNode::Kind::null);
  CHECK(yaml("# only words\n").kind == YamlNode::Kind::null);
  CHECK(yaml("|\n  a\n  b\n").text == "a\nb\n");
}

TEST_CASE("yaml: a value that is not written stands where its key does") {
  const auto root = parse_yaml("a: 1\nb:\n  c:  # nothing\n", "x.yaml");
  REQUIRE(root.has_value());
  const auto* c = root->find("b")->find("c");
  REQUIRE(c);
  CHECK(c->kind == YamlNode::Kind::null);
  CHECK(c->line == 3);
  CHECK(c->column == 3);
}

TEST_CASE("yaml: a control character is refused at its place, and so is a NUL by its escape") {
  CHECK(mistake("a: b\n  c\x01: d\n") ==
        "f.yaml:2:4: a control character (0x01); only tabs and line breaks may stand in the text");
  CHECK(mistake(std::string_view(" |\0fa{", 6)).starts_with("f.yaml:1:3: a control character (0x00)"));
  CHECK(mistake("a: \"\\0\"\n") == "f.yaml:1:4: a text holds a NUL (\\0)");
  CHECK(yaml("a: \"\\e\"\n").find("a")->text == "\x1b");
}

TEST_CASE("yaml: texts are what the specification says, however they are quoted or broken into lines") {
  CHECK(yaml("''").text == "");
  CHECK(yaml("'''''x'''''").text == "''x''");
  CHECK(yaml("'''a''''b'").text == "'a''b");
  CHECK(yaml("'a \n\t b\r\n\n  c''\n  '").text == "a b\nc' ");
  CHECK(yaml("k: 'é''ü'\nl: 'x'").find("l")->text == "x");
  CHECK(yaml("\"a \\n b\\\n  c\n\n  d\"").text == "a \n bc\nd");
  CHECK(yaml("x\n y\n\n z\n").text == "x y\nz");
  CHECK(yaml("|\n  a\n   b\n\n  c\n").text == "a\n b\n\nc\n");
  CHECK(yaml("|-\n  a\n\n").text == "a");
  CHECK(yaml("|+\n  a\n\n").text == "a\n\n");
  CHECK(yaml(">\n  a\n  b\n\n  c\n").text == "a b\nc\n");
  std::string many = "|\n";  // more pieces than libfyaml has room for at first
  for (int i = 0; i < 100; ++i) many += "  line\n";
  CHECK(yaml(many).text.size() == 500);
}

TEST_CASE("yaml: plain scalars are typed by the core schema and quoted ones are text") {
  CHECK(yaml("012").integer() == 12);
  CHECK(yaml("0o14").integer() == 12);
  CHECK(yaml("0xFF").integer() == 255);
  CHECK(yaml("-7").integer() == -7);
  CHECK(yaml("+7").integer() == 7);
  CHECK_FALSE(yaml("'7'").integer());
  CHECK_FALSE(yaml("1.5").integer());
  CHECK_FALSE(yaml("99999999999999999999").integer());
  CHECK(yaml("1.5").number() == 1.5);
  CHECK(yaml("1e3").number() == 1000);
  CHECK_FALSE(yaml("1.2.3").number());
  CHECK_FALSE(yaml("nan").number());
  CHECK(yaml("true").boolean() == true);
  CHECK_FALSE(yaml("yes").boolean());
  CHECK_FALSE(yaml("'true'").boolean());
  CHECK(yaml("~").kind == YamlNode::Kind::null);
  CHECK(yaml("''").kind == YamlNode::Kind::scalar);
}

TEST_CASE("yaml: aliases and merge keys are applied, nearer keys win") {
  const auto root = yaml("base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nuse:\n  <<: [*b, *m]\n  x: 9\nlist: [*b]\n");
  const auto* use = root.find("use");
  REQUIRE(use);
  CHECK(use->find("x")->text == "9");
  CHECK(use->find("y")->text == "2");
  CHECK(use->find("z")->text == "4");
  CHECK_FALSE(use->find("<<"));
  CHECK(root.find("list")->items[0].find("x")->text == "1");
  CHECK(yaml("'<<': 1").find("<<")->text == "1");
}

TEST_CASE("yaml: mistakes come with line and column") {
  CHECK(mistake("a: 1\na: 2\n") == "f.yaml:2:1: the key 'a' is there twice");
  CHECK(mistake("a: *x\n") == "f.yaml:1:4: there is no anchor '&x' before this alias");
  CHECK(mistake("a: &a [*a]\n").find("there is no anchor") != std::string::npos);
  CHECK(mistake("a: [1, 2\nb: 3\n") == "f.yaml:3:1: flow sequence without a closing bracket");
  CHECK(mistake("a:\n\tb: 1\n").starts_with("f.yaml:2:"));
  CHECK(mistake("a: !!binary xx\n").starts_with("f.yaml:1:"));
  CHECK(mistake("a: 1\n---\nb: 2\n").find("a second document") != std::string::npos);
  CHECK(mistake("a: \xFF\n").find("UTF-8") != std::string::npos);
  CHECK(mistake("<<: 1\n").find("expected a mapping to merge") != std::string::npos);
  CHECK(mistake("? [a]\n: 1\n").find("expected text as the key") != std::string::npos);
  CHECK(parse_yaml(std::string((1 << 20) + 1, ' '), "f").error().code == Errc::too_large);
}

TEST_CASE("yaml: bombs are refused quickly") {
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    laughs += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 9; ++j) laughs += fmt::format("{}*a{}", j ? "," : "", i - 1);
    laughs += "]\n";
  }
  std::string long_text = "a: &a " + std::string(500'000, 'x') + "\nb: [";
  for (int i = 0; i < 1000; ++i) long_text += "*a,";
  const auto before = std::chrono::steady_clock::now();
  CHECK(mistake(laughs).find("too large after aliases") != std::string::npos);
  CHECK(mistake(long_text + "]").find("too large after aliases") != std::string::npos);
  std::string nested;
  for (int i = 0; i < 50; ++i) nested += fmt::format("&a{} [", i);
  for (int i = 0; i < 50'000; ++i) nested += "x,";
  CHECK(mistake(nested + std::string(50, ']')).find("too large after aliases") != std::string::npos);
  CHECK(mistake(std::string(1000, '[') + std::string(1000, ']')) != "no error");
  std::string wide = "[";
  for (int i = 0; i < 100'001; ++i) wide += "x,";
  CHECK(mistake(wide + "]").find("more than 100000 values") != std::string::npos);
  std::string keys;
  for (int i = 0; i < 40'000; ++i) keys += fmt::format("k{}: 1\n", i);
  CHECK(mistake(keys) == "no error");
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(20));
}

TEST_CASE("yaml: of empty lines in a row libfyaml takes the square, so there may not be too many") {
  const std::string lines(400, '\n');
  CHECK(yaml("a: |" + lines + " x\n").find("a")->text.ends_with("\nx\n"));
  CHECK(mistake("a: b\nc: |\n" + lines + lines + " x\n") ==
        "f.yaml:2:1: more than 500 bytes of empty lines follow each other");
  CHECK(mistake("a: |\n" + std::string(200, '\n') + std::string(301, ' ') + "\n x\n").find("empty lines") !=
        std::string::npos);
  CHECK(yaml("a:\n" + std::string(600, ' ') + "b\n").find("a")->text == "b");  // a line that is not empty
  using sampan::testing::growth;
  const auto made = [&](std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += fmt::format("k{}: >{} x\n", i, lines);
    return text;
  };
  CHECK(growth(40, made, [](const std::string& text) { yaml(text); }) < sampan::testing::kMostGrowth);
}
