#include "base/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/text.h"

namespace sampan {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 256 << 10;

struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
struct FreeWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
using Reader = std::unique_ptr<archive, FreeReader>;
using Writer = std::unique_ptr<archive, FreeWriter>;

// What the library says is wrong; of some damage it says nothing.
std::string_view reason_of(archive* from) {
  const char* message = archive_error_string(from);
  return message ? message : "the archive library gives no reason";
}

tl::unexpected<Error> trouble(archive* from, std::string_view name) {
  if (archive_errno(from) == ENOSPC)
    return fail(Errc::unavailable, "{}: the disk is full; free some space and try again", name);
  return fail(Errc::internal, "{}: {}", name, reason_of(from));
}

Result<void> within(const ArchiveSize& size, const ArchiveLimits& limits) {
  if (size.bytes > limits.bytes) return fail(Errc::too_large, "more than {} bytes in the archive", limits.bytes);
  if (size.entries > limits.entries)
    return fail(Errc::too_large, "more than {} entries in the archive", limits.entries);
  return {};
}

// Opens a path below `folder` such that the kernel refuses every symlink on the way, also one put there this very
// moment.
Fd open_beneath(int folder, const std::string& path) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;  // a pipe in the place of a file must not block us
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return Fd(static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
}

// Whether a link in the folder of `name` that says `target` points into the root, whatever other links there are: ".."
// only at its start, where the folders above are real ones, and not above the root. ("s -> ..", "t -> s/../x" in one
// folder: t looks inside and is not.)
bool link_stays_inside(const std::string& name, const std::string& target) {
  if (target.empty() || target.front() == '/') return false;
  std::size_t above = 0;
  bool down = false;
  for (const auto& part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && down) return false;
    if (part == "..") ++above;
    down = down || part != "..";
  }
  const fs::path folder = fs::path(name).lexically_normal().parent_path();
  return above <= static_cast<std::size_t>(std::distance(folder.begin(), folder.end()));
}

class Packer {
 public:
  Packer(std::string folder, Fd root, Writer writer, const ArchiveLimits& limits)
      : folder_(std::move(folder)), root_(std::move(root)), writer_(std::move(writer)), limits_(limits) {}

  Result<void> add(const std::string& asked) {
    if (!stays_inside(asked))
      return fail(Errc::invalid, "the path '{}' leaves the folder; expected a relative path without '..'", asked);
    const fs::path path = fs::path(asked).lexically_normal();
    TRY(refuse_symlinks_above(path));
    std::error_code error;
    const auto status = fs::symlink_status(folder_ / path, error);
    if (status.type() == fs::file_type::not_found) return fail(Errc::not_found, "there is no '{}' to pack", asked);
    if (status.type() == fs::file_type::directory) return add_folder(path);
    return add_one(path.string());
  }

  Result<ArchiveSize> finish(const std::string& target) {
    if (archive_write_close(writer_.get()) != ARCHIVE_OK) return trouble(writer_.get(), target);
    return size_;
  }

 private:
  Result<void> refuse_symlinks_above(const fs::path& path) {
    fs::path so_far;
    for (const auto& part : path.parent_path()) {
      so_far /= part;
      std::error_code ignored;
      if (fs::is_symlink(folder_ / so_far, ignored))
        return fail(Errc::invalid, "the path '{}' goes through a symbolic link", path.string());
    }
    return {};
  }

  // In the order of the names: the same content gives the same archive.
  Result<void> add_folder(const fs::path& path) {
    std::string name = path.string();
    while (name.ends_with('/')) name.pop_back();
    if (name != ".") TRY(add_one(name));
    std::vector<fs::path> below;
    std::error_code error;
    for (fs::directory_iterator it(folder_ / path, error), end; !error && it != end; it.increment(error))
      below.push_back(it->path().filename());
    if (error) return fail(Errc::internal, "{}: {}", name, error.message());
    std::sort(below.begin(), below.end());
    for (const auto& one : below) {
      const fs::path inner = (name == "." ? one : fs::path(name) / one);
      const auto status = fs::symlink_status(folder_ / inner, error);
      if (status.type() == fs::file_type::directory) {
        TRY(add_folder(inner));
      } else {
        TRY(add_one(inner.string()));
      }
    }
    return {};
  }

