#include "scan/windows.h"

#include <algorithm>
#include <climits>
#include <map>
#include <optional>
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

// The text of a file in order, as bytes of UTF-8 or GBK: those of UTF-16 are read anew.
class Source {
 public:
  Source(std::uint64_t size, const ReadAt& read) : size_(size), read_(read) {}

  // The next part, of at most `most` bytes of the file; empty: the end. invalid: it is not what its mark says.
  Result<std::string> next(std::size_t most) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(most, size_ - at_));
    auto bytes = TRY(read_(at_, length));
    const bool is_last = bytes.size() < length || at_ + length >= size_;
    const bool is_first = at_ == 0;
    if (is_first) wide_ = utf16_of(bytes);
    if (wide_ && !is_last) bytes.resize(whole_units(bytes));
    at_ = is_last ? size_ : at_ + bytes.size();
    if (!wide_) return bytes;
    auto text = decode_utf16(std::string_view(bytes).substr(is_first ? 2 : 0), *wide_);
    if (!text) return fail(Errc::invalid, "it is marked as UTF-16 and is not");
    return std::move(*text);
  }
  bool at_end() const { return at_ >= size_; }

 private:
  // Without half a unit, and without a surrogate whose other half is still to come.
  std::size_t whole_units(std::string_view bytes) const {
    const auto whole = bytes.size() / 2 * 2;
    if (whole < 2) return whole;
    const auto high = static_cast<unsigned char>(bytes[whole - (wide_ == Encoding::utf16le ? 1 : 2)]);
    return high >= 0xD8 && high < 0xDC ? whole - 2 : whole;
  }

  std::uint64_t size_, at_ = 0;
  const ReadAt& read_;
  std::optional<Encoding> wide_;
};

}  // namespace

Scanned look_through(secrets::Engine& engine, const std::string& path, std::uint64_t size, const ReadAt& read) {
  Pieces pieces(engine, path);
  Source source(size, read);
  std::string text;
  for (bool is_first = true;; is_first = false) {
    auto more = source.next(kMostBytes - std::min(text.size(), kMostBytes / 2));
    const bool may_be_binary = is_first && !secrets::is_named_as_text(path);
    if (!more.has_value() && more.error().code == Errc::invalid && may_be_binary) {
      pieces.leave_out();
      break;
    }
    if (!more.has_value()) {
      pieces.gap({"没有检查：" + more.error().message, "not checked: " + more.error().message});
      break;
    }
    text += *more;
    if (may_be_binary && !decode(text)) {
      pieces.leave_out();
      break;
    }
    if (source.at_end()) {
      pieces.piece(text, {INT_MAX, INT_MAX});
      break;
    }
    const auto cut = cut_of(text);
    const auto next = next_start(std::string_view(text).substr(0, cut));
    const Place limit = pieces.behind(std::string_view(text).substr(0, next));
    pieces.piece(text.substr(0, cut), limit);
    pieces.begin_at(limit);
    text.erase(0, next);
  }
  Scanned scanned = pieces.finish();
  scanned.files = 1;
  scanned.bytes = size;
  return scanned;
}

}  // namespace sampan::scan
