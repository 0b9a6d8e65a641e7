#include "app/runner_keeper.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "base/files.h"
#include "base/log.h"
#include "base/process.h"
#include "runner/runner.h"

namespace sampan::app {

// The runner holds a POSIX write lock on this file while it lives (runner/runner.h); the kernel tells who.
int runner_pid(const std::string& folder) {
  const Fd file(::open((folder + "/lock").c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return 0;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid;
}

RunnerKeeper::RunnerKeeper(Settings settings)
    : settings_(std::move(settings)), thread_([this](std::stop_token stop) { keep(stop); }) {}

RunnerKeeper::~RunnerKeeper() = default;

void RunnerKeeper::keep(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any bell;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    if (const int pid = runner_pid(settings_.folder))
      retire_replaced(pid);
    else
      start();
    bell.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
  }
}

void RunnerKeeper::retire_replaced(int pid) const {
  struct stat running {
  }, ours{};
  if (::stat(fmt::format("/proc/{}/exe", pid).c_str(), &running) != 0 || ::stat(settings_.program.c_str(), &ours) != 0)
    return;
  if (running.st_dev == ours.st_dev && running.st_ino == ours.st_ino) return;
  if (runner::has_jobs(settings_.folder)) return;  // its steps go on; later
  log::info("app", "runner {} runs a program that was replaced: a new one takes its place", pid);
  ::kill(pid, SIGTERM);
}

void RunnerKeeper::start() {
  Command command;
  command.argv = {settings_.program, "runner",
                  "--server",        settings_.server,
                  "--token-file",    settings_.token_file,
                  "--folder",        settings_.folder,
                  "--name",          settings_.name,
                  "--capacity",      std::to_string(settings_.capacity),
                  "--repositories",  settings_.repositories,
                  "--advisories",    settings_.advisories};
  command.new_session = true;
  const Fd log(::open((settings_.folder + "/runner.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  auto child = Child::spawn(command, {-1, log.get(), log.get()});
  if (!child.has_value()) {
    log::warning("app", "the runner did not start: {}", child.error().message);
    return;
  }
  // It has taken the lock, or ended, within moments; only then is it let go.
  for (int i = 0; i < 100 && runner_pid(settings_.folder) == 0; ++i) {
    if (child->wait_for(std::chrono::milliseconds(50))) {
      log::warning("app", "the runner ended at once; see {}/runner.log", settings_.folder);
      return;
    }
  }
  child->detach();
}

}  // namespace sampan::app
