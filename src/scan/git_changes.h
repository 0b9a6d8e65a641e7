// What a git repository says of its changes and contents, by the real git. Nothing a repository configures is run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "scan/finding.h"

namespace sampan::scan {

// A file as a commit, or the index, has it anew.
struct Change {
  std::string commit;  // 40 or 64 hex digits; empty: the index, or two commits compared
  std::string path;
  std::string blob;
  std::string hunks;  // key into Changes::added
};
struct Changes {
  std::vector<Change> files;  // the oldest commit first
  // Per pair of contents the lines that are new, as first and last; a file without an entry is new as a whole.
  std::map<std::string, std::vector<std::pair<int, int>>> added;

  bool is_added(const Change& change, int first_line, int last_line) const;
};

class Repository {
 public:
  // not_found: there is no such folder, or it is in no git repository.
  static Result<Repository> open(const std::string& folder);

  Result<std::string> top() const;  // the folder that the paths of changes are relative to
  Result<Changes> staged() const;
  // `range` is "A..B"; invalid: it is not, or names no commits.
  Result<Changes> of_each_commit(const std::string& range) const;
  Result<Changes> between(const std::string& range) const;  // B beside the commit where it left A
  Result<Changes> of_all_history() const;                   // of all refs; without `added`

  // Calls with each blob's contents, in the order in which git reads them best. Without them it is over `most` bytes,
  // or absent: of a partial clone.
  struct Blob {
    const std::string& name;
    std::string* bytes = nullptr;
    Text lack{};  // why there are none
  };
  using OnBlob = std::function<void(const Blob& blob)>;
  Result<void> read(std::vector<std::string> blobs, std::uint64_t most, const OnBlob& on_blob) const;

 private:
  explicit Repository(std::string folder) : folder_(std::move(folder)) {}
  Result<Changes> changes(std::vector<std::string> args) const;
  Result<std::vector<std::string>> in_order_of_packs(std::vector<std::string> blobs) const;
  std::string folder_;
};

}  // namespace sampan::scan
