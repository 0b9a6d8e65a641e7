// The commands people type, as clients of the REST API.
// hears: nothing.   says: nothing.   owns: the file ~/.config/sampan/login.json (mode 0600).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http_client.h"
#include "base/result.h"

namespace sampan::cli {

// Exit codes, stable: scripts rely on them.
enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kDenied = 3, kNotFound = 4, kUnavailable = 5, kIncomplete = 6 };

// What a command needs of the world; tests give their own.
struct World {
  HttpClient& http;
  std::function<void(std::string_view)> out;  // for stdout, whole lines
  std::function<void(std::string_view)> err;
  std::function<std::string(std::string_view prompt, bool hidden)> ask;
  std::string config_folder;  // "~/.config/sampan"
  std::string advisories{};   // the file of advisories where no option names one
  std::string maven{};        // the local repository of Maven; it need not exist
  std::function<Time()> now = [] { return SystemClock().now(); };
  bool err_is_terminal = false;
};

// Of `sampan runner`.
struct RunnerArguments {
  std::string server, token_file, name, folder, repositories, advisories;
  int capacity = 2;
};

// What main.cc does itself, because it needs rooms the command line must not see.
struct Programs {
  std::function<int(const std::string& config_file)> serve;
  std::function<int(const RunnerArguments& arguments)> runner;
  std::function<int(const std::string& file, const std::string& job, const std::vector<std::string>& variables)>
      run_local;
  std::function<int(const std::string& topic)> docs;
  std::function<int(const std::string& config_file, const std::string& to)> backup;
  std::function<int(const std::string& from, const std::string& to)> restore;
  std::function<int(const std::string& config_file, bool sure)> destroy;
  std::function<Result<std::string>()> doctor;  // one line a check; an error when something needed is missing
  std::string version;
};

int run(int argc, char** argv, World world, const Programs& programs);

}  // namespace sampan::cli
