// Digests, passwords, tokens and secret boxes, over OpenSSL and libsodium. All functions are thread-safe.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sampan {

class Sha256 {  // incremental
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  void update(std::string_view bytes);
  std::string hex();  // finishes; 64 lower-case hex digits

 private:
  struct State;
  std::unique_ptr<State> state_;
};
std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view message);  // 32 raw bytes
std::string base64(std::string_view bytes);                               // RFC 4648 section 4, padded
std::string base64url(std::string_view bytes);                            // section 5, unpadded
Result<std::string> base64_decode(std::string_view text);                 // either alphabet, padding optional
std::string hex(std::string_view bytes);
std::string random_token(std::string_view prefix, std::size_t bytes = 32);  // prefix + base64url of random bytes
bool equal_constant_time(std::string_view a, std::string_view b);

// argon2id (t=2, m=19 MiB). At most two run at once; further callers wait.
std::string hash_password(std::string_view password);
bool verify_password(std::string_view password, const std::string& hash);

// XChaCha20-Poly1305 with a key kept in a file (0600, made when absent): for secrets at rest.
class SecretBox {
 public:
  static Result<SecretBox> open(const std::string& key_file);
  std::string seal(std::string_view plain) const;             // nonce + box, raw bytes
  Result<std::string> unseal(std::string_view sealed) const;  // internal when it was not made with this key

 private:
  using Key = std::array<unsigned char, 32>;
  explicit SecretBox(const Key& key) : key_(key) {}
  Key key_;
};

}  // namespace sampan
