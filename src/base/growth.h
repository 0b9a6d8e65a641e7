// For tests: how a piece of work grows with its input. By the time of the processor, so that a busy machine says the
// same, and only as a proportion.
#pragma once

#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace sampan::testing {

// The most that eight times the input may take: n log n stays well below it, the square is 64.
inline constexpr double kMostGrowth = 20;

// work(make(8 * size)) in proportion to work(make(size)), of each the median of three.
template <class Make, class Work>
double growth(std::size_t size, const Make& make, const Work& work) {
  const auto seconds = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const auto median = [&](std::size_t of) {
    const auto input = make(of);
    std::array<double, 3> times{};
    for (auto& time : times) {
      const auto began = seconds();
      work(input);
      time = seconds() - began;
    }
    std::sort(times.begin(), times.end());
    return times[1];
  };
  const auto small = median(size), large = median(8 * size);
  return large / std::max(small, 1e-6);
}

}  // namespace sampan::testing
