// What the fuzz targets share. A target is one function: a stranger's bytes in, an abort when a promise is broken.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

// PROMISE(condition): aborts with its words when it does not hold, whatever the build type.
#define PROMISE(...) \
  (static_cast<bool>(__VA_ARGS__) ? void() : ::sampan::fuzz::broken_promise(__FILE__, __LINE__, #__VA_ARGS__))

// FUZZ(input) { ... }: the target, given all bytes as text, which is not followed by a NUL.
#define FUZZ(input)                                                                   \
  static void fuzz_target(std::string_view);                                          \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    fuzz_target({reinterpret_cast<const char*>(data), size});                         \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_target(std::string_view input)

namespace sampan::fuzz {

[[noreturn]] inline void broken_promise(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, condition);
  std::abort();
}

// Numbers come from the end of the bytes, texts from their front (a backslash and any other character end one, but for
// the last), so that a seed of several texts can be read and typed.
inline FuzzedDataProvider provider(std::string_view input) {
  return {reinterpret_cast<const std::uint8_t*>(input.data()), input.size()};
}

// The bytes in pieces of 1 to 19, cut anew with each `seed`; every piece is a copy, so that reading behind it is seen.
template <class Take>
void in_pieces(std::string_view bytes, std::uint8_t seed, Take take) {
  for (std::uint32_t step = seed; !bytes.empty(); step = step * 31 + 7) {
    const std::string piece(bytes.substr(0, 1 + step % 19));
    bytes.remove_prefix(piece.size());
    take(std::string_view(piece));
  }
}

}  // namespace sampan::fuzz
