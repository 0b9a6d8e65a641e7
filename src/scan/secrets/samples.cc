#include "scan/secrets/samples.h"

#include <zlib.h>

#include <charconv>
#include <map>

#include "base/crypto.h"

namespace sampan::scan::secrets {

namespace {

constexpr std::string_view kDigits = "0123456789", kSmall = "abcdefghijklmnopqrstuvwxyz",
                           kLarge = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::string letters_of(std::string_view kind) {
  const std::string digits(kDigits), small(kSmall), large(kLarge);
  const std::map<std::string_view, std::string> kinds = {{"62", digits + large + small},
                                                         {"hex", "0123456789abcdef"},
                                                         {"HEX", "0123456789ABCDEF"},
                                                         {"09", digits},
                                                         {"a9", digits + small},
                                                         {"A9", digits + large},
                                                         {"let", small + large},
                                                         {"32", large + "234567"},
                                                         {"64", digits + large + small + "+/"},
                                                         {"url", digits + large + small + "-_"},
                                                         {"bech", "023456789ACDEFGHJKLMNPQRSTUVWXYZ"}};
  const auto found = kinds.find(kind);
  return found == kinds.end() ? std::string() : found->second;
}

std::string drawn(std::string_view kind, std::size_t count, std::mt19937& random) {
  const std::string letters = letters_of(kind);
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += letters[random() % letters.size()];
  // A letter and a digit are in each, and the ends of base64url are no signs, as `\b` wants it.
  if (count >= 10 && kind != "let" && kind != "09")
    out[1] = '7', out[2] = kind == "A9" || kind == "HEX" || kind == "32" || kind == "bech" ? 'F' : 'f';
  if (kind == "url") out.front() = 'k', out.back() = 'Q';
  return out;
}

std::string summed(std::mt19937& random) {
  const std::string letters = letters_of("62"), token = drawn("62", 30, random);
  auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(token.data()), static_cast<uInt>(token.size()));
  std::string text(6, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, sum /= 62) *at = letters[sum % 62];
  return token + text;
}

std::string filled(std::string_view place, std::mt19937& random) {
  if (place.starts_with('=')) return std::string(place.substr(1));
  if (place == "sum") return summed(random);
  if (place == "basic") return base64("shop:" + drawn("62", 12, random));
  if (place == "uuid") {
    const auto part = [&](std::size_t count) { return drawn("hex", count, random); };
    return part(8) + "-" + part(4) + "-" + part(4) + "-" + part(4) + "-" + part(12);
  }
  if (place == "jwt")
    return base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(R"({"sub":"shop","iat":1700000000})") + "." +
           drawn("url", 43, random);
  const auto colon = place.find(':');
  std::size_t count = 0;
  std::from_chars(place.data() + colon + 1, place.data() + place.size(), count);
  return drawn(place.substr(0, colon), count, random);
}

bool is_place(std::string_view place) {
  return place.starts_with('=') || place == "sum" || place == "basic" || place == "uuid" || place == "jwt" ||
         (place.find(':') != std::string_view::npos && !letters_of(place.substr(0, place.find(':'))).empty());
}

}  // namespace

Sample make_sample(std::string_view shape, std::mt19937& random) {
  std::string out;
  std::size_t from = 0, to = std::string::npos;
  while (!shape.empty()) {
    if (shape.starts_with("[[") || shape.starts_with("]]")) {
      (shape.front() == '[' ? from : to) = out.size();
      shape.remove_prefix(2);
      continue;
    }
    const auto end = shape.find('>');
    if (shape.front() == '<' && end != std::string_view::npos && is_place(shape.substr(1, end - 1))) {
      out += filled(shape.substr(1, end - 1), random);
      shape.remove_prefix(end + 1);
      continue;
    }
    out += shape.front();
    shape.remove_prefix(1);
  }
  return {out, out.substr(from, to == std::string::npos ? to : to - from)};
}

}  // namespace sampan::scan::secrets
