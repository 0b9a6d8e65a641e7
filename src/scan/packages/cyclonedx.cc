// CycloneDX 1.5 (cyclonedx.org/docs/1.5/json).
#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "base/crypto.h"
#include "base/json.h"
#include "scan/packages/purl.h"

namespace sampan::scan {

namespace json = boost::json;

namespace packages {

namespace {

// RFC 4122, version 5 in form: the same packages, the same number.
std::string serial(std::string_view of) {
  std::string hex = sha256_hex(of).substr(0, 32);
  hex[12] = '5';
  hex[16] = "89ab"[hex[16] % 4];
  return fmt::format("urn:uuid:{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

json::object component(const Package& package, const std::string& purl, const std::vector<const Package*>& places) {
  json::object made{{"type", "library"}, {"bom-ref", purl}};
  std::string name = package.installed.empty() ? package.name : package.installed;
  if (const auto colon = name.find(':'); package.ecosystem == "Maven" && colon != std::string::npos) {
    made["group"] = name.substr(0, colon);
    name = name.substr(colon + 1);
  } else if (const auto slash = name.find('/');
             package.ecosystem == "npm" && name.starts_with('@') && slash != std::string::npos) {
    made["group"] = name.substr(0, slash);
    name = name.substr(slash + 1);
  }
  made["name"] = name;
  made["version"] = package.version;
  made["purl"] = purl;
  json::array occurrences;
  for (const auto* place : places)
    occurrences.push_back(
        json::object{{"location", place->line > 0 ? fmt::format("{}#L{}", place->file, place->line) : place->file}});
  json::object evidence{{"occurrences", std::move(occurrences)}};
  const auto guessed = [](const Package* place) { return !place->guess.artifacts.empty(); };
  if (std::ranges::all_of(places, guessed)) {  // nowhere does it say itself what it is
    json::object method{{"technique", "filename"}, {"confidence", 0.5}, {"value", package.guess.from}};
    evidence["identity"] =
        json::object{{"field", "purl"}, {"confidence", 0.5}, {"methods", json::array{std::move(method)}}};
  }
  made["evidence"] = std::move(evidence);
  return made;
}

}  // namespace

}  // namespace packages

std::string cyclonedx(const Inventory& inventory, const std::string& name, Time now) {
  using namespace packages;
  std::map<std::string, std::vector<const Package*>> by_purl;
  for (const auto& package : inventory.packages) by_purl[purl_of(package)].push_back(&package);
  json::array components;
  std::string identity = name;
  for (const auto& [purl, places] : by_purl) {
    components.push_back(component(*places.front(), purl, places));
    identity += "\n" + purl;
  }
  json::object tool{{"type", "application"}, {"name", "sampan"}, {"version", SAMPAN_VERSION}};
  json::object self{{"type", "application"}, {"bom-ref", "root"}, {"name", name}};
  // What is not known is said: a list with gaps must not pass for a whole one.
  json::object composition{{"aggregate", inventory.gaps.empty() ? "complete" : "incomplete"},
                           {"assemblies", json::array{"root"}}};
  json::object bom{{"$schema", "http://cyclonedx.org/schema/bom-1.5.schema.json"},
                   {"bomFormat", "CycloneDX"},
                   {"specVersion", "1.5"},
                   {"serialNumber", serial(identity)},
                   {"version", 1},
                   {"metadata",
                    {{"timestamp", format_rfc3339(now)},
                     {"tools", json::object{{"components", json::array{std::move(tool)}}}},
                     {"component", std::move(self)}}},
                   {"components", std::move(components)},
                   {"compositions", json::array{std::move(composition)}}};
  return format_json(bom) + "\n";
}

}  // namespace sampan::scan
