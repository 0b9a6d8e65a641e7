// Large build files and bills that somebody made to be slow to read, and what is kept of too much.
#include "scan/packages/document.h"
#include "scan/packages/large_fixture_test.h"
#include "scan/packages/pom_model.h"
#include "scan/packages/reader.h"

using namespace sampan;
using namespace sampan::scan;
using namespace sampan::scan::testing;

namespace {

std::string pom_of(const std::string& artifact, const std::string& more) {
  return fmt::format("<project><groupId>g</groupId><artifactId>{}</artifactId><version>1</version>{}</project>",
                     artifact, more);
}
std::string managed(const std::string& dependencies) {
  return "<dependencyManagement><dependencies>" + dependencies + "</dependencies></dependencyManagement>";
}
std::string dependency(const std::string& artifact, const std::string& more = "") {
  return fmt::format("<dependency><groupId>g</groupId><artifactId>{}</artifactId><version>1</version>{}</dependency>",
                     artifact, more);
}
const std::string kImport = "<type>pom</type><scope>import</scope>";

const std::vector<Large> kLarge{
    {"pom.xml: many modules of a parent with many properties", 50,
     [](std::size_t n) {
       MapTree::Files files{{"pom.xml", pom_of("a", "<properties>" + lines(n * 10, [](std::size_t i) {
                                                      return fmt::format("<p{}>1</p{}>", i, i);
                                                    }) + "</properties>")}};
       for (std::size_t i = 0; i < n; ++i)
         files[fmt::format("m{}/pom.xml", i)] =
             "<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version></parent>"
             "<artifactId>m</artifactId></project>";
       return files;
     }},
    {"NuGet: many packages", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"packages.lock.json",
            R"({"dependencies": {"net8.0": {)" + listed(n, [](std::size_t i) {
              return fmt::format(R"("p{}": {{"type": "Direct", "resolved": "1.0.{}", "dependencies": {{"p{}": "1"}}}})",
                                 i, i, i + 1);
            }) + "}}}"}};
     }},
    {"NuGet: many projects below one list of versions", 30,
     [](std::size_t n) {
       MapTree::Files files{{"Directory.Packages.props",
                             "<Project><ItemGroup>" + lines(n * 20, [](std::size_t i) {
                               return fmt::format("<PackageVersion Include=\"p{}\" Version=\"1.0.0\"/>\n", i);
                             }) + "</ItemGroup></Project>"}};
       for (std::size_t i = 0; i < n; ++i)
         files[fmt::format("p{}/p.csproj", i)] =
             "<Project><ItemGroup><PackageReference Include=\"p1\"/></ItemGroup></Project>";
       return files;
     }},
    {"NuGet: many projects beside one lock file", 30,
     [](std::size_t n) {
       MapTree::Files files{
           {"packages.lock.json", R"({"dependencies": {"net8.0": {)" + listed(n * 300, [](std::size_t i) {
                                    return fmt::format(R"("p{}": {{"type": "Direct", "resolved": "1.0.{}"}})", i, i);
                                  }) + "}}}"}};
       for (std::size_t i = 0; i < n * 20; ++i) files[fmt::format("p{}.csproj", i)] = "<Project/>";
       return files;
     }},
    {"gradle: many locked and their lines", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"build.gradle", lines(n, [](std::size_t i) { return fmt::format("implementation 'g:p{}:1'\n", i); })},
           {"gradle.lockfile", lines(n, [](std::size_t i) { return fmt::format("g:p{}:1.0=c\n", i); })}};
     }},
    {"gradle: many lock files beside one build file", 100,
     [](std::size_t n) {
       MapTree::Files files{{"build.gradle", lines(n * 100, [](std::size_t i) {
                               return fmt::format("implementation 'g:p{}:1'\n", i);
                             })}};
       for (std::size_t i = 0; i < n; ++i) files[fmt::format("gradle-{}.lockfile", i)] = "g:p1:1.0=c\n";
       return files;
     }},
    {"CycloneDX: many components", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"bom.json", R"({"bomFormat": "CycloneDX", "components": [)" + listed(n, [](std::size_t i) {
                          return fmt::format(R"({{"type": "library", "purl": "pkg:npm/p{}@1.0.0"}})", i);
                        }) + "]}"}};
     }},
    {"SPDX: many described, many packages", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"a.spdx.json",
            R"({"spdxVersion": "SPDX-2.3", "documentDescribes": [)" +
                listed(n, [](std::size_t i) { return fmt::format(R"("x{}")", i); }) + R"(], "packages": [)" +
                listed(n, [](std::size_t i) { return fmt::format(R"({{"name": "p{}", "SPDXID": "y{}"}})", i, i); }) +
                "]}"}};
     }},
    {"dependency-tree.txt: many and their lines", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"pom.xml", "<project><dependencies>" +
                           lines(n,
                                 [](std::size_t i) {
                                   return fmt::format("<dependency><artifactId>p{}</artifactId></dependency>\n", i);
                                 }) +
                           "</dependencies></project>"},
           {"dependency-tree.txt",
            "g:a:jar:1\n" + lines(n, [](std::size_t i) { return fmt::format("+- g:p{}:jar:1.0:compile\n", i); })}};
     }},
    {"dependency-tree.txt: a long name on the way to many", 300,
     [](std::size_t n) {
       return MapTree::Files{{"dependency-tree.txt", "g:a:jar:1\n+- g:" + std::string(10 * n, 'n') +
                                                         ":jar:1:compile\n" + lines(n, [](std::size_t i) {
                                                           return fmt::format("|  +- g:p{}:jar:1.0:compile\n", i);
                                                         })}};
     }},
    {"pom.xml: many exclusions and dependencies", 500,
     [](std::size_t n) {
       return MapTree::Files{
           {"pom.xml",
            "<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies>" +
                lines(n,
                      [](std::size_t i) {
                        return fmt::format(
                            "<dependency><groupId>g</groupId><artifactId>p{}</artifactId><version>1</version></"
                            "dependency>\n",
                            i);
                      }) +
                "<dependency><groupId>g</groupId><artifactId>q</artifactId><version>1</version><exclusions>" +
                repeated("<exclusion><groupId>*</groupId><artifactId>b</artifactId></exclusion>", n) +
                "</exclusions></dependency></dependencies></project>"}};
     }},
    {"pom.xml: a long relative path", 2'000,
     [](std::size_t n) {
       return MapTree::Files{
           {"a/pom.xml",
            "<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version><relativePath>" +
                repeated("a/../", n) + "</relativePath></parent><artifactId>b</artifactId></project>"}};
     }},
};

}  // namespace

