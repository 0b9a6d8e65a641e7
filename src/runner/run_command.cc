#include "runner/run_command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

namespace sampan::runner {

namespace {

using Steady = std::chrono::steady_clock;
constexpr int kReadsAtOnce = 16;  // then cancel and deadline are looked at again, however fast the output comes

enum class Stream { more, paused, ended };

Stream read_some(int fd, Sink& sink, int reads) {
  char buffer[64 << 10];
  while (reads-- > 0) {
    const auto got = ::read(fd, buffer, sizeof buffer);
    if (got > 0) {
      sink.write(std::string_view(buffer, static_cast<std::size_t>(got)));
    } else if (got == 0) {
      return Stream::ended;
    } else if (errno != EINTR) {
      return errno == EAGAIN ? Stream::paused : Stream::ended;
    }
  }
  return Stream::more;
}

// Asked to end twice: politely, then not.
class Ending {
 public:
  Ending(const Supervision& supervision, Child& child) : supervision_(supervision), child_(child) {}
  const std::string& why() const { return why_; }

  // Milliseconds until look() is needed again.
  int patience() const {
    const auto next = why_.empty() ? supervision_.deadline : asked_ + supervision_.grace;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Steady::now()).count();
    return killed_ ? -1 : static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
  }

  void look() {
    const auto now = Steady::now();
    if (why_.empty() && supervision_.cancel.asked())
      begin((supervision_.cancel.is(Cancel::Why::fault) ? "" : "canceled: ") + supervision_.cancel.reason(), now);
    if (why_.empty() && now >= supervision_.deadline) begin("over its time limit", now);
    if (!why_.empty() && !killed_ && now >= asked_ + supervision_.grace) {
      killed_ = true;
      supervision_.sink.line(fmt::format("it did not end within {} ms of SIGTERM: killed", supervision_.grace.count()));
      supervision_.cgroup.kill_all();
      child_.signal(SIGKILL);
    }
  }

 private:
  void begin(std::string why, Steady::time_point now) {
    why_ = std::move(why);
    asked_ = now;
    supervision_.sink.line(why_ + "; asking it to end");
    supervision_.cgroup.signal(SIGTERM);
    if (supervision_.cgroup.folders().empty()) child_.signal(SIGTERM);
  }

  const Supervision& supervision_;
  Child& child_;
  std::string why_;
  Steady::time_point asked_{};
  bool killed_ = false;
};

Command launched(const Supervision& supervision, const std::vector<std::string>& sandbox, Command command) {
  std::vector<std::string> argv;
  for (const auto& file : supervision.cgroup.join_files()) argv.insert(argv.end(), {"--join", file});
  argv.insert(argv.end(), {"--nice", "10"});
  argv.insert(argv.end(), sandbox.begin(), sandbox.end());
  argv.emplace_back("--");
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(argv);
  return command;
}

}  // namespace

Result<Ended> supervise(const Supervision& supervision, const std::vector<std::string>& sandbox,
                        const Command& command) {
  auto [read_end, write_end] = TRY(make_pipe());
  const Fd output(read_end);
  Fd input(write_end);
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(output.get(), F_SETPIPE_SZ, 256 << 10);
  const auto kills_before = supervision.cgroup.oom_kills();
  auto child = TRY(supervision.launcher.spawn(launched(supervision, sandbox, command), input.get()));
  input = Fd();
  Ending ending(supervision, child);
  pollfd watched[3] = {{output.get(), POLLIN, 0}, {child.pidfd(), POLLIN, 0}, {supervision.cancel.fd(), POLLIN, 0}};
  while ((watched[1].revents & POLLIN) == 0) {
    ::poll(watched, 3, ending.patience());
    ending.look();
    if (!ending.why().empty()) watched[2].fd = -1;  // known; it would wake us for ever
    if ((watched[0].revents & (POLLIN | POLLHUP)) != 0 &&
        read_some(output.get(), supervision.sink, kReadsAtOnce) == Stream::ended)
      watched[0].fd = -1;
  }
  const auto exit = child.wait();
  supervision.cgroup.kill_all();
  while (watched[0].fd >= 0 && read_some(output.get(), supervision.sink, kReadsAtOnce) == Stream::more) {
  }
  supervision.sink.flush();
  return Ended{exit, ending.why(), supervision.cgroup.oom_kills() > kills_before};
}

}  // namespace sampan::runner
