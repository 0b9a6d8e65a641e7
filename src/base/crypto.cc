#include "base/crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <sys/stat.h>

#include <array>
#include <mutex>
#include <semaphore>
#include <stdexcept>

#include "base/files.h"
#include "base/text.h"

namespace sampan {

namespace {

constexpr std::size_t kSha256Bytes = 32;

void start_sodium() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of random numbers");
  });
}

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string random_bytes(std::size_t count) {
  start_sodium();
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

// EVP_sha256() looks the algorithm up at each use; fetched once it is more than twice as fast on short texts.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() { EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr); }
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

std::string Sha256::hex() {
  std::string digest(kSha256Bytes, '\0');
  EVP_DigestFinal_ex(state_->context, raw(digest), nullptr);
  return sampan::hex(digest);
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.hex();
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string code(kSha256Bytes, '\0');
  unsigned int length = 0;
  HMAC(sha256_algorithm(), key.data(), static_cast<int>(key.size()), raw(message), message.size(), raw(code), &length);
  return code;
}

namespace {

std::string encode_base64(std::string_view bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), raw(bytes), bytes.size(), variant);
  text.pop_back();  // the terminating NUL
  return text;
}

}  // namespace

std::string base64(std::string_view bytes) { return encode_base64(bytes, sodium_base64_VARIANT_ORIGINAL); }
std::string base64url(std::string_view bytes) { return encode_base64(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING); }

Result<std::string> base64_decode(std::string_view text) {
  std::string plain(text);
  for (int i = 0; i < 2 && plain.ends_with('='); ++i) plain.pop_back();
  for (char& c : plain) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  std::string bytes(plain.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(raw(bytes), bytes.size(), plain.data(), plain.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return fail(Errc::invalid, "expected base64 text");
  }
  bytes.resize(length);
  return bytes;
}

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string random_token(std::string_view prefix, std::size_t bytes) {
  return std::string(prefix) + base64url(random_bytes(bytes));
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

namespace {

constexpr unsigned long long kPasswordPasses = 2;
constexpr std::size_t kPasswordMemory = 19u << 20;  // OWASP password storage cheat sheet: argon2id, m=19 MiB, t=2, p=1
std::counting_semaphore<2> password_slots{2};

struct PasswordSlot {
  PasswordSlot() { password_slots.acquire(); }
  ~PasswordSlot() { password_slots.release(); }
};

}  // namespace

std::string hash_password(std::string_view password) {
  start_sodium();
  const PasswordSlot slot;
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), kPasswordPasses, kPasswordMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();  // the only cause (libsodium, the pwhash* API)
  }
  return hash.data();
}

bool verify_password(std::string_view password, const std::string& hash) {
  start_sodium();
  if (hash.size() >= crypto_pwhash_STRBYTES) return false;
  const PasswordSlot slot;
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

}  // namespace

Result<SecretBox> SecretBox::open(const std::string& key_file) {
  if (!exists(key_file)) {
    TRY(make_directories(parent_of(key_file), 0700));
    TRY(write_file_durably(key_file, base64(random_bytes(kKeyBytes)) + "\n", 0600));
  }
  struct stat status {};
  if (::stat(key_file.c_str(), &status) != 0) return fail_errno(key_file);
  if (status.st_mode & 077) {
    return fail(Errc::internal, "the key file {} can be read by others; run: chmod 600 {}", key_file, key_file);
  }
  const std::string text = TRY(read_file(key_file, 4096));
  const auto bytes = base64_decode(trim(text));
  if (!bytes || bytes->size() != kKeyBytes) {
    return fail(Errc::internal,
                "the key file {} does not hold a key: expected 32 bytes as base64; restore it from a backup", key_file);
  }
  Key key{};
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return SecretBox(key);
}

static_assert(kKeyBytes == 32);

std::string SecretBox::seal(std::string_view plain) const {
  std::string sealed = random_bytes(kNonceBytes);
  sealed.resize(kNonceBytes + plain.size() + kTagBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + kNonceBytes, nullptr, raw(plain), plain.size(), nullptr, 0,
                                             nullptr, raw(sealed), key_.data());
  return sealed;
}

Result<std::string> SecretBox::unseal(std::string_view sealed) const {
  const auto broken = [] { return fail(Errc::internal, "a stored secret was not sealed with this key"); };
  if (sealed.size() < kNonceBytes + kTagBytes) return broken();
  std::string plain(sealed.size() - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, raw(sealed) + kNonceBytes,
                                                 sealed.size() - kNonceBytes, nullptr, 0, raw(sealed),
                                                 key_.data()) != 0) {
    return broken();
  }
  return plain;
}

}  // namespace sampan
