#include "runner/launch_serve.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "runner/launch_protocol.h"

namespace sampan::launch {

namespace {

constexpr int kFailed = 125;

struct Received {
  std::vector<char> bytes = std::vector<char>(kMostStartBytes);
  std::size_t size = 0;
  int output = -1, go = -1;
};

// False: the other end is gone, or speaks another language.
bool receive(Received& received) {
  iovec part{received.bytes.data(), received.bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  do {
    got = ::recvmsg(STDIN_FILENO, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  const auto* held = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (!held || held->cmsg_type != SCM_RIGHTS || held->cmsg_len != CMSG_LEN(2 * sizeof(int))) return false;
  int descriptors[2];
  std::memcpy(descriptors, CMSG_DATA(held), sizeof descriptors);
  received.output = descriptors[0];
  received.go = descriptors[1];
  received.size = static_cast<std::size_t>(got);
  return received.size > sizeof(StartRequest) && received.bytes[received.size - 1] == '\0';
}

[[noreturn]] void begin(Received& received, int (*launch)(int, char**)) {
  ::close(STDIN_FILENO);  // the runner shall see when the helper dies
  StartRequest request;
  std::memcpy(&request, received.bytes.data(), sizeof request);
  std::vector<char*> texts;
  for (auto* at = received.bytes.data() + sizeof request; at < received.bytes.data() + received.size;
       at += std::strlen(at) + 1)
    texts.push_back(at);
  if (texts.size() != std::size_t{request.arguments} + request.variables || request.arguments == 0) std::_Exit(kFailed);
  char byte;
  if (::read(received.go, &byte, 1) != 1) std::_Exit(kFailed);
  sigset_t none;
  sigemptyset(&none);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::signal(number, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (request.new_session)
    ::setsid();
  else
    ::setpgid(0, 0);
  if (::open("/dev/null", O_RDONLY) != STDIN_FILENO) std::_Exit(kFailed);
  if (::dup2(received.output, STDOUT_FILENO) < 0 || ::dup2(received.output, STDERR_FILENO) < 0) std::_Exit(kFailed);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  std::vector<char*> arguments(texts.begin(), texts.begin() + request.arguments);
  std::vector<char*> variables(texts.begin() + request.arguments, texts.end());
  arguments.push_back(nullptr);
  variables.push_back(nullptr);
  ::environ = variables.data();
  std::_Exit(launch(static_cast<int>(request.arguments), arguments.data()));
}

}  // namespace

int serve(int (*launch)(int argc, char** argv)) {
  // Meant for the runner, which has jobs to finish; its end is ours.
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::signal(number, SIG_IGN);
  for (Received received; receive(received);) {
    // The runner's child, not ours: it is waited for there, and ends with it.
    const auto pid =
        static_cast<pid_t>(::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
    if (pid == 0) begin(received, launch);
    const StartAnswer answer{pid < 0 ? -errno : pid};
    ::close(received.output);
    ::close(received.go);
    ::explicit_bzero(received.bytes.data(), received.size);  // secrets of a step are in it
    if (::send(STDIN_FILENO, &answer, sizeof answer, MSG_NOSIGNAL) != sizeof answer) return kFailed;
  }
  return 0;
}

}  // namespace sampan::launch
