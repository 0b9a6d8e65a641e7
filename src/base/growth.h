// For tests: how a piece of work grows with its input. By the time of the processor, so that a busy machine says the
// same, and only as a proportion.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace sampan::testing {

// The most that eight times the input may take: n log n stays well below it, the square is 64.
inline constexpr double kMostGrowth = 20;

// work(make(8 * size)) in proportion to work(make(size)). A machine whose host gives it less for a moment tells too
// much, never too little: of each the least counts, and it is tried again, up to ten times, until it is below
// kMostGrowth.
template <class Make, class Work>
double growth(std::size_t size, const Make& make, const Work& work) {
  constexpr int kTries = 10;
  const auto seconds = [&](const auto& input) {
    const auto now = [] {
      timespec time{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    };
    const auto began = now();
    work(input);
    return now() - began;
  };
  const auto few = make(size);
  const auto many = make(8 * size);
  auto small = std::numeric_limits<double>::infinity(), large = small;
  for (int tried = 0; tried < kTries; tried++) {
    for (int repeated = 0; repeated < 3; repeated++) small = std::min(small, seconds(few));
    large = std::min(large, seconds(many));
    if (large < kMostGrowth * small) break;
  }
  return large / std::max(small, 1e-6);
}

}  // namespace sampan::testing
