// Whole requests to the routes of four rooms, by somebody who may everything: whatever is sent, the fault is never
// ours.
#include "fuzz.h"
#include "house.h"

using namespace sampan;

FUZZ(input) {
  static fuzz::House house;
  const auto answer = house.ask(input);
  if (!answer) return;
  if (answer->has_value()) return PROMISE((*answer)->status >= 200 && (*answer)->status < 500);
  const auto& error = answer->error();
  if (error.code == Errc::internal) std::fprintf(stderr, "%s\n", error.message.c_str());
  PROMISE(error.code != Errc::internal && !error.message.empty());
}
