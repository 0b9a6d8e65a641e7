#include "scan/packages/fixture_test.h"

using namespace sampan::scan;
using namespace sampan::scan::testing;

namespace {

std::string pom(const std::string& body,
                const std::string& self = "<groupId>g</groupId><artifactId>shop</artifactId><version>1</version>") {
  return "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n" + self + "\n" + body + "\n</project>\n";
}
std::string dependency(const std::string& group, const std::string& artifact, const std::string& version,
                       const std::string& more = {}) {
  return "<dependency><groupId>" + group + "</groupId><artifactId>" + artifact + "</artifactId>" +
         (version.empty() ? "" : "<version>" + version + "</version>") + more + "</dependency>\n";
}
std::string dependencies(const std::string& list) { return "<dependencies>\n" + list + "</dependencies>\n"; }
std::string managed(const std::string& list) {
  return "<dependencyManagement>" + dependencies(list) + "</dependencyManagement>\n";
}
std::string named(const std::string& group, const std::string& artifact, const std::string& version) {
  return "<groupId>" + group + "</groupId><artifactId>" + artifact + "</artifactId><version>" + version + "</version>";
}
std::string parent(const std::string& group, const std::string& artifact, const std::string& version,
                   const std::string& path) {
  return "<parent>" + named(group, artifact, version) + "<relativePath>" + path +
         "</relativePath></parent>\n<artifactId>child</artifactId>";
}

}  // namespace

TEST_CASE("packages: a pom's versions come from parents, properties, management and BOMs, each with its line") {
  const MapTree tree(
      {{"pom.xml", pom("<properties>\n<jackson>2.9.0</jackson>\n<all>${jackson}</all></properties>\n" +
                       managed(dependency("m", "managed", "3.0") +
                               dependency("b", "bom", "1.0", "<type>pom</type><scope>import</scope>")))},
       {"child/pom.xml",
        pom(dependencies(dependency("j", "jackson", "${all}") + dependency("m", "managed", "") +
                         dependency("i", "imported", "") + dependency("g", "shop", "${project.version}") +
                         dependency("o", "open", "[1,2)") + dependency("n", "none", "")),
            parent("g", "shop", "1", "../pom.xml"))}});
  const MapTree repository(
      {{"b/bom/1.0/bom-1.0.pom",
        pom(managed(dependency("i", "imported", "4.0") + dependency("m", "managed", "9.9")), named("b", "bom", "1.0"))},
       {"j/jackson/2.9.0/jackson-2.9.0.pom", pom("", named("j", "jackson", "2.9.0"))},
       {"m/managed/3.0/managed-3.0.pom", pom("", named("m", "managed", "3.0"))},
       {"i/imported/4.0/imported-4.0.pom", pom("", named("i", "imported", "4.0"))}});
  const auto found = read_packages(tree, &repository);
  check_packages_are(found, {"Maven j:jackson 2.9.0 pom.xml:4 direct", "Maven m:managed 3.0 pom.xml:7 direct",
                             "Maven i:imported 4.0 pom.xml:8 direct"});
  CHECK(holds(gaps_of(found), "child/pom.xml:9: which version of o:open is taken is not known: '[1,2)'"));
  CHECK(holds(gaps_of(found), "child/pom.xml:10: which version of n:none is taken is not known"));
  CHECK(found.gaps.size() == 2);
}

