#include "registry/registry.h"

#include "registry/fixture_test.h"

using namespace sampan;
using namespace sampan::registry;
using sampan::registry::testing::digest_of;
using sampan::registry::testing::House;
using sampan::registry::testing::image;
using sampan::registry::testing::text_of;
using sampan::testing::must;

namespace {

const std::string kBlob = "/v2/*name/blobs/:digest", kUploads = "/v2/*name/blobs/uploads",
                  kUpload = "/v2/*name/blobs/uploads/:upload", kManifest = "/v2/*name/manifests/:reference";

std::string header(const Response& response, std::string_view name) {
  return std::string(find_header(response.headers, name));
}
House::Ask blob(const Digest& digest, Headers headers = {}) {
  return {.params = {{"name", "company/shop"}, {"digest", digest.text()}},
          .query = {},
          .headers = std::move(headers),
          .body = {}};
}
House::Ask manifest(const std::string& reference) {
  return {.params = {{"name", "company/shop"}, {"reference", reference}}, .query = {}, .headers = {}, .body = {}};
}
bool says(const Response& response, std::string_view part) { return text_of(response).find(part) != std::string::npos; }

}  // namespace

TEST_CASE("registry: an image is pushed, said once, resolved and pulled by tag and by digest") {
  House house;
  house.push_blob("config");
  house.push_blob("layer");
  const auto body = image("config", {"layer"});
  const auto pushed = house.push_manifest("1.0", body, house.ann);
  REQUIRE(pushed.status == 201);
  CHECK(header(pushed, "Docker-Content-Digest") == digest_of(body).text());
  CHECK(house.push_manifest("1.0", body, house.ann).status == 201);
  CHECK(house.count("select count(*) from event where kind = 'image_pushed'") == 1);
  CHECK(must(house.registry.resolve("127.0.0.1:8080/company/shop:1.0")) == digest_of(body));
  for (const auto& reference : {std::string("1.0"), digest_of(body).text()}) {
    const auto pulled = house.call(Method::get, kManifest, house.vic, manifest(reference));
    CHECK(pulled.status == 200);
    CHECK(text_of(pulled) == body);
    CHECK(header(pulled, "Content-Type") == "application/vnd.oci.image.manifest.v1+json");
  }
  CHECK(house.count("select pulls from image_repository") == 1);
}

TEST_CASE("registry: what is not there has the sentence that says which part is missing") {
  House house;
  CHECK(house.registry.resolve("company/shop:1.0").error().message.find("nothing was pushed") != std::string::npos);
  house.push_blob("config");
  CHECK(house.registry.resolve("company/shop:1.0").error().message.find("no tag '1.0'") != std::string::npos);
  CHECK(house.registry.resolve("company/shop@" + digest_of("x").text()).error().code == Errc::not_found);
  CHECK(says(house.call(Method::get, kManifest, house.ann, manifest("1.0")), "MANIFEST_UNKNOWN"));
  CHECK(says(house.call(Method::get, kBlob, house.ann, blob(digest_of("x"))), "BLOB_UNKNOWN"));
}

TEST_CASE("registry: a tag is immutable, but latest; a repository may allow otherwise") {
  House house;
  house.push_blob("config");
  house.push_blob("one");
  house.push_blob("two");
  const auto first = image("config", {"one"}), second = image("config", {"two"});
  REQUIRE(house.push_manifest("1.0", first, house.ann).status == 201);
  REQUIRE(house.push_manifest("latest", first, house.ann).status == 201);
  const auto refused = house.push_manifest("1.0", second, house.ann);
  CHECK(refused.status == 409);
  CHECK(says(refused, "already exists and cannot be overwritten"));
  CHECK(must(house.registry.resolve("company/shop:1.0")) == digest_of(first));
  CHECK(house.registry.resolve("company/shop@" + digest_of(second).text()).error().code ==
        Errc::not_found);  // nothing of it stays
  CHECK(house.push_manifest("latest", second, house.ann).status == 201);
  CHECK(must(house.registry.resolve("company/shop")) == digest_of(second));
  const auto changed = house.call(Method::patch, "/api/v1/images/settings", house.ann,
                                  {.query = {{"repository", "company/shop"}}, .body = R"({"immutable_tags":false})"});
  REQUIRE(changed.status == 200);
  CHECK(house.push_manifest("1.0", second, house.ann).status == 201);
}

