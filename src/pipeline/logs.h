// The logs of all jobs under one folder: logs/THOUSAND/RUN.JOB.FENCE.log; a folder for each run would cost more than
// all else that is written of a short one. Opened ones are kept for a while. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/ids.h"
#include "pipeline/log_file.h"

namespace sampan::pipeline {

struct LogName {
  RunId run;
  JobId job;
  std::int64_t fence = 0;  // each start of a job has a log of its own
  auto operator<=>(const LogName&) const = default;
};

class Logs {
 public:
  explicit Logs(std::string folder) : folder_(std::move(folder)) {}
  Result<std::shared_ptr<LogFile>> open(const LogName& name);
  // A log nobody wrote yet is not made by looking at it: nullptr.
  Result<std::shared_ptr<LogFile>> find(const LogName& name);
  Result<void> remove(const std::vector<RunId>& runs);

 private:
  static constexpr std::size_t kMostOpen = 200;
  std::string folder_of(RunId run) const;
  std::string base_of(const LogName& name) const;
  std::string folder_;
  Sync<std::map<LogName, std::shared_ptr<LogFile>>> open_;
};

}  // namespace sampan::pipeline
