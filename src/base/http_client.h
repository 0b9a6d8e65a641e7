// Outbound HTTP as a seam: the real one is libcurl (edge/client.h); tests give a hand-made fake. Blocking; thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "base/http.h"
#include "base/result.h"

namespace sampan {

struct OutboundRequest {
  Method method = Method::get;
  std::string url;
  Headers headers;
  std::string body;
  std::string body_file = {};  // when set, the body is this file's bytes, read while they are sent
  std::chrono::milliseconds timeout{10'000};
  bool follow_redirects = false;
  std::string unix_socket;    // when set, connect there instead
  std::stop_token stop = {};  // asked: stream() ends within about a second, as if on_data had returned false
};
struct OutboundResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Any HTTP answer is a value, whatever its status; only no answer (refused, timed out, TLS) is an error
  // (unavailable). Bodies over 64 MiB are too_large.
  virtual Result<OutboundResponse> send(const OutboundRequest& request) = 0;
  // Streams the answer's body to `on_data` until it ends, `on_data` returns false, or nothing came for request.timeout.
  virtual Result<int> stream(const OutboundRequest& request, const std::function<bool(std::string_view)>& on_data) = 0;
};

}  // namespace sampan
