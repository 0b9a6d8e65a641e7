#include "deliver/local/bridge.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstring>
#include <random>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

namespace sampan::deliver {

namespace {

// 10.64.0.0 to 10.255.240.0: what people number by hand begins lower.
constexpr int kSetByUser = 3;  // NET_ADDR_SET
constexpr std::uint32_t kFirst = 10u << 24 | 64u << 16, kMask = 0xfffff000, kSubnets = 192 * 16;

std::string text_of(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

}  // namespace

std::optional<std::uint32_t> free_subnet(std::string_view routes, std::uint32_t chance) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> taken;
  for (const auto& line : split(routes, '\n')) {
    unsigned destination = 0, mask = 0;  // hexadecimal, in the byte order of the network
    if (std::sscanf(line.c_str(), "%*s %x %*s %*s %*s %*s %*s %x", &destination, &mask) == 2 && mask != 0)
      taken.emplace_back(ntohl(destination), ntohl(mask));
  }
  for (std::uint32_t i = 0; i < kSubnets; ++i) {
    const auto subnet = kFirst + ((chance + i) % kSubnets << 12);
    const bool touched = std::any_of(taken.begin(), taken.end(), [subnet](const auto& route) {
      const auto shorter = route.second & kMask;
      return (subnet & shorter) == (route.first & shorter);
    });
    if (!touched) return subnet;
  }
  return std::nullopt;
}

Bridge choose_bridge() {
  std::random_device chance;
  Bridge made;
  do {
    made.interface = fmt::format("sampan{:06x}", chance() & 0xffffff);
  } while (exists("/sys/class/net/" + made.interface));
  const auto number = chance();
  const auto subnet =
      free_subnet(read_file("/proc/net/route").value_or(""), number).value_or(kFirst + (number % kSubnets << 12));
  made.subnet = text_of(subnet) + "/20";
  made.gateway = text_of(subnet + 1);
  return made;
}

std::string interface_of(std::string_view network) {
  const auto document = parse_json(network);
  if (!document.has_value() || !document->is_object()) return {};
  const auto* name = document->as_object().if_contains("network_interface");
  return name != nullptr && name->is_string() ? std::string(name->as_string()) : std::string();
}

Result<void> hold_address(const std::string& interface) {
  const auto kind = read_file(fmt::format("/sys/class/net/{}/addr_assign_type", interface));
  if (!kind.has_value() || std::atoi(kind->c_str()) == kSetByUser) return {};
  ifreq request{};
  std::strncpy(request.ifr_name, interface.c_str(), IFNAMSIZ - 1);
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || ::ioctl(socket.get(), SIOCGIFHWADDR, &request) != 0 ||
      ::ioctl(socket.get(), SIOCSIFHWADDR, &request) != 0)
    return fail_errno("keep the address of the bridge " + interface);
  return {};
}

}  // namespace sampan::deliver
