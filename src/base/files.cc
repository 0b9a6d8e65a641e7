#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace sampan {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return fail(Errc::not_found, "there is no file {}", path);
    return fail_errno(path);
  }
  std::string bytes;
  struct stat status {};
  if (::fstat(fd.get(), &status) == 0 && status.st_size > 0) {
    bytes.reserve(std::min(limit, static_cast<std::size_t>(status.st_size)) + 1);
  }
  char buffer[64 << 10];
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(path);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
    if (bytes.size() > limit) return fail(Errc::too_large, "{} is larger than {} bytes", path, limit);
  }
}

Result<void> write_all(int fd, std::string_view bytes, std::string_view what) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(what);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string parent_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Result<void> sync_folder(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail_errno(path);
  return {};
}

Result<void> rename_durably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return fail_errno(to);
  return sync_folder(parent_of(to));
}

namespace {

constexpr std::string_view kUnnamed = ".unnamed-", kRandom = "XXXXXX";

Result<void> fill_and_sync(int fd, std::string_view bytes, int mode, const std::string& path) {
  TRY(write_all(fd, bytes, path));
  if (::fchmod(fd, static_cast<mode_t>(mode)) != 0 || ::fsync(fd) != 0) return fail_errno(path);
  return {};
}

}  // namespace

Result<void> write_file_durably(const std::string& path, std::string_view bytes, int mode) {
  std::string temporary = fmt::format("{}{}{}", path, kUnnamed, kRandom);
  Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail_errno(path);
  auto done = fill_and_sync(fd.get(), bytes, mode, path);
  if (done) done = rename_durably(temporary, path);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

Result<void> sweep_unnamed(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto name = entry.path().filename().string();
    const auto at = name.rfind(kUnnamed);
    if (at == std::string::npos || name.size() - at != kUnnamed.size() + kRandom.size()) continue;
    if (::unlink(entry.path().c_str()) != 0 && errno != ENOENT) return fail_errno(entry.path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return fail(Errc::internal, "cannot read the folder {}: {}", folder, error.message());
  return {};
}

Result<void> make_directories(const std::string& path, int mode) {
  if (::mkdir(path.c_str(), static_cast<mode_t>(mode)) == 0) return {};
  if (errno == ENOENT) {
    const auto parent = parent_of(path);
    if (parent == path) return fail_errno(path);
    TRY(make_directories(parent, mode));
    if (::mkdir(path.c_str(), static_cast<mode_t>(mode)) == 0) return {};
  }
  if (errno != EEXIST) return fail_errno(path);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail_errno(path);
  if (!S_ISDIR(status.st_mode)) return fail(Errc::internal, "{} is in the way: it is not a folder", path);
  return {};
}

Result<void> remove_tree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return fail(Errc::internal, "cannot remove {}: {}", path, error.message());
  return {};
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<TempDir> TempDir::create(const std::string& parent, std::string_view prefix) {
  std::string base = parent;
  if (base.empty()) {
    const char* chosen = std::getenv("TMPDIR");
    base = chosen && *chosen ? chosen : "/tmp";
  }
  TRY(make_directories(base));
  std::string path = fmt::format("{}/{}-XXXXXX", base, prefix);
  if (!::mkdtemp(path.data())) return fail_errno(path);
  return TempDir(std::move(path));
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }

TempDir::~TempDir() {
  if (path_.empty()) return;
  std::error_code ignored;  // what is left of it is swept by the system
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sampan
