#include "app/backup.h"

#include <filesystem>

#include "app/paths.h"
#include "base/db.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"

namespace sampan::app {

namespace {

constexpr std::string_view kMarker = "sampan-backup-1\n";

Result<void> copy_folder(const std::string& from, const std::string& to) {
  if (!exists(from)) return {};
  TRY(run_ok({.argv = {"cp", "-a", "--reflink=auto", "--", from, to}}, {.timeout = std::chrono::hours(6)})
          .context("copy " + from));
  return {};
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
  TRY(write_file_durably(partial + "/BACKUP", kMarker, 0600));
  std::error_code error;
  std::filesystem::rename(partial, to, error);
  if (error) return fail(Errc::internal, "rename {} to {}: {}", partial, to, error.message());
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
