// For the edge's tests: a server on loopback, a raw client that sends exactly what it is told, a child process as a
// body.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fstream>

#include "base/files.h"
#include "base/http.h"
#include "base/process.h"
#include "base/sync.h"
#include "base/text.h"
#include "edge/framing.h"
#include "edge/server.h"

namespace sampan::edge::testing {

using namespace std::chrono_literals;

struct Answer {
  int status = 0;
  Headers headers;
  std::string body;
  bool complete = false;
  std::string header(std::string_view name) const { return std::string(find_header(headers, name)); }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  explicit RawClient(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
  }

  int fd() const { return fd_.get(); }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  // False: nothing more comes (or nothing came for 20 s).
  bool fill() {
    char bytes[64 << 10];
    ssize_t count = 0;
    do count = ::recv(fd(), bytes, sizeof bytes, 0);
    while (count < 0 && errno == EINTR);
    timed_out_ = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (count <= 0) return false;
    in_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }
  std::string read_until(std::string_view mark) {
    std::size_t at;
    while ((at = in_.find(mark)) == std::string::npos) {
      if (!fill()) return std::exchange(in_, {});
    }
    std::string out = in_.substr(0, at + mark.size());
    in_.erase(0, out.size());
    return out;
  }
  std::string take() { return std::exchange(in_, {}); }
  std::string read_all() {
    while (fill()) {
    }
    return std::exchange(in_, {});
  }
  bool at_end() { return in_.empty() && !fill() && !timed_out_; }
  bool timed_out() const { return timed_out_; }

  Answer read_answer(bool to_head = false) {
    Answer answer;
    const auto lines = split(read_until("\r\n\r\n"), '\n');
    if (lines.empty() || !lines[0].starts_with("HTTP/1.1 ")) return answer;
    answer.status = std::atoi(lines[0].c_str() + 9);
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto colon = lines[i].find(':');
      if (colon != std::string::npos)
        answer.headers.emplace_back(lines[i].substr(0, colon), trim(lines[i].substr(colon + 1)));
    }
    auto framing = BodyFraming::length(std::strtoull(answer.header("content-length").c_str(), nullptr, 10));
    if (answer.header("transfer-encoding") == "chunked") framing = BodyFraming::chunked();
    while (!to_head && !framing.done() && !framing.broken()) {
      if (in_.empty() && !fill()) return answer;
      const auto piece = framing.take(in_);
      answer.body += piece.bytes;
      in_.erase(0, piece.used);
    }
    answer.complete = !framing.broken();
    return answer;
  }
  Answer get(std::string_view target) {
    send(fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", target));
    return read_answer();
  }

 private:
  void connect(const sockaddr* address, socklen_t size) {
    const timeval limit{20, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    REQUIRE(::connect(fd_.get(), address, size) == 0);
  }
  Fd fd_;
  std::string in_;
  bool timed_out_ = false;
};

// Those with something to read, once there are `count` of them (or 15 s have passed).
inline std::vector<RawClient*> wait_readable(std::vector<RawClient>& clients, std::size_t count) {
  std::vector<RawClient*> readable;
  std::vector<pollfd> watched;
  for (const auto& client : clients) watched.push_back({client.fd(), POLLIN, 0});
  const auto end = std::chrono::steady_clock::now() + 15s;
  while (readable.size() < count && std::chrono::steady_clock::now() < end) {
    ::poll(watched.data(), watched.size(), 1000);
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].revents == 0) continue;
      readable.push_back(&clients[i]);
      watched[i].fd = -1;
      watched[i].revents = 0;
    }
  }
  return readable;
}

// A value another thread will give.
template <class T>
class Later {
 public:
  void give(T value) {
    value_.lock()->push_back(std::move(value));
    changed_.notify_all();
  }
  std::optional<T> wait(std::chrono::milliseconds limit = 15s) {
    auto locked = value_.lock();
    if (!changed_.wait_for(locked.lock(), limit, [&] { return !locked->empty(); })) return std::nullopt;
    T value = std::move(locked->front());
    locked->erase(locked->begin());
    return value;
  }
  std::size_t count() { return value_.lock()->size(); }

 private:
  Sync<std::vector<T>> value_;
  std::condition_variable changed_;
};

inline std::unique_ptr<HttpServer> serve(HttpServer::Options options, Dispatcher dispatcher) {
  auto server = HttpServer::start(std::move(options), std::move(dispatcher));
  if (!server) FAIL(server.error().message);
  return std::move(*server);
}
inline std::unique_ptr<HttpServer> serve(std::function<Response(Request)> handle, Plan plan = {},
                                         HttpServer::Options options = {}) {
  return serve(std::move(options), Dispatcher{[plan](const Request&) { return plan; }, std::move(handle)});
}

// The whole of a file, or a part of it.
inline FileBody file_body(const std::string& path, std::uint64_t offset = 0,
                          std::optional<std::uint64_t> size = std::nullopt) {
  FileBody body;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  body.fd = std::shared_ptr<const int>(new int(fd), [](const int* held) {
    ::close(*held);
    delete held;
  });
  body.offset = offset;
  body.size = size ? *size : static_cast<std::uint64_t>(::lseek(fd, 0, SEEK_END));
  return body;
}

inline ProcessBody process_body(std::vector<std::string> argv, std::function<void(bool, Exit)> on_done) {
  auto in = make_pipe().value();
  auto out = make_pipe().value();
  Child child = Child::spawn(Command{.argv = std::move(argv)}, {.in = in.first, .out = out.second}).value();
  ::close(in.first);
  ::close(out.second);
  auto held = std::make_shared<Child>(std::move(child));
  return ProcessBody{in.second, out.first,
                     [held, on_done = std::move(on_done)](bool completed) { on_done(completed, held->wait()); }};
}

// Sanitizers keep freed memory for themselves: its peak says nothing there.
#ifndef __has_feature
#define __has_feature(feature) 0  // clang's way to ask; g++ says it by macros
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || \
    __has_feature(thread_sanitizer)
inline constexpr bool kMeasuresMemory = false;
#else
inline constexpr bool kMeasuresMemory = true;
#endif
inline std::size_t memory_peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}
// How far the peak has risen above `before`, in KiB; 0 where it cannot be measured.
inline std::size_t memory_growth_kib(std::size_t before) { return kMeasuresMemory ? memory_peak_kib() - before : 0; }
inline void forget_memory_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

inline std::string files_in(const std::string& folder) { return run_ok(Command{.argv = {"ls", folder}}).value(); }

}  // namespace sampan::edge::testing
