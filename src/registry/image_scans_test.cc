#include "registry/image_scans.h"

#include <boost/json.hpp>

#include "base/archive.h"
#include "registry/fixture_test.h"
#include "scan/packages.h"

using namespace sampan;
using namespace sampan::registry;
using sampan::registry::testing::digest_of;
using sampan::registry::testing::House;
using sampan::registry::testing::image;
using sampan::registry::testing::text_of;
using sampan::testing::must;

namespace {

struct Harbour : House {
  std::string advisories = db.folder() + "/advisories";
  ImageScans scans{*db, clock, *blobs, advisories};

  // A layer as clients push it: tar, zstd.
  std::string layer(const std::vector<std::pair<std::string, std::string>>& files) {
    const auto folder = must(TempDir::create());
    for (const auto& [path, bytes] : files) {
      must(make_directories(parent_of(folder.path() + "/tree/" + path)));
      must(write_file_durably(folder.path() + "/tree/" + path, bytes));
    }
    must(pack(folder.path() + "/tree", {"."}, folder.path() + "/layer"));
    return must(read_file(folder.path() + "/layer"));
  }
  std::string system(const std::string& openssl) {
    return layer(
        {{"etc/os-release", "ID=debian\nVERSION_ID=12\n"},
         {"var/lib/dpkg/status", "Package: openssl\nStatus: install ok installed\nVersion: " + openssl + "\n"}});
  }
  std::string push(const std::string& tag, const std::vector<std::string>& layers) {
    push_blob("config");
    for (const auto& one : layers) push_blob(one);
    const auto body = image("config", layers);
    REQUIRE(push_manifest(tag, body, ann).status == 201);
    return digest_of(body).text();
  }
  void import(const std::string& fixed) {
    const auto file = db.folder() + "/TEST-2023-1.json";
    must(write_file_durably(file, fmt::format(R"({{"id":"TEST-2023-1","modified":"{}","summary":"it opens doors",
          "affected":[{{"package":{{"ecosystem":"Debian:12","name":"openssl"}},
          "ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{}"}}]}}]}}]}})",
                                              format_rfc3339(clock.now()), fixed)));
    must(scan::import_advisories({file}, advisories, clock.now()));
  }
  std::string findings(const std::string& digest, const Actor& actor) {
    return text_of(
        call(Method::get, "/api/v1/images/findings", actor,
             {.params = {}, .query = {{"repository", "company/shop"}, {"digest", digest}}, .headers = {}, .body = {}}));
  }
  boost::json::value found(const std::string& digest) {
    must(scans.pass());
    return boost::json::parse(findings(digest, vic));
  }
};

std::string state(const boost::json::value& found) { return std::string(found.at_pointer("/scan/state").as_string()); }

}  // namespace

TEST_CASE(
    "images: packages are looked up after the push, anew after an import and each day, and old data is not good") {
  Harbour house;
  const auto digest = house.push("1.0", {house.system("3.0.1")});
  CHECK(boost::json::parse(house.findings(digest, house.vic)).at("scan").is_null());
  auto found = house.found(digest);
  CHECK(state(found) == "unknown");  // there are no advisories
  CHECK(found.at("gaps").as_array().size() == 1);

  house.import("3.0.2");
  found = house.found(digest);
  CHECK(state(found) == "failed");
  CHECK(found.at_pointer("/items/0/rule") == "TEST-2023-1");
  CHECK(found.at_pointer("/items/0/message/en").as_string().find("3.0.2") != std::string::npos);
  CHECK(found.at_pointer("/scan/critical") == 1);
  CHECK(must(house.scans.pass()) == 0);  // nothing is due twice

  house.import("3.0.1");
  CHECK(state(house.found(digest)) == "passed");
  house.clock.advance(std::chrono::hours(24 * 40));
  CHECK(state(house.found(digest)) == "unknown");
}

TEST_CASE("images: a layer is read once, whichever images it is in, and goes with its blob") {
  Harbour house;
  house.import("3.0.2");
  const auto base = house.system("3.0.1"), other = house.layer({{"app/text", "hello"}});
  house.push("1.0", {base});
  must(house.scans.pass());
  CHECK(house.count("select count(*) from image_layer") == 1);
  must(house.db->write([&](Tx& tx) { return store::put_layer(tx, digest_of(base).hex(), {}); }));
  const auto digest = house.push("2.0", {base, other});
  const auto found = house.found(digest);
  CHECK(house.count("select count(*) from image_layer") == 2);
  CHECK(found.at_pointer("/scan/packages") == 0);  // as the layer was kept, not as it is
  CHECK(state(found) == "unknown");
}

TEST_CASE("images: one whose layer cannot be read is not good and not in the way of others") {
  Harbour house;
  house.import("3.0.2");
  const auto broken = house.push("broken", {"this is no layer"});
  const auto good = house.push("good", {house.system("3.0.2")});
  CHECK(state(house.found(broken)) == "unknown");
  CHECK(state(house.found(good)) == "passed");
  const auto gaps = house.found(broken).at("gaps").as_array();
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].at_pointer("/reason/en").as_string().find("not read to its end") != std::string::npos);
}

TEST_CASE("images: findings are for those who may pull, and the tags show their counts") {
  Harbour house;
  house.import("3.0.2");
  const auto digest = house.push("1.0", {house.system("3.0.1")});
  must(house.scans.pass());
  CHECK(house.findings(digest, house.out).find("no image repository") != std::string::npos);
  CHECK(house.findings(digest_of("x").text(), house.ann).find("has no manifest") != std::string::npos);
  const auto tags = boost::json::parse(
      text_of(house.call(Method::get, "/api/v1/images/tags", house.vic,
                         {.params = {}, .query = {{"repository", "company/shop"}}, .headers = {}, .body = {}})));
  CHECK(tags.at_pointer("/items/0/scan/critical") == 1);
  CHECK(house
            .call(Method::del, "/v2/*name/manifests/:reference", house.ann,
                  {.params = {{"name", "company/shop"}, {"reference", digest}}, .query = {}, .headers = {}, .body = {}})
            .status == 202);
  CHECK(house.count("select count(*) from image_scan") == 0);
}

TEST_CASE("images: the thread looks at what is pushed, by itself") {
  Harbour house;
  house.import("3.0.2");
  house.scans.start();
  const auto digest = house.push("1.0", {house.system("3.0.1")});
  house.scans.ring();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (house.count("select count(*) from image_scan") == 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  house.scans.stop();
  CHECK(state(boost::json::parse(house.findings(digest, house.vic))) == "failed");
}
