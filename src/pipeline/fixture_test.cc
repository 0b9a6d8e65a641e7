#include "pipeline/fixture_test.h"

#include <boost/json.hpp>

#include "base/log.h"
#include "base/migrations.h"
#include "base/text.h"

namespace sampan::pipeline::testing {

bool FakeStream::send(std::string_view event, std::string_view data, std::string_view) {
  std::lock_guard lock(mutex_);
  if (closed_) return false;
  sent_.push_back({std::string(event), std::string(data)});
  changed_.notify_all();
  return true;
}

void FakeStream::close() {
  std::vector<std::function<void()>> closers;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    closers.swap(closers_);
    changed_.notify_all();
  }
  for (auto& closer : closers) closer();
}

bool FakeStream::closed() const {
  std::lock_guard lock(mutex_);
  return closed_;
}

void FakeStream::on_close(std::function<void()> action) {
  std::lock_guard lock(mutex_);
  closers_.push_back(std::move(action));
}

std::size_t FakeStream::count(std::string_view event) const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(sent_.begin(), sent_.end(), [&](const Sent& sent) { return sent.event == event; }));
}

std::string FakeStream::wait_for(std::string_view event, std::size_t count) {
  std::unique_lock lock(mutex_);
  std::string last;
  const bool came = changed_.wait_for(lock, std::chrono::seconds(10), [&] {
    std::size_t seen = 0;
    for (const Sent& sent : sent_) {
      if (sent.event == event && ++seen == count) last = sent.data;
    }
    return seen >= count;
  });
  REQUIRE_MESSAGE(came, "no event '" << std::string(event) << "' came");
  return last;
}

bool FakeStream::wait_closed() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return closed_; });
}

Yard::Yard(bool start) {
  log::set_level(log::Level::error);
  open(start);
  const Actor system = Actor::system();
  for (const char* login : {"root", "ann", "li", "vic"}) {
    for (auto& route : people->routes()) {
      if (route.method != Method::post || route.pattern != "/api/v1/users") continue;
      Request request;
      request.body = fmt::format(R"({{"login":"{0}","password":"password-{0}","site_admin":{1}}})", login,
                                 std::string(login) == "root");
      REQUIRE(route.handler(request, system).has_value());
    }
  }
  call(Method::post, "/api/v1/groups", system, R"({"name":"company"})").value();
  const AccessTarget company{git->find_group("company").value(), {}, {}};
  for (const char* login : {"ann", "li"})
    REQUIRE(people->set_member(system, company, login, Role::developer).has_value());
  REQUIRE(people->set_member(system, company, "vic", Role::viewer).has_value());
  auto made = call(Method::post, "/api/v1/repos", actor("ann"), R"({"group":"company","name":"shop"})");
  REQUIRE_MESSAGE(made.has_value(), made.error().message);
  runner_token = pipeline->ensure_local_runner("local").value();
}

Yard::~Yard() {
  events->stop();
  pipeline.reset();
  events.reset();
}

void Yard::open(bool start) {
  db = Db::open("sqlite:" + folder.path() + "/sampan.db").value();
  auto all = migrations();
  std::erase_if(all, [](const Migration& migration) {
    return migration.name > "0005" && migration.name.find("_pipeline") == std::string::npos;
  });
  auto migrated = db->migrate(all);
  REQUIRE_MESSAGE(migrated.has_value(), migrated.error().message);
  events = std::make_unique<EventLog>(*db, clock);
  people = std::make_unique<people::People>(*db, clock, *events);
  git::Config git_config;
  git_config.folder = folder.path() + "/repos";
  git_config.hook_program = "/bin/true";  // nothing is pushed here: commits are acts of the server
  git_config.hook_socket = folder.path() + "/hooks.sock";
  git_config.public_url = "http://sampan.test";
  git = std::make_unique<git::Git>(*db, clock, *events, *people, git_config);
  people->set_target_resolver([this](auto group, auto repo_name, auto) { return git->find_target(group, repo_name); });
  secrets = std::make_unique<SecretBox>(SecretBox::open(folder.path() + "/key").value());
  Config config;
  config.folder = folder.path() + "/pipeline";
  config.public_url = "http://sampan.test";
  config.registry_host = "127.0.0.1:8080";
  config.advisories = folder.path() + "/advisories";
  pipeline = std::make_unique<Pipeline>(*db, clock, *events, hub, *git, *people, *secrets, config);
  pipeline->connect();
  listen<events::RunChanged>(*events, "test.run", [this](const events::RunChanged& e) -> Result<void> {
    heard.lock()->runs.push_back(e);
    heard_more.notify_all();
    return {};
  });
  listen<events::GateOpened>(*events, "test.gate", [this](const events::GateOpened& e) -> Result<void> {
    heard.lock()->gates.push_back(e);
    heard_more.notify_all();
    return {};
  });
  listen<events::DeployRequested>(*events, "test.deploy", [this](const events::DeployRequested& e) -> Result<void> {
    heard.lock()->deploys.push_back(e);
    return {};
  });
  listen<events::DeployCanceled>(*events, "test.abort", [this](const events::DeployCanceled& e) -> Result<void> {
    heard.lock()->aborts.push_back(e);
    return {};
  });
  auto recovered = pipeline->recover();
  REQUIRE_MESSAGE(recovered.has_value(), recovered.error().message);
  auto git_recovered = git->recover();
  REQUIRE_MESSAGE(git_recovered.has_value(), git_recovered.error().message);
  events->start();
  if (start) pipeline->start();
  routes = git->routes();
  for (auto table : {pipeline->routes(), pipeline->runner_routes()})
    std::move(table.begin(), table.end(), std::back_inserter(routes));
}

