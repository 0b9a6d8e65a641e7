#include "base/files.h"
#include "base/growth.h"
#include "base/json_struct.h"
#include "scan/image.h"
#include "scan/packages/fixture_test.h"

using namespace sampan;
using namespace sampan::scan;
using namespace sampan::scan::testing;

namespace {

struct Entry {
  std::string name, bytes = {};
  char type = '0';  // '1' hard link, '2' symbolic link, '5' folder
  std::string target = {};
  std::uint64_t size = 0;  // as the header says; 0: of the bytes
};

// POSIX.1-2017 pax, "ustar Interchange Format".
std::string tar(const std::vector<Entry>& entries) {
  std::string out;
  for (const auto& entry : entries) {
    std::string head(512, '\0');
    const auto put = [&](std::size_t at, std::string_view text) { head.replace(at, text.size(), text); };
    put(0, entry.name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, fmt::format("{:011o}", entry.size ? entry.size : entry.bytes.size()));
    put(136, "00000000000");
    put(148, "        ");
    head[156] = entry.type;
    put(157, entry.target);
    put(257, std::string_view("ustar\00000", 8));
    unsigned sum = 0;
    for (const char c : head) sum += static_cast<unsigned char>(c);
    put(148, fmt::format("{:06o}", sum));
    head[154] = '\0';
    out += head + entry.bytes + std::string((512 - entry.bytes.size() % 512) % 512, '\0');
  }
  return out + std::string(1024, '\0');
}

Layer layer(const std::vector<Entry>& entries) {
  auto read = read_layer_bytes(tar(entries), "layer");
  REQUIRE(read.has_value());
  // As it comes back from where it is kept.
  auto again = from_json<Layer>(to_json(*read));
  REQUIRE(again.has_value());
  return std::move(*again);
}

std::string jar(const std::string& artifact, const std::string& version) {
  return zip_of({{"META-INF/maven/org.a/" + artifact + "/pom.properties",
                  "groupId=org.a\nartifactId=" + artifact + "\nversion=" + version + "\n"}});
}

const Entry kRelease{"./usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n"};
std::string status(const std::string& name, const std::string& version) {
  return "Package: " + name + "\nStatus: install ok installed\nDescription: long\n and longer\nVersion: " + version +
         "\n\n";
}

}  // namespace

TEST_CASE("layers: what a later layer replaces, hides or empties is not there, and what it brings itself is") {
  const auto base = layer({kRelease,
                           {"./var/lib/dpkg/status", status("libssl3", "3.0.1")},
                           {"app/a.jar", jar("a", "1.0")},
                           {"app/b.jar", jar("b", "1.0")},
                           {"opt/c/c.jar", jar("c", "1.0")},
                           {"opt/c.jar", jar("beside", "1.0")}});
  check_packages_are(
      read_image(std::vector{base}),
      {"Debian:12 libssl3 3.0.1 var/lib/dpkg/status:1 ?", "Maven org.a:a 1.0 app/a.jar:0 ?",
       "Maven org.a:b 1.0 app/b.jar:0 ?", "Maven org.a:beside 1.0 opt/c.jar:0 ?", "Maven org.a:c 1.0 opt/c/c.jar:0 ?"});
  const auto upgrade = layer({{"var/lib/dpkg/status", status("libssl3", "3.0.2")},
                              {"app/a.jar", jar("a", "2.0")},
                              {"app/.wh.b.jar"},
                              {"opt/.wh.c"}});
  check_packages_are(read_image(std::vector{base, upgrade}),
                     {"Debian:12 libssl3 3.0.2 var/lib/dpkg/status:1 ?", "Maven org.a:a 2.0 app/a.jar:0 ?",
                      "Maven org.a:beside 1.0 opt/c.jar:0 ?"});
  const auto anew = layer({{"app/d.jar", jar("d", "1.0")}, {"app/.wh..wh..opq"}});
  const auto found = read_image(std::vector{base, upgrade, anew});
  check_packages_are(found, {"Debian:12 libssl3 3.0.2 var/lib/dpkg/status:1 ?", "Maven org.a:d 1.0 app/d.jar:0 ?",
                             "Maven org.a:beside 1.0 opt/c.jar:0 ?"});
  CHECK(found.gaps.empty());
}

