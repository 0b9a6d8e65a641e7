#include "scan/packages/version.h"

#include <array>

#include "base/text.h"
#include "scan/packages/version_parts.h"

namespace sampan::scan::packages {

std::optional<Scheme> scheme_of(std::string_view ecosystem) {
  struct Row {
    std::string_view ecosystem;
    Scheme scheme;
  };
  constexpr std::array<Row, 11> kRows{{{"npm", Scheme::semver},
                                       {"Go", Scheme::semver},
                                       {"crates.io", Scheme::semver},
                                       {"PyPI", Scheme::pep440},
                                       {"Maven", Scheme::maven},
                                       {"RubyGems", Scheme::rubygems},
                                       {"Packagist", Scheme::packagist},
                                       {"NuGet", Scheme::nuget},
                                       {"Debian", Scheme::dpkg},
                                       {"Ubuntu", Scheme::dpkg},
                                       {"Alpine", Scheme::apk}}};
  const auto family = ecosystem.substr(0, ecosystem.find(':'));
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.ecosystem == family; });
  return row == kRows.end() ? std::nullopt : std::optional(row->scheme);
}

bool is_version(Scheme scheme, std::string_view text) {
  constexpr std::size_t kLongest = 512;  // bytes; each is compared with every interval of each advisory
  if (text.size() > kLongest) return false;
  switch (scheme) {
    case Scheme::semver: return is_semver(text, 3);
    case Scheme::nuget: return is_semver(text, 4);
    case Scheme::pep440: return is_pep440(text);
    case Scheme::maven: return !text.empty();
    case Scheme::rubygems: return is_gem(text);
    case Scheme::packagist: return is_composer(text);
    case Scheme::dpkg: return is_dpkg(text);
    case Scheme::apk: return is_apk(text);
  }
  return false;
}

std::weak_ordering compare(Scheme scheme, std::string_view a, std::string_view b) {
  switch (scheme) {
    case Scheme::semver: return compare_semver(a, b);
    case Scheme::nuget: return compare_nuget(a, b);
    case Scheme::pep440: return compare_pep440(a, b);
    case Scheme::maven: return compare_maven(a, b);
    case Scheme::rubygems: return compare_gems(a, b);
    case Scheme::packagist: return compare_composer(a, b);
    case Scheme::dpkg: return compare_dpkg(a, b);
    case Scheme::apk: return compare_apk(a, b);
  }
  return std::weak_ordering::equivalent;
}

std::string normal_name(std::string_view ecosystem, std::string_view name) {
  if (ecosystem == "NuGet" || ecosystem == "Packagist") return lower(name);
  if (ecosystem != "PyPI") return std::string(name);
  std::string out;  // PEP 503: runs of - _ . are one -
  for (const char c : lower(name)) {
    const bool joint = c == '-' || c == '_' || c == '.';
    if (!joint || !out.ends_with('-')) out += joint ? '-' : c;
  }
  return out;
}

}  // namespace sampan::scan::packages
