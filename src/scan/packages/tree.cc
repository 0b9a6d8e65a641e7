#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "base/archive.h"
#include "base/files.h"
#include "scan/packages.h"
#include "scan/walk.h"

namespace sampan::scan {

namespace {

namespace fs = std::filesystem;

class Folder final : public Tree {
 public:
  Folder(Fd root, std::vector<std::string> paths) : root_(std::move(root)), paths_(std::move(paths)) {}
  const std::vector<std::string>& paths() const override { return paths_; }

  // The kernel keeps the path inside: a symbolic link, also one put there this very moment, is refused.
  Result<std::string> read(const std::string& path, std::size_t most) const override {
    if (!stays_inside(path)) return fail(Errc::not_found, "the path '{}' leaves its folder", path);
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    const Fd fd(static_cast<int>(::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how)));
    struct stat status {};
    if (!fd && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
      return fail(Errc::not_found, "there is no {}", path);
    if (!fd || ::fstat(fd.get(), &status) != 0) return fail_errno(path);
    if (!S_ISREG(status.st_mode)) return fail(Errc::not_found, "{} is no file", path);
    if (static_cast<std::uint64_t>(status.st_size) > most)
      return fail(Errc::too_large, "{} is over {} bytes", path, most);
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto got = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_errno(path);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
  }

 private:
  Fd root_;
  std::vector<std::string> paths_;
};

Result<std::unique_ptr<Tree>> made(const std::string& folder, std::vector<std::string> paths) {
  Fd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return fail(Errc::not_found, "{} is no folder", folder);
  return std::make_unique<Folder>(std::move(root), std::move(paths));
}

}  // namespace

Result<std::unique_ptr<Tree>> code_tree(const Settings& settings, const std::string& folder) {
  std::vector<std::string> paths;
  for (auto& found : TRY(find_files(settings, folder, Engines{.p3c = true, .secrets = true}))) {
    // Folders with a dot hold tools and their environments, not what is built here.
    if (!found.path.starts_with('.') && found.path.find("/.") == std::string::npos)
      paths.push_back(std::move(found.path));
  }
  return made(folder, std::move(paths));
}

Result<std::unique_ptr<Tree>> root_tree(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  if (error) return fail(Errc::not_found, "{} is no folder", folder);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code none;
    if (at->symlink_status(none).type() == fs::file_type::regular)
      paths.push_back(at->path().lexically_relative(folder).generic_string());
  }
  if (error) return fail(Errc::internal, "reading {}: {}", folder, error.message());
  std::sort(paths.begin(), paths.end());
  return made(folder, std::move(paths));
}

Result<std::unique_ptr<Tree>> store_tree(const std::string& folder) { return made(folder, {}); }

}  // namespace sampan::scan
