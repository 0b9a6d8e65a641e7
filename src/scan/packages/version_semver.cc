#include "base/text.h"
#include "scan/packages/version_parts.h"

namespace sampan::scan::packages {

namespace {

struct Version {
  std::vector<std::string_view> numbers;
  std::string_view before;  // the pre-release, without its '-'
};

Version parsed(std::string_view text) {
  if (!text.empty() && (text.front() == 'v' || text.front() == 'V' || text.front() == '=')) text.remove_prefix(1);
  text = text.substr(0, text.find('+'));  // build metadata has no order
  Version version;
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) version.before = text.substr(dash + 1);
  text = text.substr(0, dash);
  for (;;) {
    const auto dot = text.find('.');
    version.numbers.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return version;
    text.remove_prefix(dot + 1);
  }
}

std::weak_ordering order_numbers_of(const Version& a, const Version& b) {
  for (std::size_t i = 0; i < std::max(a.numbers.size(), b.numbers.size()); ++i) {
    const auto order =
        order_numbers(i < a.numbers.size() ? a.numbers[i] : "", i < b.numbers.size() ? b.numbers[i] : "");
    if (order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

// Section 11.4: identifier by identifier; numbers below words; the shorter below; none at all above all.
std::weak_ordering order_before(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  while (!a.empty() && !b.empty()) {
    const auto x = a.substr(0, a.find('.')), y = b.substr(0, b.find('.'));
    const bool x_number = all_digits(x), y_number = all_digits(y);
    const auto found = x_number != y_number ? y_number <=> x_number : x_number ? order_numbers(x, y) : order(x, y);
    if (found != 0) return found;
    a.remove_prefix(std::min(x.size() + 1, a.size()));
    b.remove_prefix(std::min(y.size() + 1, b.size()));
  }
  return b.empty() <=> a.empty();
}

}  // namespace

bool is_semver(std::string_view text, std::size_t most_numbers) {
  const auto version = parsed(text);
  const auto fits = [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '.'; };
  return version.numbers.size() <= most_numbers &&
         std::all_of(version.numbers.begin(), version.numbers.end(), all_digits) &&
         std::all_of(version.before.begin(), version.before.end(), fits);
}

std::weak_ordering compare_semver(std::string_view a, std::string_view b) {
  const auto x = parsed(a), y = parsed(b);
  const auto order = order_numbers_of(x, y);
  return order != 0 ? order : order_before(x.before, y.before);
}

std::weak_ordering compare_nuget(std::string_view a, std::string_view b) { return compare_semver(lower(a), lower(b)); }

}  // namespace sampan::scan::packages
