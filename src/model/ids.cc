#include "model/ids.h"

#include <algorithm>

namespace sampan {

namespace {

bool is_lower_hex(std::string_view text, std::size_t length) {
  return text.size() == length &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

constexpr std::size_t kShaLength = 40;
constexpr std::size_t kSha256Length = 64;
constexpr std::string_view kSha256Prefix = "sha256:";

}  // namespace

std::optional<Sha> Sha::parse(std::string_view text) {
  if (!is_lower_hex(text, kShaLength)) return std::nullopt;
  return Sha(std::string(text));
}

Sha Sha::zero() { return Sha(std::string(kShaLength, '0')); }

bool Sha::is_zero() const { return text_.find_first_not_of('0') == std::string::npos; }

std::optional<Digest> Digest::parse(std::string_view text) {
  if (!text.starts_with(kSha256Prefix)) return std::nullopt;
  return from_sha256(text.substr(kSha256Prefix.size()));
}

std::optional<Digest> Digest::from_sha256(std::string_view hex64) {
  if (!is_lower_hex(hex64, kSha256Length)) return std::nullopt;
  return Digest(std::string(kSha256Prefix) + std::string(hex64));
}

}  // namespace sampan
