// One job from order to verdict: workspace, checkout, steps, caches. Knows no server; news goes through an Observer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runner/cache.h"
#include "runner/container.h"
#include "runner/folders.h"
#include "runner/image_build.h"
#include "runner/job_folders.h"
#include "runner/order.h"
#include "runner/run_command.h"
#include "runner/sandbox.h"

namespace sampan::runner {

// Where news of a job goes: to the server, or nowhere. The job goes on after an error of step() or caches(), fails the
// step after others.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual Result<void> step(const StepReport& report, const std::map<std::string, std::string>& new_variables) = 0;
  virtual Result<void> image(std::string_view step, std::string_view name, const BuiltImage& image) = 0;
  virtual Result<void> artifact(const Upload& upload) = 0;
  virtual Result<void> junit(std::string_view step, std::string_view name, std::string_view xml) = 0;
  virtual Result<void> sarif(std::string_view step, std::string_view tool, std::string_view text) = 0;
  virtual Result<void> metrics(std::string_view step, const std::vector<MetricReport>& metrics) = 0;
  virtual Result<void> download(std::string_view artifact, const std::string& file) = 0;
  virtual Result<void> caches(const std::vector<CacheReport>& caches) = 0;
  // Waits until the server answers. True: it was away since then, or there was a break in its stream.
  virtual Result<bool> server_was_away(std::chrono::steady_clock::time_point since) = 0;
};

struct Verdict {
  std::string state, reason;
};  // succeeded, failed, canceled

struct JobPlace {
  Folders folders;
  std::string folder;  // of this job alone: clean or not there; cleaned by the destructor
  const Launcher& launcher;
  std::string working_tree = {};  // instead of a checkout; empty: check out
  bool insecure_registry = true;  // plain http
  Cgroup* cgroup = nullptr;       // handed on from an earlier job in this folder, and to the next: borrowed
};

std::vector<std::string> secrets_of(const Order& order);

class Job {
 public:
  // All but `place` and `order` are borrowed.
  Job(Order order, JobPlace place, Sink& sink, Observer& observer, const Cancel& cancel);
  ~Job();  // cleans the job's folder and hands its cgroup on, or removes it
  // Runs all of it; nothing of it runs, and its caches are free, when this returns.
  Verdict run();

 private:
  struct StepEnd {
    bool ok = true;
    std::string reason = {};
    std::optional<std::int64_t> exit_code = {};
  };
  struct HeldReport {
    std::string step, name, xml;
  };

  Result<void> set_up();
  Result<Cgroup> take_cgroup();
  void hand_on_cgroup();
  Result<void> make_container();  // when the order names an image
  WorkshopPlace workshop_place() const;
  Result<Verdict> attempt();
  Result<Verdict> steps();
  StepEnd step(const Step& step);
  Result<Verdict> heal(Verdict verdict);
  Result<void> report_caches(bool dropped);
  std::map<std::string, std::string> take_flow_env();  // what is new in $FLOW_ENV
  void tell(StepReport report, const std::map<std::string, std::string>& variables = {});
  Supervision supervision() const;
  std::map<std::string, std::string> variables() const;
  std::int64_t memory_limit() const;
  // What asks the server in its course fails while the server is started anew: it is done again when that is over.
  template <class Act>
  auto asking_server(const Act& act) -> decltype(act()) {
    for (int tried = 1;; ++tried) {
      const auto began = std::chrono::steady_clock::now();
      auto done = act();
      if (done.has_value() || tried == kMostTries || cancel_.asked() || began >= deadline_) return done;
      const auto away = observer_.server_was_away(began);
      if (!away.has_value() || !*away) return done;
      sink_.line("the server was away meanwhile: once more");
    }
  }

  // job_actions.cc
  Result<StepEnd> act(const Step& step, Action action);
  Result<StepEnd> script(const Action& action);
  Result<StepEnd> upload(const Step& step, const Action& action);
  Result<StepEnd> download(const Action& action);
  Result<StepEnd> junit(const Step& step, const Action& action);
  Result<StepEnd> sarif(const Step& step, const Action& action);
  Result<StepEnd> metrics(const Step& step, const Action& action);
  Result<StepEnd> image(const Step& step, const Action& action);
  StepEnd end_of(const Ended& ended) const;

  static constexpr int kMostTries = 10;
  const Order order_;
  const JobPlace place_;
  Sink& sink_;
  Observer& observer_;
  const Cancel& cancel_;
  SystemClock clock_;
  const std::chrono::steady_clock::time_point deadline_;
  HeldFolder held_;
  Cgroup cgroup_;
  std::vector<HeldCache> caches_;
  Room room_;
  std::optional<Container> container_;
  std::map<std::string, std::string> set_;  // by steps of this job
  bool attempted_ = false, script_failed_ = false;
  bool may_repeat_ = false;  // reports wait in held_reports_: the job may be tried again, and they would count twice
  std::vector<HeldReport> held_reports_;
};

}  // namespace sampan::runner
