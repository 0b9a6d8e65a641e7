#include "scan/packages/fixture_test.h"

using namespace sampan::scan;
using namespace sampan::scan::testing;

TEST_CASE("packages: go.mod names the modules and the language; replacements are what is built") {
  const auto found = read_packages(MapTree({{"go.mod", R"(module example.test/shop

go 1.21

toolchain go1.22rc1 // why

require example.test/one v1.2.3

require (
	example.test/two/v2 v2.0.0-20200101000000-abcdefabcdef // indirect
	example.test/old v1.0.0+incompatible
	example.test/mine v0.0.0
)

replace example.test/old => example.test/fork v1.5.0

replace example.test/mine v0.0.0 => ../mine
)"}}),
                                   nullptr);
  check_packages_are(found, {"Go example.test/one 1.2.3 go.mod:7 direct",
                             "Go example.test/two/v2 2.0.0-20200101000000-abcdefabcdef go.mod:10 ?",
                             "Go example.test/fork 1.5.0 go.mod:15 direct", "Go stdlib 1.22.0-rc.1 go.mod:5 direct"});
  CHECK(found.gaps.empty());
  CHECK(read_packages(MapTree({{"go.mod", "require (\n a v1\n"}}), nullptr).gaps.size() == 1);
  CHECK(read_packages(MapTree({{"go.mod", "require a\n"}}), nullptr).gaps.size() == 1);
}

TEST_CASE("packages: before go 1.17 the rest is in go.sum, of each module the highest") {
  const std::string mod = "module x\n\ngo 1.16\n\nrequire a.test/a v1.0.0\n";
  const auto found = read_packages(MapTree({{"go.mod", mod}, {"go.sum", R"(a.test/a v1.0.0 h1:x=
a.test/a v1.0.0/go.mod h1:x=
b.test/b v1.2.0 h1:x=
b.test/b v1.10.0 h1:x=
c.test/c v1.0.0/go.mod h1:x=
)"}}),
                                   nullptr);
  check_packages_are(
      found, {"Go a.test/a 1.0.0 go.mod:5 direct", "Go b.test/b 1.10.0 go.sum:4 ?", "Go stdlib 1.16 go.mod:3 direct"});
  CHECK(holds(gaps_of(read_packages(MapTree({{"go.mod", mod}}), nullptr)), "no go.sum"));
}

TEST_CASE("packages: requirements.txt says what is pinned, and what is not is a gap of its line") {
  const auto found =
      read_packages(MapTree({{"requirements.txt", R"(# comment
-r more/base.txt
Django[argon2]==3.2.1 ; python_version >= "3.6"  # web
requests===2.0 \
    --hash=sha256:abc
flask>=1.0
jinja2==2.0  # via flask
six ~= 1.0
-e .
-e git+https://example.test/x
--index-url https://example.test
)"},
                             {"more/base.txt", "-r ../requirements.txt\nabsent-is-not==1.0\n-r gone.txt\n"}}),
                    nullptr);
  check_packages_are(found, {"PyPI Django 3.2.1 requirements.txt:3 ?", "PyPI requests 2.0 requirements.txt:4 ?",
                             "PyPI absent-is-not 1.0 more/base.txt:2 direct", "PyPI jinja2 2.0 requirements.txt:7 ?"});
  CHECK(holds(gaps_of(found), "requirements.txt:6: 'flask>=1.0' does not say"));
  CHECK(holds(gaps_of(found), "requirements.txt:8: 'six ~= 1.0'"));
  CHECK(holds(gaps_of(found), "requirements.txt:10: '-e git+"));
  const auto included = read_packages(
      MapTree({{"requirements.txt", "-r base.in\n-r gone.txt\n"}, {"base.in", "-r requirements.txt\na==1\n"}}),
      nullptr);
  check_packages_are(included, {"PyPI a 1 base.in:2 direct"});
  CHECK(holds(gaps_of(included), "requirements.txt:2: gone.txt was not read"));
}

TEST_CASE("packages: poetry.lock, uv.lock and Pipfile.lock") {
  const std::string project =
      "[project]\nname = \"x\"\ndependencies = [\n  \"Flask>=1\",\n]\n[tool.poetry.dependencies]\npython = "
      "\"^3\"\nrequests = \"*\"\n";
  const auto poetry = read_packages(MapTree({{"pyproject.toml", project}, {"poetry.lock", R"([[package]]
name = "flask"
version = "1.0"

[package.dependencies]
Jinja2 = ">=2"

[[package]]
name = "jinja2"
version = "2.0"
)"}}),
                                    nullptr);
  check_packages_are(poetry, {"PyPI flask 1.0 pyproject.toml:4 direct", "PyPI jinja2 2.0 poetry.lock:8 via flask 1.0"});
  CHECK(poetry.gaps.empty());
  check_packages_are(read_packages(MapTree({{"uv.lock", R"(version = 1
[[package]]
name = "shop"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "flask" }]

[[package]]
name = "flask"
version = "1.0"
source = { registry = "https://example.test/simple" }
dependencies = [{ name = "jinja2" }]

[[package]]
name = "jinja2"
version = "2.0"
)"}}),
                                   nullptr),
                     {"PyPI flask 1.0 uv.lock:8 direct", "PyPI jinja2 2.0 uv.lock:14 via flask 1.0"});
  check_packages_are(read_packages(MapTree({{"Pipfile", "[packages]\nflask = \"*\"\n"}, {"Pipfile.lock", R"({
  "_meta": {},
  "default": {
    "flask": {"version": "==1.0"},
    "jinja2": {"version": "==2.0"}
  },
  "develop": {}
})"}}),
                                   nullptr),
                     {"PyPI flask 1.0 Pipfile:2 direct", "PyPI jinja2 2.0 Pipfile.lock:5 ?"});
  CHECK(read_packages(MapTree({{"poetry.lock", "[[package"}}), nullptr).gaps.size() == 1);
  CHECK(read_packages(MapTree({{"poetry.lock", ""}}), nullptr).gaps.size() == 1);
  for (const std::string text : {"[!x]", "[[ !x]]", "[a.!]", "[", "[[", "[a", "!", "a = [!]", "a = {!}", "a Ï = 1"})
    CHECK_MESSAGE(
        holds(gaps_of(read_packages(MapTree({{"uv.lock", "\n" + text}}), nullptr)), "uv.lock:2: it is not TOML"), text);
  CHECK(holds(gaps_of(read_packages(MapTree({{"pyproject.toml", project}}), nullptr)), "not locked"));
}

// 100,000 tables in each other took more stack than there is, in the server itself.
TEST_CASE("packages: names of TOML that dots nest too deep are a gap, wherever they stand") {
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  for (const auto& text : {deep + " = 1", "[" + deep + "]", "[[" + deep + "]]", "x = {" + deep + " = 1}",
                           "x = [{y = 1}, {" + deep + " = 1}]", "x = {y = \"\"\"a\"\"\"\"\"," + deep + " = 1}",
                           "x = {y = '''a'b'''," + deep + " = 1}", "x = '\\'\n" + deep + " = 1 # \"",
                           "# \"\"\"\n" + deep + " = 1", deep + " = 1\n!"}) {
    const auto gaps = gaps_of(read_packages(MapTree({{"poetry.lock", text}}), nullptr));
    CHECK_MESSAGE(holds(gaps, "names are nested deeper than 200"), gaps.substr(0, 200));
  }
  std::string nested = "1";  // each bracket once more
  for (int i = 0; i < 150; ++i) nested = "{" + std::string("b.b.b.b.b") + " = " + nested + "}";
  CHECK(holds(gaps_of(read_packages(MapTree({{"poetry.lock", "x = " + nested}}), nullptr)), "deeper than 200"));
  const std::string dots(1000, '.');
  const auto texts = "# " + dots + "\na = \"" + dots + "\"\nb = '" + dots + "'\nc = \"\"\"\n" + dots + "\\\"\n\"\"\"\n";
  CHECK(gaps_of(read_packages(MapTree({{"poetry.lock", texts + "[[package]]\nname = \"a\"\nversion = \"1\"\n"}}),
                              nullptr)) == "");
}

TEST_CASE("packages: Cargo.lock, composer.lock and Gemfile.lock") {
  check_packages_are(read_packages(MapTree({{"Cargo.toml", "[package]\nname = \"x\"\n[dependencies]\ntime = \"0.1\"\n"},
                                            {"Cargo.lock", R"(version = 3
[[package]]
name = "x"
version = "0.1.0"
dependencies = ["time"]

[[package]]
name = "time"
version = "0.1.42"
source = "registry+https://example.test/index"
dependencies = ["libc 0.2.1"]

[[package]]
name = "libc"
version = "0.2.1"
source = "registry+https://example.test/index"

[[package]]
name = "libc"
version = "0.1.1"
source = "registry+https://example.test/index"
)"}}),
                                   nullptr),
                     {"crates.io time 0.1.42 Cargo.toml:4 direct", "crates.io libc 0.2.1 Cargo.lock:13 via time 0.1.42",
                      "crates.io libc 0.1.1 Cargo.lock:18 ?"});
  check_packages_are(
      read_packages(
          MapTree({{"composer.json", "{\n\"require\": {\n\"php\": \">=7\",\n\"a/b\": \"^1\"}}"}, {"composer.lock", R"({
  "packages": [
    {"name": "a/b", "version": "v1.2.0", "require": {"php": ">=7", "c/d": "*"}},
    {"name": "c/d", "version": "2.0.1"}
  ],
  "packages-dev": [{"name": "e/f", "version": "dev-main"}]
})"}}),
          nullptr),
      {"Packagist a/b 1.2.0 composer.json:4 direct", "Packagist c/d 2.0.1 composer.lock:4 via a/b 1.2.0",
       "Packagist e/f dev-main composer.lock:6 ?"});
  check_packages_are(read_packages(MapTree({{"Gemfile", "source 'x'\ngem 'rails'\n"}, {"Gemfile.lock", R"(PATH
  remote: .
  specs:
    shop (0.1.0)
      puma (>= 3)

GEM
  remote: https://example.test/
  specs:
    nokogiri (1.10.0-x86_64-linux)
    puma (3.0.0)
    rails (5.2.0)
      nokogiri (>= 1)

PLATFORMS
  ruby

DEPENDENCIES
  rails
  shop!

BUNDLED WITH
   2.3.0
)"}}),
                                   nullptr),
                     {"RubyGems nokogiri 1.10.0 Gemfile.lock:10 via rails 5.2.0",
                      "RubyGems puma 3.0.0 Gemfile.lock:11 direct", "RubyGems rails 5.2.0 Gemfile:2 direct"});
  CHECK(read_packages(MapTree({{"Cargo.lock", "version = 3"}}), nullptr).gaps.size() == 1);
  CHECK(read_packages(MapTree({{"composer.lock", "{}"}}), nullptr).gaps.size() == 1);
  CHECK(read_packages(MapTree({{"Gemfile.lock", "nothing\n"}}), nullptr).gaps.size() == 1);
}

TEST_CASE("packages: NuGet's lock files, packages.config and projects") {
  check_packages_are(read_packages(MapTree({{"packages.lock.json",
                                             R"json({
  "version": 1,
  "dependencies": {
    "net6.0": {
      "Serilog": {"type": "Direct", "requested": "[2.0.0, )", "resolved": "2.0.0",
                  "dependencies": {"newtonsoft.json": "9.0.1"}},
      "Newtonsoft.Json": {"type": "Transitive", "resolved": "9.0.1"},
      "shared": {"type": "Project"}
    }
  }
})json"}}),
                                   nullptr),
                     {"NuGet Serilog 2.0.0 packages.lock.json:5 direct",
                      "NuGet Newtonsoft.Json 9.0.1 packages.lock.json:7 via Serilog 2.0.0"});
  check_packages_are(
      read_packages(
          MapTree({{"packages.config", "<packages>\n  <package id=\"jQuery\" version=\"1.0.0\" />\n</packages>"}}),
          nullptr),
      {"NuGet jQuery 1.0.0 packages.config:2 ?"});
  const auto project = read_packages(
      MapTree({{"src/a/a.csproj", R"(<Project>
  <ItemGroup>
    <PackageReference Include="A" Version="1.0.0" />
    <PackageReference Include="B"><Version>[2.0.0]</Version></PackageReference>
    <PackageReference Include="C" />
    <PackageReference Include="D" Version="1.*" />
  </ItemGroup>
</Project>)"},
               {"src/Directory.Packages.props",
                "<Project><ItemGroup>\n<PackageVersion Include=\"c\" Version=\"3.0.0\"/></ItemGroup></Project>"}}),
      nullptr);
  check_packages_are(project, {"NuGet A 1.0.0 src/a/a.csproj:3 direct", "NuGet B 2.0.0 src/a/a.csproj:4 direct",
                               "NuGet C 3.0.0 src/Directory.Packages.props:2 direct"});
  CHECK(holds(gaps_of(project), "a.csproj:6: D does not say"));
  CHECK(holds(gaps_of(project), "no packages.lock.json"));
  CHECK(
      read_packages(MapTree({{"packages.config", "<packages><package id=\"x\"/></packages>"}}), nullptr).gaps.size() ==
      1);
}

TEST_CASE("packages: Gradle's lock files") {
  const auto found = read_packages(MapTree({{"build.gradle", "dependencies {\n  implementation 'org.a:b:1.0'\n}\n"},
                                            {"gradle.lockfile", R"(# This is a Gradle generated file
org.a:b:1.0=compileClasspath,runtimeClasspath
org.c:d:2.0=runtimeClasspath
empty=annotationProcessor
)"}}),
                                   nullptr);
  check_packages_are(found, {"Maven org.a:b 1.0 build.gradle:2 direct", "Maven org.c:d 2.0 gradle.lockfile:3 ?"});
  CHECK(found.gaps.empty());
  CHECK(read_packages(MapTree({{"gradle.lockfile", "what\n"}}), nullptr).gaps.size() == 1);
  CHECK(holds(gaps_of(read_packages(MapTree({{"build.gradle.kts", "  implementation(\"org.a:b:1.0\")\n"}}), nullptr)),
              "not locked"));
}

TEST_CASE("packages: bills of materials of others are read by their purls") {
  const auto found = read_packages(
      MapTree({{"bom.json", R"({"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [
    {"type": "library", "name": "b", "purl": "pkg:maven/org.a/b@1.0?type=jar", "components": [
      {"type": "library", "name": "c", "purl": "pkg:npm/%40s/c@2.0.0"}]},
    {"type": "library", "name": "unknown"},
    {"type": "operating-system", "name": "debian"}]})"},
               {"x.spdx.json", R"({"spdxVersion": "SPDX-2.3", "documentDescribes": ["SPDXRef-me"], "packages": [
    {"SPDXID": "SPDXRef-me", "name": "me"},
    {"SPDXID": "SPDXRef-1", "name": "gin", "externalRefs": [
      {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:golang/github.com/gin-gonic/gin@v1.5.0"}]}]})"}}),
      nullptr);
  check_packages_are(found, {"Maven org.a:b 1.0 bom.json:2 ?", "npm @s/c 2.0.0 bom.json:3 ?",
                             "Go github.com/gin-gonic/gin 1.5.0 x.spdx.json:3 ?"});
  CHECK(gaps_of(found) == "bom.json:4: 1 components have no purl that is read here, among them unknown\n");
  CHECK(read_packages(MapTree({{"bom.json", "{}"}}), nullptr).gaps.size() == 1);
  CHECK(read_packages(MapTree({{"a.spdx.json", "{}"}}), nullptr).gaps.size() == 1);
}
