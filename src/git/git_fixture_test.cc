#include "git/git_fixture_test.h"

#include "base/log.h"
#include "base/migrations.h"

namespace sampan::git::testing {
namespace {

// The routing web does, in short: the first pattern that fits.
bool match(const std::string& pattern, const std::string& path,
           std::vector<std::pair<std::string, std::string>>& params) {
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

edge::Dispatcher dispatcher(const std::vector<Route>& routes) {
  const auto find = [&routes](Request& request) -> const Route* {
    for (const auto& route : routes) {
      if (route.method == request.method && match(route.pattern, request.path, request.params)) return &route;
    }
    return nullptr;
  };
  edge::Dispatcher dispatcher;
  dispatcher.route = [find](const Request& head) {
    Request copy = head;
    edge::Plan plan;
    if (const auto* route = find(copy)) {
      plan.kind = route->body;
      plan.limit = route->body_limit;
    } else {
      plan.answer = Response::text(404, "no route\n");
    }
    return plan;
  };
  dispatcher.handle = [find](Request request) {
    const auto* route = find(request);
    auto answer = route->handler(request, Actor());
    return answer ? std::move(*answer) : Response::text(500, answer.error().message);
  };
  return dispatcher;
}

}  // namespace

House::House() {
  log::set_level(log::Level::error);
  open();
  serve();
  REQUIRE(people->ensure_first_admin("first").has_value());
  Actor system = Actor::system();
  for (const char* login : {"root", "ann", "vic", "out"}) {
    for (auto& route : people->routes()) {
      if (route.method != Method::post || route.pattern != "/api/v1/users") continue;
      Request request;
      request.body = fmt::format(R"({{"login":"{0}","password":"password-{0}","site_admin":{1}}})", login,
                                 std::string(login) == "root");
      REQUIRE(route.handler(request, system).has_value());
    }
  }
  REQUIRE(call(Method::post, "/api/v1/groups", system, R"({"name":"company"})").has_value());
  const AccessTarget company{git->find_group("company").value(), {}, {}};
  REQUIRE(people->set_member(system, company, "ann", Role::developer).has_value());
  REQUIRE(people->set_member(system, company, "vic", Role::viewer).has_value());
}

House::~House() {
  server.reset();
  hooks.reset();
  events.reset();
}

void House::open() {
  db = Db::open("sqlite:" + folder.path() + "/sampan.db").value();
  auto all = migrations();
  std::erase_if(all, [](const Migration& migration) { return migration.name > "0004"; });
  auto migrated = db->migrate(all);
  REQUIRE_MESSAGE(migrated.has_value(), migrated.error().message);
  events = std::make_unique<EventLog>(*db, clock);
  people = std::make_unique<people::People>(*db, clock, *events);
  Config config;
  config.folder = folder.path() + "/repos";
  config.hook_program = SAMPAN_HOOK_PROGRAM;
  config.hook_socket = folder.path() + "/hooks.sock";
  config.public_url = "http://sampan.test";
  git = std::make_unique<Git>(*db, clock, *events, *people, config);
  people->set_target_resolver([this](auto group, auto repo, auto) { return git->find_target(group, repo); });
  listen<events::PushReceived>(*events, "test", [this](const events::PushReceived& event) -> Result<void> {
    said.lock()->push_back(event);
    return {};
  });
  events->start();
  auto recovered = git->recover();
  REQUIRE_MESSAGE(recovered.has_value(), recovered.error().message);
  routes = git->routes();
  hook_routes = git->hook_routes();
}

void House::serve() {
  edge::HttpServer::Options options;
  server = edge::HttpServer::start(options, dispatcher(routes)).value();
  options.address = "";
  options.unix_socket = folder.path() + "/hooks.sock";
  hooks = edge::HttpServer::start(options, dispatcher(hook_routes)).value();
}

std::string House::token(const std::string& login, const std::string& scopes, int days) {
  for (auto& route : people->routes()) {
    if (route.method != Method::post || route.pattern != "/api/v1/me/tokens") continue;
    Request request;
    request.body = fmt::format(R"({{"name":"ci","scopes":[{}]{}}})", scopes,
                               days ? fmt::format(",\"expires_in_days\":{}", days) : "");
    const auto body = std::get<std::string>(route.handler(request, actor(login)).value().body);
    const auto at = body.find("\"token\":\"") + 9;
    return body.substr(at, body.find('"', at) - at);
  }
  return {};
}

Repo House::make_repo(const std::string& name, const std::string& more) {
  auto made = call(Method::post, "/api/v1/repos", actor("ann"),
                   fmt::format(R"({{"group":"company","name":"{}"{}}})", name, more));
  REQUIRE_MESSAGE(made.has_value(), made.error().message);
  return repo(name);
}

Result<Response> House::call(Method method, std::string_view pattern, const Actor& actor, std::string body,
                             std::vector<std::pair<std::string, std::string>> params,
                             std::vector<std::pair<std::string, std::string>> query) {
  for (const auto& route : routes) {
    if (route.method != method || route.pattern != pattern) continue;
    Request request;
    request.method = method;
    request.body = std::move(body);
    request.params = std::move(params);
    request.query = std::move(query);
    return route.handler(request, actor);
  }
  FAIL("no route " << std::string(pattern));
  return fail(Errc::internal, "no route");
}

std::string House::text(Method method, std::string_view pattern, const Actor& actor, std::string body,
                        std::vector<std::pair<std::string, std::string>> params,
                        std::vector<std::pair<std::string, std::string>> query) {
  auto answer = call(method, pattern, actor, std::move(body), std::move(params), std::move(query));
  return answer ? std::get<std::string>(answer->body) : answer.error().message;
}

std::string House::browse(const std::string& what, const std::string& repo,
                          std::vector<std::pair<std::string, std::string>> query) {
  return text(Method::get, "/api/v1/repos/:group/:repo/" + what, Actor::system(), "",
              {{"group", "company"}, {"repo", repo}}, std::move(query));
}

std::string House::url(const std::string& login, const std::string& repo, std::string password) const {
  if (password.empty()) password = "password-" + login;
  return fmt::format("http://{}:{}@127.0.0.1:{}/company/{}.git", login, password, server->port(), repo);
}
std::string House::url_without_login(const std::string& repo) const {
  return fmt::format("http://127.0.0.1:{}/company/{}.git", server->port(), repo);
}

std::size_t House::pushes_said() {
  events->settle();
  return said.lock()->size();
}

Output Client::run(std::vector<std::string> args, std::vector<std::pair<std::string, std::string>> env,
                   std::string directory, std::string input) const {
  Command command;
  command.argv = {"git"};
  for (auto& arg : args) command.argv.push_back(std::move(arg));
  command.clear_env = true;
  command.env = {{"HOME", folder.path()},
                 {"GIT_CONFIG_NOSYSTEM", "1"},
                 {"GIT_TERMINAL_PROMPT", "0"},
                 {"GIT_AUTHOR_NAME", "Ann"},
                 {"GIT_AUTHOR_EMAIL", "ann@example.com"},
                 {"GIT_COMMITTER_NAME", "Ann"},
                 {"GIT_COMMITTER_EMAIL", "ann@example.com"}};
  command.env.insert(command.env.end(), env.begin(), env.end());
  command.directory = directory.empty() ? exists(tree()) ? tree() : folder.path() : directory;
  RunOptions options;
  options.timeout = std::chrono::seconds(60);
  options.input = std::move(input);
  return sampan::run(command, options).value();
}

std::string Client::ok(std::vector<std::string> args) const {
  const auto name = args[0];
  auto output = run(std::move(args));
  REQUIRE_MESSAGE(output.exit.ok(), name << ": " << output.err);
  return std::string(trim(output.out));
}

void Client::clone(const std::string& url, std::vector<std::string> options) const {
  std::vector<std::string> args{"clone", "-q"};
  args.insert(args.end(), options.begin(), options.end());
  args.insert(args.end(), {url, tree()});
  auto output = run(args);
  REQUIRE_MESSAGE(output.exit.ok(), output.err);
}

void Client::begin(const std::string& url) const {
  REQUIRE(run({"init", "-q", "-b", "main", tree()}).exit.ok());
  ok({"remote", "add", "origin", url});
}

std::string Client::commit(const std::string& path, const std::string& text, const std::string& message) const {
  const auto file = tree() + "/" + path;
  REQUIRE(make_directories(file.substr(0, file.rfind('/'))).has_value());
  REQUIRE(write_file_durably(file, text).has_value());
  ok({"add", "-A"});
  ok({"commit", "-q", "-m", message});
  return ok({"rev-parse", "HEAD"});
}

}  // namespace sampan::git::testing
