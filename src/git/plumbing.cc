#include "git/plumbing.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/files.h"
#include "base/text.h"

namespace sampan::git {
namespace {

// What every git of ours is told. Checked objects on the way in; nothing in the background; bounded memory for packs of
// gigabytes; durable before we say it is there; any object may be fetched by name, and filtered (shallow and partial
// clones).
const Environment& house_settings() {
  static const Environment settings = {
      {"safe.directory", "*"},
      {"core.fsync", "committed,reference"},
      {"core.bigFileThreshold", "32m"},
      // Of a push's quarantine the alternate is the repository itself, whose refs are asked for anyway.
      {"core.alternateRefsCommand", "true"},
      {"core.commitGraph", "true"},
      {"core.protectHFS", "true"},
      {"core.protectNTFS", "true"},
      {"gc.auto", "0"},
      {"maintenance.auto", "false"},
      {"transfer.fsckObjects", "true"},
      {"receive.fsckObjects", "true"},
      // Found in old histories people must be able to bring along; harmless to us.
      {"receive.fsck.zeroPaddedFilemode", "ignore"},
      {"receive.fsck.badTimezone", "ignore"},
      {"receive.fsck.missingSpaceBeforeDate", "ignore"},
      {"receive.advertisePushOptions", "true"},
      {"receive.autogc", "false"},
      {"receive.updateServerInfo", "false"},
      {"uploadpack.allowFilter", "true"},
      {"uploadpack.allowAnySHA1InWant", "true"},
      {"pack.threads", "2"},
      {"pack.windowMemory", "128m"},
      {"pack.deltaCacheSize", "64m"},
      {"diff.renameLimit", "1000"},
      {"diff.renames", "true"},
      {"diff.suppressBlankEmpty", "false"},
      {"diff.mnemonicPrefix", "false"},
      {"diff.noprefix", "false"},
      {"log.showSignature", "false"},
  };
  return settings;
}

std::string find_git() {
  const char* path = std::getenv("PATH");
  for (const auto& folder : split(path ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
    const auto program = folder + "/git";
    if (folder.starts_with('/') && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return "git";
}

}  // namespace

Plumbing::Plumbing(std::string repos_folder) : folder_(std::move(repos_folder)), program_(find_git()) {}

Command Plumbing::command(RepoId repo, std::vector<std::string> args, const Environment& environment,
                          const Environment& settings) const {
  Command command;
  command.argv = {program_};
  for (auto& arg : args) command.argv.push_back(std::move(arg));
  command.clear_env = true;
  command.directory = folder_of(repo);
  command.env = {{"GIT_DIR", command.directory},  {"HOME", folder_},
                 {"GIT_CONFIG_NOSYSTEM", "1"},    {"GIT_CONFIG_GLOBAL", "/dev/null"},
                 {"GIT_ATTR_NOSYSTEM", "1"},      {"GIT_TERMINAL_PROMPT", "0"},
                 {"GIT_NO_REPLACE_OBJECTS", "1"}, {"GIT_LITERAL_PATHSPECS", "1"},
                 {"GIT_OPTIONAL_LOCKS", "0"},     {"LC_ALL", "C.UTF-8"}};
  std::size_t count = 0;
  for (const auto* list : {&house_settings(), &settings}) {
    for (const auto& [key, value] : *list) {
      command.env.emplace_back(fmt::format("GIT_CONFIG_KEY_{}", count), key);
      command.env.emplace_back(fmt::format("GIT_CONFIG_VALUE_{}", count), value);
      ++count;
    }
  }
  command.env.emplace_back("GIT_CONFIG_COUNT", std::to_string(count));
  command.env.insert(command.env.end(), environment.begin(), environment.end());
  return command;
}

Result<Output> Plumbing::run(RepoId repo, std::vector<std::string> args, const RunOptions& options,
                             const Environment& environment) const {
  return sampan::run(command(repo, std::move(args), environment), options);
}

Result<std::string> Plumbing::run_ok(RepoId repo, std::vector<std::string> args, const RunOptions& options,
                                     const Environment& environment) const {
  const auto verb = args.empty() ? std::string() : args[0];
  return sampan::run_ok(command(repo, std::move(args), environment), options).context(verb);
}

Result<bool> Plumbing::stream(RepoId repo, std::vector<std::string> args, std::chrono::milliseconds time,
                              const std::function<bool(std::string_view)>& on_data) const {
  using Steady = std::chrono::steady_clock;
  const auto verb = args.empty() ? std::string() : args[0];
  const auto deadline = Steady::now() + time;
  const auto [read_end, write_end] = TRY(make_pipe());
  Fd out(read_end), in(write_end);
  auto child = TRY(Child::spawn(command(repo, std::move(args)), {-1, in.get(), -1}));
  in = Fd();
  std::string buffer(64 << 10, '\0');
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
    pollfd waiting{out.get(), POLLIN, 0};
    const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;  // the child is killed by its destructor
    const auto got = ::read(out.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("reading from git");
    if (got == 0) break;
    if (!on_data(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)))) return false;
  }
  const auto exit = child.wait();
  if (!exit.ok()) return fail(Errc::internal, "git {} failed with status {}", verb, exit.code);
  return true;
}

Result<void> Plumbing::create(RepoId repo, std::string_view branch) const {
  const auto folder = folder_of(repo), fresh = folder + ".new";
  TRY(remove_tree(fresh));
  for (const char* part : {"/objects/info", "/objects/pack", "/refs/heads", "/refs/tags", "/info"})
    TRY(make_directories(fresh + part));
  TRY(write_file_durably(fresh + "/HEAD", fmt::format("ref: refs/heads/{}\n", branch)));
  TRY(write_file_durably(fresh + "/config",
                         "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"));
  if (::rename(fresh.c_str(), folder.c_str()) != 0) return fail_errno("making the folder of a repository");
  return {};
}

}  // namespace sampan::git
