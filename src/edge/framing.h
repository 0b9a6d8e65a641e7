// Where a request body ends: by Content-Length or chunked (RFC 9112, sections 6 and 7). Strict: what two readers could
// take differently is refused. Pure: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sampan::edge {

class BodyFraming {
 public:
  static BodyFraming length(std::uint64_t bytes);  // 0: no body
  static BodyFraming chunked();

  struct Piece {
    std::string_view bytes;  // of the body, a part of what was given
    std::size_t used = 0;    // given bytes that are dealt with
  };
  // The next piece of the body in `in`. used == 0 and neither done nor broken: more bytes are needed.
  Piece take(std::string_view in);
  bool done() const { return state_ == State::done; }
  bool broken() const { return state_ == State::broken; }
  std::optional<std::uint64_t> remaining() const;  // absent: chunked and not done

 private:
  enum class State {
    counted,
    size,
    extension,
    size_end,
    data,
    data_cr,
    data_lf,
    trailer,
    trailer_line,
    trailer_lf,
    last_lf,
    done,
    broken
  };
  State frame(char c);  // the state after one byte that is not body
  State size_digit(char c);

  State state_ = State::done;
  std::uint64_t left_ = 0;  // counted: of the body; data: of the chunk
  int digits_ = 0;          // of the chunk size
  std::size_t extra_ = 0;   // bytes of extensions and trailers, all together
};

}  // namespace sampan::edge
