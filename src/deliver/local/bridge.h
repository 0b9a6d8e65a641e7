// The network of podman's containers on this machine: a bridge and a subnet that nobody else has, now or later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sampan::deliver {

struct Bridge {
  std::string interface, subnet, gateway;  // "sampan3f09c1", "10.91.48.0/20", "10.91.48.1"
};

// By chance among thousands: the bridge of another Sampan that is down, or that is being chosen at this moment, is
// seen nowhere.
Bridge choose_bridge();

// Which 10.x.y.0/20 no route of `routes` (as /proc/net/route) touches, where the search begins at `chance`; nullopt:
// none is free.
std::optional<std::uint32_t> free_subnet(std::string_view routes, std::uint32_t chance);

}  // namespace sampan::deliver
