// A customer: sends HTTP GET requests at a steady rate and says what came back. Used by ./demo, the benches and the
// flow tests.
//
//   sampan-load URL --rate N [--connections N] [--seconds S] [--field NAME] [--fresh-percent P] [--report-ms M]
//
// Half of the connections (by default) are kept alive, half are made for each request, as browsers and old clients do.
// A request is failed when its status is 5xx or no whole answer came. Nothing is retried. With --field NAME each
// answer's JSON text member NAME is watched: the first and last moment of each value tells when a cut-over was seen
// from outside, and cut_p99_ms is of what was sent in the half second after another value came first (null: none did).
// Ends on SIGTERM or SIGINT, or after --seconds; then prints one JSON object. With --report-ms it prints a line of
// counts now and then (flushed).
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
const std::string kFailed = "(failed)";  // among the values: what stands for no answer

struct Options {
  std::string host = "127.0.0.1", port = "80", path = "/", field;
  double rate = 100, seconds = 0;
  int connections = 16, fresh_percent = 50, report_ms = 0;
};

struct Seen {
  double first = 0, last = 0;
  long count = 0;
};
struct Failure {
  double at = 0;
  int status = 0;
  std::string why;
};

struct Results {
  std::mutex mutex;
  long requests = 0, failed = 0;
  std::vector<float> latencies_ms;
  std::vector<double> sent;  // beside latencies_ms
  std::map<std::string, Seen> values;
  double cut = 0;  // when a value other than the first came first
  std::vector<Failure> failures;
};

std::atomic<bool> stopping{false};
std::atomic<double> current_rate{0};

double wall_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

class Connection {
 public:
  ~Connection() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  // The status and body of one request; an empty `why` means a whole answer came.
  int get(const Options& options, bool keep, std::string& body, std::string& why) {
    const bool reused = fd_ >= 0;
    int status = attempt(options, keep, body, why);
    // A kept connection that the server closed while it was idle never carried this request: RFC 9112 section 9.3.1 has
    // the client send it anew.
    if (status == 0 && reused && nothing_came_) status = attempt(options, keep, body, why);
    if (!keep) close();
    return status;
  }

 private:
  int attempt(const Options& options, bool keep, std::string& body, std::string& why) {
    nothing_came_ = true;
    if (fd_ < 0 && !open(options)) return why = std::string("connect: ") + std::strerror(errno), 0;
    const std::string request = "GET " + options.path + " HTTP/1.1\r\nHost: " + options.host + ":" + options.port +
                                "\r\nUser-Agent: sampan-load\r\nConnection: " + (keep ? "keep-alive" : "close") +
                                "\r\n\r\n";
    if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      return why = "send: connection lost", close(), 0;
    return receive(body, why);
  }

  bool open(const Options& options) {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(options.host.c_str(), options.port.c_str(), &hints, &found) != 0) return false;
    fd_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{10, 0};
    const int on = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const bool connected = ::connect(fd_, found->ai_addr, found->ai_addrlen) == 0;
    ::freeaddrinfo(found);
    if (!connected) close();
    return connected;
  }

  int receive(std::string& body, std::string& why) {
    std::string data;
    char buffer[16384];
    std::size_t head_end = std::string::npos;
    long length = -1;
    bool chunked = false;
    while (true) {
      if (head_end == std::string::npos && (head_end = data.find("\r\n\r\n")) != std::string::npos) {
        std::string head = data.substr(0, head_end);
        std::transform(head.begin(), head.end(), head.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (const auto at = head.find("content-length:"); at != std::string::npos)
          length = std::strtol(head.c_str() + at + 15, nullptr, 10);
        chunked = head.find("transfer-encoding: chunked") != std::string::npos;
        if (head.find("connection: close") != std::string::npos) close_after_ = true;
      }
      if (head_end != std::string::npos) {
        const auto have = data.size() - head_end - 4;
        const bool whole =
            chunked ? data.ends_with("0\r\n\r\n") : (length >= 0 && have >= static_cast<std::size_t>(length));
        if (whole) break;
      }
      const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got > 0) {
        nothing_came_ = false;
        data.append(buffer, static_cast<std::size_t>(got));
        continue;
      }
      if (got == 0 && head_end != std::string::npos && length < 0 && !chunked) break;
      why = got == 0 ? "closed before a whole answer" : std::string("receive: ") + std::strerror(errno);
      close();
      return 0;
    }
    body = data.substr(head_end + 4);
    if (close_after_) close();
    close_after_ = false;
    return std::atoi(data.c_str() + std::min<std::size_t>(9, data.size()));
  }

  int fd_ = -1;
  bool close_after_ = false, nothing_came_ = true;
};

std::string value_of(const std::string& body, const std::string& field) {
  const auto key = body.find("\"" + field + "\"");
  if (key == std::string::npos) return {};
  const auto open = body.find('"', body.find(':', key));
  const auto close = open == std::string::npos ? open : body.find('"', open + 1);
  return close == std::string::npos ? std::string() : body.substr(open + 1, close - open - 1);
}