TEST_CASE("registry: a manifest needs its blobs, in its own repository and with the sizes it says") {
  House house;
  house.push_blob("config", "company/other");
  const auto body = image("config", {});
  auto refused = house.push_manifest("1.0", body, house.ann);
  CHECK(refused.status == 404);
  CHECK(says(refused, "MANIFEST_BLOB_UNKNOWN"));
  house.push_blob("config");
  auto forged = body;
  forged.replace(forged.find("\"size\":6"), 8, "\"size\":5");
  refused = house.push_manifest("1.0", forged, house.ann);
  CHECK(refused.status == 400);
  CHECK(says(refused, "has 6 bytes, the manifest says 5"));
  CHECK(house.push_manifest("1.0", body, house.ann).status == 201);
  CHECK(house.push_manifest(digest_of("other").text(), body, house.ann).status == 400);
  CHECK(says(house.push_manifest("-no", body, house.ann), "TAG_INVALID"));
}

TEST_CASE("registry: a viewer pulls, a developer pushes, others are not told that the image exists") {
  House house;
  house.push_blob("config");
  const auto body = image("config", {});
  REQUIRE(house.push_manifest("1.0", body, house.ann).status == 201);
  CHECK(house.push_manifest("1.1", body, house.vic).status == 403);
  CHECK(house.push_manifest("1.1", body, house.out).status == 404);
  CHECK(house.call(Method::get, kManifest, house.vic, manifest("1.0")).status == 200);
  CHECK(house.call(Method::get, kManifest, house.out, manifest("1.0")).status == 404);
  CHECK(house.call(Method::del, kManifest, house.vic, manifest("1.0")).status == 403);
  CHECK(says(house.call(Method::get, "/v2/_catalog", house.vic, {}), "company/shop"));
  CHECK_FALSE(says(house.call(Method::get, "/v2/_catalog", house.out, {}), "company/shop"));
  Actor narrow = house.ann;
  narrow.scopes = {Scope::api_write};
  CHECK(house.push_manifest("1.1", body, narrow).status == 403);
  // Mounting is reading the source: not a way to another group's layers.
  const auto mounted = house.call(Method::post, kUploads, house.out,
                                  {.params = {{"name", "company/stolen"}},
                                   .query = {{"mount", digest_of("config").text()}, {"from", "company/shop"}}});
  CHECK(mounted.status == 404);
}

TEST_CASE("registry: an upload goes on only for who may push there now, under the name it was begun with") {
  House house;
  const auto begun = house.call(Method::post, kUploads, house.ann, {.params = {{"name", "company/shop"}}});
  const auto id = header(begun, "Docker-Upload-UUID");
  const auto put = [&](const Actor& actor, const std::string& name) {
    return house
        .call(Method::put, kUpload, actor,
              {.params = {{"name", name}, {"upload", id}}, .query = {{"digest", digest_of("x").text()}}, .body = "x"})
        .status;
  };
  CHECK(put(house.vic, "company/shop") == 403);
  CHECK(put(house.out, "company/shop") == 404);
  CHECK(put(house.ann, "company/other") == 404);
  const AccessTarget company{must(house.git.find_group("company")), {}, {}};
  must(house.people.set_member(Actor::system(), company, "ann", Role::viewer));
  CHECK(put(house.ann, "company/shop") == 403);
  must(house.people.set_member(Actor::system(), company, "ann", Role::developer));
  CHECK(put(house.ann, "company/shop") == 201);
}

TEST_CASE("registry: an upload over the protocol tells its range, and where to go on after a wrong offset") {
  House house;
  const auto begun = house.call(Method::post, kUploads, house.ann, {.params = {{"name", "company/shop"}}});
  REQUIRE(begun.status == 202);
  const auto id = header(begun, "Docker-Upload-UUID");
  CHECK(header(begun, "Location") == "/v2/company/shop/blobs/uploads/" + id);
  const sampan::registry::testing::Pairs params = {{"name", "company/shop"}, {"upload", id}};
  auto answer = house.call(Method::patch, kUpload, house.ann,
                           {.params = params, .headers = {{"Content-Range", "0-5"}}, .body = "hello "});
  CHECK(answer.status == 202);
  CHECK(header(answer, "Range") == "0-5");
  answer = house.call(Method::patch, kUpload, house.ann,
                      {.params = params, .headers = {{"Content-Range", "3-7"}}, .body = "world"});
  CHECK(answer.status == 416);
  CHECK(header(answer, "Range") == "0-5");
  CHECK(house
            .call(Method::patch, kUpload, house.ann,
                  {.params = params, .headers = {{"Content-Range", "x-7"}}, .body = "world"})
            .status == 400);
  CHECK(header(house.call(Method::get, kUpload, house.ann, {.params = params}), "Range") == "0-5");
  answer = house.call(Method::put, kUpload, house.ann,
                      {.params = params, .query = {{"digest", digest_of("hello world").text()}}, .body = "world"});
  CHECK(answer.status == 201);
  CHECK(says(house.call(Method::get, kUpload, house.ann, {.params = params}), "BLOB_UPLOAD_UNKNOWN"));
  const auto wrong =
      house.call(Method::post, kUploads, house.ann,
                 {.params = {{"name", "company/shop"}}, .query = {{"digest", digest_of("a").text()}}, .body = "b"});
  CHECK(wrong.status == 400);
  CHECK(says(wrong, "DIGEST_INVALID"));
  CHECK(house.count("select count(*) from image_upload") == 0);
}

