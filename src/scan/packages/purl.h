// Package URLs (github.com/package-url/purl-spec): what a package is called across tools.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scan/packages.h"

namespace sampan::scan::packages {

std::string purl_of(const Package& package);
// Ecosystem, name and version of a purl; nullopt: it is malformed, or of a type that is not read here.
std::optional<Package> parse_purl(std::string_view purl);

}  // namespace sampan::scan::packages
