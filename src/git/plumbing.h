// The one place that starts git. Fixed arguments, the house's own configuration, nobody else's.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"
#include "model/ids.h"

namespace sampan::git {

using Environment = std::vector<std::pair<std::string, std::string>>;

// Thread-safe. Text from people may stand in `args` only after "--end-of-options" or "--", or be given on stdin.
class Plumbing {
 public:
  explicit Plumbing(std::string repos_folder);

  const std::string& folder() const { return folder_; }
  std::string folder_of(RepoId repo) const { return folder_ + "/" + std::to_string(repo.value) + ".git"; }
  // `git ARGS` on the repository; the machine's and the user's git configuration are not read, the house's is in the
  // environment (a list in plumbing.cc), so that it holds for every repository at once, old ones too. `settings` are
  // added to it.
  Command command(RepoId repo, std::vector<std::string> args, const Environment& environment = {},
                  const Environment& settings = {}) const;

  Result<Output> run(RepoId repo, std::vector<std::string> args, const RunOptions& options = {},
                     const Environment& environment = {}) const;
  Result<std::string> run_ok(RepoId repo, std::vector<std::string> args, const RunOptions& options = {},
                             const Environment& environment = {}) const;
  // Gives stdout to `on_data` piece by piece. False: cut, because the time was over or `on_data` returned false (git is
  // killed then). A failing exit of git that was not cut is an error.
  Result<bool> stream(RepoId repo, std::vector<std::string> args, std::chrono::milliseconds time,
                      const std::function<bool(std::string_view)>& on_data) const;

  // An empty bare repository made by hand, complete or not there (a folder renamed into place); HEAD names `branch`.
  Result<void> create(RepoId repo, std::string_view branch) const;

 private:
  std::string folder_;
  std::string program_;  // git, found in PATH once
};

}  // namespace sampan::git
