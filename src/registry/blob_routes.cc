// Blobs by the OCI distribution spec 1.1: pull, push (one piece, chunks, resumed), mount, delete.
#include <unistd.h>

#include "base/text.h"
#include "registry/byte_range.h"
#include "registry/oci.h"
#include "registry/state.h"

namespace sampan::registry {

namespace {

using State = Registry::State;

std::string location_of(const store::Repository& repository, const store::Upload& upload) {
  return fmt::format("/v2/{}/blobs/uploads/{}", repository.name, upload.id);
}

Response upload_answer(int status, const store::Repository& repository, const store::Upload& upload) {
  return Response::empty(status)
      .set("Location", location_of(repository, upload))
      .set("Docker-Upload-UUID", upload.id)
      .set("Range", fmt::format("0-{}", upload.size > 0 ? upload.size - 1 : 0));
}

Response created(const store::Repository& repository, const Digest& digest) {
  return Response::empty(201)
      .set("Location", fmt::format("/v2/{}/blobs/{}", repository.name, digest.text()))
      .set("Docker-Content-Digest", digest.text());
}

Response digest_error(std::string_view text) {
  return oci_error(400, "DIGEST_INVALID",
                   fmt::format("'{}' is not a digest: expected sha256: and 64 hex digits", text));
}

struct AskedBlob {
  store::Repository repository;
  std::optional<store::LinkedBlob> blob;
};

// Who asks by HEAD and sees it there will not upload it: that asking keeps it from being collected until its manifest
// comes, so asking and keeping are one transaction. One that was kept lately is far from being collected.
Result<AskedBlob> asked_blob(State& state, const Request& request, const Actor& actor,
                             const std::optional<Digest>& digest) {
  const auto now = state.clock.now();
  const auto lately = now - std::chrono::duration_cast<Microseconds>(state.config.upload_life) / 24;
  auto asked = TRY(state.read_image(
      actor, request.param("name"), [&](Tx& tx, const store::Repository& repository) -> Result<AskedBlob> {
        if (!digest) return AskedBlob{repository, {}};
        return AskedBlob{repository, TRY(store::linked_blob(tx, repository.id, digest->hex()))};
      }));
  if (request.method != Method::head || !asked.blob || asked.blob->touched_at >= lately) return asked;
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(store::touch_blob(tx, digest->hex(), now));
    asked.blob = TRY(store::linked_blob(tx, asked.repository.id, digest->hex()));
    return {};
  }));
  return asked;
}

Result<void> put_body(State& state, const Digest& digest, const BlobPart& part, Response& response) {
  if (auto bytes = TRY(state.db.read([&](Tx& tx) { return store::blob_bytes(tx, digest.hex()); }))) {
    response.body = bytes->substr(part.offset, part.size);
    return {};
  }
  auto file = TRY(state.blobs.open(digest.hex()));
  response.body = FileBody{std::shared_ptr<const int>(new int(file.release()),
                                                      [](const int* fd) {
                                                        ::close(*fd);
                                                        delete fd;
                                                      }),
                           part.offset, part.size};
  return {};
}

Result<Response> get_blob(State& state, const Request& request, const Actor& actor) {
  const auto digest = Digest::parse(request.param("digest"));
  const auto asked = TRY(asked_blob(state, request, actor, digest));
  const auto& [repository, blob] = asked;
  if (!digest) return digest_error(request.param("digest"));
  if (!blob) return oci_error(404, "BLOB_UNKNOWN", fmt::format("no blob {} in '{}'", digest->text(), repository.name));
  Response response;
  response.set("Content-Type", "application/octet-stream")
      .set("Docker-Content-Digest", digest->text())
      .set("Accept-Ranges", "bytes");
  response.set("Cache-Control", "max-age=31536000, immutable").set("ETag", fmt::format("\"{}\"", digest->text()));
  const auto whole = static_cast<std::uint64_t>(blob->size);
  const auto range_text = request.header("Range");
  const auto part = part_of(range_text, whole);
  if (part.kind == BlobPart::Kind::outside) {
    return oci_error(416, "BLOB_UNKNOWN",
                     fmt::format("range '{}' is not within the blob's {} bytes", range_text, whole))
        .set("Content-Range", fmt::format("bytes */{}", whole));
  }
  if (part.kind == BlobPart::Kind::part) {
    response.status = 206;
    response.set("Content-Range", fmt::format("bytes {}-{}/{}", part.offset, part.offset + part.size - 1, whole));
  }
  TRY(put_body(state, *digest, part, response));
  return response;
}

Result<Response> begin_upload(State& state, const Request& request, const Actor& actor) {
  const auto place = std::make_shared<const ImagePlace>(TRY(state.place_to_write(actor, request.param("name"))));
  const auto& repository = place->repository;
  if (const auto mount = request.find_query("mount")) {
    const auto digest = Digest::parse(*mount);
    if (!digest) return digest_error(*mount);
    const auto from = request.find_query("from");
    if (from && *from != repository.name) {
      const auto source = state.repository_to_read(actor, *from);
      if (source.has_value() && TRY(state.uploads.mount(*digest, source->id, repository.id)))
        return created(repository, *digest);
    }
  }
  const auto text = request.find_query("digest");
  const auto digest = text ? Digest::parse(*text) : std::nullopt;
  if (text && !digest) return digest_error(*text);
  const auto upload = state.uploads.begin(repository.id, place);
  if (digest) {
    TRY(state.uploads.append(upload.id, repository.id, 0, *request.spooled));
    const auto finished = state.uploads.finish(upload.id, repository.id, *digest);
    if (!finished.has_value() && finished.error().code == Errc::invalid)
      return oci_error(400, "DIGEST_INVALID", finished.error().message);
    TRY(finished);
    return created(repository, *digest);
  }
  return upload_answer(202, repository, upload);
}

