// One job from order to verdict: workspace, checkout, steps, caches. Knows no server; reports go through an Observer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runner/cache.h"
#include "runner/image_build.h"
#include "runner/order.h"
#include "runner/run_command.h"
#include "runner/sandbox.h"

namespace sampan::runner {

// Where news of a job goes: to the server, or nowhere. An error ends the job: nobody waits for it any more.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual Result<void> step(const StepReport& report, const std::map<std::string, std::string>& new_variables) = 0;
  virtual Result<void> image(std::string_view step, std::string_view name, const BuiltImage& image) = 0;
  virtual Result<void> artifact(const Upload& upload) = 0;
  virtual Result<void> junit(std::string_view step, std::string_view name, std::string_view xml) = 0;
  virtual Result<void> download(std::string_view artifact, const std::string& file) = 0;
  virtual Result<void> caches(const std::vector<CacheReport>& caches) = 0;
};

struct Verdict { std::string state, reason; };  // succeeded, failed, canceled

struct JobPlace {
  std::string folder;        // of this job alone; made and removed by run_job
  std::string caches;        // shared
  std::string images;        // shared: layers of image builds
  std::string working_tree;  // instead of a checkout; empty: check out
};

class Job {
 public:
  Job(const Config& config, const Order& order, JobPlace place, Sink& sink, Observer& observer, const Cancel& cancel);
  // Runs all of it; never throws, always cleans up. Blocks until the end.
  Verdict run();

 private:
  Result<Verdict> attempt();
  Result<void> set_up();
  Result<Verdict> steps();
  struct StepEnd { bool ok = true; std::string reason; std::optional<std::int64_t> exit_code; };
  Result<StepEnd> step(const Step& step);
  Result<StepEnd> act(const Step& step, Action action);
  Result<StepEnd> script(const Action& action);
  Result<StepEnd> upload(const Action& action);
  Result<StepEnd> download(const Action& action);
  Result<StepEnd> junit(const Step& step, const Action& action);
  Result<std::map<std::string, std::string>> read_flow_env();
  Result<Verdict> heal(Verdict verdict);
  Result<void> report_caches(bool dropped);
  StepEnd end_of(const Ended& ended) const;
  Supervision supervision() const;
  std::map<std::string, std::string> variables() const;

  const Config& config_;
  const Order& order_;
  JobPlace place_;
  Sink& sink_;
  Observer& observer_;
  const Cancel& cancel_;
  SystemClock clock_;
  std::chrono::steady_clock::time_point deadline_;
  std::optional<Cgroup> cgroup_;
  std::vector<HeldCache> caches_;
  Room room_;
  std::map<std::string, std::string> set_;  // by steps of this job
  bool script_failed_ = false;
};

// Paths below the folder that match one of the patterns (**, *), files only, symlinks not followed; at most `most`.
std::vector<std::string> matching_files(const std::string& folder, const std::vector<std::string>& patterns, std::size_t most);

}  // namespace sampan::runner
