#include "edge/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>

#include "base/text.h"

namespace sampan::edge {

namespace {

constexpr std::array<unsigned char, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::string_view kUnix = "unix";

}  // namespace

std::string address_text(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    return inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text) ? text : "";
  }
  if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      return inet_ntop(AF_INET, v6->sin6_addr.s6_addr + kMappedPrefix.size(), text, sizeof text) ? text : "";
    }
    return inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text) ? text : "";
  }
  return std::string(kUnix);
}

bool TrustedProxies::read_address(const std::string& text, std::array<unsigned char, 16>& bytes) {
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return true;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
  return inet_pton(AF_INET, text.c_str(), bytes.data() + kMappedPrefix.size()) == 1;
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& entries) {
  TrustedProxies proxies;
  for (const auto& entry : entries) {
    if (entry == kUnix) {
      proxies.unix_ = true;
      continue;
    }
    const auto slash = entry.find('/');
    Block block;
    bool good = read_address(entry.substr(0, slash), block.bytes);
    if (good && slash != std::string::npos) {
      const bool v4 = entry.find(':') == std::string::npos;
      const char* end = entry.data() + entry.size();
      const auto [stop, error] = std::from_chars(entry.data() + slash + 1, end, block.bits);
      good = error == std::errc() && stop == end && block.bits >= 0 && block.bits <= (v4 ? 32 : 128);
      if (v4) block.bits += 96;
    }
    if (!good)
      return fail(Errc::invalid, "'{}' is not a trusted proxy; expected an address, a block like 10.0.0.0/8, or unix",
                  entry);
    proxies.blocks_.push_back(block);
  }
  return proxies;
}

bool TrustedProxies::trusts(const std::string& address) const {
  if (address == kUnix) return unix_;
  std::array<unsigned char, 16> bytes{};
  if (!read_address(address, bytes)) return false;
  return std::any_of(blocks_.begin(), blocks_.end(), [&](const Block& block) {
    const auto whole = static_cast<std::size_t>(block.bits / 8);
    if (std::memcmp(block.bytes.data(), bytes.data(), whole) != 0) return false;
    const int rest = block.bits % 8;
    return rest == 0 || ((block.bytes[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
  });
}

std::string TrustedProxies::client(const std::string& peer, std::string_view forwarded) const {
  if (forwarded.empty() || !trusts(peer)) return peer;
  std::string client = peer;
  const auto hops = split(forwarded, ',');
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    std::string address(trim(*hop));
    std::array<unsigned char, 16> bytes{};
    if (!read_address(address, bytes)) break;  // whatever is left of it cannot be believed
    client = std::move(address);
    if (!trusts(client)) break;
  }
  return client;
}

}  // namespace sampan::edge
