// The head of an answer as text, and the answers the edge gives by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/http.h"

namespace sampan::edge {

// How the answer's body ends.
enum class BodyEnd {
  none,    // there is none by rule (204, 304)
  length,  // Content-Length
  chunked,
  closing,  // when the connection closes (HTTP/1.0)
};
struct AnswerFrame {
  BodyEnd end = BodyEnd::length;
  std::uint64_t length = 0;  // with BodyEnd::length
  bool keep_alive = true;
};

// The framing headers are the edge's: what the handler set of Content-Length, Transfer-Encoding, Connection and Date is
// dropped. Line breaks and other control characters in values become spaces; a header whose name is not a token is
// dropped.
std::string format_answer_head(int status, const Headers& headers, const AnswerFrame& frame);
bool forbids_body(int status);  // RFC 9110, section 6.4.1

std::string format_chunk(std::string_view bytes);  // never of nothing: that would be the end
std::string format_chunk_head(std::size_t bytes);  // of a chunk whose bytes, and then kChunkEnd, follow
inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// {"error":{"code":...,"message":...}}, as every answer of the API that is an error.
Response refusal(int status, std::string_view message);

}  // namespace sampan::edge
