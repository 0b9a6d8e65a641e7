#include "scan/secrets/wrapped.h"

#include <algorithm>
#include <array>
#include <optional>

namespace sampan::scan::secrets {

namespace {

constexpr std::size_t kFoldedLine = 40;  // a shorter line is not one of many
constexpr std::size_t kFirstLook = 18;   // bytes that tell text from what is none

constexpr std::array<signed char, 256> values() {
  std::array<signed char, 256> table{};
  table.fill(-1);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<signed char>(i);
  table['-'] = 62;
  table['_'] = 63;
  return table;
}
constexpr auto kValues = values();

int value_of(char c) { return kValues[static_cast<unsigned char>(c)]; }

// Nearly all of it is ASCII that can be seen: of random bytes few are.
bool is_printable(std::string_view bytes) {
  const auto odd = std::count_if(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F || byte >= 0x80;
  });
  return static_cast<std::size_t>(odd) * 20 <= bytes.size();
}

// What is no digit of base64, as the ends of lines, is passed over.
std::string decoded(std::string_view run, std::size_t most) {
  std::string out;
  unsigned bits = 0;
  int have = 0;
  for (const char c : run) {
    const int value = value_of(c);
    if (value < 0) continue;
    bits = bits << 6 | static_cast<unsigned>(value);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 0xFF);
    if (out.size() == most) break;
  }
  return out;
}

std::size_t run_end(std::string_view text, std::size_t at) {
  while (at < text.size() && value_of(text[at]) >= 0) ++at;
  return at;
}

// Where the run goes on in the next line; nullopt: it ends here.
std::optional<std::size_t> next_line(std::string_view text, std::size_t end) {
  if (end < text.size() && text[end] == '\r') ++end;
  if (end >= text.size() || text[end] != '\n') return std::nullopt;
  const auto at = text.find_first_not_of(" \t", end + 1);
  if (at == std::string_view::npos || value_of(text[at]) < 0) return std::nullopt;
  return at;
}

// The end of a run of base64 that begins at `start`, over the lines it is folded to.
std::size_t folded_end(std::string_view text, std::size_t start) {
  std::size_t line = start, end = run_end(text, start);
  while (end - line >= kFoldedLine) {
    const auto more = next_line(text, end);
    if (!more) break;
    const auto further = run_end(text, *more);
    // Of all lines but the last the length is the same; prose below a token is none of it.
    const bool is_last = further - *more < end - line;
    if (further - *more > end - line) break;
    if (is_last && further < text.size() && text[further] != '=' && text[further] != '\n' && text[further] != '\r')
      break;
    line = *more;
    end = further;
    if (is_last) break;
  }
  return end;
}

}  // namespace

// Of a run that is long enough one in kLeastWrapped characters is looked at: most of a text is passed over.
std::vector<Wrapped> wrapped_texts(std::string_view text) {
  std::vector<Wrapped> found;
  std::size_t done = 0;  // behind the last run
  for (std::size_t at = kLeastWrapped - 1; at < text.size();) {
    if (value_of(text[at]) < 0) {
      at += kLeastWrapped;
      continue;
    }
    std::size_t start = at;
    while (start > done && value_of(text[start - 1]) >= 0) --start;
    auto end = run_end(text, at);
    if (end - start >= kLeastWrapped && is_printable(decoded(text.substr(start, end - start), kFirstLook))) {
      end = folded_end(text, start);
      auto inner = decoded(text.substr(start, end - start), end);
      if (is_printable(inner)) found.push_back({{start, end}, std::move(inner)});
    }
    done = end;
    at = end + kLeastWrapped;
  }
  return found;
}

}  // namespace sampan::scan::secrets
