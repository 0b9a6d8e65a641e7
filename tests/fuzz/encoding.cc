// Source files of any encoding become valid text, or are called binary.
#include "scan/encoding.h"

#include "base/text.h"
#include "fuzz.h"

using namespace sampan;

FUZZ(input) {
  const auto decoded = scan::decode(std::string(input));
  if (!decoded) return;
  PROMISE(is_valid_utf8(decoded->text));
  PROMISE(decoded->text.size() <= input.size() * 3);
  const bool marked =
      input.starts_with("\xef\xbb\xbf") || input.starts_with("\xff\xfe") || input.starts_with("\xfe\xff");
  if (is_valid_utf8(input) && !marked) PROMISE(decoded->text == input && decoded->whole);
}
