// What git diff prints of a stranger's files, whole or cut.
#include "base/json_struct.h"
#include "fuzz.h"
#include "git/diff.h"

using namespace sampan;

FUZZ(input) {
  const git::DiffLimits limits{.files = 5, .lines_of_file = 20, .lines = 50, .bytes_of_line = 30};
  for (const bool cut : {false, true}) {
    const auto diff = git::parse_diff(input, cut, limits);
    PROMISE(diff.files.size() <= limits.files);
    std::size_t all = 0;
    for (const auto& file : diff.files) {
      std::size_t lines = 0;
      for (const auto& hunk : file.hunks) {
        for (const auto& line : hunk.lines) {
          PROMISE(line.kind == " " || line.kind == "+" || line.kind == "-");
          PROMISE(line.old_.has_value() == (line.kind != "+") && line.new_.has_value() == (line.kind != "-"));
          PROMISE(line.text.size() <= limits.bytes_of_line * 3);
        }
        lines += hunk.lines.size();
      }
      PROMISE(lines <= limits.lines_of_file);
      PROMISE(file.additions >= 0 && file.deletions >= 0);
      all += lines;
    }
    PROMISE(all <= limits.lines);
    PROMISE(parse_json(to_json(diff)).has_value());
  }
}
