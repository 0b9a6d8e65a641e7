#include "git/diff.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace sampan::git {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool done() const { return text_.empty(); }
  std::string_view rest() const { return text_; }
  bool starts_with(std::string_view prefix) const { return text_.starts_with(prefix); }
  std::string_view until(char end) {
    const auto at = text_.find(end);
    const auto piece = text_.substr(0, at);
    text_ = at == std::string_view::npos ? std::string_view() : text_.substr(at + 1);
    return piece;
  }

 private:
  std::string_view text_;
};

// No file has more lines than kMostLines: what says so, or less than none, is not git's.
std::int64_t number(std::string_view& text) {
  constexpr std::int64_t kMostLines = std::int64_t{1} << 40;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(error == std::errc() ? static_cast<std::size_t>(end - text.data()) : 0);
  return std::clamp<std::int64_t>(value, 0, kMostLines);
}

std::string status_of(char letter) {
  switch (letter) {
    case 'A': return "added";
    case 'D': return "deleted";
    case 'R': return "renamed";
    case 'C': return "copied";
    default: return "modified";  // M, and T: the file became another kind of thing
  }
}

// A type change is two patches, a deletion and an addition, for one raw line.
struct RawFile {
  DiffFile file;
  bool type_changed = false;
};

// ":100644 100644 OLD NEW M\0path\0", or with R and C: "...R090\0old\0new\0".
std::vector<RawFile> read_raw(Reader& reader) {
  std::vector<RawFile> files;
  while (reader.starts_with(":")) {
    const auto head = reader.until('\0');
    const auto space = head.rfind(' ');
    const char letter = space != std::string_view::npos && space + 1 < head.size() ? head[space + 1] : 'M';
    RawFile raw;
    raw.type_changed = letter == 'T';
    raw.file.status = status_of(letter);
    auto path = reader.until('\0');
    if (letter == 'R' || letter == 'C') {
      raw.file.old_path = to_valid_utf8(path);
      path = reader.until('\0');
    }
    raw.file.path = to_valid_utf8(path);
    files.push_back(std::move(raw));
  }
  return files;
}

// "1\t2\tpath\0", "-\t-\tpath\0" when binary, "1\t2\t\0old\0new\0" when renamed.
void read_numstat(Reader& reader, std::vector<RawFile>& files) {
  for (auto& raw : files) {
    auto additions = reader.until('\t'), deletions = reader.until('\t');
    raw.file.binary = additions == "-";
    raw.file.additions = number(additions);
    raw.file.deletions = number(deletions);
    if (reader.until('\0').empty()) {
      reader.until('\0');
      reader.until('\0');
    }
  }
}

// "@@ -1,2 +3,4 @@ int main()".
DiffHunk read_hunk_head(std::string_view line) {
  DiffHunk hunk;
  const auto range = [&](char sign, std::int64_t& start, std::int64_t& lines) {
    const auto at = line.find(sign);
    if (at == std::string_view::npos) return;
    line.remove_prefix(at + 1);
    start = number(line);
    lines = 1;
    if (!line.starts_with(',')) return;
    line.remove_prefix(1);
    lines = number(line);
  };
  range('-', hunk.old_start, hunk.old_lines);
  range('+', hunk.new_start, hunk.new_lines);
  const auto end = line.find("@@");
  if (end != std::string_view::npos) hunk.header = to_valid_utf8(trim(line.substr(end + 2)));
  return hunk;
}

class PatchReader {
 public:
  PatchReader(std::vector<RawFile>& files, const DiffLimits& limits) : files_(files), limits_(limits) {}

  void line(std::string_view text) {
    if (left_old_ + left_new_ > 0) return content(text);
    if (text.starts_with("diff --git ")) return next_file();
    if (index_ >= files_.size() || !text.starts_with("@@ ")) return;
    hunk_ = read_hunk_head(text);
    old_ = hunk_.old_start;
    new_ = hunk_.new_start;
    left_old_ = hunk_.old_lines;
    left_new_ = hunk_.new_lines;
    file().hunks.push_back(hunk_);
  }
  std::size_t reached() const { return index_; }

 private:
  DiffFile& file() { return files_[index_].file; }

  void next_file() {
    if (!started_) {
      started_ = true;
      second_patch_ = !files_.empty() && files_[0].type_changed;
      return;
    }
    if (second_patch_) {
      second_patch_ = false;
      return;
    }
    ++index_;
    lines_of_file_ = 0;
    second_patch_ = index_ < files_.size() && files_[index_].type_changed;
  }

  void content(std::string_view text) {
    const char kind = text.empty() ? ' ' : text.front();
    if (kind == '\\') return;  // "\ No newline at end of file"
    if (kind != ' ' && kind != '+' && kind != '-') {
      left_old_ = left_new_ = 0;  // no line of a hunk: it was shorter than its head said
      return line(text);
    }
    if (kind != '+') --left_old_;
    if (kind != '-') --left_new_;
    if (index_ >= files_.size()) return;
    const auto old_number = old_, new_number = new_;
    if (kind != '+') ++old_;
    if (kind != '-') ++new_;
    if (++lines_of_file_ > limits_.lines_of_file || ++lines_ > limits_.lines) {
      file().truncated = true;
      return;
    }
    DiffLine line;
    line.kind = std::string(1, kind);
    if (kind != '+') line.old_ = old_number;
    if (kind != '-') line.new_ = new_number;
    text.remove_prefix(text.empty() ? 0 : 1);
    if (text.size() > limits_.bytes_of_line) file().truncated = true;
    line.text = to_valid_utf8(text.substr(0, limits_.bytes_of_line));
    file().hunks.back().lines.push_back(std::move(line));
  }

  std::vector<RawFile>& files_;
  const DiffLimits& limits_;
  DiffHunk hunk_;
  std::size_t index_ = 0, lines_ = 0, lines_of_file_ = 0;
  std::int64_t old_ = 0, new_ = 0, left_old_ = 0, left_new_ = 0;
  bool started_ = false, second_patch_ = false;
};

}  // namespace

Diff parse_diff(std::string_view output, bool cut, const DiffLimits& limits) {
  Reader reader(output);
  auto files = read_raw(reader);
  read_numstat(reader, files);
  if (reader.starts_with(std::string_view("\0", 1))) reader.until('\0');
  PatchReader patch(files, limits);
  while (!reader.done()) patch.line(reader.until('\n'));

  Diff diff;
  diff.truncated = files.size() > limits.files;
  if (diff.truncated) files.resize(limits.files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (cut && i >= patch.reached()) files[i].file.truncated = true;
    std::erase_if(files[i].file.hunks, [](const DiffHunk& hunk) { return hunk.lines.empty(); });
    diff.files.push_back(std::move(files[i].file));
  }
  return diff;
}

}  // namespace sampan::git
