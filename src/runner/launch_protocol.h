// What the runner and its helper (sampan-launch --serve) say to each other: one message for each command, one answer.
#pragma once

#include <cstdint>

namespace sampan::launch {

// Followed by so many texts, each ended by NUL: the arguments, with the program's name first, then the environment.
// With it go two descriptors: the command's output, and one from which a byte is read before it begins. When that ends
// without a byte the command never begins.
struct StartRequest {
  std::uint32_t arguments = 0, variables = 0;
  bool new_session = false;  // else a process group of its own
};
constexpr std::uint32_t kMostStartBytes = 128 << 10;

struct StartAnswer {
  std::int32_t pid = 0;  // a child of the helper's parent; negative: the error
};

}  // namespace sampan::launch
