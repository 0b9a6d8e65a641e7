// The blob store on files: ROOT/ab/abcd..., with ROOT/incoming for what is not yet whole.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.h"

namespace sampan {

namespace {

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

class FileBlobStore final : public BlobStore {
 public:
  explicit FileBlobStore(std::string root) : root_(std::move(root)) {}

  Result<void> adopt(const std::string& file, const std::string& sha256) override {
    const std::string target = TRY(place_for(sha256));
    Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fail_errno(file);
    if (::fsync(fd.get()) != 0) return fail_errno(file);
    if (::rename(file.c_str(), target.c_str()) == 0) return sync_folder(parent_of(target));
    if (errno != EXDEV) return fail_errno(target);
    TRY(copy_in(fd.get(), target));
    if (::unlink(file.c_str()) != 0) return fail_errno(file);
    return {};
  }

  Result<void> put(std::string_view bytes, const std::string& sha256) override {
    const std::string target = TRY(place_for(sha256));
    std::string temporary = incoming() + "/put-XXXXXX";
    Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!fd) return fail_errno(temporary);
    return commit(write_all(fd.get(), bytes, temporary), fd.get(), temporary, target);
  }

  Result<Fd> open(const std::string& sha256) const override {
    if (!is_sha256(sha256)) return fail(Errc::not_found, "there is no blob '{}'", sha256);
    Fd fd(::open(path(sha256).c_str(), O_RDONLY | O_CLOEXEC));
    if (fd) return fd;
    if (errno == ENOENT) return fail(Errc::not_found, "there is no blob {}", sha256);
    return fail_errno(path(sha256));
  }

  Result<std::uint64_t> size(const std::string& sha256) const override {
    struct stat status {};
    if (is_sha256(sha256) && ::stat(path(sha256).c_str(), &status) == 0)
      return static_cast<std::uint64_t>(status.st_size);
    return fail(Errc::not_found, "there is no blob {}", sha256);
  }

  Result<void> remove(const std::string& sha256) override {
    if (!is_sha256(sha256)) return {};
    if (::unlink(path(sha256).c_str()) != 0 && errno != ENOENT) return fail_errno(path(sha256));
    return {};
  }

  std::string incoming() const override { return root_ + "/incoming"; }

 private:
  std::string path(const std::string& sha256) const {
    return fmt::format("{}/{}/{}", root_, sha256.substr(0, 2), sha256);
  }

  Result<std::string> place_for(const std::string& sha256) const {
    if (!is_sha256(sha256)) return fail(Errc::internal, "'{}' is not the SHA-256 of a blob", sha256);
    return path(sha256);
  }

  static Result<void> commit(Result<void> filled, int fd, const std::string& temporary, const std::string& target) {
    if (filled && (::fchmod(fd, 0644) != 0 || ::fsync(fd) != 0)) filled = fail_errno(temporary);
    if (filled) filled = rename_durably(temporary, target);
    if (!filled) ::unlink(temporary.c_str());
    return filled;
  }

  static Result<void> copy(int from, int to, const std::string& name) {
    std::string buffer(256 << 10, '\0');
    for (;;) {
      const ssize_t got = ::read(from, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_errno(name);
      if (got == 0) return {};
      TRY(write_all(to, std::string_view(buffer.data(), static_cast<std::size_t>(got)), name));
    }
  }

  Result<void> copy_in(int from, const std::string& target) {
    std::string temporary = incoming() + "/copy-XXXXXX";
    Fd to(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!to) return fail_errno(temporary);
    return commit(copy(from, to.get(), temporary), to.get(), temporary, target);
  }

  std::string root_;
};

}  // namespace

Result<std::unique_ptr<BlobStore>> open_file_blob_store(const std::string& root) {
  auto store = std::make_unique<FileBlobStore>(root);
  TRY(remove_tree(store->incoming()));  // what an interrupted run left half-written
  TRY(make_directories(store->incoming()));
  // All of them now: one that was made by a write, and not yet synced, could be missed by another write into it.
  for (int first = 0; first < 256; ++first) TRY(make_directories(fmt::format("{}/{:02x}", root, first)));
  TRY(sync_folder(root));
  TRY(sync_folder(parent_of(root)));
  return std::unique_ptr<BlobStore>(std::move(store));
}

}  // namespace sampan
