// Becomes a step: joins its cgroups, steps back behind the applications, dies with the runner, then runs the command.
//   sampan-launch [--join FILE]... [--nice N] [--] COMMAND [ARGUMENT...]
// Each FILE is a cgroup.procs that takes our process id. A failure to join is fatal: a step never runs without its limits.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kIoClassBestEffort = 2, kIoLowest = 7, kIoClassShift = 13, kIoWhoProcess = 1;

bool join(const char* file) {
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool joined = ::write(fd, "0", 1) == 1;
  ::close(fd);
  return joined;
}

}  // namespace

int main(int argc, char** argv) {
  const pid_t parent = ::getppid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) return 125;  // the runner died before we could ask to die with it
  int i = 1;
  for (; i < argc && std::strncmp(argv[i], "--", 2) == 0; ++i) {
    if (std::strcmp(argv[i], "--") == 0) {
      ++i;
      break;
    }
    if (i + 1 >= argc) return std::fprintf(stderr, "sampan-launch: %s wants a value\n", argv[i]), 125;
    if (std::strcmp(argv[i], "--join") == 0) {
      if (!join(argv[++i])) return std::fprintf(stderr, "sampan-launch: cannot join %s: %s\n", argv[i], std::strerror(errno)), 125;
    } else if (std::strcmp(argv[i], "--nice") == 0) {
      ::setpriority(PRIO_PROCESS, 0, std::atoi(argv[++i]));
      ::syscall(SYS_ioprio_set, kIoWhoProcess, 0, (kIoClassBestEffort << kIoClassShift) | kIoLowest);
    } else {
      return std::fprintf(stderr, "sampan-launch: unknown option %s\n", argv[i]), 125;
    }
  }
  if (i >= argc) return std::fprintf(stderr, "sampan-launch: no command\n"), 125;
  ::execvp(argv[i], argv + i);
  std::fprintf(stderr, "sampan-launch: %s: %s\n", argv[i], std::strerror(errno));
  return 127;
}
