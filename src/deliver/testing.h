// A house up to deliver, for tests of deliver and of what stands behind it: real SQLite, real git, any target. Included
// by tests and benches only.
#pragma once

#include "base/crypto.h"
#include "base/files.h"
#include "base/json_struct.h"
#include "base/sync.h"
#include "base/testing.h"
#include "base/text.h"
#include "deliver/deliver.h"
#include "model/say.h"

namespace sampan::deliver::testing {

using sampan::testing::must;
using sampan::testing::TestDb;
using sampan::testing::wait_until;

class House {
 public:
  // A database given goes on where another house, gone by now, left it.
  House(Target& target_in, Clock& clock_in, std::shared_ptr<TestDb> db_in = std::make_shared<TestDb>())
      : target(target_in), clock(clock_in), db_(std::move(db_in)) {
    log::set_level(log::Level::error);
    must(git.recover());
    people.set_target_resolver([this](auto group, auto repo, auto) { return git.find_target(group, repo); });
    root = must(people.find_user(*make_root()));
  }
  ~House() { close(); }

  // deliver begins, as at the start of the server, and knows what runs. Once.
  void open() {
    begin();
    if (!wait_until([&] { return deliver->settled(); }))
      std::fprintf(stderr, "deliver does not know what runs\n"), std::abort();
  }
  void begin() {
    deliver = std::make_unique<Deliver>(*db, clock, events, hub, people, git, pipeline, registry, target,
                                        Config{db.folder(), "127.0.0.1", "localhost", 0, observe});
    deliver->connect();
    listen<sampan::events::DeploymentChanged>(events, "test.deployment",
                                              [this](const sampan::events::DeploymentChanged& event) -> Result<void> {
                                                heard.lock()->push_back(event);
                                                return {};
                                              });
    events.start();
    must(deliver->recover());
    deliver->start();
  }
  void close() {
    events.stop();
    deliver.reset();
  }

  // The repository that everything is delivered from; made when first asked for, with one commit.
  git::Repo repo() {
    if (!git.find_repo("company", "shop").has_value()) {
      must(call(git.routes(), Method::post, "/api/v1/groups", R"({"name":"company"})"));
      must(
          call(git.routes(), Method::post, "/api/v1/repos", R"({"group":"company","name":"shop","template":"empty"})"));
    }
    return must(git.find_repo("company", "shop"));
  }
  std::string commit(const std::string& text) {
    const auto shop = repo();
    const auto head = must(git.resolve(shop, shop.default_branch));
    return must(git.commit_files(actor(), shop, shop.default_branch, head, text, {{"README.md", text}})).text();
  }

  // What a pipeline's Deploy step says. Each call is a job of its own.
  void ask(sampan::events::DeployRequested wanted) {
    const auto repo = this->repo();
    wanted.job = JobId{++job_};
    wanted.step = "deploy";
    wanted.repo = repo.id;
    wanted.repo_path = repo.path();
    if (wanted.commit.empty()) wanted.commit = must(git.resolve(repo, repo.default_branch)).text();
    wanted.app_file = ".sampan/app.yaml";
    if (!wanted.actor) wanted.actor = root.id, wanted.actor_name = root.login;
    must(db->write([&](Tx& tx) { return say(events, tx, wanted); }));
  }
  // Asks, and waits for the end of it.
  sampan::events::DeploymentChanged deploy(sampan::events::DeployRequested wanted) {
    ask(std::move(wanted));
    return end_of_job(job_);
  }
  sampan::events::DeploymentChanged end_of_job(std::int64_t job) {
    sampan::events::DeploymentChanged last;
    const bool came = wait_until(
        [&] {
          const auto all = *heard.lock();
          for (const auto& event : all)
            if (event.job.value == job && event.finished) last = event;
          return last.finished;
        },
        std::chrono::seconds(60));
    if (!came)
      std::fprintf(stderr, "the deployment of job %lld did not end\n", static_cast<long long>(job)), std::abort();
    return last;
  }
  sampan::events::DeploymentChanged end_of(std::int64_t deployment) {
    sampan::events::DeploymentChanged last;
    const bool came = wait_until(
        [&] {
          const auto all = *heard.lock();
          for (const auto& event : all)
            if (event.deployment.value == deployment && event.finished) last = event;
          return last.finished;
        },
        std::chrono::seconds(60));
    if (!came) std::fprintf(stderr, "deployment %lld did not end\n", static_cast<long long>(deployment)), std::abort();
    return last;
  }
  std::int64_t last_job() const { return job_; }

  // A route's handler, called as web does once the access rule has passed, by the site administrator.
  Result<Response> call(const std::vector<Route>& routes, Method method, const std::string& path,
                        std::string body = {}) {
    Request request;
    request.method = method;
    request.path = path;
    request.body = std::move(body);
    for (const auto& route : routes) {
      if (route.method == method && matches(route.pattern, path, request)) return route.handler(request, actor());
    }
    return fail(Errc::not_found, "no route {}", path);
  }
  Json json(Method method, const std::string& path, std::string body = {}) {
    const auto answer = must(call(deliver->routes(), method, path, std::move(body)));
    return must(parse_json(std::get<std::string>(answer.body)));
  }
  Actor actor() const {
    Actor made;
    made.kind = Actor::Kind::user;
    made.user = root.id;
    made.name = root.login;
    made.site_admin = true;
    return made;
  }

  std::chrono::milliseconds observe{0};
  Target& target;
  Clock& clock;
  std::shared_ptr<TestDb> db_;
  TestDb& db = *db_;
  Hub hub;
  EventLog events{*db, clock};
  people::People people{*db, clock, events};
  git::Git git{*db,
               clock,
               events,
               people,
               {db.folder() + "/repos", "/bin/true", db.folder() + "/hooks.sock", "http://sampan.test"}};
  SecretBox secrets = must(SecretBox::open(db.folder() + "/key"));
  pipeline::Pipeline pipeline{*db, clock,  events,  hub,
                              git, people, secrets, {db.folder() + "/pipeline", "http://sampan.test", "localhost"}};
  std::unique_ptr<BlobStore> blobs = must(open_file_blob_store(db.folder() + "/blobs"));
  registry::Registry registry{*db, clock, events, git, people, *blobs, {db.folder() + "/blobs", "http://sampan.test"}};
  std::unique_ptr<Deliver> deliver;
  people::User root;
  Sync<std::vector<sampan::events::DeploymentChanged>> heard;

 private:
  std::optional<std::string> make_root() {
    must(people.ensure_first_admin("root"));
    return "root";
  }
  static bool matches(const std::string& pattern, const std::string& path, Request& request) {
    const auto words = split(pattern, '/'), found = split(path, '/');
    if (words.size() != found.size()) return false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i].starts_with(":")) continue;
      if (words[i] != found[i]) return false;
    }
    for (std::size_t i = 0; i < words.size(); ++i)
      if (words[i].starts_with(":")) request.params.emplace_back(words[i].substr(1), found[i]);
    return true;
  }

  std::int64_t job_ = to_micros(SystemClock().now());  // greater than any before
};

}  // namespace sampan::deliver::testing
