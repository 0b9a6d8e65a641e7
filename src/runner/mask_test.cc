#include "runner/mask.h"

#include <doctest/doctest.h>

#include <random>

#include "base/crypto.h"
#include "base/http.h"

using namespace sampan;
using runner::Masker;

namespace {
std::string masked(const std::vector<std::string>& secrets, const std::string& text, std::size_t chunk = 1 << 20) {
  Masker masker(secrets);
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += chunk) out += masker.feed(std::string_view(text).substr(i, chunk));
  return out + masker.finish();
}
}  // namespace

TEST_CASE("mask: a secret is hidden wherever a chunk border cuts it") {
  const std::string text = "before tr0ub4dor&3 and tr0ub4dotr0ub4dor&3 after";
  for (std::size_t chunk = 1; chunk <= text.size(); ++chunk)
    CHECK(masked({"tr0ub4dor&3"}, text, chunk) == "before *** and tr0ub4do*** after");
}

TEST_CASE("mask: base64 of a longer text that holds the secret is hidden in all three phases") {
  const std::string secret = "correct horse battery";
  for (const std::string before : {"", "a", "ab", "abc"}) {
    const auto encoded = base64(before + secret + "-and-more");
    const auto out = masked({secret}, "x " + encoded + " y");
    CHECK(out.find("***") != std::string::npos);
    CHECK(out.size() < encoded.size());
  }
}

TEST_CASE("mask: escaped forms, lines of a multi-line secret, values of JSON and dotenv secrets are hidden") {
  CHECK(masked({"p@ss w/rd\"1"}, percent_encode("p@ss w/rd\"1")) == "***");
  CHECK(masked({"p@ss w/rd\"1"}, "{\"k\":\"p@ss w/rd\\\"1\"}") == "{\"k\":\"***\"}");
  CHECK(masked({"it's-a-secret"}, "'it'\\''s-a-secret'") == "'***'");
  CHECK(masked({"first-line\nsecond-line"}, "only second-line here") == "only *** here");
  CHECK(masked({"{\"user\":\"bob\",\"key\":\"k3y-k3y-k3y\"}"}, "k3y-k3y-k3y") == "***");
  CHECK(masked({"A=1\nTOKEN=\"abcdef123\""}, "abcdef123") == "***");
  CHECK(masked({"abcdefgh"}, hex("abcdefgh")) == "***");
}

TEST_CASE("mask: short secrets are left alone and it is known") {
  Masker masker({"abc"});
  CHECK(Masker::skips_any({"12345"}));
  CHECK(!Masker::skips_any({"123456", ""}));
  CHECK(masker.feed("abc") == "abc");
}

TEST_CASE("mask: random text with random splits never shows a secret and keeps everything else") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const std::string secret = "abacab" + std::string(1 + random() % 4, 'a');
    std::string text;
    for (int i = 0; i < 200; ++i) text += static_cast<char>('a' + random() % 3);
    text.insert(random() % text.size(), secret);
    Masker masker({secret});
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t n = 1 + random() % 9;
      out += masker.feed(std::string_view(text).substr(i, n));
      i += n;
    }
    out += masker.finish();
    CHECK(out.find(secret) == std::string::npos);
    CHECK(out == masked({secret}, text));
  }
}

TEST_CASE("mask: what base64 prints of a long secret is hidden line by line") {
  std::string key;
  for (int i = 0; i < 300; ++i) key += static_cast<char>('!' + i * 7 % 90);
  const auto encoded = base64(key + "\n");
  std::string printed;
  for (std::size_t at = 0; at < encoded.size(); at += 76) printed += encoded.substr(at, 76) + "\n";
  const auto out = masked({key}, printed);
  CHECK(out.size() < 40);
}

TEST_CASE("mask: ten private keys take little memory and random bytes stay what they are") {
  std::mt19937 random(3);
  std::vector<std::string> keys;
  for (int k = 0; k < 10; ++k) {
    std::string key = "-----BEGIN PRIVATE KEY-----\n";
    for (int line = 0; line < 50; ++line) {
      std::string bytes;
      for (int i = 0; i < 48; ++i) bytes += static_cast<char>(random());
      key += base64(bytes) + "\n";
    }
    keys.push_back(key);
  }
  std::string noise;
  for (int i = 0; i < 1 << 20; ++i) noise += static_cast<char>(random());
  CHECK(masked(keys, noise, 4096) == noise);
  CHECK(masked(keys, noise + keys[7] + noise, 4093).find(keys[7].substr(100, 64)) == std::string::npos);
}

TEST_CASE("mask: random secrets in random text come out alike however the text is cut") {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> secrets;
    for (int s = 0; s < 3; ++s) {
      std::string secret;
      for (std::size_t i = 0; i < 6 + random() % 5; ++i) secret += static_cast<char>('a' + random() % 2);
      secrets.push_back(secret);
    }
    std::string text;
    for (int i = 0; i < 150; ++i)
      text += random() % 12 == 0 ? secrets[random() % 3] : std::string(1, static_cast<char>('a' + random() % 3));
    const auto whole = masked(secrets, text);
    for (const auto& secret : secrets) CHECK(whole.find(secret) == std::string::npos);
    for (const std::size_t chunk : {1, 2, 3, 7, 64}) CHECK(masked(secrets, text, chunk) == whole);
  }
}