void record(Results& results, const Options& options, int status, const std::string& body, const std::string& why,
            double sent, double took_ms) {
  const std::lock_guard lock(results.mutex);
  ++results.requests;
  results.latencies_ms.push_back(static_cast<float>(took_ms));
  results.sent.push_back(sent);
  const bool failed = status == 0 || status >= 500;
  if (failed) {
    ++results.failed;
    if (results.failures.size() < 20) results.failures.push_back({sent, status, why});
  }
  if (options.field.empty()) return;
  const auto value = failed ? kFailed : value_of(body, options.field);
  auto& seen = results.values[value];
  if (seen.count++ == 0) {
    seen.first = wall_now();
    if (!failed && results.cut == 0 && results.values.size() - results.values.count(kFailed) > 1) results.cut = sent;
  }
  seen.last = std::max(seen.last, wall_now());
}

// Each worker owns one connection and sends when its turn in the common schedule has come; a late worker sends at once,
// so the rate holds.
void work(const Options& options, Results& results, int number) {
  Connection connection;
  const bool keep = number * 100 >= options.fresh_percent * options.connections;
  auto next = Clock::now() + std::chrono::microseconds(static_cast<long>(1e6 * number / current_rate.load()));
  while (!stopping) {
    std::this_thread::sleep_until(next);
    if (stopping) return;
    std::string body, why;
    const auto start = Clock::now();
    const double sent = wall_now();
    const int status = connection.get(options, keep, body, why);
    record(results, options, status, body, why, sent,
           std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    next += std::chrono::microseconds(static_cast<long>(1e6 * options.connections / current_rate.load()));
    if (next + std::chrono::seconds(1) < Clock::now()) next = Clock::now();
  }
}

double percentile(const std::vector<float>& sorted, double share) {
  return sorted.empty() ? 0
                        : sorted[std::min(sorted.size() - 1,
                                          static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

std::string cut_p99(const Results& results) {
  if (results.cut == 0) return "null";
  std::vector<float> within;
  for (std::size_t i = 0; i < results.sent.size(); ++i)
    if (results.sent[i] >= results.cut && results.sent[i] < results.cut + 0.5)
      within.push_back(results.latencies_ms[i]);
  std::sort(within.begin(), within.end());
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", percentile(within, 0.99));
  return text;
}

void print(Results& results, double seconds) {
  const std::lock_guard lock(results.mutex);
  const auto cut = cut_p99(results);
  std::sort(results.latencies_ms.begin(), results.latencies_ms.end());
  std::printf(
      "{\"requests\":%ld,\"failed\":%ld,\"seconds\":%.3f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f,"
      "\"cut_p99_ms\":%s,\"values\":{",
      results.requests, results.failed, seconds, percentile(results.latencies_ms, 0.5),
      percentile(results.latencies_ms, 0.99), percentile(results.latencies_ms, 1), cut.c_str());
  const char* comma = "";
  for (const auto& [value, seen] : results.values) {
    std::printf("%s\"%s\":{\"first\":%.6f,\"last\":%.6f,\"count\":%ld}", comma, value.c_str(), seen.first, seen.last,
                seen.count);
    comma = ",";
  }
  std::printf("},\"failures\":[");
  comma = "";
  for (const auto& failure : results.failures) {
    std::printf("%s{\"at\":%.6f,\"status\":%d,\"why\":\"%s\"}", comma, failure.at, failure.status, failure.why.c_str());
    comma = ",";
  }
  std::printf("]}\n");
  std::fflush(stdout);
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  if (argc < 2) return std::nullopt;
  std::string url = argv[1];
  if (!url.starts_with("http://")) return std::nullopt;
  url.erase(0, 7);
  const auto slash = url.find('/');
  if (slash != std::string::npos) options.path = url.substr(slash), url.resize(slash);
  const auto colon = url.rfind(':');
  options.host = url.substr(0, colon);
  if (colon != std::string::npos) options.port = url.substr(colon + 1);
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--rate")
      options.rate = std::atof(value.c_str());
    else if (name == "--connections")
      options.connections = std::atoi(value.c_str());
    else if (name == "--seconds")
      options.seconds = std::atof(value.c_str());
    else if (name == "--field")
      options.field = value;
    else if (name == "--fresh-percent")
      options.fresh_percent = std::atoi(value.c_str());
    else if (name == "--report-ms")
      options.report_ms = std::atoi(value.c_str());
    else
      return std::nullopt;
  }
  if (options.rate <= 0 || options.connections < 1 || options.connections > 1000) return std::nullopt;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    std::fprintf(stderr,
                 "usage: sampan-load http://HOST:PORT/PATH --rate N [--connections N] [--seconds S] [--field NAME] "
                 "[--fresh-percent P] [--report-ms M]\n");
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  current_rate = options->rate;
  Results results;
  const auto start = Clock::now();
  std::vector<std::thread> workers;
  for (int i = 0; i < options->connections; ++i) workers.emplace_back(work, std::cref(*options), std::ref(results), i);
  const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  while (options->seconds <= 0 || passed() < options->seconds) {
    const long wait_ms = options->report_ms > 0 ? options->report_ms : 100;
    const timespec wait{wait_ms / 1000, (wait_ms % 1000) * 1000000};
    if (::sigtimedwait(&signals, nullptr, &wait) > 0) break;
    if (options->report_ms > 0) {
      const std::lock_guard lock(results.mutex);
      std::printf("{\"at\":%.3f,\"requests\":%ld,\"failed\":%ld}\n", wall_now(), results.requests, results.failed);
      std::fflush(stdout);
    }
  }
  const double seconds = passed();
  stopping = true;
  for (auto& worker : workers) worker.join();
  print(results, seconds);
  return 0;
}
