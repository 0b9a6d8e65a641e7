#include "scan/packages/jar.h"

#include "base/files.h"
#include "scan/packages/fixture_test.h"

using namespace sampan;
using namespace sampan::scan;
using namespace sampan::scan::packages;
using namespace sampan::scan::testing;
using sampan::testing::must;

namespace {

const Time kNow = *parse_rfc3339("2026-11-28T00:00:00Z");

std::string guessed(std::string_view file, std::string_view manifest, std::initializer_list<std::string_view> classes) {
  JarClasses all;
  for (const auto name : classes) all.add(name);
  const auto guess = guess_jar(file, read_jar_manifest(manifest), all);
  if (!guess) return "";
  const auto& best = guess->artifacts.front();
  return fmt::format("{}:{} {}", guess->groups.front(), best.artifact, best.version);
}

Inventory jar_of(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files) {
  return read_image(MapTree({{path, zip_of(files)}}));
}

// Advisories that speak of these packages up to version 2, and what they say of a jar.
struct Known {
  explicit Known(std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
      const auto id = fmt::format("GHSA-{}", ++count);
      const auto record = fmt::format(
          R"({{"id": "{}", "modified": "2026-11-20T00:00:00Z", "affected": [{{"package": {{"ecosystem": "Maven", )"
          R"("name": "{}"}}, "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "2"}}]}}]}}]}})",
          id, name);
      must(make_directories(folder.path() + "/osv"));
      must(write_file_durably(fmt::format("{}/osv/{}.json", folder.path(), id), record));
    }
    must(import_advisories({folder.path() + "/osv"}, file, kNow));
  }
  Scanned check(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files) const {
    return check_packages({}, jar_of(path, files), {file, kNow});
  }
  // The names under which something is known, or the gaps.
  std::string said(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files) const {
    std::string out;
    for (const auto& finding : check(path, files).findings)
      out += finding.message.en.substr(0, finding.message.en.find(' ')) + " ";
    for (const auto& gap : check(path, files).gaps) out += "gap: " + gap.reason.en;
    return out;
  }

  int count = 0;
  TempDir folder = must(TempDir::create());
  std::string file = folder.path() + "/advisories";
};

}  // namespace

TEST_CASE("jars: without pom.properties the file's name has artifact and version, and the classes have the group") {
  CHECK(guessed("spring-core-5.3.31.jar", "Implementation-Title: spring-core\nAutomatic-Module-Name: spring.core\n",
                {"org/springframework/core/A.class", "org/springframework/core/io/B.class",
                 "org/springframework/asm/C.class", "org/springframework/cglib/D.class"}) ==
        "org.springframework:spring-core 5.3.31");
  CHECK(guessed("spring-security-web-5.7.11.jar", "", {"org/springframework/security/web/A.class"}) ==
        "org.springframework.security:spring-security-web 5.7.11");
  CHECK(
      guessed("kafka-clients-3.1.2.jar", "", {"org/apache/kafka/common/A.class", "org/apache/kafka/clients/B.class"}) ==
      "org.apache.kafka:kafka-clients 3.1.2");
  CHECK(guessed("tomcat-embed-core-9.0.83.jar",
                "Bundle-SymbolicName: org.apache.tomcat-embed-core\nImplementation-Title: Apache Tomcat\n",
                {"org/apache/catalina/A.class", "javax/servlet/B.class"}) ==
        "org.apache.tomcat.embed:tomcat-embed-core 9.0.83");
  CHECK(guessed("reactor-core-3.4.34.jar", "Bundle-SymbolicName: io.projectreactor.reactor-core;singleton:=true\n",
                {"reactor/core/A.class"}) == "io.projectreactor:reactor-core 3.4.34");
  CHECK(guessed("micrometer-core-1.9.17.jar", "Implementation-Title: io.micrometer#micrometer-core;1.9.17\n", {}) ==
        "io.micrometer:micrometer-core 1.9.17");
  CHECK(guessed("org.springframework.spring-aop-5.3.31.jar", "", {}) ==
        "org.springframework:org.springframework.spring-aop 5.3.31");
  CHECK(guessed("netty-transport-native-epoll-4.1.101.Final-linux-x86_64.jar", "", {"io/netty/channel/A.class"}) ==
        "io.netty:netty-transport-native-epoll 4.1.101.Final");
  CHECK(guessed("guava-30.1-jre.jar", "", {"com/google/common/A.class"}) == "com.google.common:guava 30.1-jre");
  CHECK(guessed("log4j-1.2-api-2.17.0.jar", "", {}) == "log4j:log4j 1.2-api-2.17.0");  // as Maven's rule has it
  CHECK(guessed("h2-2.1.214.jar", "Bundle-SymbolicName: com.h2database\n", {"org/h2/A.class"}) == "org.h2:h2 2.1.214");
  CHECK(guessed("empty-1.jar", "", {}) == "empty:empty 1");
}

