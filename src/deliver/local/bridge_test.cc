#include "deliver/local/bridge.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

using namespace sampan::deliver;

namespace {

// As the kernel writes it: little-endian hexadecimal.
std::string route(unsigned a, unsigned b, unsigned c, unsigned mask) {
  return fmt::format("eth0\t00{:02X}{:02X}{:02X}\t00000000\t0001\t0\t0\t0\t{:08X}\t0\t0\t0\n", c, b, a, mask);
}

}  // namespace

TEST_CASE("bridge: a subnet that a route touches, wider or narrower, is not taken") {
  const std::string head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";
  CHECK(free_subnet(head, 0) == (10u << 24 | 64u << 16));
  CHECK(free_subnet(head + route(0, 0, 0, 0), 0) == (10u << 24 | 64u << 16));  // the default route touches all
  CHECK(free_subnet(head + route(10, 64, 3, 0x00ffffff), 0) == (10u << 24 | 64u << 16 | 16u << 8));
  CHECK(free_subnet(head + route(10, 64, 0, 0x0000ffff), 0) == (10u << 24 | 65u << 16));
  CHECK_FALSE(free_subnet(head + route(10, 0, 0, 0x000000ff), 5).has_value());
}

TEST_CASE("bridge: two that are chosen at once, before either is up, do not meet") {
  std::set<std::string> interfaces, subnets;
  for (int i = 0; i < 8; ++i) {
    const auto bridge = choose_bridge();
    CHECK(bridge.interface.size() < 16);  // IFNAMSIZ
    CHECK(bridge.subnet.ends_with(".0/20"));
    interfaces.insert(bridge.interface);
    subnets.insert(bridge.subnet);
  }
  CHECK(interfaces.size() > 6);
  CHECK(subnets.size() > 6);
}