TEST_CASE(
    "packages: what packages bring comes from Maven's local repository: nearest first, managed, without what is "
    "excluded") {
  const MapTree tree(
      {{"pom.xml",
        pom(managed(dependency("x", "pinned", "7.0")) +
            dependencies(
                dependency(
                    "a", "a", "1.0",
                    "<exclusions><exclusion><groupId>x</groupId><artifactId>*</artifactId></exclusion></exclusions>") +
                dependency("b", "b", "1.0")))}});
  const auto at = [](const std::string& name, const std::string& version) {
    return name + "/" + name + "/" + version + "/" + name + "-" + version + ".pom";
  };
  const MapTree repository(
      {{at("a", "1.0"),
        pom(dependencies(dependency("x", "excluded", "1.0") + dependency("c", "c", "1.0")), named("a", "a", "1.0"))},
       {at("b", "1.0"), pom(dependencies(dependency("c", "c", "2.0") + dependency("x", "pinned", "1.0") +
                                         dependency("t", "test", "1", "<scope>test</scope>") +
                                         dependency("o", "optional", "1", "<optional>true</optional>")),
                            named("b", "b", "1.0"))},
       {at("c", "1.0"),
        pom(dependencies(dependency("d", "d", "${v}")) + "<properties><v>5</v></properties>", named("c", "c", "1.0"))},
       {at("d", "5"), pom(dependencies(dependency("a", "a", "9.0")), named("d", "d", "5"))},
       {"x/pinned/7.0/pinned-7.0.pom", pom("", named("x", "pinned", "7.0"))}});
  const auto found = read_packages(tree, &repository);
  check_packages_are(
      found, {"Maven a:a 1.0 pom.xml:8 direct", "Maven b:b 1.0 pom.xml:9 direct", "Maven c:c 1.0 pom.xml:8 via a:a 1.0",
              "Maven x:pinned 7.0 pom.xml:9 via b:b 1.0", "Maven d:d 5 pom.xml:8 via a:a 1.0 > c:c 1.0"});
  CHECK(found.gaps.empty());
}

TEST_CASE("packages: without a local repository what packages bring is not known, and that is said") {
  const MapTree tree({{"pom.xml", pom(dependencies(dependency("a", "a", "1.0")))}});
  const auto found = read_packages(tree, nullptr);
  CHECK(found.packages.size() == 1);
  CHECK(holds(gaps_of(found), "what 1 dependencies bring themselves is not known, among them a:a:1.0"));
}

TEST_CASE("packages: what a pom says itself is known also when its parent or a BOM is nowhere, which is said") {
  const MapTree tree({{"pom.xml", pom(managed(dependency("b", "bom", "1.0", "<type>pom</type><scope>import</scope>")) +
                                          dependencies(dependency("a", "a", "1.0") + dependency("m", "managed", "")),
                                      parent("g", "gone", "1", ""))}});
  const MapTree repository({{"a/a/1.0/a-1.0.pom", pom("", named("a", "a", "1.0"))}});
  const auto found = read_packages(tree, &repository);
  CHECK(found.packages.size() == 1);
  CHECK(found.packages.at(0).name == "a:a");
  CHECK(holds(gaps_of(found), "pom.xml:2: its parent: g:gone:1 is neither in this tree nor"));
  CHECK(holds(gaps_of(found), "a BOM: b:bom:1.0 is neither in this tree nor"));
  CHECK(holds(gaps_of(found), "which version of m:managed is taken is not known"));
  CHECK(found.gaps.size() == 3);
}

