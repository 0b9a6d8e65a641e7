// Where a job's output goes: masked, into a spool file, from which it is shipped to the server and acknowledged. A
// server that is away costs nothing but disk; nothing is lost and nothing is sent twice.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "base/files.h"
#include "runner/cancel.h"
#include "runner/mask.h"
#include "runner/reports.h"

namespace sampan::runner {

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::string_view text) = 0;  // raw output of a step; thread-safe
  virtual void line(std::string_view text) = 0;   // a line of the runner's own
  virtual void begin_step(std::string_view key) = 0;
  virtual std::int64_t size() = 0;  // bytes so far, after masking
  virtual void flush() = 0;         // what the mask holds back is let out: call between steps
};

// Output of one job beyond this is counted, not kept.
constexpr std::int64_t kMostOutput = std::int64_t{1} << 30;

class SpoolSink final : public Sink {
 public:
  // `file` is absent or empty, and is empty again when the sink goes.
  // A spool that cannot be written (a full disk) and a server that says the job is not ours ask `cancel`.
  static Result<std::unique_ptr<SpoolSink>> create(const std::string& file, Masker masker, Reports& reports, JobKey key,
                                                   Cancel& cancel);
  ~SpoolSink() override;
  void write(std::string_view text) override;
  void line(std::string_view text) override;
  void begin_step(std::string_view key) override;
  std::int64_t size() override;
  void flush() override;
  // What the shipper has not begun to send, when it is short and UTF-8: the caller's to send from now on. Absent:
  // drain(). The last words of the job are in.
  std::optional<Rest> take_rest();
  // Waits until the server has everything. False: it never will, since the job is no longer ours or the runner stops.
  bool drain();

 private:
  SpoolSink(Fd file, Masker masker, Reports& reports, JobKey key, Cancel& cancel);
  void keep(std::string_view text);   // up to the limit; with mutex_ held
  void store(std::string_view text);  // with mutex_ held
  void ship(std::stop_token stop);

  Fd file_;
  Masker masker_;
  Reports& reports_;
  JobKey key_;
  Cancel& cancel_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::int64_t size_ = 0, acknowledged_ = 0;
  bool lost_ = false, broken_ = false, full_ = false, at_line_start_ = true, shipping_ = false, handed_over_ = false,
       draining_ = false;
  std::jthread shipper_;
};

// For runs on a developer's machine: straight to a descriptor.
class TerminalSink final : public Sink {
 public:
  TerminalSink(Masker masker, int fd) : masker_(std::move(masker)), fd_(fd) {}
  void write(std::string_view text) override;
  void line(std::string_view text) override;
  void begin_step(std::string_view key) override;
  std::int64_t size() override { return 0; }
  void flush() override;

 private:
  void put(std::string_view text);
  std::mutex mutex_;
  Masker masker_;
  int fd_;
  bool at_line_start_ = true;
};

}  // namespace sampan::runner
