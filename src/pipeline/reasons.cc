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

std::string_view sign_of(std::string_view comparator) {
  return comparator == "LE" ? "≤" : comparator == "GE" ? "≥" : "=";
}

}  // namespace

bool is_crossed(const store::MetricRow& metric) {
  if (metric.comparator == "LE") return metric.value > metric.limit;
  if (metric.comparator == "GE") return metric.value < metric.limit;
  return metric.comparator == "EQ" && metric.value != metric.limit;
}

// A job may fail otherwise and have crossed a line as well: its own reason names the metrics when they were it.
std::optional<Text> crossed_lines(const store::JobRow& job, const std::vector<store::MetricRow>& metrics) {
  if (job.state != JobState::failed) return std::nullopt;
  Text why{"", job.reason};
  for (const auto& metric : metrics) {
    if (metric.job != job.id || !is_crossed(metric) || job.reason.find(metric.name + " is ") == std::string::npos)
      continue;
    why.zh += fmt::format("{}{} 为 {}，红线为 {} {}", why.zh.empty() ? "" : "；", metric.name, metric.value,
                          sign_of(metric.comparator), metric.limit);
  }
  return why.zh.empty() ? std::nullopt : std::optional(std::move(why));
}

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
