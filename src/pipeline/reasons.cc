// Why a job stands as it stands. Never empty for a job that waits.
#include "base/text.h"
#include "pipeline/queue_store.h"
#include "pipeline/run_actions.h"
#include "pipeline/views.h"

namespace sampan::pipeline::view {

Result<Surroundings> look_around(Tx& tx, const Dispatcher& dispatcher) {
  Surroundings around{dispatcher.connected(), {}};
  for (const ConnectedRunner& runner : around.runners) {
    const auto leased = TRY(store::leased_to(tx, runner.id));
    around.busy[runner.id.value] = static_cast<std::int64_t>(leased.size());
  }
  return around;
}

namespace {

std::string why_queued(const store::JobRow& job, const Surroundings& around) {
  const std::string labels = join(job.plan->labels, ", ");
  const std::string wanted = labels.empty() ? "a runner" : fmt::format("a runner with the labels {}", labels);
  std::int64_t busy = 0, capacity = 0;
  bool any = false;
  for (const ConnectedRunner& runner : around.runners) {
    if (!runner.has_all(join(job.plan->labels, ","))) continue;
    any = true;
    busy += around.busy.at(runner.id.value);
    capacity += runner.capacity;
  }
  const std::string before = job.reason.empty() ? "" : job.reason + "; ";
  if (around.runners.empty()) return fmt::format("{}waits for {}: none is connected", before, wanted);
  if (!any)
    return fmt::format("{}waits for {}: none of the {} connected has them", before, wanted, around.runners.size());
  return fmt::format("{}waits for {}; {} of {} places are busy", before, wanted, busy, capacity);
}

std::string why_pending(const std::vector<store::JobRow>& jobs, const store::JobRow& job) {
  if (job.held)
    return fmt::format("another run of this job is under way (maxRunningJobInstances: {})", job.plan->most_same_job);
  std::vector<std::string> missing;
  for (const store::JobRow& other : jobs) {
    const auto& needs = job.plan->needs;
    if (!is_final(other.state) && std::find(needs.begin(), needs.end(), other.key) != needs.end())
      missing.push_back(other.plan->name);
  }
  if (missing.size() > 3) {
    missing[3] = fmt::format("{} more", missing.size() - 3);
    missing.resize(4);
  }
  return missing.empty() ? "starts at once" : fmt::format("waits for {}", join(missing, ", "));
}

}  // namespace

Result<std::string> reason_of(Tx& tx, const std::vector<store::JobRow>& jobs, const store::JobRow& job,
                              const Surroundings& around) {
  switch (job.state) {
    case JobState::pending: return why_pending(jobs, job);
    case JobState::queued: return why_queued(job, around);
    case JobState::waiting: {
      if (!job.plan->gate) return std::string("waits for somebody to start it");
      auto gate = TRY(store::find_gate(tx, job.id));
      if (!gate) return std::string("waits for approval");
      const auto votes = TRY(store::load_votes(tx, job.id));
      return job.reason.empty() ? gate_reason(*gate, votes) : job.reason + "; " + gate_reason(*gate, votes);
    }
    case JobState::running:
    case JobState::succeeded:
    case JobState::failed:
    case JobState::canceled:
    case JobState::skipped: return job.reason;
  }
  return job.reason;
}

}  // namespace sampan::pipeline::view
