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
  for (std::size_t chunk = 1; chunk <= text.size(); ++chunk) CHECK(masked({"tr0ub4dor&3"}, text, chunk) == "before *** and tr0ub4do*** after");
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
  CHECK(masker.skipped_short());
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
