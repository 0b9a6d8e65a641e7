// Small questions about text that several rooms ask.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sampan {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);  // ASCII only
// The candidate nearest to `wrong` by edit distance, when near enough to be a likely slip; for "did you mean".
std::optional<std::string> nearest(std::string_view wrong, std::span<const std::string> candidates);
// ", did you mean 'x'?" or the empty string.
std::string did_you_mean(std::string_view wrong, std::span<const std::string> candidates);
bool is_valid_utf8(std::string_view text);
std::string to_valid_utf8(std::string_view text);  // invalid bytes become U+FFFD
// Shell-style pattern over a name: * (not across '/'), ** (across; "**/" also matches no folder at all), ? and literal
// characters. Linear time.
bool glob_match(std::string_view pattern, std::string_view name);
// A regular expression (RE2 syntax, no look-around) that must match somewhere in text; nullopt: the pattern itself is
// wrong.
std::optional<bool> regex_search(const std::string& pattern, std::string_view text);
// A name people choose (groups, repositories, users, applications): 1-64 of a-z A-Z 0-9 . _ -, starts with a letter or
// digit, does not end in ".git" or ".".
bool is_valid_name(std::string_view name);

}  // namespace sampan
