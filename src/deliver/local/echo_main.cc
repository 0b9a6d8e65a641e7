// A small HTTP server for tests and benches of the local target: static, so that it is a container image all by itself.
//   GET /health  200 once started, 503 while starting or when UNREADY is set      GET /version  {"version":"$VERSION"}
//   GET /slow?N  answers after N ms                                              GET /fail     500
//   GET /env?KEY the value of an environment variable                            GET /die      ends the process at once
//   with 7
// Environment: PORT (8080), VERSION, START_MS (so long not ready), UNREADY. SIGTERM: no new connections, what is open
// is answered, exit 0.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

namespace {

std::atomic<int> open_requests{0};
std::atomic<bool> ending{false};
std::chrono::steady_clock::time_point ready_at;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

thread_local bool last_on_connection = false;

void answer(int fd, int status, const std::string& body) {
  const std::string text = "HTTP/1.1 " + std::to_string(status) +
                           " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                           (ending || last_on_connection ? "\r\nConnection: close" : "") + "\r\n\r\n" + body;
  for (std::size_t at = 0; at < text.size();) {
    const auto sent = ::send(fd, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) return;
    at += static_cast<std::size_t>(sent);
  }
}

void handle(int fd, const std::string& path) {
  const auto argument =
      path.substr(std::min(path.size(), path.find('?') == std::string::npos ? path.size() : path.find('?') + 1));
  if (path == "/die") ::_exit(7);
  if (path == "/fail") return answer(fd, 500, "{}");
  if (path.starts_with("/env?")) return answer(fd, 200, environment(argument.c_str()));
  if (path.starts_with("/slow?")) std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(argument.c_str())));
  if (path == "/health" && (std::chrono::steady_clock::now() < ready_at || !environment("UNREADY").empty()))
    return answer(fd, 503, "not ready");
  answer(fd, 200, "{\"version\":\"" + environment("VERSION") + "\"}");
}

void serve(int fd) {
  const timeval idle{30, 0};
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::string data;
  char buffer[8192];
  while (true) {
    const auto end = data.find("\r\n\r\n");
    if (end == std::string::npos) {
      const auto got = ::recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      data.append(buffer, static_cast<std::size_t>(got));
      continue;
    }
    last_on_connection = strcasestr(data.substr(0, end).c_str(), "\r\nconnection: close") != nullptr;
    const auto start = data.find(' '), stop = data.find(' ', start + 1);
    ++open_requests;
    if (stop != std::string::npos) handle(fd, data.substr(start + 1, stop - start - 1));
    --open_requests;
    data.erase(0, end + 4);
    if (ending || last_on_connection) break;
  }
  ::close(fd);
}

}  // namespace

int main() {
  const auto port = environment("PORT").empty() ? 8080 : std::atoi(environment("PORT").c_str());
  ready_at = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::atoi(environment("START_MS").c_str()));
  sigset_t terms;
  sigemptyset(&terms);
  sigaddset(&terms, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &terms, nullptr);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 1024) != 0)
    return std::perror("listen"), 1;
  std::printf("echo %s listens on %d\n", environment("VERSION").c_str(), port);
  std::fflush(stdout);
  std::thread([listener] {
    while (true) {
      const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) std::thread(serve, fd).detach();
    }
  }).detach();
  int signal = 0;
  sigwait(&terms, &signal);
  ending = true;
  ::close(listener);
  for (int i = 0; i < 1000 && open_requests > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  std::printf("echo ends\n");
  std::fflush(stdout);
  ::_exit(0);
}
