#include "pipeline/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include "base/text.h"

namespace sampan::pipeline {
namespace {

constexpr char kMark = '\x1e';
constexpr std::size_t kMostMark = 200;

Result<Fd> open_file(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0) return fail_errno(path);
  return Fd(fd);
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return fail_errno("writing a log");
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

std::vector<LogMark> read_marks(const std::string& path) {
  std::vector<LogMark> marks;
  auto text = exists(path) ? read_file(path) : Result<std::string>(std::string());
  if (!text) return marks;
  for (const std::string& line : split(*text, '\n')) {
    const auto parts = split(line, ' ');
    if (parts.size() != 3) continue;
    LogMark mark;
    std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), mark.line);
    std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), mark.offset);
    mark.step = parts[2];
    marks.push_back(std::move(mark));
  }
  return marks;
}

}  // namespace

Result<std::shared_ptr<LogFile>> LogFile::open(const std::string& base) {
  auto file = std::make_shared<LogFile>();
  file->path_ = base + ".log";
  auto state = file->state_.lock();
  state->log = TRY(open_file(file->path_, O_RDWR | O_APPEND | O_CREAT));
  state->index_path = base + ".idx";
  if (exists(state->index_path)) state->index = TRY(open_file(state->index_path, O_RDWR));
  state->steps_path = base + ".steps";
  state->marks = read_marks(state->steps_path);
  TRY(recover(*state));
  return file;
}

Result<void> LogFile::recover(State& state) {
  struct stat log {
  }, index{};
  if (::fstat(state.log.get(), &log) != 0 || (state.index && ::fstat(state.index.get(), &index) != 0))
    return fail_errno("reading a log");
  state.indexed = index.st_size / 8;
  std::int64_t from = 0;
  if (state.indexed > 0) {
    if (::pread(state.index.get(), &from, 8, (state.indexed - 1) * 8) != 8) return fail_errno("reading a log's index");
    state.begun = (state.indexed - 1) * kStride;
  }
  std::vector<char> chunk(256 << 10);
  for (std::int64_t at = from; at < log.st_size;) {
    const ssize_t got = ::pread(state.log.get(), chunk.data(), chunk.size(), at);
    if (got <= 0) return fail_errno("reading a log");
    TRY(scan(state, {chunk.data(), static_cast<std::size_t>(got)}, at));
    at += got;
  }
  state.bytes = log.st_size;
  return {};
}

// The steps before the index: with an index nobody looks for them in the log.
Result<void> LogFile::make_index(State& state) {
  std::string steps;
  for (const LogMark& mark : state.marks) steps += fmt::format("{} {} {}\n", mark.line, mark.offset, mark.step);
  const Fd file = TRY(open_file(state.steps_path, O_WRONLY | O_CREAT | O_TRUNC));
  TRY(write_all(file.get(), steps));
  state.index = TRY(open_file(state.index_path, O_RDWR | O_CREAT));
  if (::pwrite(state.index.get(), &state.first_line_at, 8, 0) != 8) return fail_errno("writing a log's index");
  return {};
}

Result<void> LogFile::begin_line(State& state, std::int64_t offset) {
  const std::int64_t slot = state.begun / kStride;
  if (state.begun == 0) state.first_line_at = offset;
  if (state.begun % kStride == 0 && slot >= std::max<std::int64_t>(state.indexed, 1)) {
    if (!state.index) TRY(make_index(state));
    if (::pwrite(state.index.get(), &offset, 8, slot * 8) != 8) return fail_errno("writing a log's index");
    state.indexed = slot + 1;
  }
  ++state.begun;
  state.in_line = true;
  return {};
}

Result<void> LogFile::end_mark(State& state, std::int64_t offset) {
  state.in_mark = false;
  std::string key = std::move(state.mark);
  state.mark.clear();
  std::replace_if(
      key.begin(), key.end(), [](char c) { return c == ' ' || c == '\r'; }, '_');
  if (!state.marks.empty() && state.marks.back().offset >= offset) return {};  // read again after a stop
  state.marks.push_back({state.begun + 1, offset, key});
  if (!state.index) return {};
  Fd steps = TRY(open_file(state.steps_path, O_WRONLY | O_APPEND | O_CREAT));
  return write_all(steps.get(), fmt::format("{} {} {}\n", state.begun + 1, offset, key));
}

Result<void> LogFile::scan(State& state, std::string_view bytes, std::int64_t offset) {
  const char* const start = bytes.data();
  const char* const end = start + bytes.size();
  for (const char* at = start; at < end;) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* stop = newline != nullptr ? newline : end;
    if (!state.in_line && !state.in_mark) {
      if (*at == kMark) {
        state.in_mark = true;
        ++at;
      } else {
        TRY(begin_line(state, offset + (at - start)));
      }
    }
    if (state.in_mark)  // as much of it, wherever the bytes were cut
      state.mark.append(at, std::min(static_cast<std::size_t>(stop - at), kMostMark - state.mark.size()));
    if (newline == nullptr) return {};
    state.in_line = false;
    if (state.in_mark) TRY(end_mark(state, offset + (newline + 1 - start)));
    at = newline + 1;
  }
  return {};
}

