#include "scan/packages/fixture_test.h"

using namespace sampan::scan;
using namespace sampan::scan::testing;

namespace {

const std::string kManifest = R"({
  "name": "shop",
  "dependencies": {
    "express": "^4.17.0",
    "short": "npm:left-pad@1.3.0"
  }
})";

}  // namespace

TEST_CASE("packages: package-lock 2 and 3 name what is direct, where, and the way to what is not") {
  const std::string lock = R"({
  "name": "shop", "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"express": "^4.17.0", "short": "npm:left-pad@1.3.0"}, "workspaces": ["packages/a"]},
    "node_modules/express": {
      "version": "4.17.1", "dependencies": {"qs": "6.7.0", "ms": "2.0.0"}},
    "node_modules/express/node_modules/ms": {"version": "2.0.0"},
    "node_modules/ms": {"version": "2.1.3"},
    "node_modules/qs": {"version": "6.7.0", "dependencies": {"ms": "2.1.3"}},
    "node_modules/short": {"name": "left-pad", "version": "1.3.0"},
    "node_modules/a": {"resolved": "packages/a", "link": true},
    "packages/a": {"version": "1.0.0", "dependencies": {"@s/b": "1"}},
    "node_modules/@s/b": {"version": "1.0.0"}
  }
})";
  const auto found =
      read_packages(MapTree({{"web/package-lock.json", lock}, {"web/package.json", kManifest}}), nullptr);
  check_packages_are(
      found, {"npm express 4.17.1 web/package.json:4 direct", "npm ms 2.0.0 web/package-lock.json:7 via express 4.17.1",
              "npm ms 2.1.3 web/package-lock.json:8 via express 4.17.1 > qs 6.7.0",
              "npm qs 6.7.0 web/package-lock.json:9 via express 4.17.1", "npm left-pad 1.3.0 web/package.json:5 direct",
              "npm @s/b 1.0.0 web/package-lock.json:13 direct"});
  CHECK(found.gaps.empty());
  CHECK(found.files == 2);
}

TEST_CASE("packages: package-lock 1 nests what package.json does not name") {
  const std::string lock = R"({
  "lockfileVersion": 1,
  "dependencies": {
    "express": {"version": "4.17.1", "requires": {"qs": "6.7.0"},
      "dependencies": {
        "qs": {"version": "6.7.0"}}},
    "qs": {"version": "6.9.0"},
    "short": {"version": "npm:left-pad@1.3.0"}
  }
})";
  const auto found = read_packages(MapTree({{"package-lock.json", lock}, {"package.json", kManifest}}), nullptr);
  check_packages_are(found,
                     {"npm express 4.17.1 package.json:4 direct", "npm qs 6.7.0 package-lock.json:6 via express 4.17.1",
                      "npm qs 6.9.0 package-lock.json:7 ?", "npm left-pad 1.3.0 package.json:5 direct"});
}

TEST_CASE("packages: yarn 1") {
  const std::string lock = R"(# yarn lockfile v1


"@babel/code-frame@^7.0.0", "@babel/code-frame@^7.8.3":
  version "7.8.3"
  resolved "https://example.test/x"
  dependencies:
    "js-tokens" "^4.0.0"

express@^4.17.0:
  version "4.17.1"
  dependencies:
    "@babel/code-frame" "^7.0.0"

js-tokens@^4.0.0:
  version "4.0.0"

"short@npm:left-pad@1.3.0":
  version "1.3.0"
)";
  const auto found = read_packages(MapTree({{"yarn.lock", lock}, {"package.json", kManifest}}), nullptr);
  check_packages_are(
      found, {"npm @babel/code-frame 7.8.3 yarn.lock:4 via express 4.17.1", "npm express 4.17.1 package.json:4 direct",
              "npm js-tokens 4.0.0 yarn.lock:15 via express 4.17.1 > @babel/code-frame 7.8.3",
              "npm left-pad 1.3.0 package.json:5 direct"});
}

TEST_CASE("packages: yarn berry") {
  const std::string lock = R"(__metadata:
  version: 8

"express@npm:^4.17.0":
  version: 4.17.1
  resolution: "express@npm:4.17.1"
  dependencies:
    ms: "npm:2.0.0"
  languageName: node

"ms@npm:2.0.0, ms@npm:^2":
  version: 2.0.0
  resolution: "ms@npm:2.0.0"

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    express: "npm:^4.17.0"
)";
  const auto found = read_packages(MapTree({{"yarn.lock", lock}}), nullptr);
  check_packages_are(found, {"npm express 4.17.1 yarn.lock:4 direct", "npm ms 2.0.0 yarn.lock:11 via express 4.17.1"});
}

