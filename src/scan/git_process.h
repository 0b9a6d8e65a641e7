// One git at work on a repository a person named, its answer read as it comes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/process.h"

namespace sampan::scan {

class GitProcess {
 public:
  // `input` is what it reads; -1: nothing. Text from people may stand in `args` only after "--end-of-options".
  static Result<GitProcess> start(const std::string& folder, std::vector<std::string> args, int input = -1);
  // Without its newline; of a line over kLongest bytes the beginning. False: the end.
  Result<bool> line(std::string& line);
  Result<void> bytes(std::uint64_t count, std::string& into);
  Result<void> skip(std::uint64_t count);
  Result<void> finish();  // invalid, with git's last sentence: it ended badly

  static constexpr std::size_t kLongest = 64 << 10;

 private:
  GitProcess(Child child, Fd out, TempDir folder)
      : child_(std::move(child)), out_(std::move(out)), folder_(std::move(folder)) {}
  Result<bool> fill();  // false: the end

  Child child_;
  Fd out_;
  TempDir folder_;  // for what it says on the error output
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace sampan::scan
