#include "base/config.h"

#include <doctest/doctest.h>

#include "base/testing.h"

using namespace sampan;
using namespace std::chrono_literals;
using sampan::testing::must;

namespace {
constexpr std::string_view kText = R"(name: shop
port: 8080
ratio: 0.25
on: true
wait: 90s
limit: 2GiB
hosts: [a, b]
nested:
  depth: 3
  depht: 4
people:
  - {name: x}
  - {name: y, age: 3}
)";
}  // namespace

TEST_CASE("config: each kind of value is read and defaults stay when a key is absent") {
  const auto root = must(parse_yaml(kText, "sampan.yaml"));
  std::vector<Diagnosis> diagnoses;
  Section section(&root, "sampan.yaml", "", diagnoses);
  std::string name, absent = "default";
  int port = 0;
  double ratio = 0;
  bool on = false;
  std::chrono::milliseconds wait{};
  std::uint64_t limit = 0;
  std::vector<std::string> hosts;
  section.read("name", name);
  section.read("absent", absent);
  section.read("port", port, 1, 65535);
  section.read("ratio", ratio, 0, 1);
  section.read("on", on);
  section.read("wait", wait);
  section.read_size("limit", limit);
  section.read("hosts", hosts);
  CHECK(name == "shop");
  CHECK(absent == "default");
  CHECK(port == 8080);
  CHECK(ratio == 0.25);
  CHECK(on);
  CHECK(wait == 90s);
  CHECK(limit == 2ull << 30);
  CHECK(hosts == std::vector<std::string>{"a", "b"});
  CHECK(section.sections("people").size() == 2);
  CHECK(section.section("absent_section").node() == nullptr);
  CHECK(section.has("nested"));
  section.finish();
  CHECK(diagnoses.empty());
}

TEST_CASE("config: an unknown key stops with its line and the nearest known one") {
  const auto root = must(parse_yaml(kText, "sampan.yaml"));
  std::vector<Diagnosis> diagnoses;
  Section section(&root, "sampan.yaml", "", diagnoses);
  auto nested = section.section("nested");
  int depth = 0;
  nested.read("depth", depth, 0, 9);
  nested.finish();
  REQUIRE(diagnoses.size() == 1);
  CHECK(format(diagnoses[0]) == "sampan.yaml:10:3: nested: unknown key 'depht', did you mean 'depth'?");
}

TEST_CASE("config: a wrong value is told and leaves the default") {
  const auto root = must(parse_yaml("port: 70000\non: yes\nwait: soon\nhosts: {}\nname: [x]\nnested: 5\n", "f"));
  std::vector<Diagnosis> diagnoses;
  Section section(&root, "f", "", diagnoses);
  int port = 80;
  bool on = false;
  std::chrono::milliseconds wait = 5s;
  std::vector<std::string> hosts{"h"};
  std::string name = "n";
  section.read("port", port, 1, 65535);
  section.read("on", on);
  section.read("wait", wait);
  section.read("hosts", hosts);
  section.read("name", name);
  section.section("nested");
  CHECK(port == 80);
  CHECK(wait == 5s);
  CHECK(hosts.size() == 1);
  CHECK(name == "n");
  REQUIRE(diagnoses.size() == 6);
  CHECK(format(diagnoses[0]) == "f:1:7: 'port': expected a whole number from 1 to 65535, found '70000'");
  CHECK(diagnoses[1].message == "'on': expected true or false, found 'yes'");
}

TEST_CASE("config: durations and sizes need their unit and do not overflow") {
  CHECK(must(parse_duration("500ms")) == 500ms);
  CHECK(must(parse_duration("15m")) == 15min);
  CHECK(must(parse_duration("7d")) == 168h);
  CHECK(must(parse_size("10MB")) == 10'000'000);
  CHECK(must(parse_size("0B")) == 0);
  for (const char* bad : {"", "5", "-5s", "5 apples", "s", "99999999999999999999s", "18446744073709551615d"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad).has_value());
  }
  for (const char* bad : {"", "5", "MB", "18446744073709551615KiB", "1.5GB"}) CHECK_FALSE(parse_size(bad).has_value());
}
