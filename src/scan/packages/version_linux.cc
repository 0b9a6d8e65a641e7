#include <array>
#include <optional>

#include "scan/packages/version_parts.h"

namespace sampan::scan::packages {

namespace {

// deb-version(7): in turn a part without digits and a number. In the former '~' is below the end, which is below
// letters, which are below everything else.
int weight(char c) { return c == '~' ? -1 : is_letter(c) ? c : c + 256; }

std::weak_ordering order_words(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const int x = i < a.size() ? weight(a[i]) : 0, y = i < b.size() ? weight(b[i]) : 0;
    if (x != y) return x <=> y;
  }
  return std::weak_ordering::equivalent;
}

std::weak_ordering order_part(std::string_view a, std::string_view b) {
  const auto not_digit = [](char c) { return !is_digit(c); };
  while (!a.empty() || !b.empty()) {
    const auto words = order_words(take(a, not_digit), take(b, not_digit));
    if (words != 0) return words;
    const auto numbers = order_numbers(take(a, is_digit), take(b, is_digit));
    if (numbers != 0) return numbers;
  }
  return std::weak_ordering::equivalent;
}

struct Debian {
  std::string_view epoch, upstream, revision;
};

Debian debian(std::string_view text) {
  Debian version;
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    version.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const auto dash = text.rfind('-');
  version.upstream = text.substr(0, dash);
  if (dash != std::string_view::npos) version.revision = text.substr(dash + 1);
  return version;
}

}  // namespace

bool is_dpkg(std::string_view text) {
  const auto version = debian(text);
  const auto fits = [](char c) {
    return is_digit(c) || is_letter(c) || std::string_view(".+-~:").find(c) != std::string_view::npos;
  };
  return (version.epoch.empty() || all_digits(version.epoch)) && !version.upstream.empty() &&
         is_digit(version.upstream.front()) && std::all_of(text.begin(), text.end(), fits);
}

std::weak_ordering compare_dpkg(std::string_view a, std::string_view b) {
  const auto x = debian(a), y = debian(b);
  if (const auto found = order_numbers(x.epoch, y.epoch); found != 0) return found;
  if (const auto found = order_part(x.upstream, y.upstream); found != 0) return found;
  return order_part(x.revision, y.revision);
}

namespace {

struct Alpine {
  std::vector<std::string_view> numbers;
  char letter = 0;
  struct Suffix {
    int rank;  // below 0: before the release
    std::string_view number;
  };
  std::vector<Suffix> suffixes;
  std::string_view revision;
};

std::optional<Alpine> alpine(std::string_view text) {
  Alpine version;
  do {
    version.numbers.push_back(take(text, is_digit));
    if (version.numbers.back().empty()) return std::nullopt;
  } while (take_prefix(text, "."));
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    version.letter = text.front();
    text.remove_prefix(1);
  }
  struct Word {
    std::string_view text;
    int rank;
  };
  constexpr std::array<Word, 9> kWords{
      {{"alpha", -4}, {"beta", -3}, {"pre", -2}, {"rc", -1}, {"cvs", 1}, {"svn", 2}, {"git", 3}, {"hg", 4}, {"p", 5}}};
  while (take_prefix(text, "_")) {
    const auto* word =
        std::find_if(kWords.begin(), kWords.end(), [&](const Word& w) { return text.starts_with(w.text); });
    if (word == kWords.end()) return std::nullopt;
    text.remove_prefix(word->text.size());
    version.suffixes.push_back({word->rank, take(text, is_digit)});
  }
  if (take_prefix(text, "~")) take(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });  // a commit
  if (take_prefix(text, "-r")) {
    version.revision = take(text, is_digit);
    if (version.revision.empty()) return std::nullopt;
  }
  return text.empty() ? std::optional(version) : std::nullopt;
}

// Behind the first number, one that begins with a zero is read like the digits of a fraction.
std::weak_ordering order_apk_numbers(std::string_view a, std::string_view b, std::size_t place) {
  if (place > 0 && (a.starts_with('0') || b.starts_with('0'))) return order(a, b);
  return order_numbers(a, b);
}

}  // namespace

bool is_apk(std::string_view text) { return alpine(text).has_value(); }

std::weak_ordering compare_apk(std::string_view a_text, std::string_view b_text) {
  const auto a = alpine(a_text).value_or(Alpine{}), b = alpine(b_text).value_or(Alpine{});
  for (std::size_t i = 0; i < std::min(a.numbers.size(), b.numbers.size()); ++i)
    if (const auto found = order_apk_numbers(a.numbers[i], b.numbers[i], i); found != 0) return found;
  if (a.numbers.size() != b.numbers.size()) return a.numbers.size() <=> b.numbers.size();
  if (a.letter != b.letter) return a.letter <=> b.letter;
  for (std::size_t i = 0; i < std::max(a.suffixes.size(), b.suffixes.size()); ++i) {
    const auto x = i < a.suffixes.size() ? a.suffixes[i] : Alpine::Suffix{0, ""};
    const auto y = i < b.suffixes.size() ? b.suffixes[i] : Alpine::Suffix{0, ""};
    if (x.rank != y.rank) return x.rank <=> y.rank;
    if (const auto found = order_numbers(x.number, y.number); found != 0) return found;
  }
  return order_numbers(a.revision, b.revision);
}

}  // namespace sampan::scan::packages
