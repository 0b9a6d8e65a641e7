#include "deliver/local/probe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "base/files.h"
#include "deliver/local/probe_text.h"

namespace sampan::deliver {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

int left_ms(Deadline deadline) {
  return static_cast<int>(std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count()));
}

bool wait_for(int fd, short events, Deadline deadline) {
  pollfd polled{fd, events, 0};
  return ::poll(&polled, 1, left_ms(deadline)) == 1;
}

Fd connect_to(const ProbeTarget& target, Deadline deadline, std::string& why) {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(target.port));
  if (::inet_pton(AF_INET, target.host.c_str(), &address.sin_addr) != 1) return why = "no address yet", Fd();
  int error = 0;
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    error = errno;
    if (error == EINPROGRESS) {
      if (!wait_for(fd.get(), POLLOUT, deadline)) return why = "no connection within the time limit", Fd();
      socklen_t size = sizeof error;
      ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
  }
  if (error != 0) return why = fmt::format("connect: {}", std::strerror(error)), Fd();
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

constexpr std::size_t kMostAnswer = 16 << 10;

}  // namespace

ProbeAnswer probe_address(const ProbeTarget& target, const Clock& clock) {
  ProbeAnswer answer{clock.now(), false, 0, {}};
  const auto deadline = std::chrono::steady_clock::now() + target.probe.timeout;
  const Fd fd = connect_to(target, deadline, answer.body);
  if (!fd) return answer;
  if (target.probe.kind == Probe::Kind::tcp) {
    answer.ok = true;
    return answer;
  }
  const auto request =
      fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nUser-Agent: sampan-probe\r\nConnection: close\r\n\r\n",
                  target.probe.path, target.host, target.port);
  if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return answer.body = "the connection broke", answer;
  std::string data;
  char buffer[4096];
  while (data.size() < kMostAnswer && !is_whole_answer(data)) {
    if (!wait_for(fd.get(), POLLIN, deadline)) {
      if (data.empty())
        return answer.body = fmt::format("no answer within {} ms", target.probe.timeout.count()), answer;
      break;
    }
    const auto got = ::recv(fd.get(), buffer, sizeof buffer, 0);
    if (got <= 0) break;
    data.append(buffer, static_cast<std::size_t>(got));
  }
  read_answer(data, answer);
  return answer;
}

Result<std::string> tail_of_log(const std::string& file, int lines) {
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail(Errc::not_found, "no log at {}", file);
  struct stat status {};
  ::fstat(fd.get(), &status);
  constexpr off_t kMost = 1 << 20;
  const off_t from = std::max<off_t>(0, status.st_size - kMost);
  std::string text(static_cast<std::size_t>(status.st_size - from), '\0');
  const auto got = ::pread(fd.get(), text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return last_texts(text, lines);
}

}  // namespace sampan::deliver