  Result<void> add_one(const std::string& name) {
    struct stat status {};
    const std::string path = folder_ / name;
    if (::lstat(path.c_str(), &status) != 0)
      return errno == ENOENT ? Result<void>() : fail_errno(name);  // gone in the meantime
    Fd fd;
    std::string link;
    if (S_ISREG(status.st_mode)) {
      fd = open_beneath(root_.get(), name);
      if (!fd || ::fstat(fd.get(), &status) != 0) return fail_errno(name);
    } else if (S_ISLNK(status.st_mode)) {
      std::error_code error;
      link = fs::read_symlink(path, error).string();
      if (error) return fail(Errc::internal, "{}: {}", name, error.message());
    }
    const bool kept_link = S_ISLNK(status.st_mode) && link_stays_inside(name, link);
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode) && !kept_link) return ++size_.left_out, Result<void>();
    ++size_.entries;
    size_.bytes += S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
    TRY(within(size_, limits_));
    TRY(write_header(name, status, link));
    return fd ? write_content(fd.get(), name, static_cast<std::uint64_t>(status.st_size)) : Result<void>();
  }

  Result<void> write_header(const std::string& name, const struct stat& status, const std::string& link) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_mode(entry.get(), (status.st_mode & S_IFMT) | (status.st_mode & 0777));
    archive_entry_set_mtime(entry.get(), status.st_mtim.tv_sec, 0);
    archive_entry_set_size(entry.get(), S_ISREG(status.st_mode) ? status.st_size : 0);
    if (!link.empty()) archive_entry_set_symlink(entry.get(), link.c_str());
    if (archive_write_header(writer_.get(), entry.get()) < ARCHIVE_WARN) return trouble(writer_.get(), name);
    return {};
  }

  // Exactly the announced number of bytes: a file that grows is cut, one that shrinks is filled up by the library.
  Result<void> write_content(int fd, const std::string& name, std::uint64_t left) {
    std::string buffer(kBlock, '\0');
    while (left > 0) {
      const ssize_t got = ::read(fd, buffer.data(), std::min<std::uint64_t>(left, buffer.size()));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_errno(name);
      if (got == 0) return {};
      if (archive_write_data(writer_.get(), buffer.data(), static_cast<std::size_t>(got)) < 0)
        return trouble(writer_.get(), name);
      left -= static_cast<std::uint64_t>(got);
    }
    return {};
  }

  fs::path folder_;
  Fd root_;
  Writer writer_;
  ArchiveLimits limits_;
  ArchiveSize size_;
};

}  // namespace

bool stays_inside(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.find('\0') != std::string_view::npos) return false;
  const auto parts = split(path, '/');
  return std::find(parts.begin(), parts.end(), "..") == parts.end();
}

Result<ArchiveSize> pack(const std::string& folder, const std::vector<std::string>& paths, const std::string& target,
                         const ArchiveLimits& limits) {
  Fd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return fail_errno(folder);
  Writer writer(archive_write_new());
  // The GNU format takes names as the bytes they are; pax would have to know their character set.
  if (archive_write_set_format_gnutar(writer.get()) != ARCHIVE_OK ||
      archive_write_add_filter_zstd(writer.get()) != ARCHIVE_OK ||
      archive_write_open_filename(writer.get(), target.c_str()) != ARCHIVE_OK) {
    return trouble(writer.get(), target);
  }
  Packer packer(folder, std::move(root), std::move(writer), limits);
  const auto packed = [&]() -> Result<ArchiveSize> {
    for (const auto& path : paths) TRY(packer.add(path));
    return packer.finish(target);
  }();
  if (!packed) ::unlink(target.c_str());
  return packed;
}

namespace {

Result<void> check_entry(archive_entry* entry) {
  const char* raw_name = archive_entry_pathname(entry);
  const std::string name = raw_name ? raw_name : "";
  if (!stays_inside(name))
    return fail(Errc::invalid, "the archive's entry '{}' leaves the folder", to_valid_utf8(name));
  if (const char* hardlink = archive_entry_hardlink(entry)) {
    if (!stays_inside(hardlink))
      return fail(Errc::invalid, "the archive's link '{}' points outside the folder", to_valid_utf8(name));
    return {};
  }
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFLNK) {
    const char* target = archive_entry_symlink(entry);
    if (!target || !link_stays_inside(name, target)) {
      return fail(Errc::invalid, "the archive's link '{}' points outside the folder", to_valid_utf8(name));
    }
  } else if (type != AE_IFREG && type != AE_IFDIR) {
    return fail(Errc::invalid, "the archive's entry '{}' is neither a file nor a folder nor a link",
                to_valid_utf8(name));
  }
  return {};
}

