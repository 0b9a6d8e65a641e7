#include <boost/json.hpp>
#include <set>

#include "base/text.h"
#include "scan/packages/fixture_test.h"
#include "scan/packages/purl.h"

using namespace sampan;
using namespace sampan::scan;
using namespace sampan::scan::testing;

namespace {

const Time kNow = *parse_rfc3339("2026-11-28T00:00:00Z");

Inventory some() {
  Inventory inventory;
  inventory.packages = {{"Maven", "org.a:b", "1.0", "pom.xml", 4, Reach::direct},
                        {"npm", "@s/b", "2.0.0", "package.json", 3, Reach::direct},
                        {"npm", "@s/b", "2.0.0", "web/package-lock.json", 9},
                        {"Debian:12", "openssl", "3.0.11-1~deb12u2", "var/lib/dpkg/status", 1}};
  inventory.packages[3].installed = "libssl3";
  return inventory;
}

}  // namespace

TEST_CASE("packages: purls are as the specification has them, and come back") {
  const auto purl = [](const std::string& ecosystem, const std::string& name, const std::string& version) {
    return packages::purl_of({ecosystem, name, version, "", 0});
  };
  CHECK(purl("Maven", "org.apache.xmlgraphics:batik-anim", "1.9.1") ==
        "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1");
  CHECK(purl("npm", "@angular/animation", "12.3.1") == "pkg:npm/%40angular/animation@12.3.1");
  CHECK(purl("PyPI", "Django_allauth", "12.23") == "pkg:pypi/django-allauth@12.23");
  CHECK(purl("Go", "github.com/BurntSushi/toml", "1.0.0+incompatible") ==
        "pkg:golang/github.com/burntsushi/toml@v1.0.0%2Bincompatible");
  CHECK(purl("crates.io", "rand", "0.7.2") == "pkg:cargo/rand@0.7.2");
  CHECK(purl("RubyGems", "ruby-advisory-db-check", "0.12.4") == "pkg:gem/ruby-advisory-db-check@0.12.4");
  CHECK(purl("Packagist", "Guzzlehttp/promises", "2.0.2") == "pkg:composer/guzzlehttp/promises@2.0.2");
  CHECK(purl("NuGet", "EnterpriseLibrary.Common", "6.0.1304") == "pkg:nuget/EnterpriseLibrary.Common@6.0.1304");
  CHECK(packages::purl_of(some().packages[3]) == "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?distro=debian-12");
  CHECK(purl("Alpine:v3.19", "musl", "1.2.4-r2") == "pkg:apk/alpine/musl@1.2.4-r2?distro=alpine-3.19");
  for (const auto& package : some().packages) {
    const auto back = packages::parse_purl(packages::purl_of(package));
    REQUIRE(back.has_value());
    CHECK(back->ecosystem == package.ecosystem);
    CHECK(back->version == package.version);
  }
  // Names and releases that others would not choose, but a file may have.
  for (const auto& [ecosystem, name] : std::vector<std::pair<std::string, std::string>>{{"Maven", "org/a:b%"},
                                                                                        {"Maven", "/a:b//"},
                                                                                        {"npm", "//a"},
                                                                                        {"Go", "StdLib"},
                                                                                        {"Debian:v1 &2%", "a/b@c"},
                                                                                        {"Alpine:vv3", "a?b#c"}}) {
    const auto back = packages::parse_purl(purl(ecosystem, name, "v1@%"));
    REQUIRE(back.has_value());
    CHECK(back->ecosystem == ecosystem);
    CHECK(lower(back->name) == lower(name));
    CHECK(back->version == (ecosystem == "Go" ? "1@%" : "v1@%"));
  }
  for (const std::string bad :
       {"", "pkg:", "npm/a@1", "pkg:npm/a", "pkg:npm/@1", "pkg:npm/%4@1", "pkg:npm/%zz@1", "pkg:other/a@1",
        "pkg:deb/debian/a@1", "pkg:deb/other/a@1?distro=other-1", "pkg:apk/debian/a@1?distro=debian-1"})
    CHECK_FALSE_MESSAGE(packages::parse_purl(bad).has_value(), bad);
}

TEST_CASE("packages: the bill of materials has what CycloneDX 1.5 demands") {
  const auto text = cyclonedx(some(), "shop", kNow);
  const auto bom = boost::json::parse(text);
  CHECK(bom.at("bomFormat") == "CycloneDX");
  CHECK(bom.at("specVersion") == "1.5");
  CHECK(bom.at("version") == 1);
  CHECK(regex_search("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
                     bom.at("serialNumber").as_string().c_str()) == true);
  CHECK(bom.at("metadata").at("timestamp") == "2026-11-28T00:00:00.000000Z");
  CHECK(bom.at("metadata").at("component").at("name") == "shop");
  CHECK(bom.at("metadata").at("tools").at("components").at(0).at("type") == "application");
  std::set<std::string> references{"root"};
  for (const auto& component : bom.at("components").as_array()) {
    CHECK(component.at("type") == "library");
    CHECK_FALSE(component.at("name").as_string().empty());
    CHECK(references.insert(component.at("bom-ref").as_string().c_str()).second);
    CHECK(packages::parse_purl(component.at("purl").as_string().c_str()).has_value());
    for (const auto& place : component.at("evidence").at("occurrences").as_array())
      CHECK(place.as_object().contains("location"));
  }
  CHECK(references.size() == 4);  // one for the package that is in two files
  CHECK(bom.at("compositions").at(0).at("aggregate") == "complete");
  CHECK(cyclonedx(some(), "shop", kNow) == text);
}

TEST_CASE("packages: a bill with gaps says that it is incomplete, and an own bill can be read again") {
  auto inventory = some();
  inventory.gaps.push_back({"x", 0, "", {"", ""}});
  CHECK(boost::json::parse(cyclonedx(inventory, "shop", kNow)).at("compositions").at(0).at("aggregate") ==
        "incomplete");
  const auto again = read_packages(MapTree({{"shop.cdx.json", cyclonedx(some(), "shop", kNow)}}), nullptr);
  CHECK(again.gaps.empty());
  CHECK(again.packages.size() == 3);
}

TEST_CASE("packages: the bill says of a jar that was known by its name how it was, unless another says it itself") {
  auto inventory = some();
  inventory.packages.push_back({"Maven", "org.a:c", "2.0", "app.jar"});
  inventory.packages.back().guess = {"c-2.0.jar", {{"c", "2.0"}}, {"org.a"}};
  const auto evidence_of = [&](std::string_view purl) {
    const auto bom = boost::json::parse(cyclonedx(inventory, "shop", kNow));
    for (const auto& component : bom.at("components").as_array())
      if (std::string_view(component.at("purl").as_string()) == purl) return component.at("evidence").as_object();
    return boost::json::object();
  };
  const auto identity = evidence_of("pkg:maven/org.a/c@2.0").at("identity");
  CHECK(identity.at("field") == "purl");
  CHECK(identity.at("methods").at(0).at("technique") == "filename");
  CHECK(identity.at("methods").at(0).at("value") == "c-2.0.jar");
  CHECK_FALSE(evidence_of("pkg:maven/org.a/b@1.0").contains("identity"));
  inventory.packages.push_back({"Maven", "org.a:c", "2.0", "other.jar"});
  CHECK_FALSE(evidence_of("pkg:maven/org.a/c@2.0").contains("identity"));
}
