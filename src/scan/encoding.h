// Source files as text: UTF-8, UTF-16 with its mark, or GBK (GB 18030), which much Java code of this world is in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sampan::scan {

struct Decoded {
  std::string text;   // UTF-8, without a byte order mark
  bool whole = true;  // false: bytes that are no text in any of these encodings became U+FFFD
};

// nullopt: binary, no text at all.
std::optional<Decoded> decode(std::string bytes);

}  // namespace sampan::scan