TEST_CASE("packages: the output of mvn dependency:tree is taken for the pom beside it") {
  const MapTree tree({{"pom.xml", pom(dependencies("\n" + dependency("org.a", "a", "1.0")))},
                      {"dependency-tree.txt", R"([INFO] g:shop:jar:1
[INFO] +- org.a:a:jar:1.0:compile
[INFO] |  +- org.b:b:jar:linux:2.0:runtime (optional)
[INFO] |  |  \- org.c:c:jar:3.0:compile
[INFO] |  \- (org.d:d:jar:1.0:compile - omitted for conflict with 2.0)
[INFO] \- org.d:d:jar:2.0:test
)"}});
  const auto found = read_packages(tree, nullptr);
  check_packages_are(found,
                     {"Maven org.a:a 1.0 pom.xml:5 direct", "Maven org.b:b 2.0 dependency-tree.txt:3 via org.a:a 1.0",
                      "Maven org.c:c 3.0 dependency-tree.txt:4 via org.a:a 1.0 > org.b:b 2.0",
                      "Maven org.d:d 2.0 dependency-tree.txt:6 direct"});
  CHECK(found.gaps.empty());
  CHECK(read_packages(MapTree({{"dependency-tree.txt", "nothing\n"}}), nullptr).gaps.size() == 1);
}

TEST_CASE("packages: parents and BOMs that go in a circle are refused, and name the way round") {
  const MapTree parents({{"a/pom.xml", pom("", parent("g", "child", "1", "../b"))},
                         {"b/pom.xml", pom("", parent("g", "child", "1", "../a/pom.xml"))}});
  const auto found = read_packages(parents, nullptr);
  CHECK(found.gaps.size() == 2);
  CHECK(holds(gaps_of(found), "the parents go in a circle: a/pom.xml > b/pom.xml > a/pom.xml"));
  const auto bom = [&](const std::string& self, const std::string& other) {
    return pom(managed(dependency("g", other, "1", "<type>pom</type><scope>import</scope>")), named("g", self, "1"));
  };
  CHECK(holds(gaps_of(read_packages(MapTree({{"a/pom.xml", bom("a", "b")}, {"b/pom.xml", bom("b", "a")}}), nullptr)),
              "the BOM imports go in a circle"));
  CHECK(holds(gaps_of(read_packages(MapTree({{"pom.xml", pom("", parent("g", "gone", "1", ""))}}), nullptr)),
              "g:gone:1 is neither in this tree nor"));
  const MapTree outside({{"pom.xml", pom("", parent("g", "up", "1", "../../../../etc/passwd"))}});
  CHECK(read_packages(outside, nullptr).gaps.size() == 1);
}

TEST_CASE("packages: entity bombs, property bombs and deep poms are gaps, quickly") {
  const std::string bomb =
      R"(<!DOCTYPE project [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
<project><artifactId>&c;</artifactId></project>)";
  CHECK(holds(gaps_of(read_packages(MapTree({{"pom.xml", bomb}}), nullptr)), "it declares entities"));
  CHECK(holds(gaps_of(read_packages(MapTree({{"packages.config", bomb}}), nullptr)), "it declares entities"));
  std::string deep = "<project>";
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK(holds(gaps_of(read_packages(MapTree({{"pom.xml", deep}}), nullptr)), "nested too deep"));
  std::string properties = "<properties><p0>x</p0>";
  for (int i = 1; i < 60; ++i) properties += fmt::format("<p{}>${{p{}}}${{p{}}}</p{}>", i, i - 1, i - 1, i);
  properties += "<loop>${loop}</loop></properties>";
  const auto found = read_packages(
      MapTree({{"pom.xml",
                pom(properties + dependencies(dependency("a", "a", "${p59}") + dependency("b", "b", "${loop}")))}}),
      nullptr);
  CHECK(found.packages.empty());
  CHECK(found.gaps.size() == 2);
}

TEST_CASE("packages: a BOM that is nowhere is named once a line, however many imports on how many levels lead to it") {
  const auto import = [](const std::string& name) {
    const auto one = dependency("g", name, "1", "<type>pom</type><scope>import</scope>");
    return managed(one + one);
  };
  MapTree::Files files;
  for (int i = 0; i < 25; ++i)
    files[fmt::format("b{}/pom.xml", i)] =
        pom(import(i < 24 ? fmt::format("b{}", i + 1) : "gone"), named("g", fmt::format("b{}", i), "1"));
  const auto found = read_packages(MapTree(std::move(files)), nullptr);
  CHECK(found.gaps.size() == 25 * 2);  // of each file, for the two lines that name it
  CHECK(holds(gaps_of(found), "b0/pom.xml:0: not read whole"));
}

TEST_CASE("packages: a property too long for a version is not put into each of the versions that name it") {
  const std::string text = "<properties><p>" + std::string(5'000, '7') + "</p></properties>" +
                           dependencies(dependency("a", "a", "${p}") + dependency("b", "b", "1.${p}"));
  const auto found = read_packages(MapTree({{"pom.xml", pom(text)}}), nullptr);
  CHECK(found.packages.empty());
  CHECK(holds(gaps_of(found), "which version of a:a is taken is not known: '${p}'"));
  CHECK(holds(gaps_of(found), "which version of b:b is taken is not known: '1.${p}'"));
}
