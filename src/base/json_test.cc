#include <doctest/doctest.h>

#include <limits>

#include "base/json_struct.h"

using namespace sampan;

namespace {

BOOST_DEFINE_ENUM_CLASS(Colour, red, green, default_)
template <class Tag>
struct Numbered {
  std::int64_t value = 0;
};
struct Word {
  std::string it = "none";
  const std::string& text() const { return it; }
  static std::optional<Word> parse(std::string_view text) {
    if (text.size() > 4) return std::nullopt;
    Word word;
    word.it = text;
    return word;
  }
};
struct Part {
  std::string name;
  std::optional<int> weight;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, weight))
struct Whole {
  std::int64_t count = 0;
  std::uint8_t small = 7;
  double ratio = 0.5;
  bool flag = false;
  Time at{};
  Numbered<struct WholeTag> id;
  Word word;
  Colour colour = Colour::green;
  std::vector<Part> parts;
  std::map<std::string, int> marks;
  Json anything;
};
BOOST_DESCRIBE_STRUCT(Whole, (), (count, small, ratio, flag, at, id, word, colour, parts, marks, anything))

std::string sentence(std::string_view text) {
  const auto read = from_json<Whole>(text);
  return read ? std::string("no error") : read.error().message;
}
constexpr std::string_view kRest = R"("at":"2026-11-24T08:30:00Z","id":5,"word":"w")";
std::string with(std::string_view more) { return fmt::format(R"({{"count":1,{},{}}})", kRest, more); }

}  // namespace

TEST_CASE("json: a struct survives its text") {
  Whole whole;
  whole.count = std::numeric_limits<std::int64_t>::min();
  whole.flag = true;
  whole.at = from_micros(1'795'509'000'000'001);
  whole.id.value = 42;
  whole.word.it = "a\"\n";
  whole.colour = Colour::default_;
  whole.parts = {{"x", 3}, {"订", std::nullopt}};
  whole.marks = {{"k", 1}};
  whole.anything = *parse_json(R"({"a":[1,2.5,null]})");
  const std::string text = to_json(whole);
  CHECK(
      text ==
      R"({"count":-9223372036854775808,"small":7,"ratio":0.5,"flag":true,"at":"2026-11-24T08:30:00.000001Z","id":42,)"
      R"("word":"a\"\n","colour":"default","parts":[{"name":"x","weight":3},{"name":"订","weight":null}],"marks":{"k":1},)"
      R"("anything":{"a":[1,2.5,null]}})");
  const auto back = from_json<Whole>(text);
  REQUIRE(back.has_value());
  CHECK(to_json(*back) == text);
}

TEST_CASE("json: members with a default may be absent, others may not") {
  const auto read = from_json<Whole>(fmt::format(R"({{"count":1,{}}})", kRest));
  REQUIRE(read.has_value());
  CHECK(read->small == 7);
  CHECK(read->colour == Colour::green);
  CHECK(sentence(R"({})") == "field 'count': is missing");
  CHECK(sentence(with(R"("parts":[{"weight":1}])")) == "field 'parts[0].name': is missing");
}

TEST_CASE("json: a mistake is named with its place and what was expected") {
  CHECK(sentence(with(R"("flag":1)")) == "field 'flag': expected true or false, found a number");
  CHECK(sentence(with(R"("ratio":"x")")) == "field 'ratio': expected a number, found text");
  CHECK(sentence(with(R"("small":256)")) == "field 'small': expected a number from 0 to 255");
  CHECK(sentence(with(R"("small":-1)")) == "field 'small': expected a number from 0 to 255");
  CHECK(sentence(with(R"("small":1.5)")) ==
        "field 'small': expected a whole number, found one with a fraction or an exponent");
  CHECK(sentence(with(R"("colour":"gren")")) ==
        "field 'colour': expected one of red, green, default, found 'gren', did you mean 'green'?");
  CHECK(sentence(with(R"("parts":[{"name":"x"},{"name":2}])")) ==
        "field 'parts[1].name': expected text, found a number");
  CHECK(sentence(with(R"("marks":{"a":"b"})")) == "field 'marks.a': expected a number, found text");
  CHECK(sentence(with(R"("parts":[{"name":"a\u0000b"}])")) == "field 'parts[0].name': holds a NUL (\\u0000)");
  CHECK(sentence(with(R"("marks":{"a\u0000":1})")).find("holds a NUL") != std::string::npos);
  CHECK(sentence(with(R"("colours":"red")")) == "field 'colours': unknown, did you mean 'colour'?");
  CHECK(sentence(R"([])") == "JSON document: expected an object, found a list");
  CHECK(sentence(R"({"count":1,"at":"today"})") ==
        "field 'at': expected a time like 2026-11-24T08:30:00Z, found 'today'");
}

TEST_CASE("json: what is not one clean document is refused with line and column") {
  const auto error = [](std::string_view text) {
    const auto parsed = parse_json(text);
    return parsed ? std::string("no error") : parsed.error().message;
  };
  CHECK(error("{\"a\":1,\n \"a\":2}").find("line 2") != std::string::npos);
  CHECK(error("{\"a\":1,\n \"a\":2}").find("the key 'a' is there twice") != std::string::npos);
  CHECK(error(R"({"":1,"":2})").find("twice") != std::string::npos);
  CHECK(error(R"([{"a":1},{"a":2}])") == "no error");
  CHECK(error("[1] x").find("text after the end") != std::string::npos);
  CHECK(error("[1").find("ends before") != std::string::npos);
  CHECK(error("").find("ends before") != std::string::npos);
  CHECK(error(std::string(65, '[') + std::string(65, ']')).find("nested deeper than 64") != std::string::npos);
  CHECK(error(std::string(64, '[') + std::string(64, ']')) == "no error");
  CHECK(error("\"\xFF\"") != "no error");
  CHECK(error("{'a':1}") != "no error");
}

TEST_CASE("json: a real number comes back as it was written, to its last digit") {
  for (const char* text : {"0.1", "1.7976931348623157e+308", "0.0019513900266930426", "-3810.6650799657878", "5e-324"})
    CHECK(format_json(parse_json(text).value()) == text);
}

TEST_CASE("json: a number that JSON cannot say is null, and broken text is repaired") {
  CHECK(to_json(std::numeric_limits<double>::infinity()) == "null");
  CHECK(to_json(std::vector<double>{1.0, 0.1, 1e300}) == "[1,0.1,1e+300]");
  CHECK(to_json(-0.0) == "0");
  CHECK(to_json(std::string("a\x01\xFF")) == "\"a\\u0001\xEF\xBF\xBD\"");
  CHECK(parse_json(to_json(std::string("a\0b", 3))).value() ==
        "a\xEF\xBF\xBD"
        "b");
}

TEST_CASE("json: the schema lists members, enums and what is required") {
  const auto schema = format_json(schema_of<Whole>());
  CHECK(schema.find(R"("colour":{"type":"string","enum":["red","green","default"]})") != std::string::npos);
  CHECK(schema.find(R"("required":["count","at","id","word"])") != std::string::npos);
  CHECK(schema.find(R"("weight":{"anyOf":[{"type":"integer"},{"type":"null"}]})") != std::string::npos);
  CHECK(schema.find(R"("additionalProperties":false)") != std::string::npos);
  CHECK(format_json(answer_schema_of<Whole>()).find(R"("required":["count","small","ratio","flag","at",)") !=
        std::string::npos);
}
