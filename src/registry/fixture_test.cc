#include "registry/fixture_test.h"

#include <unistd.h>

#include "registry/store.h"

namespace sampan::registry::testing {

using sampan::testing::must;

SpooledFile spooled(const std::string& folder, std::string_view bytes) {
  SpooledFile file{folder + "/" + random_token("spool-", 8), bytes.size(), sha256_hex(bytes), ""};
  must(write_file_durably(file.path, bytes));
  return file;
}

SpooledFile held(std::string_view bytes) { return {"", bytes.size(), sha256_hex(bytes), std::string(bytes)}; }

std::string image(std::string_view config, const std::vector<std::string>& layers) {
  const auto descriptor = [](std::string_view bytes) {
    return fmt::format(R"({{"digest":"{}","size":{}}})", digest_of(bytes).text(), bytes.size());
  };
  std::string list;
  for (const auto& layer : layers) list += (list.empty() ? "" : ",") + descriptor(layer);
  return fmt::format(
      R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[{}]}})",
      descriptor(config), list);
}

Shelf::Shelf() {
  const auto repository = [this](std::string_view name) {
    return must(db->write([&](Tx& tx) { return store::ensure_repository(tx, name, clock.now()); })).id;
  };
  shop = repository("company/shop");
  copy = repository("company/copy");
}

void Shelf::restart() {
  uploads.reset();
  blobs = must(open_file_blob_store(db.folder() + "/blobs"));
  uploads = std::make_unique<Uploads>(*db, clock, *blobs);
}

Result<store::Upload> Shelf::append(const std::string& id, std::int64_t start, std::string_view bytes) {
  auto chunk = spooled(db.folder(), bytes);
  auto appended = uploads->append(id, shop, start, chunk);
  ::unlink(chunk.path.c_str());  // as the edge does when the request is over
  return appended;
}

Digest Shelf::put(std::string_view bytes) {
  const auto upload = uploads->begin(shop);
  must(append(upload.id, 0, bytes));
  must(uploads->finish(upload.id, shop, digest_of(bytes)));
  return digest_of(bytes);
}

void Shelf::name_in_manifest(std::int64_t repository, std::string_view bytes) {
  Manifest manifest{.media_type = "application/vnd.oci.image.manifest.v1+json"};
  manifest.blobs = {{digest_of(bytes), bytes.size()}};
  must(db->write([&](Tx& tx) {
    return store::put_manifest(tx, repository, digest_of("manifest").text(), manifest, "{}", "ann", clock.now());
  }));
}

bool Shelf::is_linked(std::int64_t repository, std::string_view bytes) {
  return must(db->read([&](Tx& tx) { return store::linked_blob(tx, repository, digest_of(bytes).hex()); })).has_value();
}

std::string Shelf::bytes_of(const Digest& digest) {
  const auto row = must(db->read([&](Tx& tx) { return store::blob_bytes(tx, digest.hex()); }));
  if (row) return *row;
  const auto file = blobs->open(digest.hex());
  return file.has_value() ? must(read_file(fmt::format("/proc/self/fd/{}", file->get()))) : "(none)";
}

House::House() {
  log::set_level(log::Level::error);
  const auto post = [](const std::vector<Route>& all, std::string_view pattern, std::string body) {
    for (const auto& route : all) {
      if (route.method != Method::post || route.pattern != pattern) continue;
      Request request;
      request.body = std::move(body);
      must(route.handler(request, Actor::system()));
    }
  };
  must(git.recover());
  post(git.routes(), "/api/v1/groups", R"({"name":"company"})");
  const auto person = [&](const std::string& login, Role role) {
    post(people.routes(), "/api/v1/users", fmt::format(R"({{"login":"{0}","password":"password-{0}"}})", login));
    if (role != Role::none)
      must(people.set_member(Actor::system(), {must(git.find_group("company")), {}, {}}, login, role));
    return must(people.sign_in_with_password({login, "password-" + login}, "test"));
  };
  ann = person("ann", Role::developer);
  vic = person("vic", Role::viewer);
  out = person("out", Role::none);
}

Response House::call(Method method, const std::string& pattern, const Actor& actor, Ask ask) {
  for (const auto& route : routes) {
    if (route.method != method || route.pattern != pattern) continue;
    Request request;
    request.method = method;
    request.params = std::move(ask.params);
    request.query = std::move(ask.query);
    request.headers = std::move(ask.headers);
    if (route.body == BodyKind::spool)
      request.spooled = std::make_shared<SpooledFile>(
          ask.body.size() <= kSpooledInMemory ? held(ask.body) : spooled(db.folder(), ask.body));
    else
      request.body = std::move(ask.body);
    auto answer = route.handler(request, actor);
    return answer.has_value()              ? std::move(*answer)
           : route.dialect == Dialect::oci ? oci_error(answer.error())
                                           : Response::text(400, answer.error().message);
  }
  FAIL("no route ", pattern);
  return {};
}

Digest House::push_blob(std::string_view bytes, const std::string& name) {
  const auto digest = digest_of(bytes);
  const auto answer =
      call(Method::post, "/v2/*name/blobs/uploads", ann,
           {.params = {{"name", name}}, .query = {{"digest", digest.text()}}, .body = std::string(bytes)});
  REQUIRE_MESSAGE(answer.status == 201, text_of(answer));
  return digest;
}

Response House::push_manifest(const std::string& reference, const std::string& body, const Actor& actor,
                              const std::string& name) {
  return call(Method::put, "/v2/*name/manifests/:reference", actor,
              {.params = {{"name", name}, {"reference", reference}},
               .headers = {{"Content-Type", "application/vnd.oci.image.manifest.v1+json"}},
               .body = body});
}

std::int64_t House::count(const std::string& sql) {
  return must(db->read([&](Tx& tx) { return tx.one("count", sql); })).integer(0);
}

std::string text_of(const Response& response) {
  const auto* text = std::get_if<std::string>(&response.body);
  return text ? *text : "(a file)";
}

}  // namespace sampan::registry::testing