Result<void> LogFile::write(State& state, std::string_view bytes) {
  TRY(write_all(state.log.get(), bytes));
  TRY(scan(state, bytes, state.bytes));
  state.bytes += static_cast<std::int64_t>(bytes.size());
  return {};
}

Result<std::int64_t> LogFile::append(std::int64_t offset, std::string_view bytes) {
  auto state = state_.lock();
  if (offset > state->bytes)
    return fail(Errc::conflict, "the log has {} bytes: expected what follows them, not offset {}", state->bytes,
                offset);
  const std::int64_t known = state->bytes - offset;
  if (known >= static_cast<std::int64_t>(bytes.size())) return state->bytes;
  TRY(write(*state, bytes.substr(static_cast<std::size_t>(known))));
  return state->bytes;
}

Result<void> LogFile::append_line(std::string_view step, std::string_view line) {
  auto state = state_.lock();
  std::string text;
  if (state->in_line) text += '\n';
  if (state->marks.empty() || state->marks.back().step != step) text += fmt::format("{}{}\n", kMark, step);
  text += line;
  std::replace(text.begin() + static_cast<std::ptrdiff_t>(text.size() - line.size()), text.end(), '\n', ' ');
  return write(*state, text + "\n");
}

LogSize LogFile::size() {
  auto state = state_.lock();
  return {state->bytes, state->begun, state->begun - (state->in_line ? 1 : 0)};
}

std::vector<LogMark> LogFile::marks() { return state_.lock()->marks; }

namespace {

// Takes lines out of the bytes of a log one after another.
class LineReader {
 public:
  LineReader(int fd, std::int64_t from, std::int64_t end) : fd_(fd), at_(from), end_(end) {}

  // False at the end. The text is cut at kMostLine; marks are not passed over.
  bool next(std::string& text, std::int64_t& whole) {
    text.clear();
    whole = 0;
    bool any = false;
    while (true) {
      if (position_ == buffer_.size() && !fill()) return any;
      any = true;
      const char* from = buffer_.data() + position_;
      const std::size_t left = buffer_.size() - position_;
      const auto* newline = static_cast<const char*>(std::memchr(from, '\n', left));
      const std::size_t length = newline != nullptr ? static_cast<std::size_t>(newline - from) : left;
      if (text.size() < LogFile::kMostLine) text.append(from, std::min(length, LogFile::kMostLine - text.size()));
      whole += static_cast<std::int64_t>(length);
      position_ += length + (newline != nullptr ? 1 : 0);
      if (newline != nullptr) return true;
    }
  }

 private:
  bool fill() {
    if (at_ >= end_) return false;
    buffer_.resize(static_cast<std::size_t>(std::min<std::int64_t>(64 << 10, end_ - at_)));
    const ssize_t got = ::pread(fd_, buffer_.data(), buffer_.size(), at_);
    if (got <= 0) return false;
    buffer_.resize(static_cast<std::size_t>(got));
    at_ += got;
    position_ = 0;
    return true;
  }

  int fd_;
  std::int64_t at_, end_;
  std::string buffer_;
  std::size_t position_ = 0;
};

std::string_view step_of(const std::vector<LogMark>& marks, std::int64_t line) {
  auto after = std::upper_bound(marks.begin(), marks.end(), line,
                                [](std::int64_t n, const LogMark& mark) { return n < mark.line; });
  return after == marks.begin() ? std::string_view{} : std::string_view((after - 1)->step);
}

}  // namespace

Result<LogPage> LogFile::read(std::int64_t first, std::int64_t count) {
  LogPage page;
  std::vector<LogMark> marks;
  std::int64_t from = 0;
  {
    auto state = state_.lock();
    page.size = {state->bytes, state->begun, state->begun - (state->in_line ? 1 : 0)};
    first = std::max<std::int64_t>(first, 1);
    if (first > state->begun) return page;
    const std::int64_t slot = (first - 1) / kStride;
    if (slot > 0 && ::pread(state->index.get(), &from, 8, slot * 8) != 8) return fail_errno("reading a log's index");
    marks = state->marks;
  }
  Fd log = TRY(open_file(path_, O_RDONLY));
  LineReader reader(log.get(), from, page.size.bytes);
  std::int64_t line = (first - 1) / kStride * kStride, bytes = 0, whole = 0;
  count = std::min(count, kMostLines);
  for (std::string text;
       static_cast<std::int64_t>(page.lines.size()) < count && bytes < kMostBytes && reader.next(text, whole);) {
    if (text.starts_with(kMark)) continue;
    if (++line < first) continue;
    if (text.ends_with('\r')) text.pop_back();
    if (whole > static_cast<std::int64_t>(kMostLine))
      text += fmt::format(" ... ({} bytes in all, see the download)", whole);
    bytes += static_cast<std::int64_t>(text.size());
    page.lines.push_back({line, std::string(step_of(marks, line)), is_valid_utf8(text) ? text : to_valid_utf8(text)});
  }
  return page;
}

}  // namespace sampan::pipeline
