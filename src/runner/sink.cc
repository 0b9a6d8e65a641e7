#include "runner/sink.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

namespace sampan::runner {

namespace {
constexpr std::int64_t kShipBytes = 1 << 20;
constexpr std::int64_t kPunchBytes = 16 << 20;  // the disk is given back in pieces of this size
constexpr char kMark = '\x1e', kNoMark = '\x1f';

// The byte that begins a step's name in a log is ours alone: output that has it would name steps that are not there.
std::string without_marks(std::string text) {
  std::replace(text.begin(), text.end(), kMark, kNoMark);
  return text;
}

}  // namespace

Result<std::unique_ptr<SpoolSink>> SpoolSink::create(const std::string& file, Masker masker, Reports& reports,
                                                     JobKey key, Cancel& cancel) {
  Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("open the log spool " + file);
  return std::unique_ptr<SpoolSink>(new SpoolSink(std::move(fd), std::move(masker), reports, key, cancel));
}

SpoolSink::SpoolSink(Fd file, Masker masker, Reports& reports, JobKey key, Cancel& cancel)
    : file_(std::move(file)),
      masker_(std::move(masker)),
      reports_(reports),
      key_(key),
      cancel_(cancel),
      shipper_([this](std::stop_token stop) { ship(stop); }) {}

// Emptied for the next job here, not when that opens it: what is cut to nothing and then written goes to the disk at
// its next close (ext4).
SpoolSink::~SpoolSink() {
  shipper_.request_stop();
  shipper_.join();
  if (::ftruncate(file_.get(), 0) != 0) log::warning("runner", "job {}: the log spool is not emptied", key_.job);
}

void SpoolSink::keep(std::string_view text) {
  const auto left = std::max<std::int64_t>(kMostOutput - size_, 0);
  store(text.substr(0, static_cast<std::size_t>(std::min<std::int64_t>(left, static_cast<std::int64_t>(text.size())))));
  if (static_cast<std::int64_t>(text.size()) <= left || full_) return;
  full_ = true;
  store(fmt::format("\n... output beyond {} MiB is not kept\n", kMostOutput >> 20));
}

void SpoolSink::store(std::string_view text) {
  if (text.empty() || broken_) return;
  at_line_start_ = text.back() == '\n';
  while (!text.empty()) {
    const auto n = ::pwrite(file_.get(), text.data(), text.size(), static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      broken_ = true;
      const auto why = std::string(std::strerror(errno));
      log::error("runner", "job {}: the log spool cannot be written: {}", key_.job, why);
      return cancel_.ask(Cancel::Why::fault, "the runner cannot keep the output: " + why);
    }
    text.remove_prefix(static_cast<std::size_t>(n));
    size_ += n;
  }
  changed_.notify_all();
}

void SpoolSink::write(std::string_view text) {
  const std::lock_guard lock(mutex_);
  keep(without_marks(masker_.feed(text)));
}

void SpoolSink::flush() {
  const std::lock_guard lock(mutex_);
  keep(without_marks(masker_.finish()));
}

void SpoolSink::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  store(without_marks(masker_.finish()));
  store(without_marks(masker_.feed(fmt::format("{}{}\n", at_line_start_ ? "" : "\n", text)) + masker_.finish()));
}

void SpoolSink::begin_step(std::string_view key) {
  const std::lock_guard lock(mutex_);
  store(without_marks(masker_.finish()));
  store(fmt::format("{}{}{}\n", at_line_start_ ? "" : "\n", kMark, key));
}

std::int64_t SpoolSink::size() {
  const std::lock_guard lock(mutex_);
  return size_;
}

void SpoolSink::ship(std::stop_token stop) {
  std::string buffer;
  std::int64_t punched = 0;
  while (true) {
    std::int64_t from = 0, to = 0;
    {
      std::unique_lock lock(mutex_);
      shipping_ = false;
      if (!changed_.wait(lock, stop, [this] { return size_ > acknowledged_; })) return;
      if (acknowledged_ == 0)
        changed_.wait_for(lock, stop, reports_.gather(),
                          [this] { return handed_over_ || draining_ || size_ > kMostRest; });
      if (handed_over_) return;
      shipping_ = true;
      from = acknowledged_;
      to = std::min(size_, from + kShipBytes);
    }
    buffer.resize(static_cast<std::size_t>(to - from));
    const auto got = ::pread(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(from));
    const auto size = got == static_cast<ssize_t>(buffer.size())
                          ? reports_.log(key_, from, buffer)
                          : Result<std::int64_t>(fail_errno("read the log spool"));
    const std::lock_guard lock(mutex_);
    lost_ = !size.has_value() || *size < from ||
            *size > to;  // a server that holds more than we sent holds another job's log
    if (lost_) {
      log::warning("runner", "job {}: {}", key_.job,
                   size.has_value() ? "the server holds another log for it" : size.error().message);
      changed_.notify_all();
      return cancel_.ask(Cancel::Why::lost,
                         size.has_value() ? "the server holds another log for it" : size.error().message);
    }
    acknowledged_ = *size;
    changed_.notify_all();
    if (acknowledged_ - punched < kPunchBytes) continue;
    ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(punched),
                static_cast<off_t>(acknowledged_ - punched));
    punched = acknowledged_;
  }
}

std::optional<Rest> SpoolSink::take_rest() {
  const std::lock_guard lock(mutex_);
  keep(without_marks(masker_.finish()));
  if (shipping_ || lost_ || broken_ || size_ - acknowledged_ > kMostRest) return std::nullopt;
  Rest rest;
  rest.log_offset = acknowledged_;
  rest.log.resize(static_cast<std::size_t>(size_ - acknowledged_));
  const auto got = ::pread(file_.get(), rest.log.data(), rest.log.size(), static_cast<off_t>(acknowledged_));
  if (got != static_cast<ssize_t>(rest.log.size()) || !is_valid_utf8(rest.log)) return std::nullopt;
  handed_over_ = true;
  changed_.notify_all();
  return rest;
}

bool SpoolSink::drain() {
  std::unique_lock lock(mutex_);
  keep(without_marks(masker_.finish()));
  draining_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return lost_ || acknowledged_ >= size_; });
  return !lost_;
}

void TerminalSink::put(std::string_view text) {
  if (text.empty()) return;
  at_line_start_ = text.back() == '\n';
  if (const auto written = write_all(fd_, text, "the output"); !written.has_value())
    log::debug("runner", "{}", written.error().message);
}

void TerminalSink::write(std::string_view text) {
  const std::lock_guard lock(mutex_);
  put(masker_.feed(text));
}

void TerminalSink::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  put(masker_.finish());
  put(masker_.feed(fmt::format("{}{}\n", at_line_start_ ? "" : "\n", text)));
  put(masker_.finish());
}

void TerminalSink::begin_step(std::string_view key) { line(fmt::format("== {}", key)); }

void TerminalSink::flush() {
  const std::lock_guard lock(mutex_);
  put(masker_.finish());
}

}  // namespace sampan::runner
