#include "runner/run_command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

namespace sampan::runner {

namespace {

constexpr std::chrono::seconds kGrace{10};

// Everything that can be read now; false at the end of the stream.
bool drain(int fd, Sink& sink) {
  char buffer[64 << 10];
  while (true) {
    const auto got = ::read(fd, buffer, sizeof buffer);
    if (got > 0) {
      sink.write(std::string_view(buffer, static_cast<std::size_t>(got)));
      continue;
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR);
  }
}

// Asked to end twice: politely, then not.
class Ending {
 public:
  Ending(const Supervision& supervision, Child& child) : supervision_(supervision), child_(child) {}
  const std::string& why() const { return why_; }

  void look() {
    const auto now = std::chrono::steady_clock::now();
    if (why_.empty() && supervision_.cancel.asked) begin("canceled: " + supervision_.cancel.reason, now);
    if (why_.empty() && now >= supervision_.deadline) begin("over its time limit", now);
    if (!why_.empty() && !killed_ && now >= asked_ + kGrace) {
      killed_ = true;
      supervision_.sink.line(fmt::format("it did not end within {} s of TERM: killed", kGrace.count()));
      supervision_.cgroup.signal(SIGKILL);
      child_.signal(SIGKILL);
    }
  }

 private:
  void begin(std::string why, std::chrono::steady_clock::time_point now) {
    why_ = std::move(why);
    asked_ = now;
    supervision_.sink.line(why_ + "; asking it to end");
    supervision_.cgroup.signal(SIGTERM);
  }

  const Supervision& supervision_;
  Child& child_;
  std::string why_;
  std::chrono::steady_clock::time_point asked_{};
  bool killed_ = false;
};

}  // namespace

Result<Ended> supervise(const Supervision& supervision, const Command& command) {
  Command launched = command;
  launched.argv = {supervision.config.launch_program};
  for (const auto& file : supervision.cgroup.join_files()) launched.argv.insert(launched.argv.end(), {"--join", file});
  launched.argv.insert(launched.argv.end(), {"--nice", "10", "--"});
  launched.argv.insert(launched.argv.end(), command.argv.begin(), command.argv.end());

  auto [read_end, write_end] = TRY(make_pipe());
  const Fd output(read_end);
  Fd input(write_end);
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(output.get(), F_SETPIPE_SZ, 1 << 20);
  auto child = TRY(Child::spawn(launched, {-1, input.get(), input.get()}));
  input = Fd();
  Ending ending(supervision, child);
  pollfd watched[2] = {{output.get(), POLLIN, 0}, {child.pidfd(), POLLIN, 0}};
  while (true) {
    ::poll(watched, 2, 100);  // wakes at once for output and the end; the tick is for cancel and deadline
    ending.look();
    if ((watched[0].revents & (POLLIN | POLLHUP)) != 0 && !drain(output.get(), supervision.sink)) watched[0].fd = -1;
    if ((watched[1].revents & POLLIN) != 0) break;
  }
  const auto exit = child.wait();
  if (watched[0].fd >= 0) drain(output.get(), supervision.sink);
  supervision.sink.flush();
  return Ended{exit, ending.why()};
}

}  // namespace sampan::runner
