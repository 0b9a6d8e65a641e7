#include <array>
#include <optional>

#include "base/text.h"
#include "scan/packages/version_parts.h"

namespace sampan::scan::packages {

namespace {

// Gem::Version: a '-' begins a pre-release and counts as ".pre."; digits and letters part from each other.
std::vector<std::string> segments(std::string_view text) {
  std::vector<std::string> out;
  for (text = trim(text); !text.empty();) {
    if (text.front() == '-') out.emplace_back("pre");
    if (is_digit(text.front())) {
      out.emplace_back(take(text, is_digit));
    } else if (is_letter(text.front())) {
      out.emplace_back(take(text, is_letter));
    } else {
      text.remove_prefix(1);
    }
  }
  // Zeros say nothing before a word and at the end.
  const auto is_zero = [](const std::string& s) { return s.find_first_not_of('0') == std::string::npos; };
  const auto word = std::find_if(out.begin(), out.end(), [](const std::string& s) { return is_letter(s.front()); });
  auto zeros = word;
  while (zeros != out.begin() && is_zero(*(zeros - 1))) --zeros;
  const bool has_word = word != out.end();
  out.erase(zeros, word);
  if (has_word)
    while (!out.empty() && is_zero(out.back())) out.pop_back();
  return out;
}

}  // namespace

bool is_gem(std::string_view text) {
  text = trim(text);
  const auto fits = [](char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '-'; };
  return !text.empty() && is_digit(text.front()) && std::all_of(text.begin(), text.end(), fits) &&
         text.find("..") == std::string_view::npos && text.back() != '.';
}

std::weak_ordering compare_gems(std::string_view a_text, std::string_view b_text) {
  const auto a = segments(a_text), b = segments(b_text);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string x = i < a.size() ? a[i] : "0", y = i < b.size() ? b[i] : "0";
    const bool x_number = is_digit(x.front()), y_number = is_digit(y.front());
    const auto found = x_number != y_number ? x_number <=> y_number : x_number ? order_numbers(x, y) : order(x, y);
    if (found != 0) return found;
  }
  return std::weak_ordering::equivalent;
}

namespace {

struct ComposerVersion {
  std::vector<std::string_view> numbers;
  int stability = 4;  // dev, alpha, beta, RC, none, patch
  std::string_view stage;
  bool development_of_stage = false;  // "-beta1-dev" comes before "-beta1"
};

bool is_joint(char c) { return c == '.' || c == '-' || c == '_'; }

void take_joint(std::string_view& text) {
  if (!text.empty() && is_joint(text.front())) text.remove_prefix(1);
}

// Composer's versions: "v1.2.3.4-beta2", "1.0-p1", "1.0-dev"; of lower-case text. Branches ("dev-main") have no order.
std::optional<ComposerVersion> composer(std::string_view text) {
  ComposerVersion version;
  take_prefix(text, "v");
  text = text.substr(0, text.find('+'));
  do {
    const auto number = take(text, is_digit);
    if (number.empty()) return std::nullopt;
    version.numbers.push_back(number);
  } while (text.size() > 1 && text.front() == '.' && is_digit(text[1]) && take_prefix(text, "."));
  struct Word {
    std::string_view text;
    int stability;
  };
  constexpr std::array<Word, 9> kWords{
      {{"alpha", 1}, {"a", 1}, {"beta", 2}, {"b", 2}, {"rc", 3}, {"stable", 4}, {"patch", 5}, {"pl", 5}, {"p", 5}}};
  take_joint(text);
  for (const auto& word : kWords) {
    if (!take_prefix(text, word.text)) continue;
    version.stability = word.stability;
    take_joint(text);
    version.stage = take(text, [](char c) { return is_digit(c) || c == '.'; });
    take_joint(text);
    break;
  }
  if (take_prefix(text, "dev")) {
    version.development_of_stage = version.stability != 4;
    if (version.stability == 4) version.stability = 0;
  }
  return text.empty() ? std::optional(version) : std::nullopt;
}

}  // namespace

bool is_composer(std::string_view text) { return composer(lower(trim(text))).has_value(); }

std::weak_ordering compare_composer(std::string_view a_text, std::string_view b_text) {
  const std::string a_lower = lower(trim(a_text)), b_lower = lower(trim(b_text));
  const auto a = composer(a_lower).value_or(ComposerVersion{}), b = composer(b_lower).value_or(ComposerVersion{});
  for (std::size_t i = 0; i < std::max(a.numbers.size(), b.numbers.size()); ++i) {
    const auto found =
        order_numbers(i < a.numbers.size() ? a.numbers[i] : "", i < b.numbers.size() ? b.numbers[i] : "");
    if (found != 0) return found;
  }
  if (a.stability != b.stability) return a.stability <=> b.stability;
  const auto x = split(a.stage, '.'), y = split(b.stage, '.');
  for (std::size_t i = 0; i < std::max(x.size(), y.size()); ++i) {
    const auto found = order_numbers(i < x.size() ? x[i] : "", i < y.size() ? y[i] : "");
    if (found != 0) return found;
  }
  return b.development_of_stage <=> a.development_of_stage;
}

}  // namespace sampan::scan::packages
