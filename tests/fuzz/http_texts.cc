// Texts of HTTP both ways, and answers whose headers somebody else chose.
#include "base/crypto.h"
#include "base/http.h"
#include "edge/answer_head.h"
#include "fuzz.h"
#include "registry/byte_range.h"

using namespace sampan;

FUZZ(input) {
  PROMISE(percent_decode(percent_encode(input)) == std::string(input));
  const auto fields = form_decode(input);
  PROMISE(form_decode(form_encode(fields)) == fields);
  PROMISE(base64_decode(base64(input)).value() == input && base64_decode(base64url(input)).value() == input);
  base64_decode(input).has_value();

  auto bytes = fuzz::provider(input);
  const auto size = bytes.ConsumeIntegral<std::uint64_t>();
  Headers headers;
  while (headers.size() < 8 && bytes.remaining_bytes() > 0) {
    auto name = bytes.ConsumeRandomLengthString();
    headers.emplace_back(std::move(name), bytes.ConsumeRandomLengthString());
  }
  const auto head = edge::format_answer_head(200, headers, {.length = size});
  PROMISE(head.find("\r\n\r\n") == head.size() - 4);
  for (std::size_t at = 0; (at = head.find_first_of("\r\n", at)) != std::string::npos; at += 2) {
    PROMISE(head.compare(at, 2, "\r\n") == 0);
  }
  for (const std::uint64_t blob : {size, size % 1000, std::uint64_t{0}}) {
    const auto part = registry::part_of(input, blob);
    if (part.kind != registry::BlobPart::Kind::outside) PROMISE(part.offset <= blob && part.size <= blob - part.offset);
  }
}
