// Text that stands in another text as base64 (RFC 4648, both alphabets, also over several lines).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scan/secrets/first_pass.h"

namespace sampan::scan::secrets {

struct Wrapped {
  Region place;      // of the base64
  std::string text;  // what it says
};
// Runs of kLeastWrapped characters and more that decode to printable text; keys, digests and pictures do not.
inline constexpr std::size_t kLeastWrapped = 24;
std::vector<Wrapped> wrapped_texts(std::string_view text);

}  // namespace sampan::scan::secrets
