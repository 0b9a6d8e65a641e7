// What changed between two trees, as pages and programs want it. The structs are also the wire's.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sampan::git {

struct DiffLine {
  std::string kind;                        // " ", "+" or "-"
  std::optional<std::int64_t> old_, new_;  // line numbers, "old" and "new" on the wire
  std::string text;
};
BOOST_DESCRIBE_STRUCT(DiffLine, (), (kind, old_, new_, text))

struct DiffHunk {
  std::string header;  // what git found the hunk to be in, perhaps empty
  std::int64_t old_start = 0, old_lines = 0, new_start = 0, new_lines = 0;
  std::vector<DiffLine> lines;
};
BOOST_DESCRIBE_STRUCT(DiffHunk, (), (header, old_start, old_lines, new_start, new_lines, lines))

struct DiffFile {
  std::string path;
  std::optional<std::string> old_path;  // of a renamed or copied file
  std::string status;                   // added, modified, deleted, renamed, copied
  bool binary = false;
  std::int64_t additions = 0, deletions = 0;
  bool truncated = false;  // not all of its hunks are here
  std::vector<DiffHunk> hunks;
};
BOOST_DESCRIBE_STRUCT(DiffFile, (), (path, old_path, status, binary, additions, deletions, truncated, hunks))

struct Diff {
  std::vector<DiffFile> files;
  bool truncated = false;  // not all files are here
};
BOOST_DESCRIBE_STRUCT(Diff, (), (files, truncated))

struct DiffLimits {
  std::size_t files = 1000, lines_of_file = 5'000, lines = 50'000, bytes_of_line = 10'000;
};

// Reads the output of `git diff-tree -r -M -z --raw --numstat -p OLD NEW` (git-diff(1), "RAW OUTPUT FORMAT" and
// "GENERATING PATCH TEXT"), perhaps cut anywhere (`cut`): then what is missing is marked truncated. Never fails on what
// a file's content can be.
Diff parse_diff(std::string_view output, bool cut, const DiffLimits& limits = {});

}  // namespace sampan::git
