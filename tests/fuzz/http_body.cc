// A request's body: the same in pieces as in one, and what inflates stays bounded.
#include "edge/framing.h"
#include "edge/inflate.h"
#include "fuzz.h"

using namespace sampan;

static std::string take_all(edge::BodyFraming& framing, std::string_view in, std::string& rest) {
  std::string body, held = rest + std::string(in);
  std::string_view left = held;
  while (!framing.done() && !framing.broken()) {
    const auto piece = framing.take(left);
    PROMISE(piece.used <= left.size() && piece.bytes.size() <= piece.used);
    body += piece.bytes;
    if (piece.used == 0) break;
    left.remove_prefix(piece.used);
  }
  rest = left;
  return body;
}

FUZZ(input) {
  auto bytes = fuzz::provider(input);
  const auto seed = bytes.ConsumeIntegral<std::uint8_t>();
  const std::string content = bytes.ConsumeRemainingBytesAsString();
  auto whole = seed % 4 == 0 ? edge::BodyFraming::length(seed) : edge::BodyFraming::chunked(), cut = whole;
  std::string rest, rest_of_cut, body_of_cut;
  const std::string body = take_all(whole, content, rest);
  fuzz::in_pieces(content, seed, [&](std::string_view piece) { body_of_cut += take_all(cut, piece, rest_of_cut); });
  PROMISE(body == body_of_cut && whole.done() == cut.done() && whole.broken() == cut.broken());
  edge::Inflater inflater;
  char out[512];
  std::string_view in = content;
  for (int step = 0; step < 4000; ++step) {
    const auto before = in.size();
    const auto count = inflater.step(in, out);
    if (!count.has_value() || (*count == 0 && in.empty())) break;
    PROMISE(*count <= sizeof out && in.size() <= before && (*count > 0 || in.size() < before));
  }
}
