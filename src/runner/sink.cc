#include "runner/sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "base/log.h"

namespace sampan::runner {

namespace {
constexpr std::int64_t kShipBytes = 1 << 20;
}

Result<std::unique_ptr<SpoolSink>> SpoolSink::create(const std::string& file, Masker masker, Reports& reports, JobKey key) {
  Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("open the log spool " + file);
  return std::unique_ptr<SpoolSink>(new SpoolSink(std::move(fd), std::move(masker), reports, key));
}

SpoolSink::SpoolSink(Fd file, Masker masker, Reports& reports, JobKey key)
    : file_(std::move(file)), masker_(std::move(masker)), reports_(reports), key_(key), shipper_([this](std::stop_token stop) { ship(stop); }) {}

SpoolSink::~SpoolSink() {
  shipper_.request_stop();
  changed_.notify_all();
}

void SpoolSink::store(std::string_view text) {
  if (text.empty()) return;
  at_line_start_ = text.back() == '\n';
  for (std::size_t done = 0; done < text.size();) {
    const auto n = ::pwrite(file_.get(), text.data() + done, text.size() - done, static_cast<off_t>(size_));
    if (n <= 0) {
      log::error("runner", "job {}: the log spool cannot be written: {}", key_.job, std::strerror(errno));
      return;
    }
    done += static_cast<std::size_t>(n);
    size_ += n;
  }
  changed_.notify_all();
}

void SpoolSink::write(std::string_view text) {
  const std::lock_guard lock(mutex_);
  store(masker_.feed(text));
}

void SpoolSink::flush() {
  const std::lock_guard lock(mutex_);
  store(masker_.finish());
}

void SpoolSink::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  store(masker_.feed(fmt::format("{}{}\n", at_line_start_ ? "" : "\n", text)));
  store(masker_.finish());
}

void SpoolSink::begin_step(std::string_view key) {
  const std::lock_guard lock(mutex_);
  store(masker_.finish());
  store(fmt::format("{}\x1e{}\n", at_line_start_ ? "" : "\n", key));
}

std::int64_t SpoolSink::size() {
  const std::lock_guard lock(mutex_);
  return size_;
}

void SpoolSink::ship(std::stop_token stop) {
  std::string buffer;
  while (true) {
    std::int64_t from = 0, to = 0;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return size_ > acknowledged_; }) || lost_) return;
      from = acknowledged_;
      to = std::min(size_, from + kShipBytes);
    }
    buffer.resize(static_cast<std::size_t>(to - from));
    const auto got = ::pread(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(from));
    if (got <= 0) return;
    buffer.resize(static_cast<std::size_t>(got));
    const auto size = reports_.log(key_, from, buffer, stop);
    const std::lock_guard lock(mutex_);
    if (!size.has_value()) {
      lost_ = true;
    } else {
      acknowledged_ = *size;
    }
    changed_.notify_all();
    if (lost_) return;
  }
}

bool SpoolSink::drain() {
  std::unique_lock lock(mutex_);
  store(masker_.finish());
  changed_.wait(lock, [this] { return lost_ || acknowledged_ >= size_; });
  return !lost_;
}

void TerminalSink::write(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto out = masker_.feed(text);
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

void TerminalSink::line(std::string_view text) { write(fmt::format("{}\n", text)); }
void TerminalSink::begin_step(std::string_view key) { line(fmt::format("== {}", key)); }

void TerminalSink::flush() {
  const std::lock_guard lock(mutex_);
  const auto out = masker_.finish();
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

}  // namespace sampan::runner
