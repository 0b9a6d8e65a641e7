// Byte offsets as lines and columns of characters, in constant time also where a line is the whole file.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "scan/finding.h"
#include "scan/java/tree.h"

namespace sampan::scan::p3c {

class Places {
 public:
  explicit Places(std::string_view text);  // must outlive it
  int line(std::uint32_t offset) const;
  Range range(java::Span span) const;
  // The line round this place; of a very long line, the part near it.
  std::string_view context(std::uint32_t offset) const;

 private:
  std::uint32_t characters_before(std::uint32_t offset) const;
  int column(std::uint32_t offset) const;

  std::string_view text_;
  std::vector<std::uint32_t> lines_{0};
  std::vector<std::uint32_t> blocks_;  // characters before each block of kBlock bytes
};

}  // namespace sampan::scan::p3c
