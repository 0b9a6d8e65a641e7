#include "base/text.h"

#include <re2/re2.h>

#include <algorithm>
#include <numeric>

namespace sampan {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i) joined += separator;
    joined += parts[i];
  }
  return joined;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

namespace {

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view wrong, std::span<const std::string> candidates) {
  if (wrong.size() > 100) return std::nullopt;  // not a slip, and the distance is quadratic
  const std::string asked = lower(wrong);
  std::size_t best = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  std::optional<std::string> found;
  for (const auto& candidate : candidates) {
    const std::size_t distance = edit_distance(asked, lower(candidate));
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string> candidates) {
  const auto found = nearest(wrong, candidates);
  return found ? ", did you mean '" + *found + "'?" : std::string();
}

namespace {

// Length of the well-formed UTF-8 sequence at the front (Unicode 15, table 3-7), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
    if (lead == 0xED && byte(1) > 0x9F) return 0;  // surrogates
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length) {
      out += text.substr(0, length);
    } else {
      out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

namespace {

struct GlobToken {
  enum class Kind { literal, one, run, run_across, folders } kind;
  char literal = 0;
};

std::vector<GlobToken> parse_glob(std::string_view pattern) {
  std::vector<GlobToken> tokens;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '?') {
      tokens.push_back({GlobToken::Kind::one});
    } else if (pattern[i] == '*' && pattern.substr(i, 2) == "**") {
      const bool starts_segment = i == 0 || pattern[i - 1] == '/';
      ++i;
      if (starts_segment && pattern.substr(i + 1, 1) == "/") {
        ++i;
        tokens.push_back({GlobToken::Kind::folders});
      } else {
        tokens.push_back({GlobToken::Kind::run_across});
      }
    } else if (pattern[i] == '*') {
      tokens.push_back({GlobToken::Kind::run});
    } else {
      tokens.push_back({GlobToken::Kind::literal, pattern[i]});
    }
  }
  return tokens;
}

}  // namespace

// Follows all positions in the pattern at once, so that no pattern is slow: time is the product of the two lengths.
bool glob_match(std::string_view pattern, std::string_view name) {
  using Kind = GlobToken::Kind;
  const auto tokens = parse_glob(pattern);
  std::vector<char> now(tokens.size() + 1), next(tokens.size() + 1);
  const auto enter = [&](std::vector<char>& set, std::size_t at) {
    for (set[at] = 1; at < tokens.size(); set[++at] = 1) {
      if (tokens[at].kind == Kind::literal || tokens[at].kind == Kind::one) break;  // the others may match nothing
    }
  };
  // A `folders` token that has begun to eat a folder may only be left at its slash: those positions are kept apart.
  std::vector<char> inside(tokens.size()), inside_next(tokens.size());
  enter(now, 0);
  for (char c : name) {
    std::fill(next.begin(), next.end(), 0);
    std::fill(inside_next.begin(), inside_next.end(), 0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].kind == Kind::folders && (now[i] || inside[i])) {
        inside_next[i] = 1;
        if (c == '/') enter(next, i + 1);
      }
      if (!now[i]) continue;
      if (tokens[i].kind == Kind::literal && tokens[i].literal == c) enter(next, i + 1);
      if (tokens[i].kind == Kind::one && c != '/') enter(next, i + 1);
      if ((tokens[i].kind == Kind::run && c != '/') || tokens[i].kind == Kind::run_across) enter(next, i);
    }
    now.swap(next);
    inside.swap(inside_next);
  }
  return now[tokens.size()];
}

std::optional<bool> regex_search(const std::string& pattern, std::string_view text) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  const RE2 regex(pattern, options);
  if (!regex.ok()) return std::nullopt;
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
}

bool is_valid_name(std::string_view name) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (name.empty() || name.size() > 64 || !alphanumeric(name.front())) return false;
  if (name.ends_with(".git") || name.ends_with('.')) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace sampan
