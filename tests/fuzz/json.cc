// JSON of every route: the document as such, and the structs that are read strictly from it.
#include "base/json_struct.h"
#include "fuzz.h"
#include "model/events.h"
#include "pipeline/order_json.h"
#include "pipeline/runner_wire.h"
#include "runner/order.h"

using namespace sampan;

template <class T>
static void round_trip(const Json& json) {
  const auto value = from_json_value<T>(json);
  if (!value.has_value()) return PROMISE(value.error().code == Errc::invalid && !value.error().message.empty());
  const std::string text = to_json(*value);
  const auto again = from_json<T>(text);
  PROMISE(again.has_value() && to_json(*again) == text);
}

FUZZ(input) {
  const auto json = parse_json(input);
  if (!json.has_value()) return PROMISE(!json.error().message.empty());
  const std::string text = format_json(*json);
  const auto again = parse_json(text);
  PROMISE(again.has_value() && format_json(*again) == text);
  round_trip<runner::Order>(*json);
  round_trip<pipeline::Order>(*json);
  round_trip<pipeline::wire::Steps>(*json);
  round_trip<pipeline::wire::Finish>(*json);
  round_trip<pipeline::wire::Caches>(*json);
  round_trip<events::PushReceived>(*json);
  round_trip<events::DeploymentChanged>(*json);
}
