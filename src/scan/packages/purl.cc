#include "scan/packages/purl.h"

#include <array>

#include "base/text.h"
#include "scan/packages/version.h"

namespace sampan::scan::packages {

namespace {

struct Type {
  std::string_view type, ecosystem;
};
constexpr std::array<Type, 8> kTypes{{{"npm", "npm"},
                                      {"golang", "Go"},
                                      {"cargo", "crates.io"},
                                      {"pypi", "PyPI"},
                                      {"maven", "Maven"},
                                      {"gem", "RubyGems"},
                                      {"composer", "Packagist"},
                                      {"nuget", "NuGet"}}};

// Section "Character encoding": these stand for themselves, and a colon may.
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view(".-_~:").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const std::string_view digits = "0123456789abcdef";
    const auto code = lower(text.substr(i + 1, 2));
    if (code.size() != 2 || code.find_first_not_of(digits) != std::string::npos) return std::nullopt;
    out += static_cast<char>(digits.find(code[0]) * 16 + digits.find(code[1]));
    i += 2;
  }
  return out;
}

// The parts between '/' with another separator, or the same.
std::optional<std::string> name_in(std::string_view path, char separator) {
  std::string name;
  for (;;) {
    const auto slash = path.find('/');
    const auto part = decoded(path.substr(0, slash));
    if (!part) return std::nullopt;
    name += *part;
    if (slash == std::string_view::npos) return name;
    name += separator;
    path.remove_prefix(slash + 1);
  }
}

std::string path_of(std::string_view name, char separator) {
  std::string out;
  for (const auto& part : split(name, separator)) out += "/" + encoded(part);
  return out;
}

// "Debian:12" is pkg:deb/debian/NAME@VERSION?distro=debian-12.
std::string linux_purl(const Package& package) {
  const auto colon = package.ecosystem.find(':');
  const std::string distribution = lower(package.ecosystem.substr(0, colon));
  const auto& name = package.installed.empty() ? package.name : package.installed;
  std::string purl = fmt::format("pkg:{}/{}/{}@{}", distribution == "alpine" ? "apk" : "deb", distribution,
                                 encoded(name), encoded(package.version));
  if (colon != std::string::npos) {
    auto release = package.ecosystem.substr(colon + 1);
    if (distribution == "alpine" && release.starts_with('v')) release.erase(0, 1);
    purl += fmt::format("?distro={}-{}", distribution, encoded(release));
  }
  return purl;
}

}  // namespace

std::string purl_of(const Package& package) {
  const auto* type =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const Type& t) { return t.ecosystem == package.ecosystem; });
  if (type == kTypes.end()) return linux_purl(package);
  std::string name = package.name, version = package.version;
  if (type->type == "pypi" || type->type == "composer") name = normal_name(package.ecosystem, name);
  if (type->type == "golang") name = lower(name);
  if (type->type == "golang" && name != "stdlib") version = "v" + version;
  return fmt::format("pkg:{}{}@{}", type->type, path_of(name, type->type == "maven" ? ':' : '/'), encoded(version));
}

std::optional<Package> parse_purl(std::string_view purl) {
  if (!purl.starts_with("pkg:")) return std::nullopt;
  purl.remove_prefix(4);
  while (purl.starts_with('/')) purl.remove_prefix(1);
  purl = purl.substr(0, purl.find('#'));
  const auto question = purl.find('?');
  const auto qualifiers = question == std::string_view::npos ? std::string_view() : purl.substr(question + 1);
  purl = purl.substr(0, question);
  const auto slash = purl.find('/');
  const auto at_sign = purl.rfind('@');
  if (slash == std::string_view::npos || at_sign == std::string_view::npos || at_sign < slash) return std::nullopt;
  const auto type = lower(purl.substr(0, slash));
  auto name = name_in(purl.substr(slash + 1, at_sign - slash - 1), type == "maven" ? ':' : '/');
  auto version = decoded(purl.substr(at_sign + 1));
  if (!name || !version || name->empty() || version->empty()) return std::nullopt;
  if (type == "deb" || type == "apk") {
    const auto part = name->find('/');
    if (part == std::string::npos) return std::nullopt;
    const auto distribution = lower(name->substr(0, part));
    const auto distro = qualifiers.find("distro=" + distribution + "-");
    if (distro == std::string_view::npos) return std::nullopt;
    const auto release = qualifiers.substr(distro + 8 + distribution.size());
    const auto number = decoded(release.substr(0, release.find('&')));
    if (!number) return std::nullopt;
    const std::string family = type == "apk"              ? (distribution == "alpine" ? "Alpine:v" : "")
                               : distribution == "debian" ? "Debian:"
                               : distribution == "ubuntu" ? "Ubuntu:"
                                                          : "";
    if (family.empty()) return std::nullopt;
    return Package{family + *number, name->substr(part + 1), *version, "", 0};
  }
  const auto* known = std::find_if(kTypes.begin(), kTypes.end(), [&](const Type& t) { return t.type == type; });
  if (known == kTypes.end()) return std::nullopt;
  if (type == "golang" && version->starts_with('v')) version->erase(0, 1);
  return Package{std::string(known->ecosystem), *name, *version, "", 0};
}

}  // namespace sampan::scan::packages
