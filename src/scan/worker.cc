#include "scan/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "scan/serving.h"
#include "scan/wire.h"

namespace sampan::scan {

namespace {

constexpr std::size_t kSentTogether = 64 << 10;  // bytes with their heading: the worker wakes once
constexpr timeval kSendPatience{10, 0};          // an idle worker reads at once; one that does not stands still

}  // namespace

// What both sides share.
struct Worker::Parts {
  Fd ours, theirs, memory;
  Activity* activity = nullptr;
};

Result<Worker::Parts> Worker::parts() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return fail_errno("socketpair");
  Parts parts{Fd(ends[0]), Fd(ends[1]), Fd(::memfd_create("sampan-scan", MFD_CLOEXEC))};
  ::setsockopt(parts.ours.get(), SOL_SOCKET, SO_SNDTIMEO, &kSendPatience, sizeof kSendPatience);
  if (!parts.memory || ::ftruncate(parts.memory.get(), sizeof(Activity)) != 0) return fail_errno("memfd_create");
  void* shared = ::mmap(nullptr, sizeof(Activity), PROT_READ | PROT_WRITE, MAP_SHARED, parts.memory.get(), 0);
  if (shared == MAP_FAILED) return fail_errno("mmap");
  parts.activity = new (shared) Activity;
  return parts;
}

Result<std::unique_ptr<Worker>> Worker::fork(Scanner& scanner, const std::string& folder) {
  auto made = TRY(parts());
  const auto forked = ::fork();
  if (forked == 0) {
    come_apart();
    const int socket = made.theirs.get();
    if (socket > 3) ::close_range(3, static_cast<unsigned>(socket) - 1, 0);
    ::close_range(static_cast<unsigned>(socket) + 1, ~0U, 0);
    serve(socket, folder, made.activity, [&](const std::string&) { return &scanner; });
    ::_exit(0);
  }
  auto process = forked < 0 ? Result<Child>(fail_errno("fork")) : Child::adopt(forked);
  return of(std::move(process), std::move(made));
}

Result<std::unique_ptr<Worker>> Worker::spawn(const std::vector<std::string>& command) {
  auto made = TRY(parts());
  auto process = Child::spawn({.argv = command, .clear_env = true, .directory = "/"},
                              {made.theirs.get(), made.memory.get(), STDERR_FILENO});
  return of(std::move(process), std::move(made));
}

Result<std::unique_ptr<Worker>> Worker::of(Result<Child> process, Parts parts) {
  if (process) return std::unique_ptr<Worker>(new Worker(std::move(*process), std::move(parts)));
  ::munmap(parts.activity, sizeof(Activity));
  return process.error();
}

Worker::Worker(Child process, Parts parts)
    : process_(std::move(process)), socket_(std::move(parts.ours)), activity_(parts.activity) {}

Worker::~Worker() {
  process_.signal(SIGKILL);
  ::munmap(activity_, sizeof(Activity));
}

void Worker::give(Task task, std::uint64_t size, const std::string* bytes, std::string_view rules) {
  task_ = std::move(task);
  busy_ = true;
  came_.clear();
  processor_before_ = processor_time();
  since_ = std::chrono::steady_clock::now();
  const Heading heading{static_cast<std::uint32_t>(rules.size()), static_cast<std::uint32_t>(task_.path.size()),
                        bytes ? 1U : 0U, 0, size};
  auto start = std::string(bytes_of(heading)).append(rules) + task_.path;
  const bool together = bytes && size <= kSentTogether;
  if (together) start += *bytes;
  const bool sent = send_all(socket_.get(), start) && (!bytes || together || send_all(socket_.get(), *bytes));
  if (!sent) process_.signal(SIGKILL);  // where it died meanwhile, that is seen when the answer is read
}

std::optional<Scanned> Worker::attend(bool readable, std::chrono::milliseconds patience) {
  if (readable) {
    if (auto answer = take_answer()) return answer;
  } else if (is_late(patience)) {
    late_ = true;
    process_.signal(SIGKILL);
  }
  if (dead_) return unchecked(task_.path, rule_of(*activity_), reason_of_death());
  return std::nullopt;
}

bool Worker::has_ended() {
  pollfd end{socket_.get(), POLLIN, 0};
  if (!dead_ && ::poll(&end, 1, 0) > 0) bury();  // it says nothing unless it is asked
  return dead_;
}

std::optional<Scanned> Worker::take_answer() {
  std::array<char, 64 << 10> piece;
  for (;;) {
    const auto got = ::recv(socket_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) return bury(), std::nullopt;
    came_.append(piece.data(), static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) < piece.size()) break;
  }
  std::uint64_t size = 0;
  if (came_.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, came_.data(), sizeof size);
  if (came_.size() - sizeof size < size) return std::nullopt;
  auto answer = unpacked(std::string_view(came_).substr(sizeof size));
  if (!answer) return bury(), std::nullopt;  // no answer: its memory is no longer what it was
  busy_ = false;
  return answer;
}

bool Worker::is_late(std::chrono::milliseconds patience) const {
  return processor_time() - processor_before_ > patience || std::chrono::steady_clock::now() - since_ > 10 * patience;
}

void Worker::bury() {
  dead_ = true;
  busy_ = false;
  process_.signal(SIGKILL);  // it may have closed the socket alone
  exit_ = process_.wait();
}

std::chrono::nanoseconds Worker::processor_time() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process_.pid(), &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool Worker::was_killed() const { return dead_ && !late_ && exit_.signal == SIGKILL; }

std::string Worker::death() const {
  const char* abbreviation = exit_.signal != 0 ? ::sigabbrev_np(exit_.signal) : nullptr;
  return abbreviation ? fmt::format("SIG{}", abbreviation) : fmt::format("exit {}", exit_.code);
}

Text Worker::reason_of_death() const {
  const auto name = rule_of(*activity_);
  const std::string zh = name.empty() ? "检查它的进程" : "规则 " + name;
  const std::string en = name.empty() ? "what checks it" : "the rule " + name;
  if (late_) return {"没有检查：" + zh + " 超时，没有查完", "not checked: " + en + " did not end in its time"};
  return {fmt::format("没有检查：{} 崩溃（{}）", zh, death()),
          fmt::format("not checked: {} crashed ({})", en, death())};
}

Scanned unchecked(const std::string& path, const std::string& rule, Text reason) {
  Scanned scanned;
  scanned.files = 1;
  scanned.gaps.push_back({path, 0, rule, std::move(reason)});
  return scanned;
}

}  // namespace sampan::scan
