// Listening sockets: made with an answer for a person when they cannot be, and accepted from on a loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/files.h"
#include "base/result.h"
#include "edge/loop.h"

namespace sampan::edge {

struct Bound {
  Fd socket;
  std::uint16_t port = 0;
};
Result<Bound> listen_tcp(const std::string& address, std::uint16_t port);
// Replaces a socket nobody listens on; unavailable when somebody does. Only the owner may connect (mode 0600).
Result<Fd> listen_unix(const std::string& path);

class Listener final : public Loop::Handler {
 public:
  using Accepted = std::function<void(Fd socket, std::string peer)>;
  // `has_room` is asked before each accept; without room the kernel's queue waits until a later tick.
  Listener(Fd socket, std::function<bool()> has_room, Accepted accepted);
  int fd() const { return socket_.get(); }
  void on_ready(int fd, std::uint32_t events) override;
  void on_tick(SteadyTime now) override;
  void on_stop(Stop) override {}

 private:
  Fd socket_;
  std::function<bool()> has_room_;
  Accepted accepted_;
};

}  // namespace sampan::edge