TEST_CASE("registry: a large blob is served whole, in part, or refused with its size") {
  House house;
  const auto digest = house.push_blob(std::string(100'000, 'b'));
  const auto whole = house.call(Method::get, kBlob, house.vic, blob(digest));
  CHECK(whole.status == 200);
  CHECK(std::get<FileBody>(whole.body).size == 100'000);
  const auto part = house.call(Method::get, kBlob, house.vic, blob(digest, {{"Range", "bytes=6-"}}));
  CHECK(part.status == 206);
  CHECK(header(part, "Content-Range") == "bytes 6-99999/100000");
  CHECK(std::get<FileBody>(part.body).offset == 6);
  const auto outside = house.call(Method::get, kBlob, house.vic, blob(digest, {{"Range", "bytes=100000-"}}));
  CHECK(outside.status == 416);
  CHECK(header(outside, "Content-Range") == "bytes */100000");
}

TEST_CASE(
    "registry: a client that saw a blob by HEAD finds it when its manifest comes, though it was about to be "
    "collected") {
  House house;
  const auto config = house.push_blob("config");
  house.push_blob("unseen");
  house.clock.advance(std::chrono::hours(25));
  CHECK(house.call(Method::head, kBlob, house.ann, blob(config)).status == 200);
  must(house.registry.collect());
  CHECK(house.call(Method::head, kBlob, house.ann, blob(digest_of("unseen"))).status == 404);
  CHECK(house.push_manifest("1.0", image("config", {}), house.ann).status == 201);
  house.clock.advance(std::chrono::hours(1000));
  must(house.registry.collect());
  CHECK(house.call(Method::get, kBlob, house.ann, blob(config)).status == 200);
}

TEST_CASE(
    "registry: a blob that a manifest names cannot be removed; a deleted manifest frees it and takes its tags along") {
  House house;
  const auto config = house.push_blob("config");
  const auto body = image("config", {});
  REQUIRE(house.push_manifest("1.0", body, house.ann).status == 201);
  CHECK(house.call(Method::del, kBlob, house.ann, blob(config)).status == 405);
  CHECK(house.call(Method::del, kManifest, house.ann, manifest(digest_of(body).text())).status == 202);
  CHECK(house.call(Method::del, kManifest, house.ann, manifest(digest_of(body).text())).status == 404);
  CHECK(house.count("select count(*) from audit where action = 'image.delete'") == 1);
  CHECK(house.registry.resolve("company/shop:1.0").error().code == Errc::not_found);
  CHECK(house.call(Method::del, kBlob, house.ann, blob(config)).status == 202);
  CHECK(house.call(Method::get, kBlob, house.ann, blob(config)).status == 404);
}

TEST_CASE("registry: tags are listed in pages, referrers by their kind") {
  House house;
  house.push_blob("config");
  const auto body = image("config", {});
  for (const auto* tag : {"c", "a", "b"}) REQUIRE(house.push_manifest(tag, body, house.ann).status == 201);
  const auto page = house.call(Method::get, "/v2/*name/tags/list", house.vic,
                               {.params = {{"name", "company/shop"}}, .query = {{"n", "2"}}});
  CHECK(text_of(page) == R"({"name":"company/shop","tags":["a","b"]})");
  CHECK(header(page, "Link") == "</v2/company/shop/tags/list?n=2&last=b>; rel=\"next\"");
  CHECK(says(house.call(Method::get, "/v2/*name/tags/list", house.vic,
                        {.params = {{"name", "company/shop"}}, .query = {{"last", "b"}}}),
             R"(["c"])"));
  auto about = body;
  about.insert(about.size() - 1,
               fmt::format(R"(,"artifactType":"application/x-sbom","subject":{{"digest":"{}","size":1}})",
                           digest_of(body).text()));
  const auto pushed = house.push_manifest(digest_of(about).text(), about, house.ann);
  REQUIRE(pushed.status == 201);
  CHECK(header(pushed, "OCI-Subject") == digest_of(body).text());
  const auto referring = [&](const std::string& kind) {
    return house.call(
        Method::get, "/v2/*name/referrers/:digest", house.vic,
        {.params = {{"name", "company/shop"}, {"digest", digest_of(body).text()}}, .query = {{"artifactType", kind}}});
  };
  CHECK(says(referring("application/x-sbom"), digest_of(about).text()));
  CHECK_FALSE(says(referring("application/x-other"), digest_of(about).text()));
}
