// The head of a request: text -> Request, or the reason why not. Strict where two readers could differ (RFC 9112,
// sections 3, 5, 6, 11.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/http.h"
#include "edge/framing.h"

namespace sampan::edge {

struct Head {
  Request request;  // method, target, path, query, headers
  BodyFraming framing;
  std::optional<std::uint64_t> content_length;  // absent: chunked
  bool keep_alive = true;
  bool expects_continue = false;
  bool http_1_0 = false;  // must not be answered chunked
};

struct Refusal {
  int status = 400;
  std::string message;  // one sentence
};

// Where the head ends (just after its empty line), or npos. `searched` bytes at the front are known not to hold its
// end.
std::size_t find_head_end(std::string_view bytes, std::size_t searched);
// `text` ends with the empty line.
tl::expected<Head, Refusal> parse_head(std::string_view text);

}  // namespace sampan::edge