TEST_CASE("layers: a hard link is another name of what it links to, and one to what was not read is a gap") {
  const auto found = read_image(std::vector{layer({{"lib/a.jar", jar("a", "1.0")},
                                                   {"app/same.jar", "", '1', "lib/a.jar"},
                                                   {"app/other.jar", "", '1', "bin/tool"},
                                                   {"app/link.jar", "", '2', "/lib/a.jar"}})});
  check_packages_are(found, {"Maven org.a:a 1.0 app/same.jar:0 ?", "Maven org.a:a 1.0 lib/a.jar:0 ?"});
  CHECK(gaps_of(found) == "app/other.jar:0: it is another name of bin/tool, which was not read\n");
}

TEST_CASE("layers: one that leaves its folder, is cut or is no archive is a gap, what came before stays") {
  const Entry good{"a.jar", jar("a", "1.0")};
  const auto reason = [&](const std::string& bytes) {
    const auto read = read_layer_bytes(bytes, "sha256:f00");
    REQUIRE(read.has_value());
    return gaps_of(read_image(std::vector{*read}));
  };
  CHECK(holds(reason(tar({good, {"../../etc/b.jar", jar("b", "1")}})), "leaves the folder"));
  CHECK(holds(reason(tar({good, {"/etc/b.jar", jar("b", "1")}})), "leaves the folder"));
  const auto whole = tar({good, {"b", std::string(5'000, 'b')}, {"c.jar", jar("c", "1")}});
  CHECK(holds(reason(whole.substr(0, 3'000)), "sha256:f00:0: this layer was not read to its end"));
  CHECK(holds(reason("no archive at all"), "this layer was not read to its end"));
  const auto short_of = read_layer_bytes(tar({good, {"zeros", "", '0', "", (8ull << 30) - 1}}), "x");
  REQUIRE(short_of.has_value());
  CHECK(short_of->files.size() == 1);
  CHECK(short_of->gaps.size() == 1);
  CHECK(holds(reason(tar({{"big.jar", std::string(1'000, 'x')}})), "not read to its end"));
}

TEST_CASE("layers: an image of which nothing is known is a gap, not a good image") {
  CHECK(holds(gaps_of(read_image(std::vector{layer({{"bin/server", "ELF"}})})), "what is in it is not known"));
  CHECK(holds(gaps_of(read_image(std::vector<Layer>{})), "what is in it is not known"));
  CHECK(holds(gaps_of(read_image(std::vector{layer({{"var/lib/dpkg/status", status("a", "1")}})})),
              "which distribution this is of is not known"));
  CHECK(holds(gaps_of(read_image(std::vector{layer({kRelease, {"var/lib/dpkg/status", "damaged"}})})),
              "expected blocks"));
}

TEST_CASE("layers: what is kept of a list is what is read of it, with its lines") {
  const auto one = layer({kRelease, {"var/lib/dpkg/status", status("first", "1") + status("second", "2")}});
  REQUIRE(one.texts.size() == 2);
  CHECK_FALSE(holds(one.texts[1].text, "longer"));
  check_packages_are(read_image(std::vector{one}),
                     {"Debian:12 first 1 var/lib/dpkg/status:1 ?", "Debian:12 second 2 var/lib/dpkg/status:7 ?"});
}

TEST_CASE("layers: what a jar may be that does not say so is kept with it") {
  const auto jar = zip_of({{"org/a/core/X.class", "x"}, {"META-INF/MANIFEST.MF", "Implementation-Vendor-Id: org.b\n"}});
  const auto found = read_image(std::vector{layer({{"app/a-core-1.2.jar", jar}})});
  check_packages_are(found, {"Maven org.a:a-core 1.2 app/a-core-1.2.jar:0 ?"});
  REQUIRE(found.packages.size() == 1);
  const auto& guess = found.packages[0].guess;
  CHECK(guess.from == "a-core-1.2.jar");
  REQUIRE(guess.artifacts.size() == 1);
  CHECK(guess.artifacts[0].version == "1.2");
  CHECK(guess.groups == std::vector<std::string>{"org.a", "org.a.core", "org.b", "a-core", "a"});
  CHECK(found.gaps.empty());
}

TEST_CASE("layers: programs are known by their first bytes, whatever they are called, and by each name they have") {
  const auto server = go_program("dep\tb.test/b\tv1.2.3\th1:x\n");
  const auto one = layer({{"app/server", server},
                          {"app/server.txt", server.substr(1)},
                          {"lib/libserver.so.1", server},
                          {"bin/again", "", '1', "app/server"},
                          {"bin/third", "", '1', "bin/again"},
                          {"bin/sh",
                           "\x7f"
                           "ELF and nothing of Go"},
                          {"bin/text", "", '1', "app/server.txt"}});
  const auto found = read_image(std::vector{one});
  check_packages_are(
      found, {"Go stdlib 1.21.3 app/server:0 ?", "Go b.test/b 1.2.3 app/server:0 ?", "Go stdlib 1.21.3 bin/again:0 ?",
              "Go b.test/b 1.2.3 bin/again:0 ?", "Go stdlib 1.21.3 bin/third:0 ?", "Go b.test/b 1.2.3 bin/third:0 ?"});
  CHECK(found.gaps.empty());
  CHECK(found.files == 3);
  check_packages_are(read_image(std::vector{one, layer({{"bin/.wh.again"}, {"bin/.wh.third"}, {"app/.wh..wh..opq"}})}),
                     {});
}

TEST_CASE("layers: what was installed of Python and Node.js is there as long as its own description is") {
  const std::string site = "usr/local/lib/python3.11/site-packages/";
  const auto base = layer({{site + "a-1.0.dist-info/METADATA", "Name: A_a\nVersion: 1.0\n\nA package\n"},
                           {"app/node_modules/b/package.json", R"({"name": "b", "version": "2.0.0"})"}});
  check_packages_are(read_image(std::vector{base}), {"PyPI A_a 1.0 " + site + "a-1.0.dist-info/METADATA:0 ?",
                                                     "npm b 2.0.0 app/node_modules/b/package.json:0 ?"});
  const auto upgrade = layer({{site + ".wh.a-1.0.dist-info"},
                              {site + "a-1.1.dist-info/METADATA", "Name: A_a\nVersion: 1.1\n"},
                              {"app/.wh.node_modules"}});
  check_packages_are(read_image(std::vector{base, upgrade}), {"PyPI A_a 1.1 " + site + "a-1.1.dist-info/METADATA:0 ?"});
}

TEST_CASE("layers: many hard links take time in proportion to their number") {
  const auto linked = [](std::size_t size) {
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < size; ++i) entries.push_back({fmt::format("a{}.jar", i), "x"});
    for (std::size_t i = 0; i < size; ++i)
      entries.push_back({fmt::format("b{}.jar", i), "", '1', fmt::format("a{}.jar", i)});
    return tar(entries);
  };
  const auto read = [](const std::string& bytes) { sampan::testing::must(read_layer_bytes(bytes, "layer")); };
  CHECK(sampan::testing::growth(400, linked, read) < sampan::testing::kMostGrowth);
}

TEST_CASE("layers: what is kept of one is bounded in bytes and in time, and the rest is a gap") {
  const auto read = [](const std::vector<Entry>& entries, const LayerLimits& limits) {
    const auto made = read_layer_bytes(tar(entries), "layer", limits);
    REQUIRE(made.has_value());
    CHECK(size_of(*made) < limits.kept + 500);
    std::string gaps;
    for (const auto& gap : made->gaps) gaps += gap.reason.en + "\n";
    return std::pair(std::move(*made), gaps);
  };
  const std::string over = "this layer was not read to its end: what it says of packages has over 1000 bytes\n";
  std::vector<Entry> texts, hidden, links{kRelease}, jars;
  for (int i = 0; i < 50; ++i) {
    texts.push_back({fmt::format("var/lib/dpkg/status.d/p{}", i), status(fmt::format("p{}", i), "1")});
    hidden.push_back({fmt::format("a/.wh.{}", std::string(30, static_cast<char>('0' + i)))});
    links.push_back({fmt::format("var/lib/dpkg/status.d/p{}", i), "", '1', "usr/lib/os-release"});
    jars.push_back({fmt::format("a{}.jar", i), jar(std::string(30, 'a'), "1")});
  }
  for (const auto* entries : {&texts, &hidden, &links, &jars}) {
    const auto [some, gaps] = read(*entries, {.kept = 1000});
    CHECK(gaps == over);
    CHECK(some.texts.size() + some.hides.size() + some.files.size() > 0);
    CHECK(read(*entries, {.kept = 1 << 20}).second == "");
  }
  CHECK(read(texts, {.kept = 1 << 20, .patience = std::chrono::milliseconds(-1)}).second ==
        "this layer was not read to its end: it took over 0 seconds\n");
}
