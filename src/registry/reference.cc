#include "registry/reference.h"

namespace sampan::registry {

namespace {

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_valid_part(std::string_view part) {
  std::size_t i = 0;
  while (true) {
    const std::size_t start = i;
    while (i < part.size() && is_lower_alnum(part[i])) ++i;
    if (i == start) return false;
    if (i == part.size()) return true;
    const char separator = part[i];
    const std::size_t separators = i;
    while (i < part.size() && part[i] == separator) ++i;
    const std::size_t count = i - separators;
    const bool allowed = separator == '-' || (separator == '.' && count == 1) || (separator == '_' && count <= 2);
    if (!allowed) return false;
  }
}

// HOST, HOST:PORT or [IPV6]:PORT.
bool is_valid_host(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : text.find(':');
  const auto host = text.substr(bracketed ? 1 : 0, end == std::string_view::npos ? end : end - (bracketed ? 1 : 0));
  const auto port = end == std::string_view::npos ? std::string_view() : text.substr(end + (bracketed ? 1 : 0));
  const auto all_of = [](std::string_view part, std::string_view allowed) {
    return part.find_first_not_of(allowed) == std::string_view::npos;
  };
  if (bracketed && end == std::string_view::npos) return false;
  if (!port.empty() && (port.size() < 2 || port[0] != ':' || !all_of(port.substr(1), "0123456789"))) return false;
  constexpr std::string_view kHost = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  return !host.empty() && all_of(host, bracketed ? "0123456789abcdefABCDEF:." : kHost);
}

}  // namespace

bool is_valid_repository(std::string_view name) {
  if (name.size() > 255) return false;
  int parts = 0;
  while (true) {
    const auto slash = name.find('/');
    if (!is_valid_part(name.substr(0, slash))) return false;
    ++parts;
    if (slash == std::string_view::npos) return parts >= 2;
    name.remove_prefix(slash + 1);
  }
}

bool is_valid_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > 128 || tag[0] == '.' || tag[0] == '-') return false;
  for (const char c : tag) {
    const bool allowed = is_lower_alnum(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
    if (!allowed) return false;
  }
  return true;
}

Result<Reference> parse_reference(std::string_view text) {
  Reference reference;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    const auto digest = Digest::parse(rest.substr(at + 1));
    if (!digest) return fail(Errc::invalid, "image '{}': the part after '@' must be sha256: and 64 hex digits", text);
    reference.digest = *digest;
    rest = rest.substr(0, at);
  }
  const auto slash = rest.rfind('/');
  if (const auto colon = rest.find(':', slash == std::string_view::npos ? 0 : slash); colon != std::string_view::npos) {
    reference.tag = rest.substr(colon + 1);
    if (!is_valid_tag(reference.tag))
      return fail(Errc::invalid, "image '{}': '{}' is not a tag (letters, digits, . _ -, at most 128)", text,
                  reference.tag);
    rest = rest.substr(0, colon);
  }
  // A first part with a dot or a colon, or "localhost", is the host (the rule docker and podman use).
  if (const auto first = rest.substr(0, rest.find('/'));
      first.find_first_of(".:") != std::string_view::npos || first == "localhost") {
    if (!is_valid_host(first))
      return fail(Errc::invalid, "image '{}': '{}' is not a host (HOST, HOST:PORT or [IPV6]:PORT)", text, first);
    rest = rest.size() > first.size() ? rest.substr(first.size() + 1) : std::string_view();
  }
  if (!is_valid_repository(rest)) {
    return fail(Errc::invalid, "image '{}': expected GROUP/NAME in lower case, such as company/shop:1.0", text);
  }
  reference.repository = rest;
  if (!reference.digest && reference.tag.empty()) reference.tag = "latest";
  return reference;
}

}  // namespace sampan::registry
