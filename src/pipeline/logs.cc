#include "pipeline/logs.h"

#include <charconv>
#include <filesystem>
#include <set>

#include "base/files.h"

namespace sampan::pipeline {

std::string Logs::folder_of(RunId run) const { return fmt::format("{}/{}", folder_, run.value / 1000); }

std::string Logs::base_of(const LogName& name) const {
  const auto folder = folder_of(name.run);
  const auto own = fmt::format("{}/{}", folder, name.run.value);  // earlier versions gave each run one
  return exists(own) ? fmt::format("{}/{}.{}", own, name.job.value, name.fence)
                     : fmt::format("{}/{}.{}.{}", folder, name.run.value, name.job.value, name.fence);
}

Result<std::shared_ptr<LogFile>> Logs::open(const LogName& name) {
  auto open = open_.lock();
  if (auto found = open->find(name); found != open->end()) return found->second;
  if (open->size() >= kMostOpen) {
    // Those somebody is using stay valid through their shared pointer, but must stay the only object of their file.
    std::erase_if(*open, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
  TRY(make_directories(folder_of(name.run)));
  auto file = TRY(LogFile::open(base_of(name)));
  open->emplace(name, file);
  return file;
}

Result<std::shared_ptr<LogFile>> Logs::find(const LogName& name) {
  const bool there = open_.lock()->contains(name) || exists(base_of(name) + ".log");
  if (!there) return std::shared_ptr<LogFile>();
  return open(name);
}

Result<void> Logs::remove(const std::vector<RunId>& runs) {
  const std::set<RunId> gone(runs.begin(), runs.end());
  auto open = open_.lock();
  std::erase_if(*open, [&](const auto& entry) { return gone.contains(entry.first.run); });
  std::set<std::string> folders;
  for (const RunId run : gone) folders.insert(folder_of(run));
  for (const auto& folder : folders) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      const auto name = entry.path().filename().string();
      RunId run;
      std::from_chars(name.data(), name.data() + name.size(), run.value);
      if (gone.contains(run)) TRY(remove_tree(entry.path().string()));
    }
    if (error && error != std::errc::no_such_file_or_directory)
      return fail(Errc::internal, "look through {}: {}", folder, error.message());
  }
  return {};
}

}  // namespace sampan::pipeline
