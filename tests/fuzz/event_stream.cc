// The runner's stream of orders: events are the same however their bytes are cut.
#include "fuzz.h"
#include "runner/event_reader.h"
#include "runner/order.h"

using namespace sampan;

FUZZ(input) {
  auto bytes = fuzz::provider(input);
  const auto seed = bytes.ConsumeIntegral<std::uint8_t>();
  const std::string content = bytes.ConsumeRemainingBytesAsString();
  std::string whole, cut;
  const auto into = [](std::string& text) {
    return [&text](std::string_view event, std::string_view data) {
      text += fmt::format("{}:{}|", event, data);
      if (event == "order") runner::parse_order(data).has_value();
    };
  };
  runner::EventReader one(into(whole)), other(into(cut));
  one.feed(content);
  fuzz::in_pieces(content, seed, [&](std::string_view piece) { other.feed(piece); });
  PROMISE(whole == cut && one.heard() == other.heard());
  PROMISE(whole.size() <= content.size() * 2 + 16);
}
