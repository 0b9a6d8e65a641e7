// Manifests, tags, referrers and the catalogue by the OCI distribution spec 1.1.
#include <boost/json.hpp>

#include "base/crypto.h"
#include "base/text.h"
#include "registry/oci.h"
#include "registry/reference.h"
#include "registry/state.h"

namespace sampan::registry {

namespace {

using State = Registry::State;
constexpr std::int64_t kMaxPage = 1000;

Result<Response> api_version(State&, const Request&, const Actor&) {
  return Response::json(200, "{}").set("Docker-Distribution-API-Version", "registry/2.0");
}

Response manifest_unknown(const store::Repository& repository, std::string_view reference) {
  return oci_error(404, "MANIFEST_UNKNOWN", fmt::format("'{}' has no manifest '{}'", repository.name, reference));
}

struct Found {
  store::Repository repository;
  std::optional<store::StoredManifest> manifest;
};

// In one transaction: who may, which repository, what its tag names now, the manifest.
Result<Found> find_manifest(State& state, const Actor& actor, std::string_view name, std::string_view reference) {
  return state.read_image(actor, name, [&](Tx& tx, const store::Repository& repository) -> Result<Found> {
    Found found{repository, {}};
    auto digest = std::optional<std::string>(reference);
    if (!Digest::parse(reference)) digest = TRY(store::digest_of_tag(tx, found.repository.id, reference));
    if (digest) found.manifest = TRY(store::find_manifest(tx, found.repository.id, *digest));
    return found;
  });
}

Result<Response> get_manifest(State& state, const Request& request, const Actor& actor) {
  const auto reference = request.param("reference");
  auto found = TRY(find_manifest(state, actor, request.param("name"), reference));
  auto& manifest = found.manifest;
  if (!manifest) return manifest_unknown(found.repository, reference);
  if (request.method == Method::get && !Digest::parse(reference)) TRY(state.pulls.count(found.repository.id));
  auto response = Response::text(200, std::move(manifest->body), manifest->media_type);
  response.set("Docker-Content-Digest", manifest->digest).set("ETag", fmt::format("\"{}\"", manifest->digest));
  return response;
}

Result<Response> put_manifest(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_to_write(actor, request.param("name")));
  const auto reference = request.param("reference");
  const auto digest = Digest::from_sha256(sha256_hex(request.body));
  const auto named = Digest::parse(reference);
  if (named && *named != *digest) {
    return oci_error(400, "DIGEST_INVALID",
                     fmt::format("the manifest's bytes have the digest {}, not {}", digest->text(), reference));
  }
  if (!named && !is_valid_tag(reference)) {
    return oci_error(400, "TAG_INVALID",
                     fmt::format("'{}' is not a tag: letters, digits, . _ -, at most 128", reference));
  }
  const auto manifest = parse_manifest(request.body, request.header("Content-Type"));
  if (!manifest.has_value()) {
    const bool large = manifest.error().code == Errc::too_large;
    return oci_error(large ? 413 : 400, "MANIFEST_INVALID", manifest.error().message);
  }
  const auto stored = state.put_manifest(actor, repository, named ? "" : reference, *digest, *manifest, request.body);
  if (!stored.has_value()) {
    if (stored.error().code == Errc::not_found) return oci_error(404, "MANIFEST_BLOB_UNKNOWN", stored.error().message);
    if (stored.error().code == Errc::invalid) return oci_error(400, "MANIFEST_INVALID", stored.error().message);
    return stored.error();
  }
  auto response = Response::empty(201);
  response.set("Location", fmt::format("/v2/{}/manifests/{}", repository.name, digest->text()))
      .set("Docker-Content-Digest", digest->text());
  if (manifest->subject) response.set("OCI-Subject", manifest->subject.text());
  return response;
}

Result<Response> delete_manifest(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_to_write(actor, request.param("name")));
  const auto reference = request.param("reference");
  const bool deleted = TRY(state.db.write([&](Tx& tx) -> Result<bool> {
    const bool gone = Digest::parse(reference) ? TRY(store::delete_manifest(tx, repository.id, reference))
                                               : TRY(store::delete_tag(tx, repository.id, reference));
    if (gone)
      TRY(state.people.audit(tx, actor,
                             {"image.delete", "image", fmt::format("{}:{}", repository.name, reference), ""}));
    return gone;
  }));
  if (!deleted) return manifest_unknown(repository, reference);
  return Response::empty(202);
}

