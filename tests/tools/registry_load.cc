// Clients of a registry in a closed loop, each on a connection of its own: how many acts a second it takes.
//   sampan-registry-load HOST PORT AUTHORIZATION CLIENTS SECONDS push REPOSITORY BYTES     blobs, as clients push them:
//   POST, then PUT sampan-registry-load HOST PORT AUTHORIZATION CLIENTS SECONDS get PATH sampan-registry-load HOST PORT
//   AUTHORIZATION 1 0 put PATH CONTENT_TYPE < BODY          once; for preparing
// AUTHORIZATION is the value of the header; "-" is none. Prints one JSON object. Exit 1 when an answer was no success.
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Answer {
  int status = 0;
  std::string location;
  std::size_t body = 0;
};

class Connection {
 public:
  Connection(std::string host, std::string port, std::string authorization)
      : host_(std::move(host)), port_(std::move(port)), authorization_(std::move(authorization)) {}
  ~Connection() { close(); }

  // status 0: the connection broke, or was closed by the server before it answered.
  Answer ask(const std::string& method, const std::string& path, const std::string& body, const std::string& type) {
    if (fd_ < 0 && !open()) return {};
    std::string head = method + " " + path + " HTTP/1.1\r\nHost: " + host_ + ":" + port_ + "\r\n";
    if (authorization_ != "-") head += "Authorization: " + authorization_ + "\r\n";
    if (method == "GET") head += "Accept: application/vnd.oci.image.manifest.v1+json, */*\r\n";
    if (method != "GET")
      head += "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    // A small body in the same write, as clients with a buffer do.
    head += "\r\n";
    const bool small = body.size() <= 4096;
    if (!send_all(small ? head + body : head) || (!small && !send_all(body))) return close(), Answer{};
    return read_answer();
  }

 private:
  bool open() {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found) != 0) return false;
    fd_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const bool connected = ::connect(fd_, found->ai_addr, found->ai_addrlen) == 0;
    ::freeaddrinfo(found);
    if (!connected) close();
    return connected;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    buffer_.clear();
  }
  bool send_all(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const auto sent = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      at += static_cast<std::size_t>(sent);
    }
    return true;
  }
  bool read_more() {
    char part[65536];
    const auto got = ::recv(fd_, part, sizeof part, 0);
    if (got > 0) buffer_.append(part, static_cast<std::size_t>(got));
    return got > 0;
  }
  Answer read_answer() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return close(), Answer{};
    }
    Answer answer;
    answer.status = std::atoi(buffer_.c_str() + 9);
    std::size_t length = 0;
    for (std::size_t at = buffer_.find("\r\n") + 2; at < end; at = buffer_.find("\r\n", at) + 2) {
      if (::strncasecmp(buffer_.c_str() + at, "Content-Length:", 15) == 0)
        length = std::strtoull(&buffer_[at + 15], nullptr, 10);
      if (::strncasecmp(buffer_.c_str() + at, "Location:", 9) == 0) answer.location = value_at(at + 9);
    }
    buffer_.erase(0, end + 4);
    answer.body = length;
    // The body is only counted, so that large ones take no memory.
    std::size_t left = length - std::min(length, buffer_.size());
    buffer_.erase(0, length - left);
    static thread_local std::vector<char> sink(1 << 20);
    while (left > 0) {
      const auto got = ::recv(fd_, sink.data(), std::min(left, sink.size()), 0);
      if (got <= 0) return close(), Answer{};
      left -= static_cast<std::size_t>(got);
    }
    return answer;
  }
  std::string value_at(std::size_t at) const {
    at = buffer_.find_first_not_of(' ', at);
    return buffer_.substr(at, buffer_.find("\r\n", at) - at);
  }

  std::string host_, port_, authorization_, buffer_;
  int fd_ = -1;
};

std::string digest_of(const std::string& bytes) {
  unsigned char hash[32];
  ::EVP_Digest(bytes.data(), bytes.size(), hash, nullptr, ::EVP_sha256(), nullptr);
  std::string text = "sha256:";
  char two[3];
  for (const auto byte : hash) std::snprintf(two, sizeof two, "%02x", byte), text += two;
  return text;
}

std::string path_of(const std::string& location) {
  const auto scheme = location.find("://");
  return scheme == std::string::npos ? location : location.substr(location.find('/', scheme + 3));
}

bool push(Connection& connection, const std::string& repository, const std::string& body) {
  const auto begun = connection.ask("POST", "/v2/" + repository + "/blobs/uploads/", "", "application/octet-stream");
  if (begun.status != 202) return false;
  const auto path = path_of(begun.location);
  const auto ended =
      connection.ask("PUT", path + (path.find('?') == std::string::npos ? "?" : "&") + "digest=" + digest_of(body),
                     body, "application/octet-stream");
  return ended.status == 201;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 8) return std::fprintf(stderr, "usage: see the head of tests/tools/registry_load.cc\n"), 2;
  const std::string host = argv[1], port = argv[2], authorization = argv[3], act = argv[6], what = argv[7];
  const int clients = std::atoi(argv[4]);
  const double seconds = std::atof(argv[5]);
  if (act == "put") {
    const std::string body{std::istreambuf_iterator<char>(std::cin), {}};
    Connection connection(host, port, authorization);
    const bool made =
        argc > 8 ? connection.ask("PUT", what, body, argv[8]).status == 201 : push(connection, what, body);
    std::printf("{\"digest\": \"%s\"}\n", digest_of(body).c_str());
    return made ? 0 : 1;
  }
  std::atomic<long> done = 0, failed = 0;
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      Connection connection(host, port, authorization);
      std::mt19937_64 random{std::random_device{}()};
      std::string body(act == "push" && argc > 8 ? std::strtoull(argv[8], nullptr, 10) : 0, '\0');
      for (std::size_t at = 0; at + 8 <= body.size(); at += 8) {
        const auto word = random();
        std::memcpy(body.data() + at, &word, 8);
      }
      while (!stop) {
        bool good = false;
        if (act == "push") {
          const auto word = random();
          std::memcpy(body.data(), &word, std::min<std::size_t>(8, body.size()));  // a blob nobody has
          good = push(connection, what, body);
        } else {
          good = connection.ask("GET", what, "", "").status == 200;
        }
        (good ? done : failed) += 1;
        if (!good && failed > 1000) return;
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stop = true;
  for (auto& thread : threads) thread.join();
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("{\"done\": %ld, \"failed\": %ld, \"seconds\": %.3f, \"per_second\": %.1f}\n", done.load(), failed.load(),
              took, static_cast<double>(done.load()) / took);
  return failed == 0 && done > 0 ? 0 : 1;
}
