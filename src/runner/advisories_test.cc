#include "runner/advisories.h"

#include "base/crypto.h"
#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

TEST_CASE("advisories: a runner started anew fetches none that it has, and a fetch that fails leaves them") {
  const auto folder = must(TempDir::create());
  const auto file = folder.path() + "/advisories";
  const auto give = [](const std::string& bytes) {
    return [bytes](const std::string& place) { return write_file_durably(place, bytes, 0600); };
  };
  must(Advisories(file).renew(sha256_hex("old"), give("old")));
  struct stat entry {};
  REQUIRE(::stat(file.c_str(), &entry) == 0);
  CHECK((entry.st_mode & 0777) == 0644);
  Advisories again(file);
  must(
      again.renew(sha256_hex("old"), [](const std::string&) -> Result<void> { return fail(Errc::internal, "asked"); }));
  const auto away = again.renew(sha256_hex("new"), [](const std::string&) -> Result<void> {
    return fail(Errc::unavailable, "the server is away");
  });
  CHECK(away.error().message == "the server is away");
  CHECK(again.renew(sha256_hex("new"), give("cut")).error().code == Errc::invalid);
  CHECK(must(read_file(file)) == "old");
  must(again.renew(sha256_hex("new"), give("new")));
  CHECK(must(read_file(file)) == "new");
}
