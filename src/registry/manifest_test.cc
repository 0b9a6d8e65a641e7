#include "registry/manifest.h"

#include <doctest/doctest.h>

#include "registry/fixture_test.h"

using namespace sampan;
using namespace sampan::registry;
using sampan::registry::testing::digest_of;
using sampan::registry::testing::image;

namespace {

const std::string kImage = "application/vnd.oci.image.manifest.v1+json",
                  kIndex = "application/vnd.oci.image.index.v1+json";
const std::string kBlob = R"({"digest":"sha256:)" + std::string(64, 'b') + R"(","size":7})";

std::string error_of(std::string_view bytes, std::string_view type = kImage) {
  const auto manifest = parse_manifest(bytes, type);
  if (manifest.has_value()) return "(none)";
  CHECK((manifest.error().code == Errc::invalid || manifest.error().code == Errc::too_large));
  return manifest.error().message;
}

}  // namespace

TEST_CASE("registry: an image manifest names its config first, then its layers in order") {
  const auto manifest = parse_manifest(image("config", {"one", "three"}), kImage);
  REQUIRE(manifest.has_value());
  REQUIRE(manifest->blobs.size() == 3);
  CHECK(manifest->blobs[0].digest == digest_of("config"));
  CHECK(manifest->blobs[2].digest == digest_of("three"));
  CHECK(manifest->image_size() == 6 + 3 + 5);
  CHECK(manifest->media_type == kImage);
}

TEST_CASE("registry: an index names manifests, a manifest its subject and what kind of artifact it is") {
  const auto index = parse_manifest(R"({"manifests":[)" + kBlob + "]}", kIndex);
  REQUIRE(index.has_value());
  CHECK(index->manifests.size() == 1);
  CHECK(index->blobs.empty());
  const auto signature = parse_manifest(
      R"({"config":{"mediaType":"application/x-sig",)" + kBlob.substr(1) + R"(,"layers":[],"subject":)" + kBlob + "}",
      kImage);
  REQUIRE(signature.has_value());
  CHECK(signature->artifact_type == "application/x-sig");
  CHECK(signature->subject.hex() == std::string(64, 'b'));
}

TEST_CASE("registry: a layer that is kept elsewhere is not asked for") {
  const auto foreign = R"({"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",)" + kBlob.substr(1);
  const auto manifest = parse_manifest(R"({"config":)" + kBlob + R"(,"layers":[)" + foreign + "]}",
                                       "application/vnd.docker.distribution.manifest.v2+json");
  REQUIRE(manifest.has_value());
  CHECK(manifest->blobs.size() == 1);
}

TEST_CASE("registry: a hostile manifest is refused with the field that is wrong") {
  CHECK(error_of("").find("manifest") == 0);
  CHECK(error_of("[]") == "manifest: expected a JSON object");
  CHECK(error_of("{") != "(none)");
  CHECK(error_of("{}").find("'layers'") != std::string::npos);
  CHECK(error_of(R"({"layers":[]})").find("'config'") != std::string::npos);
  CHECK(error_of(R"({"layers":{},"config":{}})").find("'layers'") != std::string::npos);
  CHECK(error_of(R"({"config":)" + kBlob + R"(,"layers":[7]})").find("'layers[0]'") != std::string::npos);
  CHECK(error_of(R"({"config":)" + kBlob + R"(,"layers":[)" + kBlob + R"(,{"digest":"md5:1","size":1}]})")
            .find("'layers[1].digest'") != std::string::npos);
  CHECK(error_of(R"({"config":)" + kBlob + R"(,"layers":[{"digest":"sha256:../../etc/passwd","size":1}]})")
            .find("'layers[0].digest'") != std::string::npos);
  for (const auto* size : {"-1", "1.5", "\"7\"", "99999999999999999999", "9223372036854775807", "null"}) {
    CHECK_MESSAGE(
        error_of(R"({"config":{"digest":"sha256:)" + std::string(64, 'b') + R"(","size":)" + size + R"(},"layers":[]})")
                .find("'config.size'") != std::string::npos,
        size);
  }
  CHECK(error_of(R"({"config":)" + kBlob + R"(,"layers":[],"subject":"x"})").find("'subject'") != std::string::npos);
  CHECK(error_of(R"({"config":)" + kBlob + R"(,"layers":[],"artifactType":"a\u0000b"})").find("'artifactType'") !=
        std::string::npos);
  CHECK(error_of(R"({"a":1,"a":2})") != "(none)");
  CHECK(error_of(std::string(100'000, '[')) != "(none)");
  CHECK(error_of("{\"x\":\"\xff\"}") != "(none)");
}

TEST_CASE("registry: the document's own media type must be known and agree with the request's") {
  CHECK(error_of(image("c", {}), kIndex).find("Content-Type is") != std::string::npos);
  CHECK(error_of("{}", "application/json").find("'application/json' is not known") != std::string::npos);
  CHECK(error_of("{}", "").find("is not known") != std::string::npos);
  CHECK(error_of(R"({"mediaType":7,"layers":[],"config":)" + kBlob + "}").find("'mediaType'") != std::string::npos);
  CHECK(parse_manifest(image("c", {}), "").has_value());
}

TEST_CASE("registry: layers that sum up to more than any disk holds are refused, not counted wrong") {
  const std::string layer = R"({"digest":"sha256:)" + std::string(64, 'c') + R"(","size":1125899906842624})";
  CHECK(error_of(R"({"config":)" + kBlob + R"(,"layers":[)" + layer + "," + layer + "]}").find("'layers' sums up") !=
        std::string::npos);
}

TEST_CASE("registry: a manifest has limits: its bytes and the number of its entries") {
  CHECK(error_of(std::string(kMaxManifestBytes + 1, ' ')).find("at most") != std::string::npos);
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += (i ? "," : "") + kBlob;
  CHECK(error_of(R"({"config":)" + kBlob + R"(,"layers":[)" + many + "]}").find("more than 10000 entries") !=
        std::string::npos);
}
