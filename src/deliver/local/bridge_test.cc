#include "deliver/local/bridge.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "base/files.h"
#include "base/process.h"

using namespace sampan;
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

TEST_CASE("bridge: it keeps its address when ports with lower ones come and go") {
  const auto bridge = choose_bridge().interface, port = "p" + bridge.substr(6);
  const auto ip = [](std::vector<std::string> words) {
    words.insert(words.begin(), "ip");
    REQUIRE(run_ok({.argv = std::move(words)}).has_value());
  };
  const auto address = [&] { return read_file("/sys/class/net/" + bridge + "/address").value_or(""); };
  CHECK(hold_address(bridge).has_value());  // there is none
  ip({"link", "add", bridge, "type", "bridge"});
  ip({"link", "add", port, "address", "0e:00:00:00:00:02", "master", bridge, "type", "veth", "peer", "name",
      port + "x"});
  CHECK(address() == "0e:00:00:00:00:02\n");
  CHECK(hold_address(bridge).has_value());
  ip({"link", "add", port + "b", "address", "02:00:00:00:00:01", "master", bridge, "type", "veth", "peer", "name",
      port + "y"});
  CHECK(address() == "0e:00:00:00:00:02\n");
  ip({"link", "del", port});
  CHECK(address() == "0e:00:00:00:00:02\n");
  ip({"link", "del", port + "b"});
  ip({"link", "del", bridge});
}

TEST_CASE("bridge: its name is read from the network that podman keeps") {
  CHECK(interface_of(R"({"name":"sampan","network_interface":"sampan3f09c1"})") == "sampan3f09c1");
  CHECK(interface_of("{").empty());
}