TEST_CASE("packages: pnpm 5, 6 and 9") {
  const std::string v5 = R"(lockfileVersion: 5.4
dependencies:
  express: 4.17.1_peer@1.0.0
packages:
  /@s/b/2.0.0:
    dev: false
  /express/4.17.1_peer@1.0.0:
    dependencies:
      '@s/b': 2.0.0
)";
  check_packages_are(
      read_packages(MapTree({{"pnpm-lock.yaml", v5}}), nullptr),
      {"npm @s/b 2.0.0 pnpm-lock.yaml:5 via express 4.17.1", "npm express 4.17.1 pnpm-lock.yaml:7 direct"});
  const std::string v6 = R"(lockfileVersion: '6.0'
importers:
  .:
    dependencies:
      express: {specifier: ^4, version: 4.17.1(peer@1.0.0)}
packages:
  /@s/b@2.0.0:
    dev: false
  /express@4.17.1(peer@1.0.0):
    dependencies:
      '@s/b': 2.0.0
)";
  check_packages_are(
      read_packages(MapTree({{"pnpm-lock.yaml", v6}}), nullptr),
      {"npm @s/b 2.0.0 pnpm-lock.yaml:7 via express 4.17.1", "npm express 4.17.1 pnpm-lock.yaml:9 direct"});
  const std::string v9 = R"(lockfileVersion: '9.0'
importers:
  .:
    devDependencies:
      express: {specifier: ^4, version: 4.17.1(peer@1.0.0)}
packages:
  '@s/b@2.0.0':
    resolution: {integrity: x}
  express@4.17.1:
    resolution: {integrity: x}
snapshots:
  express@4.17.1(peer@1.0.0):
    dependencies:
      '@s/b': 2.0.0
)";
  check_packages_are(
      read_packages(MapTree({{"pnpm-lock.yaml", v9}}), nullptr),
      {"npm @s/b 2.0.0 pnpm-lock.yaml:7 via express 4.17.1", "npm express 4.17.1 pnpm-lock.yaml:9 direct"});
}

TEST_CASE("packages: pnpm's packages from archives, other registries and folders") {
  const std::string lock = R"(lockfileVersion: '9.0'
packages:
  'a@https://example.test/a/tar.gz/0123':
    version: 1.2.0
  example.com/b/1.3.0_peer@2.0.0:
    dev: false
  file:../c:
    name: c
  'd@https://example.test/d/tar.gz/0123':
    resolution: {tarball: x}
)";
  const auto found = read_packages(MapTree({{"pnpm-lock.yaml", lock}}), nullptr);
  check_packages_are(found, {"npm a 1.2.0 pnpm-lock.yaml:3 ?", "npm b 1.3.0 pnpm-lock.yaml:5 ?"});
  CHECK(gaps_of(found) ==
        "pnpm-lock.yaml:9: 'd@https://example.test/d/tar.gz/0123' does not say which version of which package it is\n");
}

TEST_CASE("packages: a lock file that cannot be read is a gap, and so is a manifest without any") {
  for (const std::string text : {"", "{", "[]", "{\"lockfileVersion\": 3, \"lockfileVersion\": 3}", "null", "{}\n{}"}) {
    const auto found = read_packages(MapTree({{"package-lock.json", text}}), nullptr);
    CHECK_MESSAGE(found.gaps.size() == 1, text);
    CHECK(found.packages.empty());
  }
  CHECK(read_packages(MapTree({{"yarn.lock", "what is this"}}), nullptr).gaps.size() == 1);
  CHECK(read_packages(MapTree({{"pnpm-lock.yaml", "a: [1"}}), nullptr).gaps.size() == 1);
  CHECK(holds(gaps_of(read_packages(MapTree({{"package.json", kManifest}}), nullptr)), "not locked"));
  CHECK(read_packages(MapTree({{"package.json", "{\"name\": \"x\"}"}}), nullptr).gaps.empty());
  CHECK(read_packages(MapTree({{"a/package.json", kManifest}, {"yarn.lock", "# yarn lockfile v1\n"}}), nullptr)
            .gaps.empty());
  std::string deep = "{\"lockfileVersion\": 1, \"dependencies\": ";
  for (int i = 0; i < 5'000; ++i) deep += "{\"a\": {\"version\": \"1.0.0\", \"dependencies\": ";
  CHECK(read_packages(MapTree({{"package-lock.json", deep}}), nullptr).gaps.size() == 1);
}
