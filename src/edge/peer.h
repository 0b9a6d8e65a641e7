// Who is at the other end: addresses as text, and which peers are proxies whose word about the client is taken.
#pragma once

#include <sys/socket.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sampan::edge {

// "127.0.0.1", "2001:db8::1" (an IPv4 address inside IPv6 as plain IPv4), "unix".
std::string address_text(const sockaddr_storage& address);

class TrustedProxies {
 public:
  // Entries: "10.0.0.0/8", "::1", "unix". invalid names the wrong one.
  static Result<TrustedProxies> parse(const std::vector<std::string>& entries);
  bool trusts(const std::string& address) const;
  // The client as the header chain tells it: from the right, the first address that is not a trusted proxy. `forwarded`
  // is the value of X-Forwarded-For, `peer` the socket's other end; the peer itself when it is not trusted or the
  // header holds no address.
  std::string client(const std::string& peer, std::string_view forwarded) const;

 private:
  struct Block {
    std::array<unsigned char, 16> bytes{};  // IPv4 as ::ffff:a.b.c.d
    int bits = 128;
  };
  static bool read_address(const std::string& text, std::array<unsigned char, 16>& bytes);
  std::vector<Block> blocks_;
  bool unix_ = false;
};

}  // namespace sampan::edge
