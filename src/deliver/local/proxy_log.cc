#include "deliver/local/proxy_log.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/socket_address.h"

namespace sampan::deliver {

namespace {

constexpr std::size_t kKeptFailures = 200;
constexpr std::size_t kLongestLine = 8192;
constexpr int kAtOnce = 256;  // lines taken under one lock

Result<Fd> listen_at(const std::string& path) {
  ::unlink(path.c_str());
  Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto address = TRY(socket_address(path));
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail_errno("listen for the proxy's log");
  return fd;
}

// Empty: nothing is there now.
std::string_view take(const Fd& fd, std::string& buffer) {
  const auto got = ::recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  return got > 0 ? std::string_view(buffer.data(), static_cast<std::size_t>(got)) : std::string_view();
}

}  // namespace

Result<void> ProxyLog::start(const ProxyPlaces& places) {
  failed_ = TRY(listen_at(places.failures_socket));
  all_ = TRY(listen_at(places.requests_socket));
  listener_ = std::jthread([this](std::stop_token stop) { hear(stop); });
  return {};
}

std::vector<FailedRequest> ProxyLog::failures_since(const std::string& service, Time since, std::size_t most) {
  std::vector<FailedRequest> found;
  auto failures = failures_.lock();
  for (const auto& request : (*failures)[service]) {
    if (request.at >= since && found.size() < most) found.push_back(request);
  }
  return found;
}

std::optional<double> ProxyLog::p95_ms(const std::string& service) {
  return latencies_.lock()->p95_ms(service, std::chrono::steady_clock::now());
}

void ProxyLog::hear(std::stop_token stop) {
  std::string buffer(kLongestLine, '\0');
  while (!stop.stop_requested()) {
    pollfd polled[] = {{failed_.get(), POLLIN, 0}, {all_.get(), POLLIN, 0}};
    if (::poll(polled, std::size(polled), 500) <= 0) continue;
    if (polled[0].revents != 0) hear_failures(buffer);
    if (polled[1].revents != 0) hear_requests(buffer);
  }
}

void ProxyLog::hear_failures(std::string& buffer) {
  for (auto line = take(failed_, buffer); !line.empty(); line = take(failed_, buffer)) {
    const auto failure = parse_failure(line);
    if (!failure) continue;
    auto failures = failures_.lock();
    auto& list = (*failures)[failure->first];
    list.push_back(failure->second);
    if (list.size() > kKeptFailures) list.pop_front();
  }
}

void ProxyLog::hear_requests(std::string& buffer) {
  const auto now = std::chrono::steady_clock::now();
  auto latencies = latencies_.lock();
  for (int i = 0; i < kAtOnce; ++i) {
    const auto line = take(all_, buffer);
    if (line.empty()) return;
    if (const auto answered = parse_answered(line)) latencies->add(answered->service, answered->took, now);
  }
}

}  // namespace sampan::deliver
