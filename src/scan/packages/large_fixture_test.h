// What tests of large manifests are made of.
#pragma once

#include <functional>

#include "base/growth.h"
#include "scan/packages/fixture_test.h"

namespace sampan::scan::testing {

// `count` times what `line` makes of a number.
inline std::string lines(std::size_t count, const std::function<std::string(std::size_t)>& line) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line(i);
  return text;
}
inline std::string repeated(const std::string& text, std::size_t count) {
  return lines(count, [&](std::size_t) { return text; });
}
inline std::string listed(std::size_t count, const std::function<std::string(std::size_t)>& item) {
  return lines(count, [&](std::size_t i) { return (i > 0 ? ",\n" : "") + item(i); });
}

struct Large {
  const char* name;
  std::size_t size;
  std::function<MapTree::Files(std::size_t)> make;
};

inline void check_growth(const std::vector<Large>& all) {
  using namespace sampan::testing;
  for (const auto& one : all) {
    CAPTURE(std::string(one.name));
    CHECK(growth(
              one.size, [&](std::size_t size) { return MapTree(one.make(size)); },
              [](const MapTree& tree) { read_packages(tree, nullptr); }) < kMostGrowth);
  }
}

}  // namespace sampan::scan::testing
