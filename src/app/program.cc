#include "app/program.h"

#include <pwd.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stop_token>

#include "app/app.h"
#include "app/backup.h"
#include "app/doctor.h"
#include "app/local_run.h"
#include "app/runner_keeper.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"
#include "deliver/deliver.h"
#include "edge/client.h"
#include "pipeline/local.h"
#include "runner/runner.h"
#include "scan/crew.h"

namespace sampan::app {

namespace {

int report(const Error& error) {
  std::fprintf(stderr, "sampan: %s\n", error.message.c_str());
  return cli::kFailed;
}

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

int serve(const std::string& config_file) {
  const auto signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread is made, so that only we take them
  auto config = read_config(config_file);
  if (!config.has_value()) return report(config.error());
  auto house = House::open(std::move(*config));
  if (!house.has_value()) return report(house.error());
  if (const auto started = (*house)->serve(); !started.has_value()) return report(started.error());
  int signal = 0;
  ::sigwait(&signals, &signal);
  log::info("app", "stopping: applications, the proxy and the runner go on");
  (*house)->stop();
  return cli::kDone;
}

int run_a_runner(const cli::RunnerArguments& arguments) {
  const auto signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto token = sampan::read_file(arguments.token_file);
  if (!token.has_value()) return report(token.error());
  char path[4096];
  const auto length = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string program(path, length > 0 ? static_cast<std::size_t>(length) : 0);
  runner::Config config;
  config.server = arguments.server;
  config.token = std::string(trim(*token));
  config.name = arguments.name;
  config.folder = arguments.folder;
  config.capacity = arguments.capacity;
  config.repositories = arguments.repositories;
  config.advisories = arguments.advisories;
  config.launch_program = program.substr(0, program.rfind('/')) + "/sampan-launch";
  std::stop_source stop;
  std::jthread waiter([&signals, &stop] {
    int signal = 0;
    ::sigwait(&signals, &signal);
    stop.request_stop();
  });
  const int code = runner::run_runner(config, stop.get_token());
  ::kill(::getpid(), SIGTERM);  // lets the waiter go when the runner ended by itself
  return code;
}

// `sampan destroy`: everything a data folder's applications left on the machine, then the folder.
int destroy(const std::string& config_file, bool sure) {
  auto config = read_config(config_file);
  if (!config.has_value()) return report(config.error());
  if (!sure)
    return report({Errc::invalid,
                   fmt::format("this removes {} with all repositories, images and applications; say --yes to do it",
                               config->data)});
  const Paths paths{config->data};
  if (const int runner = runner_pid(paths.runner())) {
    ::kill(runner, SIGTERM);
    for (int i = 0; i < 200 && runner_pid(paths.runner()) != 0; ++i) ::usleep(50'000);
  }
  if (exists(paths.deliver())) {
    if (const auto removed = House::remove_applications(*config); !removed.has_value()) return report(removed.error());
  }
  if (const auto removed = runner::remove_traces(paths.runner()); !removed.has_value()) return report(removed.error());
  if (const auto removed = remove_tree(config->data); !removed.has_value()) return report(removed.error());
  std::printf("removed %s\n", config->data.c_str());
  return cli::kDone;
}

int docs(const std::string& topic) {
  if (topic == "steps") return std::fputs(pipeline::step_reference().c_str(), stdout) < 0;
  if (topic == "app") return std::fputs(deliver::app_reference().c_str(), stdout) < 0;
  if (topic == "rules") return std::fputs(scan::rule_reference().c_str(), stdout) < 0;
  if (topic == "secrets") return std::fputs(scan::secret_reference().c_str(), stdout) < 0;
  return report({Errc::invalid, fmt::format("no reference '{}': there are steps, app, rules and secrets", topic)});
}

std::string ask(std::string_view prompt, bool hidden) {
  std::fprintf(stderr, "%.*s", static_cast<int>(prompt.size()), prompt.data());
  termios before{};
  const bool terminal = hidden && ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    auto silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  std::string line;
  std::getline(std::cin, line);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputc('\n', stderr);
  }
  return line;
}

std::string home_folder() {
  const char* home = std::getenv("HOME");
  return home ? home : "/tmp";
}

std::string config_folder() {
  if (const char* folder = std::getenv("XDG_CONFIG_HOME")) return std::string(folder) + "/sampan";
  return home_folder() + "/.config/sampan";
}

std::string advisories_file() {
  if (const char* file = std::getenv("SAMPAN_ADVISORIES")) return file;
  if (const char* folder = std::getenv("XDG_DATA_HOME")) return std::string(folder) + "/sampan/advisories";
  return home_folder() + "/.local/share/sampan/advisories";
}

int backup_command(const std::string& config_file, const std::string& to) {
  const auto config = read_config(config_file);
  if (!config.has_value()) return report(config.error());
  const auto done = backup(*config, to);
  if (!done.has_value()) return report(done.error());
  return std::fputs(done->c_str(), stdout) < 0;
}

int restore_command(const std::string& from, const std::string& to) {
  const auto done = restore(from, to);
  if (!done.has_value()) return report(done.error());
  return std::fputs(done->c_str(), stdout) < 0;
}

}  // namespace

int run_program(int argc, char** argv) {
  if (argc > 1 && argv[1] == kScanWorker) return scan::work_for_crew();  // before anything it has no use for
  const auto http = edge::make_http_client();
  cli::World world{*http,
                   [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout), std::fflush(stdout); },
                   [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); },
                   ask,
                   config_folder(),
                   advisories_file(),
                   home_folder() + "/.m2/repository"};
  world.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  const auto run_here = [&world](const std::string& file, const std::string& job,
                                 const std::vector<std::string>& variables) {
    return run_local({file, job, variables, world.advisories});
  };
  const cli::Programs programs{serve,           run_a_runner, run_here, docs,          backup_command,
                               restore_command, destroy,      doctor,   SAMPAN_VERSION};
  return cli::run(argc, argv, world, programs);
}

}  // namespace sampan::app
