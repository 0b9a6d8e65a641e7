#include "pipeline/logs.h"

#include "base/files.h"

namespace sampan::pipeline {

std::string Logs::folder_of(RunId run) const { return fmt::format("{}/{}/{}", folder_, run.value / 1000, run.value); }

Result<std::shared_ptr<LogFile>> Logs::open(const LogName& name) {
  auto open = open_.lock();
  if (auto found = open->find(name); found != open->end()) return found->second;
  if (open->size() >= kMostOpen) {
    // Those somebody is using stay valid through their shared pointer, but must stay the only object of their file.
    std::erase_if(*open, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
  TRY(make_directories(folder_of(name.run)));
  auto file = TRY(LogFile::open(fmt::format("{}/{}.{}", folder_of(name.run), name.job.value, name.fence)));
  open->emplace(name, file);
  return file;
}

Result<std::shared_ptr<LogFile>> Logs::find(const LogName& name) {
  const bool there = open_.lock()->contains(name) ||
                     exists(fmt::format("{}/{}.{}.log", folder_of(name.run), name.job.value, name.fence));
  if (!there) return std::shared_ptr<LogFile>();
  return open(name);
}

Result<void> Logs::remove(RunId run) {
  auto open = open_.lock();
  std::erase_if(*open, [&](const auto& entry) { return entry.first.run == run; });
  return remove_tree(folder_of(run));
}

}  // namespace sampan::pipeline
