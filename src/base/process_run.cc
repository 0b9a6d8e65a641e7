// run(): a child from start to end with its three streams, on one thread and one poll.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "base/files.h"
#include "base/process.h"
#include "base/text.h"

namespace sampan {

namespace {

using Steady = std::chrono::steady_clock;

// A child that closes its stdin early must cost us an EPIPE, not our life.
void ignore_sigpipe() {
  static std::once_flag once;
  std::call_once(once, [] { ::signal(SIGPIPE, SIG_IGN); });
}

struct Pipe {
  Fd read, write;
};

Result<Pipe> open_pipe() {
  const auto [read, write] = TRY(make_pipe());
  return Pipe{Fd(read), Fd(write)};
}

void set_nonblocking(const Fd& fd) { ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK); }

// The conversation with one child: feeds what is left of `input`, gathers what comes back.
class Talk {
 public:
  Talk(Fd in, Fd out, Fd err, const RunOptions& options)
      : in_(std::move(in)),
        out_(std::move(out)),
        err_(std::move(err)),
        input_(options.input),
        limit_(options.max_output) {
    for (const Fd* fd : {&in_, &out_, &err_}) set_nonblocking(*fd);
    if (input_.empty()) in_ = Fd();
  }

  // Moves what can be moved until the child has ended or the deadline is over. False: the deadline.
  bool until_ended(int pidfd, Steady::time_point deadline) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
      if (left <= 0) return false;
      pollfd fds[] = {{pidfd, POLLIN, 0}, {out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}, {in_.get(), POLLOUT, 0}};
      if (::poll(fds, 4, static_cast<int>(std::min<std::int64_t>(left, 1'000'000))) < 0 && errno != EINTR) return false;
      if (fds[3].revents) feed();
      if (fds[1].revents) gather(out_, output.out);
      if (fds[2].revents) gather(err_, output.err);
      if (too_large) return true;
      if (fds[0].revents) {
        // All the child wrote is in the pipes by now. A grandchild may hold them open: its end is not waited for.
        gather(out_, output.out);
        gather(err_, output.err);
        return true;
      }
    }
  }

  Output output;
  bool too_large = false;

 private:
  void feed() {
    const ssize_t written = ::write(in_.get(), input_.data(), input_.size());
    if (written > 0) input_.remove_prefix(static_cast<std::size_t>(written));
    const bool broken = written < 0 && errno != EAGAIN && errno != EINTR;
    if (broken || input_.empty()) in_ = Fd();
  }

  void gather(Fd& fd, std::string& kept) {
    char buffer[64 << 10];
    while (fd) {
      const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) {
        fd = Fd();
        return;
      }
      kept.append(buffer, static_cast<std::size_t>(got));
      if (kept.size() > limit_) {
        too_large = true;
        return;
      }
    }
  }

  Fd in_, out_, err_;
  std::string_view input_;
  std::size_t limit_;
};

// Kills what is left of the group while the leader is a zombie, so that the number cannot have been given away.
Exit reap_group(Child& child) {
  siginfo_t ignored{};
  while (::waitid(P_PID, static_cast<id_t>(child.pid()), &ignored, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  child.signal(SIGKILL);
  return child.wait();
}

Result<Output> run_once(const Command& command, const RunOptions& options) {
  auto in = TRY(open_pipe());
  auto out = TRY(open_pipe());
  auto err = TRY(open_pipe());
  auto child = TRY(Child::spawn(command, {in.read.get(), out.write.get(), err.write.get()}));
  in.read = Fd();
  out.write = Fd();
  err.write = Fd();
  Talk talk(std::move(in.write), std::move(out.read), std::move(err.read), options);
  const bool in_time = talk.until_ended(child.pidfd(), Steady::now() + options.timeout);
  if (!in_time || talk.too_large) child.signal(SIGKILL);
  talk.output.exit = reap_group(child);
  if (talk.too_large) {
    return fail(Errc::too_large, "'{}' wrote more than {} bytes", command.argv[0], options.max_output);
  }
  if (!in_time) {
    return fail(Errc::unavailable, "'{}' did not finish within {} ms", command.argv[0], options.timeout.count());
  }
  return std::move(talk.output);
}

}  // namespace

Result<Output> run(const Command& command, const RunOptions& options) {
  ignore_sigpipe();
  for (int tried = 1;; ++tried) {
    auto output = TRY(run_once(command, options));
    if (output.exit.signal == 0 || tried >= options.tries) return output;
  }
}

Result<std::string> run_ok(const Command& command, const RunOptions& options) {
  return output_of(command, TRY(run(command, options)));
}

Result<std::string> output_of(const Command& command, Output output) {
  if (output.exit.ok()) return std::move(output.out);
  const auto errors = trim(output.err);
  const auto last_line = errors.substr(errors.rfind('\n') == std::string_view::npos ? 0 : errors.rfind('\n') + 1);
  const std::string end = output.exit.signal ? fmt::format("was killed by signal {}", output.exit.signal)
                                             : fmt::format("failed with status {}", output.exit.code);
  return fail(Errc::internal, "'{}' {}{}{}", command.argv[0], end, last_line.empty() ? "" : ": ",
              to_valid_utf8(last_line));
}

}  // namespace sampan
