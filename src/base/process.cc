#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "base/files.h"
#include "base/sync.h"

extern char** environ;

namespace sampan {

std::vector<std::string> environment_of(const Command& command) {
  std::map<std::string, std::string> variables;
  if (command.clear_env) {
    for (const char* name : {"PATH", "HOME"}) {
      if (const char* value = std::getenv(name)) variables[name] = value;
    }
    variables["LANG"] = "C.UTF-8";
  } else {
    for (char** entry = environ; *entry; ++entry) {
      const std::string_view text(*entry);
      const auto equals = text.find('=');
      if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  for (const auto& [name, value] : command.env) variables[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
  return entries;
}

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

class Actions {  // what happens between fork and exec
 public:
  Actions() { posix_spawn_file_actions_init(&actions_); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  void stream(int target, int source) {
    if (source < 0) {
      posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", target == 0 ? O_RDONLY : O_WRONLY, 0);
      return;
    }
    if (source <= STDERR_FILENO) {  // an earlier action could overwrite it: work on a copy above the three
      copies_.emplace_back(fcntl(source, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
      source = copies_.back().get();
    }
    posix_spawn_file_actions_adddup2(&actions_, source, target);
  }
  void directory(const std::string& path) {
    if (!path.empty()) posix_spawn_file_actions_addchdir_np(&actions_, path.c_str());
  }
  // All our descriptors are O_CLOEXEC; those of libraries might not be.
  void close_the_rest() { posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
  std::vector<Fd> copies_;
};

class Attributes {
 public:
  explicit Attributes(bool new_session) {
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    const int group = new_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;  // both make the child lead its group
    posix_spawnattr_setflags(&attributes_, static_cast<short>(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

// To the group; to the child alone when it has left its group.
void send_signal(pid_t pid, int number) {
  if (::kill(-pid, number) != 0) ::kill(pid, number);
}

// Detached children that have ended while we live on are reaped whenever another child starts.
Sync<std::vector<pid_t>> detached_children;

void reap_detached() {
  auto children = detached_children.lock();
  std::erase_if(*children, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

Exit to_exit(int status) {
  if (WIFSIGNALED(status)) return {128 + WTERMSIG(status), WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

}  // namespace

Result<std::pair<int, int>> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("pipe");
  return std::pair(ends[0], ends[1]);
}

Result<std::pair<int, int>> make_wide_pipe() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return fail_errno("socketpair");
  ::shutdown(ends[0], SHUT_WR);
  return std::pair(ends[0], ends[1]);
}

Result<Child> Child::spawn(const Command& command, Streams streams) {
  if (command.argv.empty() || command.argv[0].empty()) return fail(Errc::internal, "a command without a program");
  for (const auto& argument : command.argv) {
    if (argument.find('\0') != std::string::npos)
      return fail(Errc::invalid, "an argument of '{}' holds a NUL byte", command.argv[0]);
  }
  reap_detached();
  Actions actions;
  actions.stream(STDIN_FILENO, streams.in);
  actions.stream(STDOUT_FILENO, streams.out);
  actions.stream(STDERR_FILENO, streams.err);
  actions.directory(command.directory);
  actions.close_the_rest();
  const Attributes attributes(command.new_session);
  auto arguments = command.argv;
  auto variables = environment_of(command);
  auto argv = pointers(arguments);
  auto envp = pointers(variables);
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, argv[0], actions.get(), attributes.get(), argv.data(), envp.data());
  if (failed != 0) {
    errno = failed;
    return fail_errno(command.directory.empty()
                          ? fmt::format("cannot start '{}'", command.argv[0])
                          : fmt::format("cannot start '{}' in {}", command.argv[0], command.directory));
  }
  return adopt(pid);
}

Result<Child> Child::adopt(pid_t forked) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, forked, 0));  // close-on-exec by definition
  if (pidfd < 0) {
    const auto error = fail_errno("pidfd_open");
    send_signal(forked, SIGKILL);
    ::waitpid(forked, nullptr, 0);
    return error;
  }
  return Child(forked, pidfd);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      exit_(other.exit_),
      detached_(other.detached_) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    release();
    pid_ = std::exchange(other.pid_, -1);
    pidfd_ = std::exchange(other.pidfd_, -1);
    exit_ = other.exit_;
    detached_ = other.detached_;
  }
  return *this;
}

Child::~Child() { release(); }

void Child::release() {
  if (pid_ > 0 && !exit_ && !detached_) {
    send_signal(pid_, SIGKILL);
    finish();
  }
  if (pid_ > 0 && !exit_ && detached_) detached_children.lock()->push_back(pid_);
  if (pidfd_ >= 0) ::close(pidfd_);
  pid_ = pidfd_ = -1;
}

void Child::finish() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_ = to_exit(status);
}

Exit Child::wait() {
  if (!exit_) finish();
  return *exit_;
}

std::optional<Exit> Child::wait_for(std::chrono::milliseconds limit) {
  if (exit_) return exit_;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd ended{pidfd_, POLLIN, 0};
    const int ready = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready > 0) return wait();
    if (ready == 0) return std::nullopt;
    if (errno != EINTR) return std::nullopt;
  }
}

// Only while the child is not reaped: after that the number may belong to somebody else.
void Child::signal(int number) {
  if (pid_ > 0 && !exit_) send_signal(pid_, number);
}

void Child::detach() { detached_ = true; }

}  // namespace sampan
