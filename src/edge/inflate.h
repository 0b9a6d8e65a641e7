// Inflates a gzip stream (RFC 1952) in bounded steps: however small the input, a step never gives more than asked for.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace sampan::edge {

class Inflater {
 public:
  Inflater();
  ~Inflater();
  // Takes from the front of `in` (advancing it), writes to `out`, returns how much was written. 0 with `in` empty:
  // needs more. invalid: not gzip, or damaged.
  Result<std::size_t> step(std::string_view& in, std::span<char> out);
  bool complete() const;  // at the end of a whole stream: the input may end here

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sampan::edge
