#include "scan/packages/fixture_test.h"

using namespace sampan;
using namespace sampan::scan;
using namespace sampan::scan::testing;

namespace {

std::string properties(const std::string& artifact, const std::string& version) {
  return "#Generated\ngroupId=org.a\nartifactId=" + artifact + "\nversion = " + version + "\n";
}
std::string place(const std::string& artifact) { return "META-INF/maven/org.a/" + artifact + "/pom.properties"; }

}  // namespace

TEST_CASE("packages: an image's dpkg, by source package, those that are installed") {
  const auto found = read_image(
      MapTree({{"usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n"}, {"var/lib/dpkg/status", R"(Package: libssl3
Status: install ok installed
Source: openssl
Version: 3.0.11-1
Description: x
 Package: not-this

Package: gone
Status: deinstall ok config-files
Version: 1.0

Package: libgcc-s1
Status: install ok installed
Source: gcc-12 (12.2.0-14)
Version: 1:12.2.0-14
)"}}));
  check_packages_are(found, {"Debian:12 openssl 3.0.11-1 var/lib/dpkg/status:1 ?",
                             "Debian:12 gcc-12 12.2.0-14 var/lib/dpkg/status:12 ?"});
  CHECK(found.packages[0].installed == "libssl3");
  CHECK(found.gaps.empty());
}

TEST_CASE("packages: an image's apk, and releases as OSV names them") {
  const std::string installed = "C:Q1x\nP:libcrypto3\nV:3.1.4-r5\no:openssl\n\nP:musl\nV:1.2.4-r2\no:musl\n";
  const auto found =
      read_image(MapTree({{"etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"}, {"lib/apk/db/installed", installed}}));
  check_packages_are(found, {"Alpine:v3.19 openssl 3.1.4-r5 lib/apk/db/installed:1 ?",
                             "Alpine:v3.19 musl 1.2.4-r2 lib/apk/db/installed:6 ?"});
  const auto ubuntu =
      read_image(MapTree({{"etc/os-release", "ID=ubuntu\nVERSION_ID=\"22.04\"\nVERSION=\"22.04.3 LTS (Jammy)\"\n"},
                          {"var/lib/dpkg/status.d/base", "Package: a\nVersion: 1\n"}}));
  CHECK(ubuntu.packages.at(0).ecosystem == "Ubuntu:22.04:LTS");
  CHECK(holds(gaps_of(read_image(MapTree({{"lib/apk/db/installed", installed}}))), "which distribution"));
  CHECK(holds(gaps_of(read_image(MapTree(
                  {{"etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"}, {"lib/apk/db/installed", "damaged"}}))),
              "expected blocks"));
}

TEST_CASE("packages: jars say what they are, also those inside others; one that does not is a gap") {
  const auto inner = zip_of({{place("inner"), properties("inner", "2.0")}, {"X.class", "x"}});
  const auto fat =
      zip_of({{"BOOT-INF/lib/inner.jar", inner}, {place("app"), properties("app", "1.0")}, {"a/Y.class", "y"}});
  const auto found = read_image(MapTree({{"app/app.jar", fat}, {"app/silent.jar", zip_of({{"Z.class", "z"}})}}));
  check_packages_are(found, {"Maven org.a:inner 2.0 app/app.jar:0 ?", "Maven org.a:app 1.0 app/app.jar:0 ?"});
  CHECK(gaps_of(found) ==
        "app/silent.jar:0: app/silent.jar does not say which package it is: it has no pom.properties, and neither its "
        "name nor its manifest has name and version\n");
}

TEST_CASE("packages: jars that are damaged, leave their folder, or hold jars without end are gaps") {
  const auto reason = [](const std::string& jar) { return gaps_of(read_image(MapTree({{"x.jar", jar}}))); };
  CHECK(holds(reason("no zip"), "not read to its end"));
  CHECK(holds(reason(zip_of({{"../" + place("a"), properties("a", "1")}})), "leaves the folder"));
  std::string nested = zip_of({{place("a"), properties("a", "1")}});
  for (int i = 0; i < 8; ++i) nested = zip_of({{"in.jar", nested}});
  CHECK(holds(reason(nested), "nested deeper than"));
  CHECK(holds(reason(zip_of({{"in.jar", std::string(130 << 20, '\0')}})), "is over"));
  const auto whole = zip_of({{place("a"), properties("a", "1")}, {"b", std::string(1000, 'b')}});
  CHECK_FALSE(reason(whole.substr(0, whole.size() / 2)).empty());
}
