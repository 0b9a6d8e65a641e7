// Source files as text: UTF-8, UTF-16 with its mark, or GBK (GB 18030), which much Java code of this world is in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sampan::scan {

enum class Encoding { utf8, utf8_marked, utf16le, utf16be, gb18030 };

struct Decoded {
  std::string text;   // UTF-8, without a byte order mark
  bool whole = true;  // false: bytes that are no text in any of these encodings became U+FFFD
  Encoding encoding = Encoding::utf8;
};

// At first sight, as git: no mark of UTF-16, and a zero byte near the beginning.
bool is_binary(std::string_view bytes);
// nullopt: binary, no text at all.
std::optional<Decoded> decode(std::string bytes);
// UTF-16 by its mark; nullopt: it has none.
std::optional<Encoding> utf16_of(std::string_view bytes);
// A part of UTF-16, without the mark; nullopt: it is none.
std::optional<std::string> decode_utf16(std::string_view bytes, Encoding encoding);
// The bytes of a text, with the mark that decode() took away; nullopt: the encoding lacks a character of it.
std::optional<std::string> encode(std::string_view text, Encoding encoding);

}  // namespace sampan::scan
