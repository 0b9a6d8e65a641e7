#include "base/crypto.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <set>
#include <thread>

#include "base/testing.h"

using namespace sampan;
using sampan::testing::must;

TEST_CASE("crypto: digests and codes are those of the standards") {
  // FIPS 180-4 example "abc"; RFC 4231, test case 2.
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 sha;
  sha.update("a");
  sha.update("bc");
  CHECK(sha.hex() == sha256_hex("abc"));
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("crypto: base64 goes both ways in either alphabet") {
  CHECK(base64("f") == "Zg==");  // RFC 4648, section 10
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64url("\xFB\xFF") == "-_8");
  CHECK(must(base64_decode("-_8")) == "\xFB\xFF");
  CHECK(must(base64_decode("+/8=")) == "\xFB\xFF");
  CHECK(must(base64_decode("")).empty());
  CHECK(base64_decode("a b").error().code == Errc::invalid);
  CHECK_FALSE(base64_decode("Z===").has_value());
}

TEST_CASE("crypto: tokens differ and comparing them tells equal from unequal") {
  const std::string a = random_token("spt_"), b = random_token("spt_");
  CHECK(a.starts_with("spt_"));
  CHECK(a.size() == 4 + 43);
  CHECK(a != b);
  CHECK(equal_constant_time(a, a));
  CHECK_FALSE(equal_constant_time(a, b));
  CHECK_FALSE(equal_constant_time(a, a + "x"));
}

TEST_CASE("crypto: a password is known by its hash only, also by many at once") {
  const std::string hash = hash_password("hunter2");
  CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(hash != hash_password("hunter2"));
  CHECK_FALSE(verify_password("hunter3", hash));
  CHECK_FALSE(verify_password("hunter2", "not a hash"));
  std::vector<std::jthread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 6; ++i) threads.emplace_back([&] { right += verify_password("hunter2", hash); });
  threads.clear();
  CHECK(right == 6);
}

TEST_CASE("crypto: a secret opens with its key only and not after a change") {
  const auto folder = must(TempDir::create());
  const std::string key = folder.path() + "/keys/secret.key";
  const auto box = must(SecretBox::open(key));
  struct stat status {};
  REQUIRE(::stat(key.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const std::string sealed = box.seal("token");
  CHECK(sealed != box.seal("token"));
  CHECK(must(must(SecretBox::open(key)).unseal(sealed)) == "token");
  CHECK(must(box.unseal(box.seal(""))).empty());
  const auto other = must(SecretBox::open(folder.path() + "/other.key"));
  CHECK(other.unseal(sealed).error().code == Errc::internal);
  std::string changed = sealed;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  CHECK_FALSE(box.unseal(changed).has_value());
  CHECK_FALSE(box.unseal("short").has_value());
}

TEST_CASE("crypto: a key file that others can read, or that holds no key, stops the start") {
  const auto folder = must(TempDir::create());
  const std::string key = folder.path() + "/secret.key";
  must(SecretBox::open(key));
  ::chmod(key.c_str(), 0644);
  CHECK(SecretBox::open(key).error().message.find("chmod 600") != std::string::npos);
  must(write_file_durably(key, "garbage", 0600));
  CHECK_FALSE(SecretBox::open(key).has_value());
}
