// What the orders of versions are made of; a part of version.h.
#pragma once

#include <algorithm>
#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace sampan::scan::packages {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

inline std::weak_ordering order(std::string_view a, std::string_view b) {  // by bytes
  return a.compare(b) <=> 0;
}
// Digits of any length by what they count; no digits are zero.
inline std::weak_ordering order_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  return a.size() != b.size() ? a.size() <=> b.size() : order(a, b);
}

// The longest beginning whose characters are all such; it is taken from the text.
template <class Is>
std::string_view take(std::string_view& text, Is is) {
  const auto end = std::find_if_not(text.begin(), text.end(), is);
  const auto taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}
inline bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Each scheme, in a file of its own.
bool is_semver(std::string_view text, std::size_t most_numbers);
std::weak_ordering compare_semver(std::string_view a, std::string_view b);
std::weak_ordering compare_nuget(std::string_view a, std::string_view b);
bool is_pep440(std::string_view text);
std::weak_ordering compare_pep440(std::string_view a, std::string_view b);
std::weak_ordering compare_maven(std::string_view a, std::string_view b);
bool is_gem(std::string_view text);
std::weak_ordering compare_gems(std::string_view a, std::string_view b);
bool is_composer(std::string_view text);
std::weak_ordering compare_composer(std::string_view a, std::string_view b);
bool is_dpkg(std::string_view text);
std::weak_ordering compare_dpkg(std::string_view a, std::string_view b);
bool is_apk(std::string_view text);
std::weak_ordering compare_apk(std::string_view a, std::string_view b);

}  // namespace sampan::scan::packages