TEST_CASE("jars: without a version in the file's name the manifest must have one, and the name of the file") {
  const std::string spring = "Implementation-Title: spring-web\nImplementation-Version: 5.3.31\n";
  CHECK(guessed("spring-web.jar", spring, {"org/springframework/web/A.class"}) ==
        "org.springframework:spring-web 5.3.31");
  CHECK(guessed("library.jar", spring, {"org/springframework/web/A.class"}).empty());
  CHECK(guessed("spring-web.jar", "Implementation-Title: spring-web\n", {}).empty());
  CHECK(guessed("spring-web.jar", "Implementation-Title: spring-web\nImplementation-Version: null\n", {}).empty());
  CHECK(guessed("spring-boot.jar", "Automatic-Module-Name: spring.boot\nImplementation-Version: 2.7.18\n", {}) ==
        "spring-boot:spring-boot 2.7.18");
  CHECK(guessed("catalina.jar", "Bundle-SymbolicName: org.apache.tomcat-catalina\nImplementation-Version: 9.0.83\n",
                {"org/apache/catalina/A.class"}) == "org.apache.tomcat:tomcat-catalina 9.0.83");
  CHECK(guessed("mysql.jar", "Implementation-Title: MySQL Connector/J\nImplementation-Version: 8.0.28\n",
                {"com/mysql/cj/A.class"})
            .empty());
}

