// The order of versions, by each ecosystem's own rules:
//   semver     semver.org 2.0.0, section 11; "v1.2.3" and missing parts are taken, as OSV's records have them
//   nuget      the same with a fourth number, and pre-releases without regard to case
//   pep440     packaging.python.org, Version specifiers
//   maven      maven.apache.org/pom.html, Version Order Specification
//   rubygems   Gem::Version
//   packagist  Composer's normal form: four numbers and a stability
//   dpkg       deb-version(7)
//   apk        apk-tools, version.c: numbers, a letter, suffixes, a revision
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace sampan::scan::packages {

enum class Scheme { semver, nuget, pep440, maven, rubygems, packagist, dpkg, apk };

// nullopt: an ecosystem (as OSV names it, "Debian:12") of which no packages are read here.
std::optional<Scheme> scheme_of(std::string_view ecosystem);

// Whether the text is a version of the scheme. Of Maven every text is.
bool is_version(Scheme scheme, std::string_view text);
// Of two texts that are versions.
std::weak_ordering compare(Scheme scheme, std::string_view a, std::string_view b);

// The name as the ecosystem compares names: of PyPI by PEP 503, of NuGet and Packagist without regard to case.
std::string normal_name(std::string_view ecosystem, std::string_view name);

}  // namespace sampan::scan::packages
