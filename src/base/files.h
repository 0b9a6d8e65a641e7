// Files: whole reads, durable writes, temporary folders; and the blob store seam (bytes named by their digest).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sampan {

// A descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

Result<std::string> read_file(const std::string& path, std::size_t limit = 64 << 20);
// Temporary name beside it, fsync, rename, fsync of the folder: either the old content or all of the new one, also
// after a crash.
Result<void> write_file_durably(const std::string& path, std::string_view bytes, int mode = 0644);
// Drops what write_file_durably() left in `folder`, not below it, when it was stopped before the rename. Nobody may be
// writing there meanwhile. An absent folder is fine.
Result<void> sweep_unnamed(const std::string& folder);
Result<void> make_directories(const std::string& path, int mode = 0755);
Result<void> remove_tree(const std::string& path);  // absent is fine; does not follow symlinks
bool exists(const std::string& path);
Result<void> write_all(int fd, std::string_view bytes, std::string_view what);  // `what` names the target in the error
Result<void> rename_durably(const std::string& from, const std::string& to);    // and fsync of the folder of `to`
Result<void> sync_folder(const std::string& path);
std::string parent_of(const std::string& path);  // "." when there is none

class TempDir {  // removed with all its content when it goes
 public:
  static Result<TempDir> create(const std::string& parent = {}, std::string_view prefix = "sampan");
  TempDir(TempDir&&) noexcept;
  ~TempDir();
  const std::string& path() const { return path_; }

 private:
  explicit TempDir(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Bytes named by their SHA-256. Writing is commit-or-nothing: a digest that can be opened is complete and durable.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  // Takes a finished file (same file system when possible: renamed, else copied), whose digest the caller has verified;
  // fsyncs.
  virtual Result<void> adopt(const std::string& file, const std::string& sha256) = 0;
  virtual Result<void> put(std::string_view bytes, const std::string& sha256) = 0;
  virtual Result<Fd> open(const std::string& sha256) const = 0;  // not_found
  virtual Result<std::uint64_t> size(const std::string& sha256) const = 0;
  virtual Result<void> remove(const std::string& sha256) = 0;  // absent is fine
  virtual std::string incoming() const = 0;                    // folder for temporary files, swept at start
};
Result<std::unique_ptr<BlobStore>> open_file_blob_store(const std::string& root);

}  // namespace sampan
