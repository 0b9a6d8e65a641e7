// The HTTP server (RFC 9110, RFC 9112; HTTP/1.1 and 1.0, plain or TLS, TCP and a Unix socket). Sockets live on a few
// loop threads, handlers are blocking functions on a bounded pool; bodies that take long (files, processes, event
// streams) hold no worker.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/result.h"

namespace sampan::edge {

// What is to be done with a request whose head has been read.
struct Plan {
  BodyKind kind = BodyKind::text;
  std::uint64_t limit = 1 << 20;  // of the request body, bytes without chunk framing; over it the edge answers 413
  std::optional<Response>
      answer;  // text or a file; given: sent at once, the body is not taken and handle() is not called
};

// The two questions the server asks. Both must be callable from several threads at once; what they throw becomes a 500.
struct Dispatcher {
  // On a loop thread, with the head only: must not block.
  std::function<Plan(const Request& head)> route;
  // On a worker, with the body as the plan wanted it.
  std::function<Response(Request request)> handle;
};

struct ServerLimits {
  std::size_t header_bytes = 64 << 10;  // over it: 431
  std::chrono::milliseconds header_time{
      10'000};  // for a whole head (and a TLS handshake), however slowly its bytes come: 408
  std::chrono::milliseconds idle_time{60'000};         // a connection without a request is closed
  std::chrono::milliseconds body_stall{30'000};        // no byte moved, in or out, although the client should: cut
  std::chrono::milliseconds stream_keepalive{15'000};  // a comment on an idle event stream
  std::chrono::milliseconds stop_time{10'000};         // stop(): running answers are cut after it
  std::size_t connections = 10'000;                    // more wait in the kernel's queue
};

class HttpServer {
 public:
  struct Options {
    std::string address = "127.0.0.1";  // numeric IPv4 or IPv6; empty: no TCP listener
    std::uint16_t port = 0;             // 0: any free one, see port()
    std::string unix_socket;  // path, also listened on (plain HTTP, mode 0600); empty: none. A stale file is replaced.
    std::string certificate_file, key_file;  // PEM, both or neither: TLS on the TCP listener
    std::vector<std::string>
        trusted_proxies;  // addresses, CIDR blocks or "unix": their X-Forwarded-For and -Proto are believed
    std::string
        spool_folder;  // of BodyKind::spool; must exist; "upload-*" in it is swept at start. Empty: /tmp, unswept
    ServerLimits limits;
    std::size_t worker_threads = 16;
    std::size_t queue_limit = 1024;  // requests waiting for a worker; more are answered 503 with Retry-After
    std::size_t loop_threads = 2;
  };

  // Listens when it returns. invalid: an address, proxy or certificate is wrong; unavailable: the address is taken.
  // Makes the whole program ignore SIGPIPE. Request::remote_address is "unix" for peers on the Unix socket.
  //
  // Process bodies: a client that closes its sending side is taken as vanished. The answer's last chunk is sent after
  // on_done(true) has returned, so that a client that saw the end also sees what on_done did. on_done and
  // StreamBody::start run on workers.
  static Result<std::unique_ptr<HttpServer>> start(Options options, Dispatcher dispatcher);
  ~HttpServer();  // stop()

  std::uint16_t port() const;  // of the TCP listener; 0 without one
  // Accepts no more, ends idle connections and event streams, lets running answers finish within limits.stop_time, cuts
  // the rest, waits for handlers that still run. Not from a handler. Again is fine.
  void stop();

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sampan::edge
