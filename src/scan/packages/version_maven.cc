// The page maven.apache.org/pom.html, section Version Order Specification, as it stands there: tokens with the
// separator before them, trimmed of null values, compared with padding.
#include <array>

#include "base/text.h"
#include "scan/packages/version_parts.h"

namespace sampan::scan::packages {

namespace {

struct Token {
  char separator = '-';  // '.' or '-'; between digits and letters a '-' is understood
  std::string_view text;
  bool number = false;
};

bool is_null(const Token& token) {
  if (token.number) return token.text.find_first_not_of('0') == std::string_view::npos;
  return token.text.empty() || token.text == "final" || token.text == "ga" || token.text == "release";
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  char separator = '-';
  for (;;) {
    const bool number = !text.empty() && is_digit(text.front());
    auto part = take(text, [&](char c) { return c != '.' && c != '-' && is_digit(c) == number; });
    const bool letter_before_digit = !number && !text.empty() && is_digit(text.front());
    if (letter_before_digit && part.size() == 1) {
      constexpr std::array<std::string_view, 3> kLong{"alpha", "beta", "milestone"};
      for (const auto word : kLong)
        if (word.front() == part.front()) part = word;
    }
    if (part.empty())
      tokens.push_back({separator, "0", true});
    else
      tokens.push_back({separator, part, number});
    if (text.empty()) return tokens;
    const bool joint = text.front() == '.' || text.front() == '-';
    separator = text.front() == '.' ? '.' : '-';
    if (joint) text.remove_prefix(1);
    if (text.empty()) return tokens;
  }
}

// From the end, and again before each remaining hyphen. A '.' before a word is one too ("1.0.m1" is "1-m1"), which the
// page has in its order of prefixes and Maven in its code.
std::vector<Token> trimmed(std::vector<Token> tokens) {
  std::size_t end = tokens.size();
  while (end > 0) {
    std::size_t begin = end;
    while (begin > 0 && is_null(tokens[begin - 1])) --begin;
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                 tokens.begin() + static_cast<std::ptrdiff_t>(end));
    end = begin;
    while (end > 0 && tokens[end - 1].number && tokens[end - 1].separator == '.')
      --end;  // to the hyphen, and before it
    if (end > 0) --end;
  }
  return tokens;
}

int rank(std::string_view word) {
  constexpr std::array<std::string_view, 8> kKnown{"alpha", "beta", "milestone", "rc", "snapshot", "", "sp", "\x7f"};
  if (word == "cr") word = "rc";
  if (word == "final" || word == "ga" || word == "release") word = "";
  const auto* found = std::find(kKnown.begin(), kKnown.end() - 1, word);
  return static_cast<int>(found - kKnown.begin());
}

// ".word" and "-word" are one; words below "-number" below ".number".
int kind(const Token& token) { return !token.number ? 0 : token.separator == '-' ? 1 : 2; }

std::weak_ordering order_tokens(const Token& a, const Token& b) {
  if (kind(a) != kind(b)) return kind(a) <=> kind(b);
  if (a.number) return order_numbers(a.text, b.text);
  const int x = rank(a.text), y = rank(b.text);
  return x != y ? x <=> y : x == 7 ? order(a.text, b.text) : std::weak_ordering::equivalent;
}

// What stands in for a token where the other version has none.
Token padding(const Token& against) {
  if (against.separator == '.' && against.number) return {'.', "0", true};
  if (against.number) return {'-', "", false};
  return {against.separator, "", false};
}

}  // namespace

std::weak_ordering compare_maven(std::string_view a_text, std::string_view b_text) {
  const std::string a_lower = lower(a_text), b_lower = lower(b_text);
  const auto a = trimmed(tokens_of(a_lower)), b = trimmed(tokens_of(b_lower));
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const auto found = order_tokens(i < a.size() ? a[i] : padding(b[i]), i < b.size() ? b[i] : padding(a[i]));
    if (found != 0) return found;
  }
  return std::weak_ordering::equivalent;
}

}  // namespace sampan::scan::packages
