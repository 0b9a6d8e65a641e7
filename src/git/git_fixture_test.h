// A server with people and repositories on a loopback port, and a real git client, for the tests of this room.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/files.h"
#include "base/process.h"
#include "base/sync.h"
#include "base/text.h"
#include "edge/server.h"
#include "git/git.h"
#include "model/say.h"

namespace sampan::git::testing {

struct House {
  TempDir folder = TempDir::create().value();
  std::unique_ptr<Db> db;
  SystemClock clock;
  std::unique_ptr<EventLog> events;
  std::unique_ptr<people::People> people;
  std::unique_ptr<Git> git;
  std::unique_ptr<edge::HttpServer> server, hooks;
  std::vector<Route> routes, hook_routes;
  Sync<std::vector<events::PushReceived>> said;  // heard so far; call settle() first

  House();
  ~House();
  void open();  // database, people, git, recovery: what a start of the server does
  void serve();

  // Accounts: root (site admin), ann (developer of the group company), vic (viewer of it), out (nothing). Each has the
  // password "password-NAME".
  Actor actor(const std::string& login) {
    return people->sign_in_with_password({login, "password-" + login}, "test").value();
  }
  std::string token(const std::string& login, const std::string& scopes, int days = 0);
  Repo make_repo(const std::string& name, const std::string& more = "");
  Repo repo(const std::string& name) { return git->find_repo("company", name).value(); }

  // A route's handler called directly, as web does once the access rule has passed.
  Result<Response> call(Method method, std::string_view pattern, const Actor& actor, std::string body = {},
                        std::vector<std::pair<std::string, std::string>> params = {},
                        std::vector<std::pair<std::string, std::string>> query = {});
  std::string text(Method method, std::string_view pattern, const Actor& actor, std::string body = {},
                   std::vector<std::pair<std::string, std::string>> params = {},
                   std::vector<std::pair<std::string, std::string>> query = {});
  std::string browse(const std::string& what, const std::string& repo,
                     std::vector<std::pair<std::string, std::string>> query = {});

  std::string url(const std::string& login, const std::string& repo, std::string password = {}) const;
  std::string url_without_login(const std::string& repo) const;
  std::size_t pushes_said();
};

// A work tree of a real git client.
struct Client {
  TempDir folder = TempDir::create().value();
  std::string tree() const { return folder.path() + "/work"; }
  Output run(std::vector<std::string> args, std::vector<std::pair<std::string, std::string>> env = {},
             std::string directory = {}, std::string input = {}) const;
  std::string ok(std::vector<std::string> args) const;  // stdout, trimmed
  void clone(const std::string& url, std::vector<std::string> options = {}) const;
  void begin(const std::string& url) const;  // init with a remote, no commit
  std::string commit(const std::string& path, const std::string& text,
                     const std::string& message = "change") const;  // -> sha
};

}  // namespace sampan::git::testing
