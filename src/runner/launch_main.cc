// sampan-launch: becomes a step. Joins its cgroups, steps back behind the applications, dies with the runner, then runs
// the command, in a sandbox when one is described. Small and static, because it starts once for each command of each
// step.
//   sampan-launch [--join FILE]... [--nice N] [SANDBOX] -- COMMAND [ARGUMENT...]
//   sampan-launch --serve    does so for each request on its standard input (runner/launch_serve.h)
//   SANDBOX: --user HOST_ID | --image-build HOST_ID HOST_RANGE   then any of
//            --ro-bind FROM TO, --bind FROM TO, --symlink TEXT AT, --tmpfs AT, --folder AT, --no-network, --directory
//            AT
// Each FILE is a cgroup.procs that takes our process id. A failure to join is fatal: a step never runs without its
// limits. Exit status: the command's; killed by the same signal as the command; 125 when it could not be started, with
// the reason on stderr.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "runner/launch_sandbox.h"
#include "runner/launch_serve.h"

namespace {

using sampan::launch::Place;
using sampan::launch::Sandbox;

constexpr int kFailed = 125;
constexpr int kIoClassBestEffort = 2, kIoLowest = 7, kIoClassShift = 13, kIoWhoProcess = 1;

[[noreturn]] void give_up(std::string_view what, const char* why) {
  std::fprintf(stderr, "sampan-launch: %.*s: %s\n", static_cast<int>(what.size()), what.data(), why);
  std::_Exit(kFailed);
}

void join(const char* file) {
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || ::write(fd, "0", 1) != 1) give_up(file, std::strerror(errno));
  ::close(fd);
}

void step_back(int nice) {
  ::setpriority(PRIO_PROCESS, 0, nice);
  ::syscall(SYS_ioprio_set, kIoWhoProcess, 0, (kIoClassBestEffort << kIoClassShift) | kIoLowest);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
}

// The arguments one after another; asking for one that is not there is fatal.
class Arguments {
 public:
  Arguments(int count, char** list) : at_(list + 1), end_(list + count) {}
  bool more() const { return at_ != end_; }
  const char* next(std::string_view of) {
    if (at_ == end_) give_up(of, "wants a value");
    return *at_++;
  }
  unsigned number(std::string_view of) { return static_cast<unsigned>(std::strtoul(next(of), nullptr, 10)); }
  std::vector<char*> rest() {
    std::vector<char*> words(at_, end_);
    words.push_back(nullptr);
    return words;
  }

 private:
  char **at_, **end_;
};

bool take_place(std::string_view option, Arguments& arguments, Sandbox& sandbox) {
  const auto pair = [&](Place::Kind kind) {
    const std::string source = arguments.next(option);
    sandbox.places.push_back({kind, source, arguments.next(option)});
    return true;
  };
  if (option == "--ro-bind") return pair(Place::Kind::read_only);
  if (option == "--bind") return pair(Place::Kind::writable);
  if (option == "--symlink") return pair(Place::Kind::symlink);
  if (option == "--tmpfs") return sandbox.places.push_back({Place::Kind::tmpfs, "", arguments.next(option)}), true;
  if (option == "--folder") return sandbox.places.push_back({Place::Kind::folder, "", arguments.next(option)}), true;
  return false;
}

int launch(int argc, char** argv) {
  const pid_t runner = ::getppid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != runner) return kFailed;  // it died before we could ask to die with it
  Arguments arguments(argc, argv);
  Sandbox sandbox;
  bool sandboxed = false;
  while (arguments.more()) {
    const std::string_view option = arguments.next("");
    if (option == "--") break;
    if (option == "--join") {
      join(arguments.next(option));
    } else if (option == "--nice") {
      step_back(std::atoi(arguments.next(option)));
    } else if (option == "--user" || option == "--image-build") {
      sandboxed = true;
      sandbox.builds_images = option == "--image-build";
      sandbox.host_user = arguments.number(option);
      if (sandbox.builds_images) sandbox.host_range = arguments.number(option);
    } else if (option == "--no-network") {
      sandbox.network = false;
    } else if (option == "--directory") {
      sandbox.directory = arguments.next(option);
    } else if (!take_place(option, arguments, sandbox)) {
      give_up(option, "unknown option");
    }
  }
  sandbox.command = arguments.rest();
  if (sandbox.command[0] == nullptr) give_up("no command", "expected one after --");
  if (!sandboxed) {
    ::execvp(sandbox.command[0], sandbox.command.data());
    std::fprintf(stderr, "sampan-launch: %s: %s\n", sandbox.command[0], std::strerror(errno));
    return 127;
  }
  const int status = sampan::launch::run_sandboxed(sandbox);
  if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
  ::signal(WTERMSIG(status), SIG_DFL);
  ::raise(WTERMSIG(status));
  return 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || std::string_view(argv[1]) != "--serve") return launch(argc, argv);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return sampan::launch::serve(launch);
}
