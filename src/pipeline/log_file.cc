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
constexpr ssize_t kSlot = 16;  // bytes of one slot of the index

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

// "LINE OFFSET KEY"; nullopt: it is something else.
std::optional<LogMark> parse_mark(std::string_view line) {
  LogMark mark;
  const char* const end = line.data() + line.size();
  const auto number = [end](const char* from, std::int64_t& value) {
    const auto [after, error] = std::from_chars(from, end, value);
    return error == std::errc() && after < end && *after == ' ' ? after + 1 : nullptr;
  };
  const char* at = number(line.data(), mark.line);
  if (at != nullptr) at = number(at, mark.offset);
  if (at == nullptr || at == end || std::find(at, end, '\0') != end) return std::nullopt;
  mark.step.assign(at, end);
  return mark;
}

std::string mark_line(const LogMark& mark) { return fmt::format("{} {} {}\n", mark.line, mark.offset, mark.step); }

}  // namespace

Result<std::shared_ptr<LogFile>> LogFile::open(const std::string& base) {
  auto file = std::make_shared<LogFile>();
  file->path_ = base + ".log";
  auto state = file->state_.lock();
  state->log = TRY(open_file(file->path_, O_RDWR | O_APPEND | O_CREAT));
  state->index_path = base + ".idx";
  state->steps_path = base + ".steps";
  if (exists(state->index_path)) state->index = TRY(open_file(state->index_path, O_RDWR));
  TRY(recover(*state));
  return file;
}

Result<void> LogFile::recover(State& state) {
  struct stat log {};
  if (::fstat(state.log.get(), &log) != 0) return fail_errno("reading a log");
  static_cast<Reading&>(state) = {};
  if (state.index) TRY(trim(state, log.st_size));
  Slot last;
  if (state.indexed > 0) {
    if (::pread(state.index.get(), &last, sizeof last, (state.indexed - 1) * kSlot) != kSlot)
      return fail_errno("reading a log's index");
    state.begun = (state.indexed - 1) * kStride;
  }
  std::vector<char> chunk(static_cast<std::size_t>(std::min<std::int64_t>(log.st_size - last.offset, 256 << 10)));
  for (std::int64_t at = last.offset; at < log.st_size;) {
    const ssize_t got = ::pread(state.log.get(), chunk.data(), chunk.size(), at);
    if (got <= 0) return fail_errno("reading a log");
    TRY(scan(state, {chunk.data(), static_cast<std::size_t>(got)}, at));
    at += got;
  }
  state.bytes = log.st_size;
  state.stale = false;
  return {};
}

// The marks up to the first that cannot be one of this log.
Result<std::vector<LogMark>> LogFile::sound_marks(const State& state, std::int64_t log_bytes) {
  std::vector<LogMark> marks;
  if (!exists(state.steps_path)) return marks;
  const std::string text = TRY(read_file(state.steps_path));
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    auto mark = parse_mark(std::string_view(text).substr(at, end - at));
    const LogMark before = marks.empty() ? LogMark{1, 0, {}} : marks.back();
    if (!mark || mark_line(*mark) != text.substr(at, end + 1 - at) || mark->offset <= before.offset ||
        mark->line < before.line || mark->offset > log_bytes)
      break;
    marks.push_back(std::move(*mark));
  }
  return marks;
}

// How many of the index's slots agree with the log and the marks.
Result<std::int64_t> LogFile::sound_slots(const State& state, std::int64_t log_bytes) {
  std::vector<Slot> slots(4096);
  std::int64_t sound = 0;
  Slot before{-1, 0};
  for (bool more = true; more;) {
    const auto room = static_cast<std::size_t>(kSlot) * slots.size();
    const ssize_t got = ::pread(state.index.get(), slots.data(), room, sound * kSlot);
    if (got < 0) return fail_errno("reading a log's index");
    more = static_cast<std::size_t>(got) == room;
    for (std::int64_t i = 0; i < got / kSlot; ++i) {
      const Slot& slot = slots[static_cast<std::size_t>(i)];
      const auto marks = static_cast<std::size_t>(slot.marks);
      if (slot.offset <= before.offset || slot.offset >= log_bytes || slot.marks < before.marks ||
          marks > state.marks.size() || (marks > 0 && state.marks[marks - 1].offset > slot.offset))
        return sound;
      before = slot;
      ++sound;
    }
  }
  return sound;
}

