#include "scan/sarif_path.h"

#include <doctest/doctest.h>

#include "base/json.h"
#include "base/testing.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

// Of a location in a run with these members: the path, or "!" and the sentence.
std::string path_in(const std::string& run, const std::string& location, const std::string& root = {}) {
  const auto described = must(parse_json("{" + run + "}")), at = must(parse_json("{" + location + "}"));
  const auto placed = SarifPaths(described.as_object(), root).path_of(at.as_object());
  if (placed.refused) CHECK_FALSE(placed.refused->zh.empty());
  return placed.refused ? "!" + placed.refused->en : placed.path;
}
std::string path_of(const std::string& uri, const std::string& root = {}) {
  return path_in("", R"("uri":")" + uri + R"(")", root);
}

}  // namespace

TEST_CASE("sarif paths: a relative reference is decoded and made plain, and never climbs out of the code") {
  CHECK(path_of("src/A.java") == "src/A.java");
  CHECK(path_of("./src//x/../A%20%E4%B8%AD.java#L3") == "src/A 中.java");
  CHECK(path_of(R"(src\\win\\A.cs)") == "src/win/A.cs");
  CHECK(path_of("../A.java") == "!the location '../A.java' climbs out of the code");
  CHECK(path_of("a/%2e%2e/%2e%2e/etc/passwd").find("climbs out") != std::string::npos);
  CHECK(path_of("a%2") == "!the location 'a%2' has a broken percent-escape");
  CHECK(path_of("a%00b").find("no name of a file") != std::string::npos);
  CHECK(path_of("a%FFb").find("no name of a file") != std::string::npos);
  CHECK(path_of("src/").find("is a folder") != std::string::npos);
  CHECK(path_of(".").find("is a folder") != std::string::npos);
  CHECK(path_of("") == "!no file is named");
}

TEST_CASE("sarif paths: an absolute one is taken below the root that is known, and refused elsewhere") {
  CHECK(path_of("file:///home/ci/shop/src/a.js", "/home/ci/shop") == "src/a.js");
  CHECK(path_of("/home/ci/shop/src/a.js", "/home/ci/shop/") == "src/a.js");
  CHECK(path_of("file://localhost/home/ci/shop/a.js", "/home/ci/shop") == "a.js");
  CHECK(path_of("file:///C:/ci/shop/a.js", "/C:/ci/shop") == "a.js");
  CHECK(path_of(R"(C:\\ci\\shop\\a.js)", "/C:/ci/shop") == "a.js");
  CHECK(path_of("file:///home/ci/shop2/a.js", "/home/ci/shop").find("outside of the code") != std::string::npos);
  CHECK(path_of("file:///home/ci/shop/../x.js", "/home/ci/shop").find("outside of the code") != std::string::npos);
  CHECK(path_of("/usr/include/stdio.h").find("outside of the code") != std::string::npos);
  CHECK(path_of("file://server/share/a.js").find("another machine") != std::string::npos);
  CHECK(path_of("https://x.test/a.js").find("is no file") != std::string::npos);
}

TEST_CASE("sarif paths: a uriBaseId is followed to its base, and a base's base") {
  const std::string bases =
      R"("originalUriBaseIds":{"%SRCROOT%":{"uri":"file:///home/ci/shop/"},"MAIN":{"uri":"src/main/","uriBaseId":"%SRCROOT%"},
         "OTHER":{"uri":"file:///home/ci/shop/web/"},"A":{"uri":"a/","uriBaseId":"B"},"B":{"uri":"b/","uriBaseId":"A"}})";
  const auto path = [&](const std::string& uri, const std::string& base) {
    return path_in(bases, fmt::format(R"("uri":"{}","uriBaseId":"{}")", uri, base));
  };
  CHECK(path("x/A.java", "%SRCROOT%") == "x/A.java");
  CHECK(path("A.java", "MAIN") == "src/main/A.java");
  CHECK(path("../../../A.java", "MAIN").find("climbs out") != std::string::npos);
  CHECK(path("a.js", "OTHER") == "web/a.js");
  CHECK(path("a.js", "UNKNOWN") == "a.js");
  CHECK(path("a.js", "A").find("circle") != std::string::npos);
  CHECK(path("file:///home/ci/shop/b.js", "OTHER") == "b.js");
}

TEST_CASE("sarif paths: a base alone is the root; a version control's mapping and a working folder name it too") {
  CHECK(path_in(R"("originalUriBaseIds":{"ROOTPATH":{"uri":"file:///"}})",
                R"("uri":"go.mod","uriBaseId":"ROOTPATH")") == "go.mod");
  CHECK(path_in(R"("originalUriBaseIds":{"1":{"uri":"file:///home/ci/shop/src/"}})",
                R"("uri":"A.java","uriBaseId":"1")", "/home/ci/shop") == "src/A.java");
  CHECK(
      path_in(
          R"("originalUriBaseIds":{"R":{"uri":"file:///w/shop/"}},"versionControlProvenance":[{"mappedTo":{"uriBaseId":"R"}}])",
          R"("uri":"file:///w/shop/a/b.c")") == "a/b.c");
  CHECK(path_in(R"("invocations":[{"workingDirectory":{"uri":"file:///w/shop"}}])", R"("uri":"file:///w/shop/b.c")") ==
        "b.c");
}

TEST_CASE("sarif paths: an artifact's index stands for its location") {
  const std::string artifacts = R"("artifacts":[{"location":{"uri":"one.c"}},{"location":{"uri":"two.c"}}])";
  CHECK(path_in(artifacts, R"("index":1)") == "two.c");
  CHECK(path_in(artifacts, R"("index":2)") == "!no file is named");
}

}  // namespace sampan::scan
