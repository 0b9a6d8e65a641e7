#include <array>
#include <optional>

#include "base/text.h"
#include "scan/packages/version_parts.h"

namespace sampan::scan::packages {

namespace {

struct Version {
  std::string_view epoch;
  std::vector<std::string_view> release;
  char phase = 0;  // a, b or r(c); 0: no pre-release
  std::string_view phase_number, post, dev;
  bool is_post = false, is_dev = false;
  std::string_view local;
};

bool is_joint(char c) { return c == '.' || c == '-' || c == '_'; }

// A word with its optional separators and number: "-alpha.1", "rc1", ".dev". Nothing is taken when it is not there.
template <std::size_t N>
std::optional<std::string_view> take_word(std::string_view& text, const std::array<std::string_view, N>& words,
                                          std::string_view& number) {
  auto rest = text;
  if (!rest.empty() && is_joint(rest.front())) rest.remove_prefix(1);
  for (const auto word : words) {
    if (!take_prefix(rest, word)) continue;
    auto behind = rest;
    if (!behind.empty() && is_joint(behind.front())) behind.remove_prefix(1);
    if (!behind.empty() && is_digit(behind.front())) rest = behind;
    number = take(rest, is_digit);
    text = rest;
    return word;
  }
  return std::nullopt;
}

void take_post(std::string_view& text, Version& version) {
  if (take_word(text, std::array<std::string_view, 3>{"post", "rev", "r"}, version.post)) {
    version.is_post = true;
  } else if (text.size() > 1 && text.front() == '-' && is_digit(text[1])) {  // the implicit one: "1.0-1"
    text.remove_prefix(1);
    version.post = take(text, is_digit);
    version.is_post = true;
  }
}

// Of lower-case text without white space around it.
std::optional<Version> parsed(std::string_view text) {
  Version version;
  take_prefix(text, "v");
  if (const auto mark = text.find('!'); mark != std::string_view::npos) {
    version.epoch = text.substr(0, mark);
    if (!all_digits(version.epoch)) return std::nullopt;
    text.remove_prefix(mark + 1);
  }
  do {
    const auto number = take(text, is_digit);
    if (number.empty()) return std::nullopt;
    version.release.push_back(number);
  } while (text.size() > 1 && text.front() == '.' && is_digit(text[1]) && take_prefix(text, "."));
  while (version.release.size() > 1 && version.release.back().find_first_not_of('0') == std::string_view::npos)
    version.release.pop_back();
  constexpr std::array<std::string_view, 8> kPhases{"alpha", "a", "beta", "b", "preview", "pre", "rc", "c"};
  if (const auto phase = take_word(text, kPhases, version.phase_number))
    version.phase = phase->front() == 'a' || phase->front() == 'b' ? phase->front() : 'r';
  take_post(text, version);
  version.is_dev = take_word(text, std::array<std::string_view, 1>{"dev"}, version.dev).has_value();
  if (take_prefix(text, "+")) {
    version.local = take(text, [](char c) { return is_digit(c) || is_letter(c) || is_joint(c); });
    if (version.local.empty()) return std::nullopt;
  }
  return text.empty() ? std::optional(version) : std::nullopt;
}

// 1.0.dev1 < 1.0a1 < 1.0: a release that is only a development of it comes before its pre-releases.
int phase_rank(const Version& v) {
  if (v.phase) return v.phase == 'a' ? 1 : v.phase == 'b' ? 2 : 3;
  return v.is_dev && !v.is_post ? 0 : 4;
}

std::weak_ordering order_local(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return !a.empty() <=> !b.empty();
  while (!a.empty() && !b.empty()) {
    const auto part = [](std::string_view& text) {
      const auto taken = take(text, [](char c) { return !is_joint(c); });
      text.remove_prefix(text.empty() ? 0 : 1);
      return taken;
    };
    const auto x = part(a), y = part(b);
    const bool x_number = all_digits(x), y_number = all_digits(y);
    const auto found = x_number != y_number ? x_number <=> y_number : x_number ? order_numbers(x, y) : order(x, y);
    if (found != 0) return found;
  }
  return !a.empty() <=> !b.empty();
}

}  // namespace

bool is_pep440(std::string_view text) { return parsed(lower(trim(text))).has_value(); }

std::weak_ordering compare_pep440(std::string_view a_text, std::string_view b_text) {
  const std::string a_lower = lower(trim(a_text)), b_lower = lower(trim(b_text));
  const auto a = parsed(a_lower).value_or(Version{}), b = parsed(b_lower).value_or(Version{});
  auto found = order_numbers(a.epoch, b.epoch);
  for (std::size_t i = 0; found == 0 && i < std::max(a.release.size(), b.release.size()); ++i)
    found = order_numbers(i < a.release.size() ? a.release[i] : "", i < b.release.size() ? b.release[i] : "");
  if (found == 0) found = phase_rank(a) <=> phase_rank(b);
  if (found == 0) found = order_numbers(a.phase_number, b.phase_number);
  if (found == 0) found = a.is_post <=> b.is_post;
  if (found == 0) found = order_numbers(a.post, b.post);
  if (found == 0) found = b.is_dev <=> a.is_dev;
  if (found == 0) found = order_numbers(a.dev, b.dev);
  return found == 0 ? order_local(a.local, b.local) : found;
}

}  // namespace sampan::scan::packages
