#include "scan/secrets/checks.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"

namespace sampan::scan::secrets {

namespace {

constexpr std::size_t kSumLength = 6, kSummedLength = 30;
constexpr std::size_t kLeastKeyBytes = 40;  // of base64; an Ed25519 key has 64

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_object_with(std::string_view base64, std::string_view key) {
  const auto text = base64_decode(base64);
  if (!text.has_value()) return false;
  const auto json = parse_json(*text);
  return json.has_value() && json->is_object() && (key.empty() || json->as_object().contains(key));
}

}  // namespace

double entropy(std::string_view text) {
  std::array<int, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

bool has_github_checksum(std::string_view token) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  if (token.size() < kSumLength + kSummedLength) return false;
  const auto summed = token.substr(token.size() - kSumLength - kSummedLength, kSummedLength);
  auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(summed.data()), static_cast<uInt>(summed.size()));
  std::string text(kSumLength, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, sum /= kDigits.size()) *at = kDigits[sum % kDigits.size()];
  return token.ends_with(text);
}

bool is_jwt(std::string_view token) {
  const auto first = token.find('.'), second = token.find('.', first + 1);
  if (second == std::string_view::npos) return false;
  return is_object_with(token.substr(0, first), "alg") &&
         is_object_with(token.substr(first + 1, second - first - 1), "");
}

bool is_basic_auth(std::string_view base64) {
  const auto text = base64_decode(base64);
  if (!text.has_value() || !is_valid_utf8(*text)) return false;
  const auto colon = text->find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < text->size();
}

bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), is_digit); }

bool is_mixed(std::string_view text) { return has_digit(text) && std::any_of(text.begin(), text.end(), is_letter); }

bool is_key_block(std::string_view text) {
  const auto body = text.substr(std::min(text.size(), text.find("KEY")));
  const auto letters = std::count_if(body.begin(), body.end(), [](char c) { return is_letter(c) || is_digit(c); });
  return letters >= static_cast<std::ptrdiff_t>(kLeastKeyBytes) && entropy(body) > 3.5;
}

}  // namespace sampan::scan::secrets
