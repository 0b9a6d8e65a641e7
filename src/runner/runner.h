// The hands that run steps: a process of its own that is told by a server what to do (docs/formats/runner.md).
// hears: orders over HTTP.   says: reports over HTTP.
// owns: its folder (runner/folders.h draws it); cgroups whose names begin with cgroup_prefix() of that folder.
#pragma once

#include <chrono>
#include <map>
#include <stop_token>
#include <string>

#include "base/result.h"

namespace sampan::runner {

struct Config {
  std::string server;  // "http://host:port"
  std::string token;   // sr_...
  std::string name = "local";
  std::string labels = "linux,amd64";
  std::string folder;          // made when absent
  std::string launch_program;  // path of sampan-launch
  int capacity = 2;            // jobs at once
  // The server's folder of repositories, on the server's own machine: code is taken from there without a fetch.
  std::string repositories;
  // Advisories on this machine, for `sampan scan` in steps: the server's own file, or the user's. Empty: the server is
  // asked for them. The file need not exist.
  std::string advisories = {};
  // The first news of a job waits so long: one that ends meanwhile says everything with its end.
  std::chrono::milliseconds gather{30};
};

// Runs until the stop is asked for; then lets running jobs finish for up to a minute. Returns an exit code; 1 when the
// folder is already another runner's, or the token is refused. Holds a POSIX write lock on FOLDER/lock while it lives.
int run_runner(const Config& config, std::stop_token stop);

// Runs one order (JSON of docs/formats/runner.md) on a working tree, without a server: output to stdout; uploads are
// kept in `results`. The tree is copied first, so that a step changes nothing of it. Returns 0 when all steps
// succeeded, 1 otherwise.
int run_order_locally(const Config& config, const std::string& order_json, const std::string& working_tree,
                      const std::string& results);

// Whether a job runs in this folder now.
bool has_jobs(const std::string& folder);

// Ends what a runner of this folder left on the machine: processes, cgroups, mounts. The folder itself stays.
Result<void> remove_traces(const std::string& folder);

}  // namespace sampan::runner
