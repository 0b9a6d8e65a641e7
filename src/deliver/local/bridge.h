// The network of podman's containers on this machine: a bridge and a subnet that nobody else has, now or later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sampan::deliver {

struct Bridge {
  std::string interface, subnet, gateway;  // "sampan3f09c1", "10.91.48.0/20", "10.91.48.1"
};

// By chance among thousands: the bridge of another Sampan that is down, or that is being chosen at this moment, is
// seen nowhere.
Bridge choose_bridge();

// The "network_interface" of a network as podman keeps it (JSON); empty: it names none.
std::string interface_of(std::string_view network);

// Gives a bridge that is up the address it has now, to keep: otherwise it takes the lowest of its ports' addresses, and
// each container that comes or goes may change it, so that what the others send to the old one is lost until they ask
// again (200 ms to seconds). Nothing when there is no such bridge, or it keeps its address already.
Result<void> hold_address(const std::string& interface);

// Which 10.x.y.0/20 no route of `routes` (as /proc/net/route) touches, where the search begins at `chance`; nullopt:
// none is free.
std::optional<std::uint32_t> free_subnet(std::string_view routes, std::uint32_t chance);

}  // namespace sampan::deliver
