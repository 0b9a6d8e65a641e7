// Which bytes of a blob a Range header asks for (RFC 7233, sections 2.1, 3.1 and 4.4).
#pragma once

#include <cstdint>
#include <string_view>

namespace sampan::registry {

struct BlobPart {
  enum class Kind { whole, part, outside };
  Kind kind = Kind::whole;
  std::uint64_t offset = 0, size = 0;  // bytes; of `outside` nothing
};

// `header` is the value of Range, empty when there is none. One range of bytes is answered; several, another unit or
// nonsense are ignored as the RFC allows: the whole.
BlobPart part_of(std::string_view header, std::uint64_t blob_size);

}  // namespace sampan::registry