// Cuts index and marks to what agrees with the log; neither is there any more when nothing does.
Result<void> LogFile::trim(State& state, std::int64_t log_bytes) {
  state.marks = TRY(sound_marks(state, log_bytes));
  const auto begins_a_line = [&state](std::int64_t slot) {
    Slot found;
    char around[2] = {'\n', '\0'};
    if (::pread(state.index.get(), &found, sizeof found, slot * kSlot) != kSlot) return false;
    const std::int64_t before = std::min<std::int64_t>(found.offset, 1);
    return ::pread(state.log.get(), around + 1 - before, static_cast<std::size_t>(1 + before), found.offset - before) ==
               1 + before &&
           around[0] == '\n' && around[1] != kMark;
  };
  state.indexed = TRY(sound_slots(state, log_bytes));
  while (state.indexed > 0 && !begins_a_line(state.indexed - 1)) --state.indexed;
  if (state.indexed < 2) {
    state.index = {};
    state.indexed = 0;
    state.marks.clear();
    if ((::unlink(state.index_path.c_str()) != 0 || ::unlink(state.steps_path.c_str()) != 0) && errno != ENOENT)
      return fail_errno("mending a log's index");
    return {};
  }
  off_t steps = 0;
  for (const LogMark& mark : state.marks) steps += static_cast<off_t>(mark_line(mark).size());
  if (exists(state.steps_path) && ::truncate(state.steps_path.c_str(), steps) != 0)
    return fail_errno("mending a log's steps");
  if (::pread(state.index.get(), &state.first_line, sizeof state.first_line, 0) != kSlot ||
      ::ftruncate(state.index.get(), state.indexed * kSlot) != 0)
    return fail_errno("mending a log's index");
  return {};
}

// The steps before the index: with an index nobody looks for them in the log.
Result<void> LogFile::make_index(State& state) {
  std::string steps;
  for (const LogMark& mark : state.marks) steps += mark_line(mark);
  const Fd file = TRY(open_file(state.steps_path, O_WRONLY | O_CREAT | O_TRUNC));
  TRY(write_all(file.get(), steps));
  state.index = TRY(open_file(state.index_path, O_RDWR | O_CREAT | O_TRUNC));
  return put_slot(state, 0, state.first_line);
}

Result<void> LogFile::put_slot(const State& state, std::int64_t number, const Slot& slot) {
  if (::pwrite(state.index.get(), &slot, sizeof slot, number * kSlot) != kSlot)
    return fail_errno("writing a log's index");
  return {};
}

Result<void> LogFile::begin_line(State& state, std::int64_t offset) {
  const std::int64_t slot = state.begun / kStride;
  const Slot here{offset, static_cast<std::int64_t>(state.marks.size())};
  if (state.begun == 0) state.first_line = here;
  if (state.begun % kStride == 0 && slot >= std::max<std::int64_t>(state.indexed, 1)) {
    if (!state.index) TRY(make_index(state));
    TRY(put_slot(state, slot, here));
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
  return write_all(steps.get(), mark_line(state.marks.back()));
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
  auto written = write_all(state.log.get(), bytes);
  if (written) written = scan(state, bytes, state.bytes);
  if (!written) {
    state.stale = true;
    return written;
  }
  state.bytes += static_cast<std::int64_t>(bytes.size());
  return {};
}

Result<std::int64_t> LogFile::append(std::int64_t offset, std::string_view bytes) {
  auto state = state_.lock();
  if (state->stale) TRY(recover(*state));
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
  if (state->stale) TRY(recover(*state));
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
    if (slot > 0 && ::pread(state->index.get(), &from, sizeof from, slot * kSlot) != sizeof from)
      return fail_errno("reading a log's index");
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
