#include "registry/byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sampan::registry {

namespace {

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace

BlobPart part_of(std::string_view header, std::uint64_t blob_size) {
  const BlobPart whole{BlobPart::Kind::whole, 0, blob_size}, outside{BlobPart::Kind::outside, 0, 0};
  if (!header.starts_with("bytes=")) return whole;
  header.remove_prefix(6);
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return whole;
  const auto first_text = header.substr(0, dash), last_text = header.substr(dash + 1);
  const auto first = number_of(first_text), last = number_of(last_text);
  if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last)) return whole;
  if (!first) {  // the last N bytes
    if (*last == 0 || blob_size == 0) return outside;
    const auto size = std::min(*last, blob_size);
    return {BlobPart::Kind::part, blob_size - size, size};
  }
  if (last && *last < *first) return whole;
  if (*first >= blob_size) return outside;
  return {BlobPart::Kind::part, *first, (last ? std::min(*last, blob_size - 1) : blob_size - 1) - *first + 1};
}

}  // namespace sampan::registry
