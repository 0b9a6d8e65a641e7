#include "base/http.h"

#include <doctest/doctest.h>

using namespace sampan;

TEST_CASE("http: headers are found without regard to case, the first of a name wins") {
  Request request;
  request.headers = {{"Content-Type", "a"}, {"X-One", "1"}, {"x-one", "2"}};
  CHECK(request.header("content-type") == "a");
  CHECK(request.header("X-ONE") == "1");
  CHECK(request.header("Accept").empty());
  Response response = Response::text(200, "x").set("content-TYPE", "b");
  CHECK(response.headers == Headers{{"content-TYPE", "b"}});
}

TEST_CASE("http: percent encoding is its own inverse and a broken escape is no text") {
  CHECK(percent_encode("a b/订~") == "a%20b%2F%E8%AE%A2~");
  CHECK(percent_decode("a%20b%2F%e8%AE%A2~") == "a b/订~");
  CHECK(percent_decode("%41") == "A");
  CHECK(percent_decode("a+b") == "a+b");
  for (const char* bad : {"%", "%4", "%zz", "a%2"}) CHECK_FALSE(percent_decode(bad));
}

TEST_CASE("http: a form survives its text") {
  const std::vector<std::pair<std::string, std::string>> fields{{"a b", "1&2=3"}, {"c", ""}, {"a b", "+"}};
  CHECK(form_decode(form_encode(fields)) == fields);
  const auto read = form_decode("a=1+2&&b&=x&c=%zz");
  REQUIRE(read.size() == 4);
  CHECK(read[0].second == "1 2");
  CHECK(read[1] == std::pair<std::string, std::string>{"b", ""});
  CHECK(read[2] == std::pair<std::string, std::string>{"", "x"});
  CHECK(read[3].second == "%zz");
}
