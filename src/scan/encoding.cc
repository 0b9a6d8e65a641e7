#include "scan/encoding.h"

#include <iconv.h>

#include "base/text.h"

namespace sampan::scan {

namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::size_t kLook = 8000;  // as git: a zero byte in the first 8000 means binary

bool begins_binary(std::string_view bytes) { return bytes.substr(0, kLook).find('\0') != std::string_view::npos; }

std::optional<std::string> converted(std::string_view bytes, const char* from, const char* into = "UTF-8") {
  const iconv_t work = ::iconv_open(into, from);
  if (work == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string out(bytes.size() * 2 + 16, '\0');  // two bytes of GBK or UTF-16 make at most three; one of UTF-8 two
  char* in = const_cast<char*>(bytes.data());
  char* to = out.data();
  std::size_t in_left = bytes.size(), out_left = out.size();
  const bool done = ::iconv(work, &in, &in_left, &to, &out_left) != static_cast<std::size_t>(-1);
  ::iconv_close(work);
  if (!done) return std::nullopt;
  out.resize(out.size() - out_left);
  return out;
}

}  // namespace

std::optional<Encoding> utf16_of(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE")) return Encoding::utf16le;
  if (bytes.starts_with("\xFE\xFF")) return Encoding::utf16be;
  return std::nullopt;
}

std::optional<std::string> decode_utf16(std::string_view bytes, Encoding encoding) {
  return converted(bytes, encoding == Encoding::utf16le ? "UTF-16LE" : "UTF-16BE");
}

bool is_binary(std::string_view bytes) { return !utf16_of(bytes) && begins_binary(bytes); }

std::optional<Decoded> decode(std::string bytes) {
  const std::string_view all = bytes;
  if (const auto encoding = utf16_of(all)) {
    if (auto text = decode_utf16(all.substr(2), *encoding)) return Decoded{std::move(*text), true, *encoding};
  }
  if (begins_binary(all)) return std::nullopt;
  const bool marked = all.starts_with(kMark);
  if (marked) bytes.erase(0, kMark.size());
  if (is_valid_utf8(bytes)) return Decoded{std::move(bytes), true, marked ? Encoding::utf8_marked : Encoding::utf8};
  if (auto text = converted(bytes, "GB18030")) return Decoded{std::move(*text), true, Encoding::gb18030};
  return Decoded{to_valid_utf8(bytes), false};
}

std::optional<std::string> encode(std::string_view text, Encoding encoding) {
  const auto marked = [&](std::string_view mark, const char* name) -> std::optional<std::string> {
    auto bytes = converted(text, "UTF-8", name);
    if (bytes) bytes->insert(0, mark);
    return bytes;
  };
  switch (encoding) {
    case Encoding::utf8: return std::string(text);
    case Encoding::utf8_marked: return std::string(kMark).append(text);
    case Encoding::utf16le: return marked("\xFF\xFE", "UTF-16LE");
    case Encoding::utf16be: return marked("\xFE\xFF", "UTF-16BE");
    case Encoding::gb18030: return converted(text, "UTF-8", "GB18030");
  }
  return std::nullopt;
}

}  // namespace sampan::scan
