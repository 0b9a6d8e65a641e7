#include "base/postgres_testing.h"

#include <signal.h>
#include <unistd.h>

#include "base/testing.h"

namespace sampan::testing {

namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";

// The server refuses to run as root. Should the test be killed, what it started ends too.
Command as_somebody(std::vector<std::string> argv) {
  Command command;
  command.argv = {"setpriv", "--pdeathsig=QUIT"};
  if (::geteuid() == 0)
    command.argv.insert(command.argv.end(), {"--reuid=nobody", "--regid=nogroup", "--clear-groups"});
  command.argv.push_back("--");
  command.argv.insert(command.argv.end(), argv.begin(), argv.end());
  command.directory = "/";
  command.env = {{"LC_ALL", "C.UTF-8"}};
  return command;
}

}  // namespace

std::optional<PostgresServer> PostgresServer::start() {
  const std::string bin = kPrograms;
  if (!exists(bin + "initdb")) return std::nullopt;
  auto folder = must(TempDir::create("/tmp", "pg"));
  if (::geteuid() == 0) must(run_ok({.argv = {"chown", "nobody:nogroup", folder.path()}}));
  const std::string data = folder.path() + "/data";
  must(run_ok(as_somebody({bin + "initdb", "-D", data, "-U", "sampan", "--auth=trust", "--no-sync", "--no-locale",
                           "--encoding=UTF8"}),
              {.timeout = std::chrono::minutes(1)}));
  auto server = must(Child::spawn(as_somebody({bin + "postgres", "-D", data, "-k", folder.path(), "-c",
                                               "listen_addresses=", "-c", "fsync=off", "-c", "log_min_messages=fatal"}),
                                  {}));
  PostgresServer started(std::move(folder), std::move(server));
  if (!wait_until([&] { return Db::open(started.url("postgres")).has_value(); }, std::chrono::seconds(30)))
    return std::nullopt;
  return started;
}

// SIGQUIT is its immediate shutdown. Its workers lead groups of their own, so killing the group would leave them.
PostgresServer::~PostgresServer() {
  if (server_.pid() < 0) return;
  server_.signal(SIGQUIT);
  server_.wait_for(std::chrono::seconds(10));
}

std::string PostgresServer::url(const std::string& database) const {
  return "postgresql://sampan@/" + database + "?host=" + percent_encode(folder_.path());
}

std::string PostgresServer::create_database(const std::string& name) {
  must(run_ok({.argv = {std::string(kPrograms) + "createdb", "-h", folder_.path(), "-U", "sampan", name}}));
  return url(name);
}

}  // namespace sampan::testing