TEST_CASE("jars: a manifest is its main section, with lines that go on in the next") {
  const auto manifest = read_jar_manifest(
      "Manifest-Version: 1.0\r\nBundle-SymbolicName: org.sprin\r\n gframework\r\nImplementation-Title: a \r\n  b\r\n"
      "no line of it\r\n\r\nName: org/a/X.class\r\nImplementation-Title: c\r\n");
  CHECK(manifest.at("bundle-symbolicname") == " org.springframework");
  CHECK(manifest.at("implementation-title") == " a  b");
  CHECK_FALSE(manifest.contains("name"));
  std::string endless = "A: b\n";
  for (int i = 0; i < 100'000; ++i) endless += fmt::format(" {}\nX{}: y\n", std::string(100, 'b'), i);
  CHECK(read_jar_manifest(endless).size() <= 2'000);
  std::string longest = "A: b\n";
  for (int i = 0; i < 2'000; ++i) longest += " " + std::string(10'000, 'b') + "\n";
  CHECK(read_jar_manifest(longest).at("a").size() <= 4'000);
}

TEST_CASE("jars: of many packages of Java in a hostile jar, only so many are counted") {
  JarClasses classes;
  for (int i = 0; i < 100'000; ++i) classes.add(fmt::format("a/b{}/{}/X.class", i, std::string(1'000, 'c')));
  for (int i = 0; i < 100'000; ++i) classes.add("late/X.class");
  CHECK(classes.roots() == std::vector<std::string>{});
  CHECK_FALSE(classes.none());
  CHECK(JarClasses().none());
}

TEST_CASE("jars: the name that the advisories know is the one, and the finding says that it was known by its name") {
  const Known known{"org.springframework:spring-web", "com.squareup.okhttp3:okhttp", "dom4j:dom4j", "org.dom4j:dom4j",
                    "io.other:fine"};
  const auto found = known.check("app/spring-web-1.5.jar", {{"org/springframework/web/A.class", ""}});
  REQUIRE(found.findings.size() == 1);
  CHECK(found.findings[0].message.en ==
        "org.springframework:spring-web 1.5 (by its name, spring-web-1.5.jar) has GHSA-1; fixed in 2");
  CHECK(found.findings[0].message.zh ==
        "org.springframework:spring-web 1.5（按文件名 spring-web-1.5.jar 认出）有漏洞 GHSA-1；修复版本 2");
  CHECK(found.findings[0].path == "app/spring-web-1.5.jar");
  CHECK(found.gaps.empty());
  CHECK(known.said("spring-web-2.jar", {{"org/springframework/web/A.class", ""}}).empty());
  CHECK(known.said("okhttp-1.0.jar", {{"okhttp3/A.class", ""}}) == "com.squareup.okhttp3:okhttp ");
  CHECK(known.said("dom4j-1.0.jar", {{"org/dom4j/A.class", ""}}) == "dom4j:dom4j org.dom4j:dom4j ");
  CHECK(known.said("unheard-1.0.jar", {{"org/dom4j/A.class", ""}}).empty());
  // What the manifest calls it counts where nothing is known by the file's name.
  CHECK(known.said("ours-9.0.jar", {{"org/springframework/web/A.class", ""},
                                    {"META-INF/MANIFEST.MF",
                                     "Implementation-Title: spring-web\n"
                                     "Implementation-Version: 1.5\n"}}) == "org.springframework:spring-web ");
}

TEST_CASE("jars: one that may be a package with vulnerabilities, and may not be, is a gap") {
  const Known known{"xalan:serializer", "org.apache.other:json"};
  CHECK(known.said("serializer-1.0.jar", {{"org/apache/xml/A.class", ""}}) ==
        "gap: serializer-1.0.jar does not say which group it is of: if it is xalan:serializer 1.0, it has GHSA-1");
  CHECK(known.said("serializer-2.0.jar", {{"org/apache/xml/A.class", ""}}).empty());
  CHECK(known.said("json-1.0.jar", {{"org/apache/xml/A.class", ""}}).starts_with("gap: json-1.0.jar does not say"));
}

TEST_CASE("jars: an application's own classes are its own, and loose classes beside jars are a gap") {
  const auto inner = zip_of({{"org/a/b/X.class", ""}});
  const std::pair<std::string, std::string> lib{"BOOT-INF/lib/b-1.0.jar", inner};
  const auto found = jar_of(
      "app.jar",
      {{"org/springframework/boot/loader/Launcher.class", ""}, {"BOOT-INF/classes/com/shop/Main.class", ""}, lib});
  check_packages_are(found, {"Maven org.a:b 1.0 app.jar:0 ?"});
  CHECK(found.gaps.empty());
  CHECK(holds(gaps_of(jar_of("app.jar", {{"com/shop/Main.class", ""}, lib})), "app.jar does not say which package"));
  CHECK(holds(gaps_of(jar_of("app.war", {{"WEB-INF/classes/com/shop/Main.class", ""}})), "does not say which package"));
  CHECK(gaps_of(jar_of("texts.jar", {{"messages.properties", ""}})).empty());
}

TEST_CASE("jars: classes of several projects in one jar, which does not say whose all of them are, are a gap") {
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string root : {"com/shop", "org/springframework", "com/fasterxml", "javax/servlet"})
    for (int i = 0; i < 10; ++i) files.emplace_back(fmt::format("{}/x/C{}.class", root, i), "");
  files.emplace_back("META-INF/maven/com.fasterxml/jackson/pom.properties",
                     "groupId=com.fasterxml\nartifactId=jackson\nversion=2.0\n");
  files.emplace_back("META-INF/maven/com.shop/shop/pom.properties", "groupId=com.shop\nartifactId=shop\nversion=1\n");
  CHECK(gaps_of(jar_of("shop.jar", files)) ==
        "shop.jar:0: shop.jar also holds classes of org.springframework, and does not say which packages those are\n");
  files.pop_back();
  const auto found = jar_of("shop-1.jar", files);
  CHECK(holds(gaps_of(found), "also holds classes of"));
  CHECK(holds(gaps_of(found), "org.springframework"));
}
