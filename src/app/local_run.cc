#include "app/local_run.h"

#include <cstdio>
#include <cstdlib>
#include <set>

#include "app/paths.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "pipeline/local.h"
#include "runner/runner.h"

namespace sampan::app {

namespace {

std::string git_says(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "git");
  const auto answer = run_ok({.argv = std::move(arguments)});
  return answer.has_value() ? std::string(trim(*answer)) : std::string();
}

Result<pipeline::LocalRequest> request_of(const std::string& file, const std::string& job,
                                          const std::vector<std::string>& variables) {
  pipeline::LocalRequest request;
  request.yaml = TRY(sampan::read_file(file));
  request.file = file;
  const auto tree = git_says({"rev-parse", "--show-toplevel"});
  request.repo_path = "local/" + lower(tree.substr(tree.rfind('/') + 1));
  request.sha = git_says({"rev-parse", "HEAD"});
  request.title = git_says({"log", "-1", "--format=%s"});
  request.actor = std::getenv("USER") ? std::getenv("USER") : "local";
  request.job = job;
  for (const auto& text : variables) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Errc::invalid, "--variable '{}': expected KEY=VALUE", text);
    request.variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return request;
}

runner::Config runner_config(const std::string& advisories) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  runner::Config config;
  config.name = "local";
  config.folder = cache ? std::string(cache) + "/sampan" : std::string(home ? home : "/tmp") + "/.cache/sampan";
  config.launch_program = program_folder() + "/sampan-launch";
  config.advisories = advisories;
  return config;
}

}  // namespace

int run_local(const LocalRun& asked) {
  const auto request = request_of(asked.file, asked.job, asked.variables);
  if (!request.has_value()) return std::fprintf(stderr, "sampan: %s\n", request.error().message.c_str()), 2;
  const auto plan = pipeline::plan_local(*request, SystemClock().now());
  for (const auto& warning : plan.warnings) std::fprintf(stderr, "%s\n", format(warning).c_str());
  for (const auto& error : plan.errors) std::fprintf(stderr, "%s\n", format(error).c_str());
  if (!plan.errors.empty()) return 2;
  const auto tree = git_says({"rev-parse", "--show-toplevel"});
  if (tree.empty()) return std::fprintf(stderr, "sampan: run it inside a git working tree\n"), 2;
  std::set<std::string> failed;
  for (const auto& next : plan.jobs) {
    const bool blocked = std::any_of(next.needs.begin(), next.needs.end(),
                                     [&](const std::string& need) { return failed.contains(need); });
    if (!next.left_out.empty() || blocked) {
      std::printf("-- %s left out: %s\n", next.key.c_str(), blocked ? "a job it needs failed" : next.left_out.c_str());
      if (blocked) failed.insert(next.key);
      continue;
    }
    std::printf("-- %s\n", next.key.c_str());
    std::fflush(stdout);
    if (runner::run_order_locally(runner_config(asked.advisories), next.order, tree, tree + "/.sampan-results") != 0)
      failed.insert(next.key);
  }
  return failed.empty() ? 0 : 1;
}

}  // namespace sampan::app
