// Four rooms on a database of their own, with a repository, a runner and a run, for whole requests.
#pragma once

#include "base/crypto.h"
#include "base/db.h"
#include "base/files.h"
#include "base/log.h"
#include "base/migrations.h"
#include "edge/head.h"
#include "fuzz.h"
#include "git/git.h"
#include "people/people.h"
#include "pipeline/pipeline.h"
#include "registry/registry.h"
#include "web/router.h"

namespace sampan::fuzz {

class House {
 public:
  House() {
    PROMISE(people_.ensure_first_admin("ann").has_value());
    PROMISE(git_.recover().has_value() && pipeline_.recover().has_value() && registry_.recover().has_value());
    people_.set_target_resolver([this](std::string_view group, std::string_view repo, std::string_view) {
      return git_.find_target(group, repo);
    });
    pipeline_.connect();
    events_.start();
    router_ = std::make_unique<web::Router>(routes());
    for (const auto scope : {Scope::api_read, Scope::api_write, Scope::repo_read, Scope::repo_write, Scope::image_read,
                             Scope::image_write, Scope::runner}) {
      ann_.scopes.push_back(scope);
    }
    make("/api/v1/groups", R"({"name":"company"})");
    make("/api/v1/repos", R"({"group":"company","name":"shop","template":"spring-boot"})");
    events_.settle();  // the pipelines of the template are known then
    make("/api/v1/repos/company/shop/runs", R"({"pipeline":".sampan/daily.yaml","ref":"main"})");
    make("/api/v1/runners", R"({"name":"r1"})");
    events_.settle();
    events_.stop();
  }

  // What the route of that request answers; nothing when it is no request, or no route takes it.
  std::optional<Result<Response>> ask(std::string_view bytes) {
    const auto end = edge::find_head_end(bytes, 0);
    auto head =
        end == std::string_view::npos ? tl::unexpected(edge::Refusal()) : edge::parse_head(bytes.substr(0, end));
    if (!head.has_value()) return std::nullopt;
    auto& request = head->request;
    auto match = router_->find(request.method, request.path);
    if (!match || match->route->body == BodyKind::pipe) return std::nullopt;
    request.params = std::move(match->params);
    request.remote_address = "192.0.2.1";
    const auto body = bytes.substr(end);
    if (match->route->body == BodyKind::text) request.body = body;
    if (match->route->body == BodyKind::spool) request.spooled = spool(body);
    return match->route->handler(request, ann_);
  }

 private:
  static std::unique_ptr<Db> open_database(const std::string& folder) {
    log::set_level(log::Level::error);
    auto db = Db::open("sqlite:" + folder + "/sampan.db").value();
    PROMISE(db->migrate(migrations()).has_value());
    return db;
  }
  std::vector<Route> routes() {
    std::vector<Route> all;
    for (auto routes : {people_.routes(), git_.routes(), git_.hook_routes(), pipeline_.routes(),
                        pipeline_.runner_routes(), registry_.routes()}) {
      for (auto& route : routes) all.push_back(std::move(route));
    }
    return all;
  }
  void make(std::string_view path, std::string_view body) {
    const auto made =
        ask(fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", path, body.size(), body));
    if (made && !made->has_value()) std::fprintf(stderr, "%s: %s\n", path.data(), made->error().message.c_str());
    PROMISE(made && made->has_value());
  }
  std::shared_ptr<SpooledFile> spool(std::string_view bytes) {
    const std::string path = folder_.path() + "/upload-x";
    PROMISE(write_file_durably(path, bytes).has_value());
    return std::make_shared<SpooledFile>(SpooledFile{path, bytes.size(), sha256_hex(bytes)});
  }

  TempDir folder_ = TempDir::create("/dev/shm", "fuzz-house").value();
  std::unique_ptr<Db> db_ = open_database(folder_.path());
  FakeClock clock_;
  Hub hub_;
  EventLog events_{*db_, clock_};
  people::People people_{*db_, clock_, events_};
  git::Git git_{
      *db_,
      clock_,
      events_,
      people_,
      {.folder = folder_.path() + "/repos", .hook_program = "/bin/true", .hook_socket = "", .public_url = ""}};
  SecretBox secrets_ = SecretBox::open(folder_.path() + "/key").value();
  pipeline::Pipeline pipeline_{
      *db_, clock_,  events_,  hub_,
      git_, people_, secrets_, {.folder = folder_.path() + "/pipeline", .public_url = "", .registry_host = "x"}};
  std::unique_ptr<BlobStore> blobs_ = open_file_blob_store(folder_.path() + "/blobs").value();
  registry::Registry registry_{*db_, clock_, events_, git_, people_, *blobs_, {}};
  std::unique_ptr<web::Router> router_;
  // The first administrator, with every right there is.
  Actor ann_{.kind = Actor::Kind::user, .user = UserId{1}, .name = "ann", .site_admin = true};
};

}  // namespace sampan::fuzz
