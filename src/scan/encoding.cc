#include "scan/encoding.h"

#include <iconv.h>

#include "base/text.h"

namespace sampan::scan {

namespace {

constexpr std::size_t kLook = 8000;  // as git: a zero byte in the first 8000 means binary

std::optional<std::string> converted(std::string_view bytes, const char* from) {
  const iconv_t work = ::iconv_open("UTF-8", from);
  if (work == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string out(bytes.size() * 2 + 16, '\0');  // two bytes of input make at most three of output
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

std::optional<Decoded> decode(std::string bytes) {
  const std::string_view all = bytes;
  for (const auto& [mark, name] : {std::pair("\xFF\xFE", "UTF-16LE"), std::pair("\xFE\xFF", "UTF-16BE")}) {
    if (!all.starts_with(mark)) continue;
    if (auto text = converted(all.substr(2), name)) return Decoded{std::move(*text), true};
  }
  if (all.substr(0, kLook).find('\0') != std::string_view::npos) return std::nullopt;
  if (all.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  if (is_valid_utf8(bytes)) return Decoded{std::move(bytes), true};
  if (auto text = converted(bytes, "GB18030")) return Decoded{std::move(*text), true};
  return Decoded{to_valid_utf8(bytes), false};
}

}  // namespace sampan::scan
