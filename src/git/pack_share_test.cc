// That clones share one pack, and are whole whatever is found of earlier ones.
#include "git/pack_share.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "git/git_fixture_test.h"

using namespace sampan;
using namespace sampan::git::testing;

namespace {

struct LargeHouse : House {
  Client author;
  LargeHouse() {
    make_repo("large");
    author.begin(url("ann", "large"));
    // More than a hundred objects, or git unpacks them on arrival; three quarters of it when compressed.
    for (int n = 0; n < 120; ++n) {
      std::string noise;
      while (noise.size() < 200'000) noise += random_token("", 1000);
      std::ofstream(fmt::format("{}/noise-{}", author.tree(), n)) << noise;
    }
    add();
  }
  void add() {
    author.commit("last", random_token(""));
    author.ok({"push", "-q", "origin", "HEAD:main"});
  }
  std::vector<std::filesystem::path> packs() const {
    std::vector<std::filesystem::path> all;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path() + "/repos/packs", none))
      all.push_back(entry.path());
    return all;
  }
  std::string clone_head(std::vector<std::string> options = {}) const {
    const Client client;
    client.clone(url("vic", "large"), std::move(options));
    client.ok({"fsck", "--strict"});
    return client.ok({"rev-parse", "HEAD"});
  }
};

}  // namespace

TEST_CASE("git: clones of a large repository at once share one pack, and each is whole") {
  LargeHouse house;
  const auto head = house.author.ok({"rev-parse", "HEAD"});
  std::atomic<int> whole{0};
  {
    std::vector<std::jthread> clients;
    for (int n = 0; n < 4; ++n) clients.emplace_back([&] { whole += house.clone_head() == head; });
  }
  CHECK(whole == 4);
  REQUIRE(house.packs().size() == 1);
  CHECK(std::filesystem::status(house.packs()[0]).permissions() == std::filesystem::perms::owner_read);
  house.add();
  CHECK(house.clone_head() == house.author.ok({"rev-parse", "HEAD"}));
  CHECK(house.packs().size() == 2);
}

TEST_CASE("git: a pack whose maker died, and one of another request, are given to nobody") {
  LargeHouse house;
  const auto head = house.clone_head();
  const auto pack = house.packs().at(0);
  const auto whole = read_file(pack.string()).value();
  const auto leave = [&](std::string_view bytes, mode_t mode) {
    REQUIRE(std::filesystem::remove(pack));
    REQUIRE(write_file_durably(pack.string(), bytes, static_cast<int>(mode)).has_value());
  };
  leave(std::string_view(whole).substr(0, whole.size() / 2), 0600);
  CHECK(house.clone_head() == head);
  CHECK((read_file(pack.string()).value() == whole));  // made again
  auto other = whole;
  other[3] ^= 1;
  leave(other, 0400);
  CHECK(house.clone_head() == head);
}

TEST_CASE("git: what is no whole clone of a large repository is not shared, and a start sweeps what was") {
  LargeHouse house;
  const auto head = house.author.ok({"rev-parse", "HEAD"});
  CHECK(house.clone_head({"--depth", "1"}) == head);
  CHECK(house.packs().empty());
  const Client client;
  client.clone(house.url("vic", "large"));
  CHECK(house.packs().size() == 1);
  house.add();
  client.ok({"fetch", "-q"});
  CHECK(client.ok({"rev-parse", "origin/main"}) == house.author.ok({"rev-parse", "HEAD"}));
  CHECK(house.packs().size() == 1);
  REQUIRE(house.git->recover().has_value());
  CHECK(house.packs().empty());
}