void Yard::reopen() {
  events->stop();
  routes.clear();
  pipeline.reset();
  git.reset();
  people.reset();
  events.reset();
  db.reset();
  open(true);
}

Actor Yard::actor(const std::string& login) {
  const people::User user = people->find_user(login).value();
  Actor actor;
  actor.kind = Actor::Kind::user;
  actor.user = user.id;
  actor.name = user.login;
  actor.site_admin = user.site_admin;
  return actor;
}

Actor Yard::runner() { return people->actor_of_token(runner_token).value(); }

git::Repo Yard::repo() { return git->find_repo("company", "shop").value(); }

Sha Yard::commit(const std::string& branch, const std::map<std::string, std::string>& files,
                 const std::string& message) {
  std::vector<git::NewFile> all;
  for (const auto& [path, content] : files) all.push_back({path, content, false});
  auto head = git->resolve(repo(), "refs/heads/" + branch);
  auto made = git->commit_files(actor("ann"), repo(), branch, head ? *head : Sha::zero(), message, all);
  REQUIRE_MESSAGE(made.has_value(), made.error().message);
  settle();
  return *made;
}

void Yard::settle() { events->settle(); }

namespace {

bool match(const std::string& pattern, const std::string& path, Yard::Pairs& params) {
  const auto want = split(pattern, '/'), have = split(path, '/');
  params.clear();
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (i >= have.size()) return false;
    if (want[i].starts_with('*')) {
      params.emplace_back(want[i].substr(1), join(std::span(have).subspan(i), "/"));
      return true;
    }
    if (want[i].starts_with(':')) {
      params.emplace_back(want[i].substr(1), have[i]);
    } else if (want[i] != have[i]) {
      return false;
    }
  }
  return want.size() == have.size();
}

}  // namespace

Result<Response> Yard::call(Method method, const std::string& target, const Actor& actor, std::string body) {
  Request request;
  request.method = method;
  request.path = target.substr(0, target.find('?'));
  if (target.find('?') != std::string::npos) request.query = form_decode(target.substr(target.find('?') + 1));
  for (const Route& route : routes) {
    if (route.method != method || !match(route.pattern, request.path, request.params)) continue;
    if (route.body == BodyKind::spool) {
      request.spooled = std::make_shared<SpooledFile>();
      request.spooled->path = folder.path() + "/spooled";
      request.spooled->size = body.size();
      request.spooled->sha256 = sha256_hex(body);
      REQUIRE(write_file_durably(request.spooled->path, body).has_value());
    } else {
      request.body = std::move(body);
    }
    return route.handler(request, actor);
  }
  FAIL("no route " << target);
  return fail(Errc::not_found, "no route");
}

std::string Yard::text(Method method, const std::string& path, const Actor& actor, std::string body) {
  auto response = call(method, path, actor, std::move(body));
  REQUIRE_MESSAGE(response.has_value(), path << ": " << (response ? "" : response.error().message));
  return std::holds_alternative<std::string>(response->body) ? std::get<std::string>(response->body) : "";
}

Json Yard::json(Method method, const std::string& path, const Actor& actor, std::string body) {
  auto parsed = parse_json(text(method, path, actor, std::move(body)));
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::shared_ptr<FakeStream> Yard::connect_runner(int capacity, const std::string& labels) {
  auto response =
      call(Method::get,
           fmt::format("/api/v1/runner/stream?name=local&version=1&capacity={}&labels={}", capacity, labels), runner())
          .value();
  auto stream = std::make_shared<FakeStream>();
  std::get<StreamBody>(response.body).start(stream);
  return stream;
}

void Yard::wait_for_state(std::string_view state) {
  auto locked = heard.lock();
  const bool came = heard_more.wait_for(locked.lock(), std::chrono::seconds(10), [&] {
    return std::any_of(locked->runs.begin(), locked->runs.end(),
                       [&](const events::RunChanged& run) { return run.state == state; });
  });
  REQUIRE_MESSAGE(came, "no run became " << std::string(state));
}

std::int64_t Yard::last_run() {
  const Json runs = json(Method::get, "/api/v1/runs?limit=1", actor("root"));
  REQUIRE(at(runs, "items.0.id") != "");
  return std::stoll(at(runs, "items.0.id"));
}

std::string at(const Json& json, std::string_view path) {
  const Json* value = &json;
  for (const std::string& part : split(path, '.')) {
    const Json* next = nullptr;
    if (const auto* object = value->if_object()) next = object->if_contains(part);
    if (const auto* array = value->if_array())
      next = std::stoul(part) < array->size() ? &(*array)[std::stoul(part)] : nullptr;
    if (next == nullptr) return "";
    value = next;
  }
  if (const auto* text = value->if_string()) return std::string(text->data(), text->size());
  return format_json(*value);
}

}  // namespace sampan::pipeline::testing
