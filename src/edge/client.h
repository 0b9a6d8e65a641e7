// The real HttpClient: libcurl with a pool of sets of connections that stay open. Blocking; thread-safe.
#pragma once

#include <memory>
#include <string>

#include "base/http_client.h"

namespace sampan::edge {

struct ClientOptions {
  std::string user_agent = "sampan";
  std::string ca_file;                               // PEM; empty: the system's
  std::chrono::milliseconds connect_timeout{5'000};  // also bounded by the request's timeout
};

// Only http:// and https://, also for redirects (at most 5). A header name or value with a line break is invalid.
std::unique_ptr<HttpClient> make_http_client(ClientOptions options = {});

}  // namespace sampan::edge
