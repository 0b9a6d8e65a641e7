// The only ways to say and hear an event of model/events.h: typed on both ends, JSON between.
#pragma once

#include <string>
#include <utility>

#include "base/events.h"
#include "base/json_struct.h"

namespace sampan {

template <class E>
Result<void> say(EventLog& log, Tx& tx, const E& event) {
  return log.say(tx, E::kKind, to_json(event));
}

template <class E>
void listen(EventLog& log, std::string name, std::function<Result<void>(const E&)> reaction) {
  log.listen(std::move(name), {std::string(E::kKind)},
             [reaction = std::move(reaction)](const Event& event) -> Result<void> {
               return reaction(TRY(from_json<E>(event.body)));
             });
}

}  // namespace sampan
