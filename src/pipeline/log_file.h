// One job's log: an append-only file and, beside it, the offset of every 256th line and the place where each step's
// output begins. Files: NAME.log the bytes as they came (a line that begins with 0x1e names the step of the lines after
// it and is not shown), NAME.idx for each 256th shown line its offset and the number of marks before it (64 bits each),
// NAME.steps a text line "LINE OFFSET KEY" for each step. The two are made with the 257th line: most logs are shorter,
// and a file costs more than reading one. Nothing is synced, so after a stop of the machine each of the three may have
// lost its end, or a block: open() believes the index as far as it agrees with the two others, and reads the rest once.
// Memory does not grow with the log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "base/sync.h"

namespace sampan::pipeline {

struct LogLine {
  std::int64_t n = 0;
  std::string step, text;
};  // n from 1
struct LogMark {
  std::int64_t line = 0;
  std::int64_t offset = 0;
  std::string step;
};  // line: of the step's first line, from 1
struct LogSize {
  std::int64_t bytes = 0, lines = 0, complete_lines = 0;
};  // complete: ended by a newline
struct LogPage {
  LogSize size;
  std::vector<LogLine> lines;
};

// Thread-safe.
class LogFile {
 public:
  static constexpr std::int64_t kStride = 256;
  static constexpr std::int64_t kMostLines = 5000;     // of one page
  static constexpr std::int64_t kMostBytes = 2 << 20;  // of one page
  static constexpr std::size_t kMostLine = 64 << 10;   // of one shown line; the rest is in the download

  // `base` without ".log"; made when absent.
  static Result<std::shared_ptr<LogFile>> open(const std::string& base);

  // Bytes that begin at `offset` of the log: what is there already is skipped, a gap is a conflict. Returns the new
  // size.
  Result<std::int64_t> append(std::int64_t offset, std::string_view bytes);
  // A whole line at the end, with the mark of its step before it when the step changes.
  Result<void> append_line(std::string_view step, std::string_view line);

  LogSize size();
  std::vector<LogMark> marks();
  // From line `first` (from 1) on: at most `count` lines, kMostLines, kMostBytes. Behind the end: none.
  Result<LogPage> read(std::int64_t first, std::int64_t count);
  const std::string& path() const { return path_; }

 private:
  struct Slot {  // of the index: where a line begins, and how many marks stand before it
    std::int64_t offset = 0, marks = 0;
  };
  struct Reading {  // how far the log was read
    std::int64_t bytes = 0, begun = 0, indexed = 0;
    Slot first_line;
    bool in_line = false, in_mark = false;
    std::string mark;  // key of the mark being read
    std::vector<LogMark> marks;
  };
  struct State : Reading {
    Fd log, index;       // index: none while the log is short
    bool stale = false;  // a write broke off: what is there must be read again
    std::string index_path, steps_path;
  };
  static Result<void> recover(State& state);
  static Result<std::vector<LogMark>> sound_marks(const State& state, std::int64_t log_bytes);
  static Result<std::int64_t> sound_slots(const State& state, std::int64_t log_bytes);
  static Result<void> trim(State& state, std::int64_t log_bytes);
  static Result<void> make_index(State& state);
  static Result<void> put_slot(const State& state, std::int64_t number, const Slot& slot);
  static Result<void> scan(State& state, std::string_view bytes, std::int64_t offset);
  static Result<void> begin_line(State& state, std::int64_t offset);
  static Result<void> end_mark(State& state, std::int64_t offset);
  static Result<void> write(State& state, std::string_view bytes);

  std::string path_;
  Sync<State> state_;
};

}  // namespace sampan::pipeline