TEST_CASE("packages: reading a build file or a bill takes time in proportion to its size") { check_growth(kLarge); }

TEST_CASE("packages: what modules name for each other is bounded, and so is what BOMs keep") {
  using namespace sampan::scan::packages;
  const auto many = lines(100, [](std::size_t i) { return dependency(fmt::format("p{}", i)); });
  MapTree::Files files{{"pom.xml", pom_of("a", managed(many))}};
  for (int i = 0; i < 5; ++i) {
    files[fmt::format("m{}/pom.xml", i)] =
        "<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version></parent>"
        "<artifactId>m</artifactId></project>";
    files[fmt::format("b{}/pom.xml", i)] = pom_of(fmt::format("b{}", i), managed(dependency("a", kImport)));
    files[fmt::format("c{}/pom.xml", i)] =
        pom_of(fmt::format("c{}", i), managed(dependency(fmt::format("b{}", i), kImport)));
  }
  const MapTree tree(files);
  const auto read = [&](const char* kind, maven::PomLimits limits) {
    maven::Poms poms(tree, nullptr, limits);
    std::string failures;
    for (int i = 0; i < 5; ++i)
      if (const auto model = poms.of_file(fmt::format("{}{}/pom.xml", kind, i)); !model.has_value())
        failures += fmt::format("{}: {}\n", i, model.error().message);
    return failures;
  };
  CHECK(read("m", {}) == "");
  CHECK(read("c", {}) == "");
  const std::string said = "the poms of this tree name more than 350 dependencies for each other\n";
  CHECK(read("m", {.said = 350}) == "3: " + said + "4: " + said);
  CHECK(holds(read("c", {.said = 350}), "4: " + said));
  // "a" is kept once, each b once more.
  CHECK(read("c", {.kept = 550}) == "4: the BOMs of this tree manage more than 550 versions together\n");
}

