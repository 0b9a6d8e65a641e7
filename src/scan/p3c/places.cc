#include "scan/p3c/places.h"

#include <algorithm>

namespace sampan::scan::p3c {

namespace {

constexpr std::uint32_t kBlock = 256;
constexpr std::size_t kLongLine = 1000, kNear = 200;

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

Places::Places(std::string_view text) : text_(text) {
  std::uint32_t characters = 0;
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    if (i % kBlock == 0) blocks_.push_back(characters);
    characters += starts_character(text[i]);
    if (text[i] == '\n') lines_.push_back(i + 1);
  }
  if (text.size() % kBlock == 0) blocks_.push_back(characters);
}

int Places::line(std::uint32_t offset) const {
  return static_cast<int>(std::upper_bound(lines_.begin(), lines_.end(), offset) - lines_.begin());
}

std::uint32_t Places::characters_before(std::uint32_t offset) const {
  std::uint32_t count = blocks_[offset / kBlock];
  for (auto i = offset / kBlock * kBlock; i < offset; ++i) count += starts_character(text_[i]);
  return count;
}

int Places::column(std::uint32_t offset) const {
  const auto start = lines_[static_cast<std::size_t>(line(offset) - 1)];
  return static_cast<int>(characters_before(offset) - characters_before(start)) + 1;
}

Range Places::range(java::Span span) const {
  return {line(span.start), column(span.start), line(span.end), column(span.end)};
}

std::string_view Places::context(std::uint32_t offset) const {
  const auto number = static_cast<std::size_t>(line(offset));
  std::size_t start = lines_[number - 1];
  std::size_t end = number < lines_.size() ? lines_[number] - 1 : text_.size();
  if (end - start > kLongLine) {
    start = std::max(start, static_cast<std::size_t>(offset) - std::min<std::size_t>(offset, kNear));
    end = std::min(end, offset + kNear);
  }
  return text_.substr(start, end - start);
}

}  // namespace sampan::scan::p3c
