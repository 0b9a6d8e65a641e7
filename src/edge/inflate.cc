#include "edge/inflate.h"

#include <zlib.h>

#include <stdexcept>

namespace sampan::edge {

namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

}  // namespace

struct Inflater::State {
  z_stream stream{};
  bool ended = false;
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
  if (inflateInit2(&state_->stream, kGzipOnly) != Z_OK) throw std::runtime_error("zlib cannot start");
}

Inflater::~Inflater() { inflateEnd(&state_->stream); }

bool Inflater::complete() const { return state_->ended; }

Result<std::size_t> Inflater::step(std::string_view& in, std::span<char> out) {
  auto& stream = state_->stream;
  if (state_->ended && !in.empty()) {  // a further member (RFC 1952, section 2.2)
    inflateReset(&stream);
    state_->ended = false;
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = state_->ended ? Z_STREAM_END : inflate(&stream, Z_NO_FLUSH);
  in.remove_prefix(in.size() - stream.avail_in);
  if (result == Z_STREAM_END) {
    state_->ended = true;
  } else if (result != Z_OK && (result != Z_BUF_ERROR || !in.empty())) {
    return fail(Errc::invalid, "the request body is not valid gzip: {}", stream.msg ? stream.msg : "damaged data");
  }
  return out.size() - stream.avail_out;
}

}  // namespace sampan::edge
