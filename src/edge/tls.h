// The server's side of TLS (1.2 and 1.3) by OpenSSL: the context made once, a session per connection.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace sampan::edge {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTls>;
using TlsSession = std::unique_ptr<SSL, FreeTls>;

// invalid: a file cannot be read, or the key does not belong to the certificate. Only http/1.1 is offered by ALPN.
Result<TlsContext> make_tls_context(const std::string& certificate_file, const std::string& key_file);
// For an accepted socket, which stays the caller's. Null: out of memory.
TlsSession make_tls_session(SSL_CTX* context, int socket);

}  // namespace sampan::edge
