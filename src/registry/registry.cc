#include "registry/registry.h"

#include "base/log.h"
#include "model/say.h"
#include "registry/reference.h"
#include "registry/state.h"

namespace sampan::registry {

Registry::Registry(Db& db, Clock& clock, EventLog& events, git::Git& git, people::People& people, BlobStore& blobs,
                   Config config)
    : state_(std::make_unique<State>(db, clock, events, git, people, blobs, std::move(config))) {}
Registry::~Registry() = default;

Result<void> Registry::recover() {
  TRY(state_->uploads.recover());
  return collect();
}

void Registry::start() { state_->scans.start(); }
void Registry::stop() { state_->scans.stop(); }

Result<void> Registry::collect() {
  return state_->uploads.collect(state_->clock.now() -
                                 std::chrono::duration_cast<Microseconds>(state_->config.upload_life));
}

Result<Digest> Registry::resolve(std::string_view text) {
  const auto reference = TRY(parse_reference(text));
  return state_->db.read([&](Tx& tx) -> Result<Digest> {
    const auto repository = TRY(store::find_repository(tx, reference.repository));
    if (!repository) return fail(Errc::not_found, "no image '{}': nothing was pushed there yet", reference.repository);
    if (reference.digest) {
      if (!TRY(store::find_manifest(tx, repository->id, reference.digest.text()))) {
        return fail(Errc::not_found, "image '{}' has no manifest {}", reference.repository, reference.digest.text());
      }
      return reference.digest;
    }
    const auto digest = TRY(store::digest_of_tag(tx, repository->id, reference.tag));
    if (!digest) return fail(Errc::not_found, "image '{}' has no tag '{}'", reference.repository, reference.tag);
    return *Digest::parse(*digest);
  });
}

std::vector<Route> Registry::routes() {
  auto all = blob_routes(*state_);
  for (auto& route : manifest_routes(*state_)) all.push_back(std::move(route));
  for (auto& route : image_routes(*state_)) all.push_back(std::move(route));
  return all;
}

Result<void> Registry::State::check_name(std::string_view repository) {
  if (is_valid_repository(repository)) return {};
  return fail(Errc::invalid, "'{}' is not a name of an image repository: expected group/name in lower case",
              repository);
}

Result<void> Registry::State::may_pull(const Actor& actor, std::string_view repository) {
  return may_pull(actor, repository, git.rights_on(repository));
}

Result<void> Registry::State::may_pull(const Actor& actor, std::string_view repository,
                                       const Result<git::AskRole>& role) {
  // The machines that run applications pull whatever they were told to run.
  if (actor.kind == Actor::Kind::runner || actor.kind == Actor::Kind::system) return {};
  if (!actor.has(Scope::image_read) && !actor.has(Scope::image_write))
    return fail(Errc::denied, "this token may not pull images: it lacks the scope image_read");
  if (!role.has_value()) return role.error();
  if (TRY((*role)(actor)) < Role::viewer)
    return fail(Errc::not_found, "no image repository '{}' for {}", repository, actor.name);
  return {};
}

Result<void> Registry::State::may_push(const Actor& actor, std::string_view repository,
                                       const Result<git::AskRole>& role) {
  if (!actor.has(Scope::image_write))
    return fail(Errc::denied, "this token may not push images: it lacks the scope image_write");
  if (!role.has_value()) return role.error();
  const auto held = TRY((*role)(actor));
  if (held < Role::viewer) return fail(Errc::not_found, "no image repository '{}' for {}", repository, actor.name);
  if (held < Role::developer)
    return fail(Errc::denied, "{} may pull '{}' but not push to it: that needs the role developer", actor.name,
                repository);
  return {};
}

Result<store::Repository> Registry::State::repository_to_read(const Actor& actor, std::string_view name) {
  return read_image(actor, name,
                    [](Tx&, const store::Repository& repository) -> Result<store::Repository> { return repository; });
}

Result<store::Repository> Registry::State::repository_to_write(const Actor& actor, std::string_view name) {
  return TRY(place_to_write(actor, name)).repository;
}

Result<store::Repository> Registry::State::repository_of_upload(const Actor& actor, const Request& request) {
  const auto name = request.param("name");
  const auto place = uploads.place_of(request.param("upload"));
  if (!place || place->repository.name != name) return repository_to_write(actor, name);
  TRY(may_push(actor, name, place->role));
  return place->repository;
}

Result<ImagePlace> Registry::State::place_to_write(const Actor& actor, std::string_view name) {
  TRY(check_name(name));
  std::optional<Result<git::AskRole>> role;
  const auto found = TRY(db.read([&](Tx& tx) {
    role = git.rights_on(name);
    return store::find_repository(tx, name);
  }));
  TRY(may_push(actor, name, *role));
  if (found) return ImagePlace{*found, **role};
  return ImagePlace{TRY(db.write([&](Tx& tx) { return store::ensure_repository(tx, name, clock.now()); })), **role};
}

Result<void> Registry::State::put_manifest(const Actor& actor, const store::Repository& repository,
                                           std::string_view tag, const Digest& digest, const Manifest& manifest,
                                           std::string_view body) {
  return db.write([&](Tx& tx) -> Result<void> {
    for (const auto& blob : manifest.blobs) {
      const auto held = TRY(store::linked_blob(tx, repository.id, blob.digest.hex()));
      if (!held)
        return fail(Errc::not_found, "blob {} is not in '{}': push it first", blob.digest.text(), repository.name);
      if (static_cast<std::uint64_t>(held->size) != blob.size)
        return fail(Errc::invalid, "blob {} has {} bytes, the manifest says {}", blob.digest.text(), held->size,
                    blob.size);
    }
    for (const auto& child : manifest.manifests) {
      if (!TRY(store::find_manifest(tx, repository.id, child.digest.text()))) {
        return fail(Errc::not_found, "manifest {} is not in '{}': push it first", child.digest.text(), repository.name);
      }
    }
    const auto now = clock.now();
    if (!TRY(store::find_manifest(tx, repository.id, digest.text())))
      TRY(store::put_manifest(tx, repository.id, digest.text(), manifest, body, actor.name, now));
    if (tag.empty()) return {};
    const auto before = TRY(store::digest_of_tag(tx, repository.id, tag));
    if (before == digest.text()) return {};
    if (before && repository.immutable_tags && tag != "latest") {
      return fail(Errc::conflict,
                  "The requested tag already exists and cannot be overwritten: '{}:{}'; push another tag, or ask an "
                  "admin to allow it",
                  repository.name, tag);
    }
    TRY(store::put_tag(tx, repository.id, tag, digest.text(), actor.name, now));
    tx.after_commit([this] { scans.ring(); });
    TRY(people.audit(tx, actor, {"image.push", "image", fmt::format("{}:{}", repository.name, tag), digest.text()}));
    return say(events, tx, events::ImagePushed{repository.name, std::string(tag), digest, actor.name});
  });
}

}  // namespace sampan::registry
