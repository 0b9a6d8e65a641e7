#include "registry/manifest.h"

#include <array>
#include <boost/json.hpp>

#include "base/json.h"

namespace sampan::registry {

namespace {

constexpr std::array<std::string_view, 2> kImageTypes = {"application/vnd.oci.image.manifest.v1+json",
                                                         "application/vnd.docker.distribution.manifest.v2+json"};
constexpr std::array<std::string_view, 2> kIndexTypes = {"application/vnd.oci.image.index.v1+json",
                                                         "application/vnd.docker.distribution.manifest.list.v2+json"};
constexpr std::size_t kMaxDescriptors = 10'000;
constexpr std::uint64_t kMaxImageBytes = std::uint64_t{1} << 50;

bool is_one_of(std::string_view type, const auto& types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::string text_of(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

Result<std::string> artifact_type_of(const boost::json::object& object, std::string_view key) {
  auto type = text_of(object, key);
  if (std::any_of(type.begin(), type.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7f; }))
    return fail(Errc::invalid, "manifest: '{}' must be a media type", key);
  return type;
}

Result<Descriptor> descriptor_of(const boost::json::value* value, std::string_view field) {
  if (!value || !value->is_object())
    return fail(Errc::invalid, "manifest: '{}' must be a descriptor with digest and size", field);
  const auto& object = value->as_object();
  const auto digest = Digest::parse(text_of(object, "digest"));
  if (!digest) return fail(Errc::invalid, "manifest: '{}.digest' must be sha256: and 64 hex digits", field);
  const auto* size = object.if_contains("size");
  if (!size || !size->is_int64() || size->as_int64() < 0 ||
      size->as_int64() > static_cast<std::int64_t>(kMaxImageBytes))
    return fail(Errc::invalid, "manifest: '{}.size' must be a number of bytes, at most {}", field, kMaxImageBytes);
  return Descriptor{*digest, static_cast<std::uint64_t>(size->as_int64()), text_of(object, "mediaType")};
}

bool is_kept_elsewhere(const boost::json::value& layer) {
  const auto type = layer.is_object() ? text_of(layer.as_object(), "mediaType") : std::string();
  return type.find("nondistributable") != std::string::npos || type.find("foreign") != std::string::npos;
}

Result<std::vector<Descriptor>> descriptors_of(const boost::json::object& root, std::string_view field) {
  const auto* list = root.if_contains(field);
  if (!list || !list->is_array()) return fail(Errc::invalid, "manifest: '{}' must be a list of descriptors", field);
  if (list->as_array().size() > kMaxDescriptors)
    return fail(Errc::too_large, "manifest: more than {} entries in '{}'", kMaxDescriptors, field);
  std::vector<Descriptor> found;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < list->as_array().size(); ++i) {
    const auto& item = list->as_array()[i];
    if (is_kept_elsewhere(item)) continue;
    found.push_back(TRY(descriptor_of(&item, fmt::format("{}[{}]", field, i))));
    sum += found.back().size;
    if (sum > kMaxImageBytes)
      return fail(Errc::too_large, "manifest: '{}' sums up to more than {} bytes", field, kMaxImageBytes);
  }
  return found;
}

}  // namespace

std::uint64_t Manifest::image_size() const {
  std::uint64_t sum = 0;
  for (const auto& blob : blobs) sum += blob.size;
  return sum;
}

Result<Manifest> parse_manifest(std::string_view bytes, std::string_view content_type) {
  if (bytes.size() > kMaxManifestBytes)
    return fail(Errc::too_large, "a manifest may have at most {} bytes", kMaxManifestBytes);
  const Json document = TRY(parse_json(bytes).context("manifest"));
  if (!document.is_object()) return fail(Errc::invalid, "manifest: expected a JSON object");
  const auto& root = document.as_object();
  Manifest manifest;
  if (const auto* type = root.if_contains("mediaType"); type && !type->is_string())
    return fail(Errc::invalid, "manifest: 'mediaType' must be text");
  const auto own_type = text_of(root, "mediaType");
  manifest.media_type = own_type.empty() ? std::string(content_type) : own_type;
  if (!content_type.empty() && !own_type.empty() && own_type != content_type) {
    return fail(Errc::invalid, "manifest: mediaType is '{}' but Content-Type is '{}'", own_type, content_type);
  }
  manifest.artifact_type = TRY(artifact_type_of(root, "artifactType"));
  if (const auto* subject = root.if_contains("subject"))
    manifest.subject = TRY(descriptor_of(subject, "subject")).digest;
  if (is_one_of(manifest.media_type, kIndexTypes)) {
    manifest.manifests = TRY(descriptors_of(root, "manifests"));
    return manifest;
  }
  if (!is_one_of(manifest.media_type, kImageTypes)) {
    return fail(Errc::invalid,
                "manifest: media type '{}' is not known; expected an OCI or Docker schema 2 image manifest or index",
                manifest.media_type);
  }
  manifest.blobs = TRY(descriptors_of(root, "layers"));
  const auto& layers = root.at("layers").as_array();
  manifest.elsewhere = static_cast<int>(std::count_if(layers.begin(), layers.end(), is_kept_elsewhere));
  manifest.blobs.insert(manifest.blobs.begin(), TRY(descriptor_of(root.if_contains("config"), "config")));
  if (manifest.artifact_type.empty())
    manifest.artifact_type = TRY(artifact_type_of(root.at("config").as_object(), "mediaType"));
  return manifest;
}

}  // namespace sampan::registry
