#include "registry/image_scans.h"

#include <boost/json.hpp>

#include "base/archive.h"
#include "base/text.h"
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

const std::string kImage = "application/vnd.oci.image.manifest.v1+json",
                  kConfig = "application/vnd.oci.image.config.v1+json",
                  kTar = "application/vnd.oci.image.layer.v1.tar+zstd";

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
  // A manifest whose descriptors say their types; none of its layers needs to be what it says.
  std::string typed(std::string_view config_type, const std::vector<std::pair<std::string, std::string>>& layers) {
    const auto descriptor = [](std::string_view type, std::string_view bytes) {
      return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}}})", type, digest_of(bytes).text(),
                         bytes.size());
    };
    push_blob("config");
    std::vector<std::string> list;
    for (const auto& [type, bytes] : layers) {
      push_blob(bytes);
      list.push_back(descriptor(type, bytes));
    }
    return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}})", kImage,
                       descriptor(config_type, "config"), join(list, ","));
  }
  std::string push_typed(const std::string& reference, const std::string& body) {
    const auto answer = push_manifest(reference, body, ann);
    REQUIRE_MESSAGE(answer.status == 201, text_of(answer));
    return digest_of(body).text();
  }
  std::string push_index(const std::string& tag, const std::vector<std::string>& manifests) {
    std::vector<std::string> list;
    for (const auto& one : manifests) {
      push_typed(digest_of(one).text(), one);
      list.push_back(
          fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}}})", kImage, digest_of(one).text(), one.size()));
    }
    const std::string type = "application/vnd.oci.image.index.v1+json";
    const auto body = fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{}]}})", type, join(list, ","));
    const auto answer = call(Method::put, "/v2/*name/manifests/:reference", ann,
                             {.params = {{"name", "company/shop"}, {"reference", tag}},
                              .query = {},
                              .headers = {{"Content-Type", type}},
                              .body = body});
    REQUIRE_MESSAGE(answer.status == 201, text_of(answer));
    return digest_of(body).text();
  }
  void change(const std::string& sql) {
    must(db->write([&](Tx& tx) { return tx.exec(sql); }));
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

std::string first_gap(const boost::json::value& found) {
  const auto& gaps = found.at("gaps").as_array();
  return gaps.empty() ? std::string() : std::string(gaps[0].at_pointer("/reason/en").as_string());
}

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

TEST_CASE("images: an index is its platforms, each package once; a part that was deleted is passed over") {
  Harbour house;
  house.import("3.0.2");
  const auto base = house.system("3.0.1");
  const auto one = house.typed(kConfig, {{kTar, base}}),
             two = house.typed(kConfig, {{kTar, base}, {kTar, house.layer({{"app/text", "hello"}})}});
  const auto digest = house.push_index("1.0", {one, two});
  auto found = house.found(digest);
  CHECK(state(found) == "failed");
  CHECK(found.at_pointer("/scan/packages") == 1);
  CHECK(found.at("items").as_array().size() == 1);

  house.change("delete from image_scan");
  house.change(fmt::format("delete from image_manifest where digest = '{}'", digest_of(one).text()));
  found = house.found(digest);
  CHECK(found.at_pointer("/scan/packages") == 1);
  CHECK(found.at("gaps").as_array().empty());
}

TEST_CASE("images: statements about an image, and what is no image, have no gaps") {
  Harbour house;
  house.import("3.0.2");
  const auto image = house.typed(kConfig, {{kTar, house.system("3.0.2")}});
  const auto statement = house.typed(kConfig, {{"application/vnd.in-toto+json", "a statement"}});
  CHECK(state(house.found(house.push_index("1.0", {image, statement}))) == "passed");
  const auto artifact =
      house.push_typed("chart", house.typed("application/vnd.cncf.helm.config.v1+json",
                                            {{"application/vnd.cncf.helm.chart.content.v1.tar+gzip", "a chart"}}));
  CHECK(house.found(artifact).at("gaps").as_array().empty());
}

TEST_CASE("images: a layer that is kept elsewhere or of another type is a gap, and the image is not good") {
  Harbour house;
  house.import("3.0.2");
  const auto base = house.system("3.0.2");
  const auto foreign = house.found(house.push_typed(
      "foreign",
      house.typed(kConfig, {{kTar, base}, {"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "far"}})));
  CHECK(state(foreign) == "unknown");
  CHECK(first_gap(foreign) == "layers that are kept elsewhere were not read");
  const auto other =
      house.found(house.push_typed("other", house.typed(kConfig, {{kTar, base}, {"application/vnd.disk", "a disk"}})));
  CHECK(state(other) == "unknown");
  CHECK(first_gap(other) == "this layer was not read: it is of the type application/vnd.disk");
}

TEST_CASE("images: a layer in a file is read as one in the database; one whose file is gone is a gap") {
  Harbour house;
  house.import("3.0.2");
  const auto large =
      house.layer({{"etc/os-release", "ID=debian\nVERSION_ID=12\n"},
                   {"app/noise", random_token("", 4 * kSpooledInMemory)},
                   {"var/lib/dpkg/status", "Package: openssl\nStatus: install ok installed\nVersion: 3.0.1\n"}});
  REQUIRE(large.size() > kSpooledInMemory);
  const auto digest = house.push("1.0", {large});
  REQUIRE(house.blobs->open(digest_of(large).hex()).has_value());
  CHECK(state(house.found(digest)) == "failed");
  house.change("delete from image_scan");
  house.change("delete from image_layer");
  must(house.blobs->remove(digest_of(large).hex()));
  const auto found = house.found(digest);
  CHECK(state(found) == "unknown");
  CHECK(first_gap(found).starts_with("this layer was not read: "));
}

TEST_CASE("images: one whose manifest cannot be read any more has a gap, and the others are looked at") {
  Harbour house;
  house.import("3.0.2");
  const auto good = house.push("good", {house.system("3.0.2")});
  const auto broken = house.push("broken", {house.system("3.0.1")});
  house.change(fmt::format("update image_manifest set body = '[' where digest = '{}'", broken));
  CHECK(state(house.found(good)) == "passed");
  CHECK(state(house.found(broken)) == "unknown");
  CHECK(house.found(broken).at("gaps").as_array().size() == 1);
}

TEST_CASE("images: a layer that another version read is read again; what was deleted meanwhile is kept nowhere") {
  Harbour house;
  house.import("3.0.2");
  const auto base = house.system("3.0.1");
  const auto digest = house.push("1.0", {base});
  must(house.db->write([&](Tx& tx) { return store::put_layer(tx, digest_of(base).hex(), {}); }));
  house.change("update image_layer set format = format - 1");
  CHECK(house.found(digest).at_pointer("/scan/packages") == 1);
  CHECK(house.count("select count(*) from image_layer") == 1);

  must(house.db->write([&](Tx& tx) -> Result<void> {
    TRY(store::put_layer(tx, digest_of("never pushed").hex(), {}));
    return store::put_scan(tx, 4711, "stamp", {}, {}, Microseconds{1});
  }));
  CHECK(house.count("select count(*) from image_layer") == 1);
  CHECK(house.count("select count(*) from image_scan") == 1);
}

TEST_CASE("images: of the findings of an image the severe come first") {
  Harbour house;
  house.import("3.0.2");
  const auto digest =
      house.push("1.0", {house.layer({{"etc/os-release", "ID=debian\nVERSION_ID=12\n"},
                                      {"var/lib/dpkg/status",
                                       "Package: openssl\nStatus: install ok installed\nVersion: 3.0.1\n\n"
                                       "Package: zlib\nStatus: install ok installed\nVersion: 1.0\n"}})});
  const auto mild = house.db.folder() + "/TEST-2023-1.json", severe = house.db.folder() + "/TEST-2023-2.json";
  must(write_file_durably(
      severe,
      fmt::format(
          R"({{"id":"TEST-2023-2","modified":"{}","summary":"it leaks","database_specific":{{"severity":"CRITICAL"}},
      "affected":[{{"package":{{"ecosystem":"Debian:12","name":"zlib"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"2"}}]}}]}}]}})",
          format_rfc3339(house.clock.now()))));
  must(scan::import_advisories({mild, severe}, house.advisories, house.clock.now()));
  const auto found = house.found(digest);
  REQUIRE(found.at("items").as_array().size() == 2);
  CHECK(found.at_pointer("/items/0/rule") == "TEST-2023-2");
  CHECK(found.at_pointer("/items/0/severity") == "blocker");
}

// Each would be taken from the database again, with all it says.
TEST_CASE("images: of too many layers, and of too many images of an index, the first are read and the rest is a gap") {
  Harbour harbour;
  harbour.import("3.0.12");
  const std::vector<std::string> layers(501, harbour.system("3.0.1"));
  const auto deep = harbour.found(harbour.push("deep", layers));
  CHECK(deep.at("items").as_array().size() == 1);
  REQUIRE(deep.at("gaps").as_array().size() == 1);
  CHECK(first_gap(deep).find("the image has too many layers") != std::string::npos);
  const std::vector<std::string> most(500, harbour.system("3.0.1"));
  CHECK(harbour.found(harbour.push("most", most)).at("gaps").as_array().empty());

  std::vector<std::string> images;
  for (int i = 0; i < 101; ++i)
    images.push_back(
        harbour.typed(kConfig, {{kTar, harbour.system("3.0.1")}, {kTar, harbour.layer({{"n", std::to_string(i)}})}}));
  const auto wide = harbour.found(harbour.push_index("wide", images));
  REQUIRE(wide.at("gaps").as_array().size() == 1);
  CHECK(first_gap(wide).find("the index has too many images") != std::string::npos);
}
