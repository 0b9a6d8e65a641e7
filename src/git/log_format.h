// Reading what git log, blame and diff --shortstat print. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "git/browser.h"

namespace sampan::git {

// To be used with -z. Without the message: lists do not need it.
inline constexpr std::string_view kLogFormat = "--format=%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ct%x00%s";
std::vector<CommitInfo> parse_log(std::string_view output);

DiffStats parse_shortstat(std::string_view output);  // " 3 files changed, 10 insertions(+), 2 deletions(-)"
Blame parse_blame(std::string_view output);          // --porcelain, perhaps cut

// Reads `git log -z --name-only --format=%x01%H%x00` piece by piece and keeps, for each name directly in `folder`, the
// first commit met.
class LastCommitReader {
 public:
  LastCommitReader(std::string folder, std::size_t entries)
      : prefix_(folder.empty() ? "" : folder + "/"), entries_(entries) {}
  bool read(std::string_view piece);  // false: every entry has its commit
  void finish();
  bool complete() const { return found_.size() >= entries_; }
  const std::map<std::string, Sha>& found() const { return found_; }

 private:
  void token(std::string_view text);
  std::string prefix_;
  std::size_t entries_;
  std::string rest_;
  Sha commit_;
  std::map<std::string, Sha> found_;
};

}  // namespace sampan::git