Result<Response> continue_upload(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_of_upload(actor, request));
  std::int64_t start = -1;
  if (const auto range = request.header("Content-Range"); !range.empty()) {
    const auto digits = range.substr(0, range.find('-'));
    if (digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string_view::npos) {
      return oci_error(400, "BLOB_UPLOAD_INVALID",
                       fmt::format("Content-Range '{}': expected FIRST-LAST in bytes", range));
    }
    start = std::stoll(std::string(digits));
  }
  auto appended = state.uploads.append(request.param("upload"), repository.id, start, *request.spooled);
  if (!appended.has_value() && appended.error().code == Errc::conflict) {
    const auto upload = TRY(state.uploads.find(request.param("upload"), repository.id));
    return upload_answer(416, repository, upload);
  }
  if (!appended.has_value() && appended.error().code == Errc::not_found)
    return oci_error(404, "BLOB_UPLOAD_UNKNOWN", appended.error().message);
  return upload_answer(202, repository, TRY(std::move(appended)));
}

Result<Response> finish_upload(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_of_upload(actor, request));
  const auto text = request.find_query("digest").value_or("");
  const auto digest = Digest::parse(text);
  if (!digest) return digest_error(text);
  if (request.spooled && request.spooled->size > 0) {
    auto appended = state.uploads.append(request.param("upload"), repository.id, -1, *request.spooled);
    if (!appended.has_value() && appended.error().code == Errc::not_found)
      return oci_error(404, "BLOB_UPLOAD_UNKNOWN", appended.error().message);
    TRY(appended);
  }
  const auto finished = state.uploads.finish(request.param("upload"), repository.id, *digest);
  if (finished.has_value()) return created(repository, *digest);
  if (finished.error().code == Errc::invalid) return oci_error(400, "DIGEST_INVALID", finished.error().message);
  if (finished.error().code == Errc::not_found) return oci_error(404, "BLOB_UPLOAD_UNKNOWN", finished.error().message);
  return finished.error();
}

Result<Response> show_upload(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_of_upload(actor, request));
  const auto upload = state.uploads.find(request.param("upload"), repository.id);
  if (!upload.has_value()) return oci_error(404, "BLOB_UPLOAD_UNKNOWN", upload.error().message);
  return upload_answer(204, repository, *upload);
}

Result<Response> cancel_upload(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_of_upload(actor, request));
  const auto cancelled = state.uploads.cancel(request.param("upload"), repository.id);
  if (!cancelled.has_value()) return oci_error(404, "BLOB_UPLOAD_UNKNOWN", cancelled.error().message);
  return Response::empty(204);
}

Result<Response> delete_blob(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_to_write(actor, request.param("name")));
  const auto digest = Digest::parse(request.param("digest"));
  if (!digest) return digest_error(request.param("digest"));
  if (!TRY(state.db.read([&](Tx& tx) { return store::linked_blob(tx, repository.id, digest->hex()); }))) {
    return oci_error(404, "BLOB_UNKNOWN", fmt::format("no blob {} in '{}'", digest->text(), repository.name));
  }
  if (!TRY(state.db.write([&](Tx& tx) { return store::unlink_blob(tx, repository.id, digest->hex()); }))) {
    return oci_error(
        405, "UNSUPPORTED",
        fmt::format("a manifest of '{}' names blob {}: delete the manifest first", repository.name, digest->text()));
  }
  return Response::empty(202);
}

}  // namespace

std::vector<Route> blob_routes(State& state) {
  return {
      oci_route(Method::get, "/v2/*name/blobs/:digest", "Pull a blob", state, get_blob),
      oci_route(Method::head, "/v2/*name/blobs/:digest", "Ask for a blob", state, get_blob),
      oci_route(Method::del, "/v2/*name/blobs/:digest", "Remove a blob from an image repository", state, delete_blob),
      oci_route(Method::post, "/v2/*name/blobs/uploads", "Start an upload, mount a blob, or push one in one piece",
                state, begin_upload, BodyKind::spool),
      oci_route(Method::patch, "/v2/*name/blobs/uploads/:upload", "Continue an upload", state, continue_upload,
                BodyKind::spool),
      oci_route(Method::put, "/v2/*name/blobs/uploads/:upload", "Finish an upload", state, finish_upload,
                BodyKind::spool),
      oci_route(Method::get, "/v2/*name/blobs/uploads/:upload", "Ask how far an upload is", state, show_upload),
      oci_route(Method::del, "/v2/*name/blobs/uploads/:upload", "Cancel an upload", state, cancel_upload),
  };
}

}  // namespace sampan::registry
