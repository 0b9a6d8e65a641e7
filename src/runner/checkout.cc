#include "runner/checkout.h"

#include "base/crypto.h"
#include "base/files.h"
#include "base/text.h"

namespace sampan::runner {

namespace {

Command git(const std::string& workspace, std::vector<std::string> arguments) {
  Command command;
  command.argv = {"git", "-C", workspace};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.env = {{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_TERMINAL_PROMPT", "0"}, {"GIT_ADVICE", "0"}};
  return command;
}

Result<void> must(const Supervision& supervision, const Command& command, std::string_view what) {
  const auto ended = TRY(supervise(supervision, command));
  if (!ended.why.empty()) return fail(Errc::conflict, "{}", ended.why);
  if (!ended.exit.ok()) return fail(Errc::unavailable, "{} failed: git ended with {}", what, ended.exit.code);
  return {};
}

}  // namespace

Result<void> check_out(const Supervision& supervision, const Order& order, const std::string& workspace) {
  const auto& checkout = *order.checkout;
  if (checkout.sha.size() != 40 || checkout.sha.find_first_not_of("0123456789abcdef") != std::string::npos) return fail(Errc::invalid, "'{}' is not a commit", checkout.sha);
  TRY(make_directories(workspace));
  TRY(run_ok(git(workspace, {"init", "-q", "--initial-branch=checkout"})).context("git init"));
  auto fetch = git(workspace, {"fetch", "-q", "--no-tags"});
  if (checkout.depth > 0) fetch.argv.push_back(fmt::format("--depth={}", checkout.depth));
  fetch.argv.insert(fetch.argv.end(), {"--end-of-options", checkout.clone_url, checkout.sha});
  fetch.env.insert(fetch.env.end(), {{"GIT_CONFIG_COUNT", "1"},
                                     {"GIT_CONFIG_KEY_0", "http.extraHeader"},
                                     {"GIT_CONFIG_VALUE_0", "Authorization: Basic " + base64("job:" + order.token)}});
  TRY(must(supervision, fetch, "fetching the code"));
  TRY(must(supervision, git(workspace, {"-c", "advice.detachedHead=false", "checkout", "-q", "--force", checkout.sha}), "checking the code out"));
  // So that git works for the steps too, whoever they are in their sandbox.
  TRY(run_ok(git(workspace, {"remote", "add", "origin", "--", checkout.clone_url})).context("git remote"));
  return {};
}

Result<void> copy_working_tree(const std::string& tree, const std::string& workspace) {
  TRY(make_directories(workspace));
  const auto listed = TRY(run_ok({.argv = {"git", "-C", tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard"}}).context("list the working tree"));
  for (const auto& path : split(listed, '\0')) {
    if (path.empty() || !exists(tree + "/" + path)) continue;
    const auto target = workspace + "/" + path;
    TRY(make_directories(target.substr(0, target.rfind('/'))));
    TRY(run_ok({.argv = {"cp", "-a", "--reflink=auto", "--", tree + "/" + path, target}}).context("copy " + path));
  }
  return {};
}

}  // namespace sampan::runner
