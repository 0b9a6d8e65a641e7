#include "edge/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "base/socket_address.h"
#include "edge/peer.h"

namespace sampan::edge {

namespace {

constexpr int kQueue = 1024;

tl::unexpected<Error> fail_listen(const std::string& where) {
  if (errno == EADDRINUSE) return fail(Errc::unavailable, "cannot listen on {}: another program already does", where);
  return fail(errno == EADDRNOTAVAIL || errno == EACCES ? Errc::invalid : Errc::internal, "cannot listen on {}: {}",
              where, std::strerror(errno));
}

bool answers(const sockaddr_un& address) {
  Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// BBR sends by a timer what never leaves the machine, and a large blob costs four times the processor's time by that.
// Reno does not pace; it is in every kernel, and everybody may have it (net/ipv4/tcp_cong.c).
void do_not_pace(int socket) {
  constexpr std::string_view kReno = "reno";
  ::setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, kReno.data(), kReno.size());
}

}  // namespace

Result<Bound> listen_tcp(const std::string& address, std::uint16_t port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return fail(Errc::invalid,
                "'{}' is not an address to listen on; expected IPv4 or IPv6 in digits, like 127.0.0.1 or ::", address);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  const std::string where = fmt::format("{} port {}", address, port);
  Bound bound;
  bound.socket = Fd(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!bound.socket) return fail_errno("open a socket");
  const int on = 1;
  ::setsockopt(bound.socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(bound.socket.get(), found->ai_addr, found->ai_addrlen) != 0) return fail_listen(where);
  if (::listen(bound.socket.get(), kQueue) != 0) return fail_listen(where);
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  ::getsockname(bound.socket.get(), reinterpret_cast<sockaddr*>(&name), &size);
  bound.port = ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&name)->sin6_port
                                                : reinterpret_cast<sockaddr_in*>(&name)->sin_port);
  return bound;
}

Result<Fd> listen_unix(const std::string& path) {
  const sockaddr_un address = TRY(socket_address(path));
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode))
      return fail(Errc::invalid, "cannot listen on {}: there is a file of that name that is not a socket", path);
    if (answers(address)) return fail(Errc::unavailable, "cannot listen on {}: another program already does", path);
    ::unlink(path.c_str());
  }
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno("open a socket");
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return fail_listen(path);
  // Before listen(): nobody can have connected in between.
  if (::chmod(path.c_str(), 0600) != 0 || ::listen(socket.get(), kQueue) != 0) return fail_listen(path);
  return socket;
}

Listener::Listener(Fd socket, std::function<bool()> has_room, Accepted accepted)
    : socket_(std::move(socket)), has_room_(std::move(has_room)), accepted_(std::move(accepted)) {}

void Listener::on_ready(int, std::uint32_t) {
  while (has_room_()) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    Fd socket(::accept4(fd(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno != EAGAIN)
        log::warning("edge", "a connection cannot be accepted: {}", std::strerror(errno));  // the tick tries again
      return;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on a Unix socket, which needs none
    auto peer = address_text(address);
    sockaddr_storage own{};
    size = sizeof own;
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0 && address_text(own) == peer)
      do_not_pace(socket.get());
    accepted_(std::move(socket), std::move(peer));
  }
}

void Listener::on_tick(SteadyTime) { on_ready(fd(), 0); }

}  // namespace sampan::edge
