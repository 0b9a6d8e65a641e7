#include "runner/launcher.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>

#include "base/files.h"
#include "base/log.h"
#include "runner/launch_protocol.h"

namespace sampan::runner {

namespace {

constexpr timeval kMostWait{2, 0};  // a helper that was stopped, say: a fork takes far less

// Empty: too much for one message.
std::string message_of(const Command& command) {
  const auto environment = environment_of(command);
  const launch::StartRequest request{static_cast<std::uint32_t>(command.argv.size()),
                                     static_cast<std::uint32_t>(environment.size()), command.new_session};
  std::string bytes(reinterpret_cast<const char*>(&request), sizeof request);
  for (const auto* texts : {&command.argv, &environment}) {
    for (const auto& text : *texts) bytes.append(text).push_back('\0');
  }
  return bytes.size() <= launch::kMostStartBytes ? bytes : std::string();
}

bool has_nul(const std::vector<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [](const std::string& text) { return text.find('\0') != std::string::npos; });
}

}  // namespace

bool send_start_request(int socket, std::string& bytes, int output, int go) {
  const int descriptors[2] = {output, go};
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof descriptors)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  auto* held = CMSG_FIRSTHDR(&message);
  held->cmsg_level = SOL_SOCKET;
  held->cmsg_type = SCM_RIGHTS;
  held->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(held), descriptors, sizeof descriptors);
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

void Launcher::keep_helper() {
  {
    auto helper = helper_.lock();
    if (*helper && !(*helper)->process.wait_for(std::chrono::milliseconds(0))) return;
    helper->reset();
  }
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return;
  Fd ours(ends[0]);
  const Fd theirs(ends[1]);
  ::setsockopt(ours.get(), SOL_SOCKET, SO_RCVTIMEO, &kMostWait, sizeof kMostWait);
  auto process = Child::spawn({.argv = {program_, "--serve"}, .clear_env = true}, {theirs.get(), -1, STDERR_FILENO});
  if (!process.has_value()) return log::warning("runner", "no helper to start steps: {}", process.error().message);
  helper_.lock()->emplace(Helper{std::move(*process), std::move(ours)});
}

Result<Child> Launcher::spawn(Command command, int output) const {
  command.argv.insert(command.argv.begin(), program_);
  if (command.directory.empty() && !has_nul(command.argv)) {
    auto helper = helper_.lock();
    if (*helper) {
      if (auto child = ask(**helper, command, output)) return std::move(*child);
      if (!(*helper)->socket) helper->reset();  // also one that only stands still: it would start what nobody waits for
    }
  }
  return Child::spawn(command, {-1, output, output});
}

std::optional<Child> Launcher::ask(Helper& helper, const Command& command, int output) const {
  auto bytes = message_of(command);
  if (bytes.empty()) return std::nullopt;
  auto go = make_pipe();
  if (!go.has_value()) return std::nullopt;
  Fd read_end(go->first);
  const Fd write_end(go->second);  // closed without a byte whenever we return early: then nothing begins
  launch::StartAnswer answer;
  const bool asked = send_start_request(helper.socket.get(), bytes, output, read_end.get());
  read_end = Fd();
  if (!asked || ::recv(helper.socket.get(), &answer, sizeof answer, 0) != sizeof answer) {
    log::warning("runner", "the helper that starts steps is gone: this one is started by itself");
    helper.socket = Fd();
    return std::nullopt;
  }
  if (answer.pid < 0) return std::nullopt;
  auto child = Child::adopt(answer.pid);
  // Out of the helper's group before it begins: that is killed as a whole when the helper is let go.
  if (!command.new_session) ::setpgid(answer.pid, answer.pid);
  if (!child.has_value() || ::write(write_end.get(), "g", 1) != 1) return std::nullopt;
  return std::move(*child);
}

}  // namespace sampan::runner
