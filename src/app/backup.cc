#include "app/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "app/paths.h"
#include "base/db.h"
#include "base/files.h"

namespace sampan::app {

namespace {

constexpr std::string_view kMarker = "sampan-backup-1\n";
constexpr std::size_t kChunk = 1 << 20;

namespace fs = std::filesystem;

// What stands in one folder of what a running server writes, in the order in which it may be copied: a ref never comes
// before its objects (nobody removes any), and a ref that is packed meanwhile is in one of the two.
std::vector<fs::path> in_order(const fs::path& folder, std::error_code& error) {
  const auto rank = [](const fs::path& path) {
    const auto name = path.filename();
    return name == "objects" ? 2 : name == "packed-refs" ? 1 : 0;
  };
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, error)) found.push_back(entry.path());
  std::sort(found.begin(), found.end(), [&](const fs::path& one, const fs::path& other) {
    return std::pair(rank(one), one) < std::pair(rank(other), other);
  });
  return found;
}

// By the kernel: shared blocks where the file system can.
Result<void> copy_bytes(const fs::path& from, const fs::path& to) {
  const Fd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status {};
  if (!in || ::fstat(in.get(), &status) != 0)
    return errno == ENOENT ? Result<void>() : Result<void>(fail_errno(from.string()));
  const Fd out(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, status.st_mode & 0777));
  if (!out) return fail_errno(to.string());
  std::string buffer;
  for (;;) {
    auto moved = buffer.empty() ? ::copy_file_range(in.get(), nullptr, out.get(), nullptr, kChunk, 0) : -1;
    if (moved < 0) {
      buffer.resize(kChunk);
      moved = ::read(in.get(), buffer.data(), buffer.size());
      if (moved > 0) TRY(write_all(out.get(), {buffer.data(), static_cast<std::size_t>(moved)}, to.string()));
    }
    if (moved < 0) return fail_errno(from.string());
    if (moved == 0) break;
  }
  return ::fchmod(out.get(), status.st_mode & 07777) == 0 ? Result<void>() : fail_errno(to.string());
}

// `to` is made. What goes while it is copied, a lock or a temporary file, was nothing to keep.
Result<void> copy_tree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  const auto status = fs::symlink_status(from, error);
  if (fs::is_regular_file(status)) return copy_bytes(from, to);
  if (fs::is_symlink(status)) {
    const auto target = fs::read_symlink(from, error);
    if (!error) fs::create_symlink(target, to, error);
  } else if (fs::is_directory(status)) {
    fs::create_directory(to, from, error);
    if (!error || error == std::errc::no_such_file_or_directory)
      for (const auto& entry : in_order(from, error)) TRY(copy_tree(entry, to / entry.filename()));
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return fail(Errc::internal, "copy {}: {}", from.string(), error.message());
  return {};
}

Result<void> copy_folder(const std::string& from, const std::string& to) {
  if (!exists(from)) return {};
  std::error_code error;  // the folder itself may be a link to another disk
  return copy_tree(fs::canonical(from, error), to / fs::path(from).filename());
}

std::uint64_t size_of(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && !entry.is_symlink(error)) bytes += entry.file_size(error);
  }
  return bytes;
}

}  // namespace

Result<std::string> backup(const Config& config, const std::string& to) {
  if (exists(to)) return fail(Errc::conflict, "'{}' is already there: name a folder that is not", to);
  const Paths paths{config.data};
  const auto partial = to + ".partial";
  TRY(remove_tree(partial));
  TRY(make_directories(partial, 0700));
  const auto db = TRY(Db::open(config.database));
  TRY(db->backup_to(partial + "/sampan.db"));
  for (const auto& folder : {paths.repos(), paths.pipeline(), paths.blobs()}) TRY(copy_folder(folder, partial));
  for (const auto& file : {paths.secret_key(), paths.first_password()}) {
    if (exists(file)) TRY(copy_folder(file, partial));
  }
  const Fd folder(::open(partial.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::syncfs(folder.get()) != 0) return fail_errno(partial);
  TRY(write_file_durably(partial + "/BACKUP", kMarker, 0600));
  TRY(rename_durably(partial, to));
  return fmt::format("backed up {} MiB to {} (its secret.key opens all secrets: keep it as safe as them)\n",
                     size_of(to) >> 20, to);
}

Result<std::string> restore(const std::string& from, const std::string& to) {
  const auto marker = sampan::read_file(from + "/BACKUP");
  if (!marker.has_value() || *marker != kMarker)
    return fail(Errc::invalid, "'{}' is not a whole backup: its file BACKUP is missing or of another version", from);
  std::error_code error;
  if (exists(to) && !std::filesystem::is_empty(to, error))
    return fail(Errc::conflict, "'{}' is not empty: name a new data folder", to);
  TRY(make_directories(to, 0750));
  for (const auto& entry : std::filesystem::directory_iterator(from, error)) {
    if (entry.path().filename() != "BACKUP") TRY(copy_folder(entry.path().string(), to));
  }
  return fmt::format("restored to {}; start it with 'data: {}' in the configuration\n", to, to);
}

}  // namespace sampan::app
