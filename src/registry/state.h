// What the registry's verbs and routes share. Private to the room.
#pragma once

#include <thread>

#include "registry/image_scans.h"
#include "registry/pulls.h"
#include "registry/registry.h"
#include "registry/store.h"
#include "registry/uploads.h"

namespace sampan::registry {

struct Registry::State {
  State(Db& db_in, Clock& clock_in, EventLog& events_in, git::Git& git_in, people::People& people_in,
        BlobStore& blobs_in, Config config_in)
      : db(db_in),
        clock(clock_in),
        events(events_in),
        git(git_in),
        people(people_in),
        blobs(blobs_in),
        config(std::move(config_in)),
        uploads(db, clock, blobs),
        pulls(db, clock),
        scans(db, clock, blobs, config.advisories) {}

  Db& db;
  Clock& clock;
  EventLog& events;
  git::Git& git;
  people::People& people;
  BlobStore& blobs;
  Config config;
  Uploads uploads;
  Pulls pulls;
  ImageScans scans;

  // May the actor pull from (push to) images of this name? The right comes from the code repository GROUP/NAME, or from
  // the group when there is none.
  Result<void> may_pull(const Actor& actor, std::string_view repository);
  // What fn(tx, repository) reads, in one transaction with the repository and whose role counts; nothing of it is told
  // to who may not pull. not_found: nothing was pushed there.
  template <class Read>
  auto read_image(const Actor& actor, std::string_view name, Read&& fn)
      -> std::invoke_result_t<Read, Tx&, const store::Repository&> {
    std::optional<Result<git::AskRole>> role;
    auto answer = db.read([&](Tx& tx) -> std::invoke_result_t<Read, Tx&, const store::Repository&> {
      TRY(check_name(name));
      role = git.rights_on(name);
      const auto repository = TRY(store::find_repository(tx, name));
      if (!repository) return fail(Errc::not_found, "nothing was pushed to '{}' yet", name);
      return fn(tx, *repository);
    });
    if (role) TRY(may_pull(actor, name, *role));
    return answer;
  }
  Result<store::Repository> repository_to_read(const Actor& actor, std::string_view name);
  Result<store::Repository> repository_to_write(const Actor& actor, std::string_view name);  // made when absent
  Result<ImagePlace> place_to_write(const Actor& actor, std::string_view name);  // the same, with whose role counts
  // For a request that goes on with an upload: the place is known from its beginning, the role is asked for anew.
  Result<store::Repository> repository_of_upload(const Actor& actor, const Request& request);

  // Writes manifest, tag (unless empty) and event in one transaction.
  Result<void> put_manifest(const Actor& actor, const store::Repository& repository, std::string_view tag,
                            const Digest& digest, const Manifest& manifest, std::string_view body);

 private:
  static Result<void> check_name(std::string_view repository);
  Result<void> may_pull(const Actor& actor, std::string_view repository, const Result<git::AskRole>& role);
  Result<void> may_push(const Actor& actor, std::string_view repository, const Result<git::AskRole>& role);
};

// A route of the distribution spec; `spool`: its body is a blob.
Route oci_route(Method method, std::string pattern, std::string summary, Registry::State& state,
                Result<Response> (*handler)(Registry::State&, const Request&, const Actor&),
                BodyKind body = BodyKind::text);

// Route tables; routes() joins them. They call oci_error for errors of the protocol.
std::vector<Route> blob_routes(Registry::State& state);
std::vector<Route> manifest_routes(Registry::State& state);
std::vector<Route> image_routes(Registry::State& state);

}  // namespace sampan::registry
