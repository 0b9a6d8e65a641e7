#include "edge/framing.h"

#include <algorithm>

namespace sampan::edge {

namespace {

constexpr int kMaxSizeDigits = 15;            // 2^60 bytes: no overflow
constexpr std::size_t kMaxExtraBytes = 8192;  // extensions and trailers are dropped, so nobody needs many

bool is_text(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; }

}  // namespace

BodyFraming BodyFraming::length(std::uint64_t bytes) {
  BodyFraming framing;
  framing.left_ = bytes;
  framing.state_ = bytes == 0 ? State::done : State::counted;
  return framing;
}

BodyFraming BodyFraming::chunked() {
  BodyFraming framing;
  framing.state_ = State::size;
  return framing;
}

std::optional<std::uint64_t> BodyFraming::remaining() const {
  if (state_ == State::done) return 0;
  if (state_ == State::counted) return left_;
  return std::nullopt;
}

BodyFraming::Piece BodyFraming::take(std::string_view in) {
  Piece piece;
  while (piece.used < in.size() && !done() && !broken()) {
    if (state_ != State::counted && state_ != State::data) {
      state_ = frame(in[piece.used++]);
      continue;
    }
    piece.bytes = in.substr(piece.used, std::min<std::uint64_t>(left_, in.size() - piece.used));
    piece.used += piece.bytes.size();
    left_ -= piece.bytes.size();
    if (left_ == 0) state_ = state_ == State::counted ? State::done : State::data_cr;
    break;  // one piece at a time: it points into `in`
  }
  return piece;
}

BodyFraming::State BodyFraming::size_digit(char c) {
  int digit = -1;
  if (c >= '0' && c <= '9') digit = c - '0';
  if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
  if (digit >= 0) {
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return ++digits_ > kMaxSizeDigits ? State::broken : State::size;
  }
  if (digits_ == 0) return State::broken;
  if (c == ';') return State::extension;
  return c == '\r' ? State::size_end : State::broken;
}

BodyFraming::State BodyFraming::frame(char c) {
  switch (state_) {
    case State::size: return size_digit(c);
    case State::extension:
      if (c == '\r') return State::size_end;
      return is_text(c) && ++extra_ <= kMaxExtraBytes ? State::extension : State::broken;
    case State::size_end:
      if (c != '\n') return State::broken;
      return left_ == 0 ? State::trailer : State::data;
    case State::data_cr: return c == '\r' ? State::data_lf : State::broken;
    case State::data_lf: digits_ = 0; return c == '\n' ? State::size : State::broken;
    case State::trailer:  // at the start of a line
      if (c == '\r') return State::last_lf;
      [[fallthrough]];
    case State::trailer_line:
      if (c == '\r') return State::trailer_lf;
      return (is_text(c) || c == '\t') && ++extra_ <= kMaxExtraBytes ? State::trailer_line : State::broken;
    case State::trailer_lf: return c == '\n' ? State::trailer : State::broken;
    case State::last_lf: return c == '\n' ? State::done : State::broken;
    case State::counted:
    case State::data:
    case State::done:
    case State::broken: break;
  }
  return State::broken;
}

}  // namespace sampan::edge
