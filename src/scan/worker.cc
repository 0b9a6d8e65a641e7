#include "scan/worker.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "scan/wire.h"

namespace sampan::scan {

namespace {

struct Heading {  // before a task: of its path and bytes
  std::uint32_t path = 0, with_bytes = 0;
  std::uint64_t size = 0;
};

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int socket, char* into, std::size_t size) {
  while (size > 0) {
    const auto got = ::recv(socket, into, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

template <class Number>
std::string_view bytes_of(const Number& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

// What of ours the child must not keep: handlers, descriptors, a core for each crash, a life after ours.
void come_apart(int socket) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int crash : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT}) ::signal(crash, SIG_DFL);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  if (socket > 3) ::close_range(3, static_cast<unsigned>(socket) - 1, 0);
  ::close_range(static_cast<unsigned>(socket) + 1, ~0U, 0);
}

void serve(Scanner& scanner, const std::string& folder, int socket) {
  Heading heading;
  std::string path, bytes;
  while (receive_all(socket, reinterpret_cast<char*>(&heading), sizeof heading)) {
    path.resize(heading.path);
    if (!receive_all(socket, path.data(), path.size())) return;
    if (heading.with_bytes != 0) {
      bytes.resize(heading.size);
      if (!receive_all(socket, bytes.data(), bytes.size())) return;
    }
    const auto answer = packed(heading.with_bytes != 0 ? scanner.file(path, std::move(bytes))
                                                       : scanner.file_of(folder, path, heading.size));
    now_at("");
    const std::uint64_t size = answer.size();
    if (!send_all(socket, std::string(bytes_of(size)) + answer)) return;
  }
}

}  // namespace

std::unique_ptr<Worker> Worker::start(Scanner& scanner, const std::string& folder) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return nullptr;
  Fd ours(ends[0]), theirs(ends[1]);
  void* shared = ::mmap(nullptr, sizeof(Activity), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return nullptr;
  auto* activity = new (shared) Activity;
  const auto process = ::fork();
  if (process == 0) {
    come_apart(theirs.get());
    watch_me(activity);
    serve(scanner, folder, theirs.get());
    ::_exit(0);
  }
  if (process < 0) {
    ::munmap(shared, sizeof(Activity));
    return nullptr;
  }
  return std::unique_ptr<Worker>(new Worker(process, std::move(ours), activity));
}

Worker::Worker(pid_t process, Fd socket, Activity* activity)
    : process_(process), socket_(std::move(socket)), activity_(activity) {}

Worker::~Worker() {
  if (!dead_) kill(), bury();
  ::munmap(activity_, sizeof(Activity));
}

void Worker::give(Task task, std::uint64_t size, const std::string* bytes) {
  task_ = std::move(task);
  busy_ = true;
  came_.clear();
  processor_before_ = processor_time();
  since_ = std::chrono::steady_clock::now();
  const Heading heading{static_cast<std::uint32_t>(task_.path.size()), bytes ? 1U : 0U, size};
  // Where it has died meanwhile, its end of the socket says so when the answer is read.
  if (send_all(socket_.get(), std::string(bytes_of(heading)) + task_.path) && bytes) send_all(socket_.get(), *bytes);
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
  if (!answer) return kill(), bury(), std::nullopt;  // no answer: its memory is no longer what it was
  busy_ = false;
  return answer;
}

bool Worker::is_late(std::chrono::milliseconds patience) const {
  return processor_time() - processor_before_ > patience || std::chrono::steady_clock::now() - since_ > 10 * patience;
}

void Worker::kill() {
  late_ = true;
  ::kill(process_, SIGKILL);
}

void Worker::bury() {
  dead_ = true;
  busy_ = false;
  while (::waitpid(process_, &status_, 0) < 0 && errno == EINTR) {
  }
}

std::chrono::nanoseconds Worker::processor_time() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Text Worker::reason_of_death() const {
  const auto name = rule();
  const std::string zh = name.empty() ? "检查它的进程" : "规则 " + name;
  const std::string en = name.empty() ? "what checks it" : "the rule " + name;
  if (late_) return {"没有检查：" + zh + " 超时，没有查完", "not checked: " + en + " did not end in its time"};
  const char* abbreviation = WIFSIGNALED(status_) ? ::sigabbrev_np(WTERMSIG(status_)) : nullptr;
  const auto signal = abbreviation ? fmt::format("SIG{}", abbreviation) : fmt::format("exit {}", WEXITSTATUS(status_));
  return {fmt::format("没有检查：{} 崩溃（{}）", zh, signal), fmt::format("not checked: {} crashed ({})", en, signal)};
}

}  // namespace sampan::scan