Result<void> copy_content(archive* from, archive* to, const std::string& name, ArchiveSize& size,
                          const ArchiveLimits& limits) {
  for (;;) {
    const void* block = nullptr;
    std::size_t length = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(from, &block, &length, &offset);
    if (code == ARCHIVE_EOF) return {};
    if (code < ARCHIVE_WARN)
      return fail(Errc::invalid, "the archive is damaged at '{}': {}", to_valid_utf8(name), reason_of(from));
    size.bytes += length;
    TRY(within(size, limits));
    // A sparse file claims more than it holds.
    if (static_cast<std::uint64_t>(offset) + length > limits.bytes)
      return fail(Errc::too_large, "more than {} bytes in '{}'", limits.bytes, to_valid_utf8(name));
    if (archive_write_data_block(to, block, length, offset) < ARCHIVE_WARN) return trouble(to, name);
  }
}

// For the library's own refusals (a symlink on the way), which are the archive's fault and not the machine's.
tl::unexpected<Error> refused(archive* to, const std::string& name) {
  const int code = archive_errno(to);
  if (code == -1 /* ARCHIVE_ERRNO_MISC of its private header */ || code == ENOTDIR || code == ELOOP || code == 0) {
    return fail(Errc::invalid, "the archive's entry '{}' cannot be unpacked here: {}", to_valid_utf8(name),
                reason_of(to));
  }
  return trouble(to, name);
}

Result<void> unpack_entry(archive* from, archive* to, archive_entry* entry, const std::string& root, ArchiveSize& size,
                          const ArchiveLimits& limits) {
  TRY(check_entry(entry));
  ++size.entries;
  TRY(within(size, limits));
  const std::string name = archive_entry_pathname(entry);
  if (archive_entry_size_is_set(entry) && static_cast<std::uint64_t>(archive_entry_size(entry)) > limits.bytes) {
    return fail(Errc::too_large, "more than {} bytes in '{}'", limits.bytes, to_valid_utf8(name));
  }
  archive_entry_set_pathname(entry, (root + "/" + name).c_str());
  if (const char* hardlink = archive_entry_hardlink(entry))
    archive_entry_set_hardlink(entry, (root + "/" + hardlink).c_str());
  archive_entry_set_perm(entry, archive_entry_perm(entry) & 0777);
  if (archive_write_header(to, entry) < ARCHIVE_WARN) return refused(to, name);
  TRY(copy_content(from, to, name, size, limits));
  if (archive_write_finish_entry(to) < ARCHIVE_WARN) return refused(to, name);
  return {};
}

}  // namespace

Result<ArchiveSize> unpack(const std::string& file, const std::string& folder, const ArchiveLimits& limits) {
  TRY(make_directories(folder));
  // The library refuses symlinks on the way to an entry, and must not meet those above the folder, which are ours.
  const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(folder.c_str(), nullptr), std::free);
  if (!resolved) return fail_errno(folder);
  const std::string root = resolved.get();
  const Reader from(archive_read_new());
  archive_read_support_format_tar(from.get());
  archive_read_support_filter_zstd(from.get());
  if (archive_read_open_filename(from.get(), file.c_str(), kBlock) != ARCHIVE_OK) return trouble(from.get(), file);
  const Writer to(archive_write_disk_new());
  archive_write_disk_set_options(to.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                               ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT);
  ArchiveSize size;
  for (;;) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(from.get(), &entry);
    if (code == ARCHIVE_EOF) break;
    if (code < ARCHIVE_WARN) return fail(Errc::invalid, "{} is not a whole archive: {}", file, reason_of(from.get()));
    TRY(unpack_entry(from.get(), to.get(), entry, root, size, limits));
  }
  if (archive_write_close(to.get()) != ARCHIVE_OK)
    return trouble(to.get(), folder);  // times and permissions of folders
  return size;
}

}  // namespace sampan