TEST_CASE("packages: of too many packages and gaps the first are kept, and how many there are more is told") {
  using namespace sampan::scan::packages;
  std::string pinned, loose;
  for (std::size_t i = 0; i < kMostPackages + 3; ++i) pinned += "a==1\n";
  for (std::size_t i = 0; i < kMostGaps + 2; ++i) loose += "a\n";
  const auto inventory = read_packages(MapTree({{"requirements.txt", loose + pinned}}), nullptr);
  CHECK(inventory.packages.size() == kMostPackages);
  REQUIRE(inventory.gaps.size() == kMostGaps + 2);
  CHECK(inventory.gaps[kMostGaps].reason.en == "more than 500000 packages: 3 were not looked up");
  CHECK(inventory.gaps[kMostGaps + 1].reason.en == "2 more places are not clear");
}

TEST_CASE("packages: a manifest over 16 MiB and one with too long a path are gaps") {
  const auto gaps = [](const std::string& path, const std::string& text) {
    return gaps_of(read_packages(MapTree({{path, text}}), nullptr));
  };
  CHECK(holds(gaps("requirements.txt", std::string((16 << 20) + 1, '\n')), "over 16777216 bytes"));
  CHECK(holds(gaps(std::string(4096, 'a') + "/package.json", "{}"), "its path is too long"));
}

TEST_CASE("packages: one text under many names is not read without end") {
  class Twins final : public Tree {
   public:
    const std::vector<std::string>& paths() const override { return paths_; }
    Result<std::string> read(const std::string&, std::size_t) const override { return text_; }

   private:
    const std::vector<std::string> paths_ = [] {
      std::vector<std::string> made;
      for (char c = 'a'; c <= 'z'; ++c) made.push_back(std::string(1, c) + "/go.mod");
      return made;
    }();
    const std::string text_ = std::string(16 << 20, ' ');
  };
  const auto gaps = gaps_of(read_packages(Twins(), nullptr));
  CHECK_FALSE(holds(gaps, "p/go.mod"));  // the sixteenth
  CHECK(holds(gaps, "q/go.mod:0: not read to its end: the manifests have over 256 MiB together"));
}

TEST_CASE("packages: JSON and TOML of too many values are not read") {
  const auto json = R"([{"a": 1}, [null, true, "x"], 1.5])", toml = "a = 1\nb = [1, 2]\nc = {d = 1}\n";
  CHECK(scan::packages::read_json(json, "f", 9).has_value());
  CHECK(scan::packages::read_json(json, "f", 8).error().message == "f:1: more than 8 values");
  CHECK(scan::packages::read_toml(toml, "f", 6).has_value());
  CHECK(scan::packages::read_toml(toml, "f", 5).error().message == "f:3: more than 5 values");
}

TEST_CASE("packages: a step of a way is cut where its name is very long") {
  const auto inventory =
      read_packages(MapTree({{"dependency-tree.txt", "g:a:jar:1\n+- g:" + std::string(200, 'n') +
                                                         ":jar:1:compile\n|  +- g:p:jar:1:compile\n"}}),
                    nullptr);
  REQUIRE(inventory.packages.size() == 2);
  CHECK(inventory.packages[1].via.front() == "g:" + std::string(118, 'n') + "…");
}
