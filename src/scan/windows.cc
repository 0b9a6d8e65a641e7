#include "scan/windows.h"

#include <algorithm>
#include <climits>
#include <map>
#include <set>
#include <tuple>

#include "scan/encoding.h"
#include "scan/secrets/allow.h"

namespace sampan::scan {

namespace {

constexpr std::size_t kOverlap = 32 << 10;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Where a piece that is not the last had better end: behind its last line, or before a character that is cut.
std::size_t cut_of(std::string_view bytes) {
  const auto line = bytes.rfind('\n');
  if (line != std::string_view::npos && line + kOverlap > bytes.size()) return line + 1;
  std::size_t cut = bytes.size();
  for (int i = 0; i < 3 && continues(bytes[cut - 1]); ++i) --cut;
  return static_cast<unsigned char>(bytes[cut - 1]) >= 0xC0 ? cut - 1 : bytes.size();
}

// Where the next piece begins, so that it overlaps with this one.
std::size_t next_start(std::string_view bytes) {
  std::size_t start = bytes.size() - kOverlap;
  const auto line = bytes.find('\n', start);
  if (line != std::string_view::npos && line + 1 < bytes.size()) return line + 1;
  while (continues(bytes[start])) ++start;
  return start;
}

struct Place {  // both from 0
  int line = 0, column = 0;
};

class Pieces {
 public:
  Pieces(secrets::Engine& engine, const std::string& path) : engine_(engine), path_(path) {}

  // Findings from `limit` on are left to the next piece, which sees more of them.
  void piece(const std::string& bytes, Place limit) {
    const auto decoded = decode(bytes);
    if (!decoded) return gap({"没有全部检查：有一部分是二进制", "not wholly checked: a part of it is binary"});
    auto outcome = engine_.check(path_, decoded->text);
    for (auto& finding : outcome.findings) {
      // What is cut off at the left the piece before has seen whole.
      if (begin_.column > 0 && finding.range.line == 1 && finding.range.column == 1) continue;
      take(std::move(finding), limit);
    }
    for (auto& one : outcome.gaps) {
      if (one.line > 0) one.line += begin_.line;
      scanned_.gaps.push_back(std::move(one));
    }
    scanned_.suppressed += outcome.suppressed;
  }

  Place behind(std::string_view bytes) const {
    Place place = begin_;
    for (const char c : bytes) {
      if (c == '\n')
        ++place.line, place.column = 0;
      else if (!continues(c))
        ++place.column;
    }
    return place;
  }
  void begin_at(Place place) { begin_ = place; }
  void gap(Text reason) { scanned_.gaps.push_back({path_, 0, "", std::move(reason)}); }
  void leave_out() { scanned_.binary = 1; }
  Scanned finish() { return std::move(scanned_); }

 private:
  void take(Finding finding, Place limit) {
    Range& range = finding.range;
    if (range.line == 1) range.column += begin_.column;
    if (range.end_line == 1) range.end_column += begin_.column;
    range.line += begin_.line;
    range.end_line += begin_.line;
    if (std::tuple(range.line - 1, range.column - 1) >= std::tuple(limit.line, limit.column)) return;
    if (!seen_.emplace(finding.rule, range.line, range.column).second) return;
    if (const int nth = prints_[finding.fingerprint]++; nth > 0)
      finding.fingerprint = repeated_fingerprint(finding.fingerprint, nth);
    scanned_.findings.push_back(std::move(finding));
  }

  secrets::Engine& engine_;
  const std::string& path_;
  Place begin_;  // of the piece at hand
  std::set<std::tuple<std::string, int, int>> seen_;
  std::map<std::string, int> prints_;
  Scanned scanned_;
};

}  // namespace

Scanned look_through(secrets::Engine& engine, const std::string& path, std::uint64_t size, const ReadAt& read) {
  Pieces pieces(engine, path);
  std::uint64_t start = 0;
  for (;;) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(kMostBytes, size - start));
    auto bytes = read(start, length);
    if (!bytes.has_value()) {
      pieces.gap({"没有检查：" + bytes.error().message, "not checked: " + bytes.error().message});
      break;
    }
    if (start == 0 && (bytes->starts_with("\xFF\xFE") || bytes->starts_with("\xFE\xFF"))) {
      pieces.gap({"没有检查：是 UTF-16 而且超过 4 MiB", "not checked: it is UTF-16 and over 4 MiB"});
      break;
    }
    if (start == 0 && !secrets::is_named_as_text(path) && !decode(*bytes)) {
      pieces.leave_out();
      break;
    }
    const bool is_last = bytes->size() < length || start + length >= size;
    if (is_last) {
      pieces.piece(*bytes, {INT_MAX, INT_MAX});
      break;
    }
    bytes->resize(cut_of(*bytes));
    const auto next = next_start(*bytes);
    const Place limit = pieces.behind(std::string_view(*bytes).substr(0, next));
    pieces.piece(*bytes, limit);
    pieces.begin_at(limit);
    start += next;
  }
  Scanned scanned = pieces.finish();
  scanned.files = 1;
  scanned.bytes = size;
  return scanned;
}

}  // namespace sampan::scan