std::int64_t page_size(const Request& request) {
  const auto text = request.find_query("n").value_or("");
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos) return kMaxPage;
  return std::min<std::int64_t>(std::stoll(text), kMaxPage);
}

Result<Response> list_tags(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_to_read(actor, request.param("name")));
  const auto limit = page_size(request);
  auto tags = TRY(state.db.read(
      [&](Tx& tx) { return store::list_tags(tx, repository.id, request.find_query("last").value_or(""), limit + 1); }));
  const bool more = static_cast<std::int64_t>(tags.size()) > limit;
  if (more) tags.resize(static_cast<std::size_t>(limit));
  boost::json::array list(tags.begin(), tags.end());
  auto response =
      Response::json(200, format_json(boost::json::object{{"name", repository.name}, {"tags", std::move(list)}}));
  if (more && !tags.empty())
    response.set("Link", fmt::format("</v2/{}/tags/list?n={}&last={}>; rel=\"next\"", repository.name, limit,
                                     percent_encode(tags.back())));
  return response;
}

Result<Response> catalog(State& state, const Request&, const Actor& actor) {
  boost::json::array names;
  for (const auto& name : TRY(state.db.read([](Tx& tx) { return store::list_repository_names(tx); }))) {
    if (state.may_pull(actor, name).has_value()) names.emplace_back(name);
  }
  return Response::json(200, format_json(boost::json::object{{"repositories", std::move(names)}}));
}

Result<Response> referrers(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_to_read(actor, request.param("name")));
  const auto digest = Digest::parse(request.param("digest"));
  if (!digest) return oci_error(400, "DIGEST_INVALID", fmt::format("'{}' is not a digest", request.param("digest")));
  const auto wanted = request.find_query("artifactType");
  boost::json::array manifests;
  for (const auto& found :
       TRY(state.db.read([&](Tx& tx) { return store::referrers(tx, repository.id, digest->text()); }))) {
    if (wanted && found.artifact_type != *wanted) continue;
    manifests.push_back(boost::json::object{{"mediaType", found.media_type},
                                            {"digest", found.digest},
                                            {"size", found.body.size()},
                                            {"artifactType", found.artifact_type}});
  }
  constexpr std::string_view kIndex = "application/vnd.oci.image.index.v1+json";
  auto response = Response::text(200,
                                 format_json(boost::json::object{
                                     {"schemaVersion", 2}, {"mediaType", kIndex}, {"manifests", std::move(manifests)}}),
                                 kIndex);
  if (wanted) response.set("OCI-Filters-Applied", "artifactType");
  return response;
}

}  // namespace

std::vector<Route> manifest_routes(State& state) {
  return {
      oci_route(Method::get, "/v2", "Check the registry's version and one's credentials", state, api_version),
      oci_route(Method::get, "/v2/_catalog", "List the image repositories one may pull from", state, catalog),
      oci_route(Method::get, "/v2/*name/tags/list", "List the tags of an image repository", state, list_tags),
      oci_route(Method::get, "/v2/*name/manifests/:reference", "Pull a manifest", state, get_manifest),
      oci_route(Method::head, "/v2/*name/manifests/:reference", "Ask for a manifest", state, get_manifest),
      oci_route(Method::put, "/v2/*name/manifests/:reference", "Push a manifest", state, put_manifest),
      oci_route(Method::del, "/v2/*name/manifests/:reference", "Delete a tag, or a manifest with its tags", state,
                delete_manifest),
      oci_route(Method::get, "/v2/*name/referrers/:digest", "List the manifests that refer to one", state, referrers),
  };
}

}  // namespace sampan::registry
