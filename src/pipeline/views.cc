#include "pipeline/views.h"

#include "base/enum_text.h"
#include "pipeline/progress.h"
#include "pipeline/queue_store.h"
#include "pipeline/run_actions.h"
#include "pipeline/values.h"

namespace sampan::pipeline::view {
namespace {

std::optional<double> seconds_between(std::optional<Time> from, std::optional<Time> to) {
  if (!from || !to) return std::nullopt;
  return static_cast<double>((*to - *from).count()) / 1e6;
}

// The one job whose reason is the run's: what failed, else what is waited for, else what is queued.
const store::JobRow* telling_job(const std::vector<store::JobRow>& jobs) {
  for (JobState state : {JobState::failed, JobState::canceled, JobState::waiting, JobState::queued}) {
    for (const store::JobRow& job : jobs)
      if (job.state == state) return &job;
  }
  for (const store::JobRow& job : jobs)
    if (job.state == JobState::pending && job.held) return &job;
  return nullptr;
}

Result<void> fill_brief(Room& room, Tx& tx, store::RunRow run, const std::vector<store::JobRow>& jobs,
                        const Surroundings& around, RunBrief& brief) {
  brief.id = run.id.value;
  brief.number = run.number;
  brief.repo = std::move(run.repo_path);
  brief.pipeline = std::move(run.name);
  brief.pipeline_file = std::move(run.file);
  brief.ref = short_ref(run.ref);
  brief.sha = std::move(run.sha);
  brief.title = std::move(run.title);
  brief.state = jobs.empty() ? std::move(run.said_state) : enum_text(state_of(jobs));
  brief.trigger = std::move(run.cause);
  brief.actor = std::move(run.actor_name);
  brief.created_at = run.created_at;
  brief.started_at = run.started_at;
  brief.finished_at = run.finished_at;
  brief.duration_s =
      seconds_between(run.started_at, run.finished_at ? run.finished_at : std::optional(room.clock.now()));
  if (const store::JobRow* job = telling_job(jobs)) {
    const std::string reason = TRY(reason_of(tx, jobs, *job, around));
    brief.reason = fmt::format("{}: {}", job->plan->name, reason.empty() ? std::string(enum_text(job->state)) : reason);
    if (job->state == JobState::failed) brief.why = crossed_lines(*job, TRY(store::metrics_of_run(tx, run.id)));
    if (brief.why) *brief.why = {fmt::format("{}：{}", job->plan->name, brief.why->zh), brief.reason};
  }
  return {};
}

struct Leavings {
  std::map<std::int64_t, std::vector<store::StepRow>> steps;
  std::map<std::int64_t, std::vector<Artifact>> artifacts;
  std::map<std::int64_t, std::vector<Report>> reports;
  std::map<std::int64_t, std::vector<Metric>> metrics;
  std::vector<store::MetricRow> measured;
};

Result<void> add_report(const store::ReportRow& row, std::vector<Report>& reports) {
  auto found = std::find_if(reports.begin(), reports.end(),
                            [&](const Report& report) { return report.kind == row.kind && report.name == row.name; });
  if (found == reports.end()) found = reports.insert(reports.end(), Report{row.kind, row.name, 0, 0, 0, 0, 0, {}});
  found->tests += row.tests;
  found->failures += row.failures;
  found->errors += row.errors;
  found->skipped += row.skipped;
  found->duration_s += static_cast<double>(row.duration_us) / 1e6;
  auto cases = TRY(from_json<std::vector<FailedCase>>(row.failed_cases));
  for (FailedCase& one : cases)
    if (found->failed_cases.size() < kMostFailedCases) found->failed_cases.push_back(std::move(one));
  return {};
}

constexpr int kMostBefore = 20;

Result<Metric> make_metric(Tx& tx, const store::RunRow& run, const store::MetricRow& row) {
  Metric metric{
      row.step, row.name, row.value, {}, {}, false, TRY(store::metric_before(tx, run, row.name, kMostBefore))};
  if (row.comparator.empty()) return metric;
  metric.comparator = row.comparator;
  metric.limit = row.limit;
  metric.crossed = is_crossed(row);
  return metric;
}

Result<Leavings> load_leavings(Tx& tx, const store::RunRow& of) {
  const RunId run = of.id;
  Leavings all;
  for (store::StepRow& step : TRY(store::load_steps_of_run(tx, run)))
    all.steps[step.job.value].push_back(std::move(step));
  for (const auto& a : TRY(store::artifacts_of_run(tx, run))) {
    Artifact artifact{a.id.value, a.name, a.file_name, a.size, a.sha256, a.kind, std::nullopt};
    if (a.kind == "image") artifact.image = a.image;
    all.artifacts[a.job.value].push_back(std::move(artifact));
  }
  for (const auto& report : TRY(store::reports_of_run(tx, run))) TRY(add_report(report, all.reports[report.job.value]));
  all.measured = TRY(store::metrics_of_run(tx, run));
  for (const auto& metric : all.measured) all.metrics[metric.job.value].push_back(TRY(make_metric(tx, of, metric)));
  return all;
}

std::vector<Step> make_steps(Room& room, const store::JobRow& job, const std::vector<store::StepRow>& rows) {
  std::vector<LogMark> marks;
  if (job.fence > 0) {
    auto file = room.logs->find({job.run, job.id, job.fence});
    if (file && *file) marks = (*file)->marks();
  }
  std::vector<Step> steps;
  for (const store::StepRow& row : rows) {
    Step step{row.key,         row.name,      row.kind,     row.state, row.started_at,
              row.finished_at, row.exit_code, std::nullopt, row.reason};
    auto mark = std::find_if(marks.begin(), marks.end(), [&](const LogMark& m) { return m.step == row.key; });
    if (mark != marks.end()) step.log_first_line = mark->line;
    steps.push_back(std::move(step));
  }
  return steps;
}

Result<std::optional<Gate>> make_gate(Tx& tx, const store::JobRow& job, const Actor& actor) {
  if (!job.plan->gate) return std::optional<Gate>{};
  auto row = TRY(store::find_gate(tx, job.id));
  if (!row) return std::optional<Gate>{};
  Gate gate{
      row->state, row->validators, row->all_must ? "and" : "or", row->message, {}, row->release_at, row->expires_at,
      false};
  gate.may_i = job.state == JobState::waiting && may_vote(*row, actor);
  for (const auto& vote : TRY(store::load_votes(tx, job.id)))
    gate.approvals.push_back({vote.login, vote.verdict, vote.remark, vote.at});
  return std::optional(std::move(gate));
}

}  // namespace

Result<std::vector<RunBrief>> make_briefs(Room& room, Tx& tx, std::vector<store::RunRow> runs,
                                          const Surroundings& around) {
  // What succeeded has nothing to explain: its jobs are not read.
  std::vector<RunId> to_explain;
  for (const auto& run : runs) {
    if (!run.finished_at || run.said_state != enum_text(RunState::succeeded)) to_explain.push_back(run.id);
  }
  const auto jobs = TRY(store::load_jobs(tx, to_explain));
  std::map<std::int64_t, std::optional<double>> usual;  // by pipeline
  std::vector<RunBrief> briefs(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    static const std::vector<store::JobRow> kNone;
    const auto its = jobs.find(runs[i].id.value);
    const auto pipeline = runs[i].pipeline;
    TRY(fill_brief(room, tx, std::move(runs[i]), its == jobs.end() ? kNone : its->second, around, briefs[i]));
    const auto [known, added] = usual.try_emplace(pipeline.value);
    if (added) known->second = TRY(store::usual_seconds(tx, pipeline, ""));
    briefs[i].usual_s = known->second;
  }
  return briefs;
}

namespace {

Result<Job> make_job(Room& room, Tx& tx, const std::vector<store::JobRow>& jobs, const store::JobRow& row,
                     Leavings& left, const Surroundings& around, const Actor& actor) {
  Job job;
  job.id = row.id.value;
  job.key = row.key;
  job.stage = row.plan->stage;
  job.name = row.plan->name;
  job.state = enum_text(row.state);
  job.reason = TRY(reason_of(tx, jobs, row, around));
  job.why = crossed_lines(row, left.measured);
  job.needs = row.plan->needs;
  job.driven = row.plan->manual ? "manual" : "auto";
  if (row.plan->gate) job.component = "ManualValidate";
  if (row.runner) {
    auto runner = store::load_runner(tx, row.runner);
    job.runner = runner ? runner->name : fmt::format("runner {} (removed)", row.runner.value);
  }
  job.started_at = row.started_at;
  job.finished_at = row.finished_at;
  job.duration_s = seconds_between(row.started_at, row.finished_at ? row.finished_at : std::optional(room.clock.now()));
  job.usual_s = TRY(store::usual_seconds(tx, row.pipeline, row.key));
  job.attempt = row.fence;
  job.steps = make_steps(room, row, left.steps[row.id.value]);
  job.gate = TRY(make_gate(tx, row, actor));
  if (row.deployment.value > 0) job.deployment_id = row.deployment.value;
  job.artifacts = std::move(left.artifacts[row.id.value]);
  job.reports = std::move(left.reports[row.id.value]);
  job.metrics = std::move(left.metrics[row.id.value]);
  return job;
}

}  // namespace

Result<Run> make_run(Room& room, Tx& tx, const store::RunRow& run, const Surroundings& around, const Asker& asker) {
  Run out;
  const auto jobs = TRY(store::load_jobs(tx, run.id));
  TRY(fill_brief(room, tx, run, jobs, around, out));
  out.usual_s = TRY(store::usual_seconds(tx, run.pipeline, ""));
  Leavings left = TRY(load_leavings(tx, run));
  for (const StageName& stage : run.stages) out.stages.push_back({stage.id, stage.name, {}});
  for (const store::JobRow& row : jobs) {
    Job job = TRY(make_job(room, tx, jobs, row, left, around, asker.actor));
    out.can.approve = out.can.approve || (job.gate && job.gate->may_i);
    for (const std::string& need : job.needs) out.edges.push_back({need, job.key});
    auto stage = std::find_if(out.stages.begin(), out.stages.end(), [&](const Stage& s) { return s.id == job.stage; });
    if (stage != out.stages.end()) stage->jobs.push_back(std::move(job));
  }
  for (std::string_view source : {"file", "input", "step"}) {
    for (KeyValue& variable : TRY(store::load_variables(tx, run.id, source))) {
      auto known = std::find_if(out.variables.begin(), out.variables.end(),
                                [&](const KeyValue& v) { return v.key == variable.key; });
      if (known != out.variables.end()) out.variables.erase(known);
      out.variables.push_back(std::move(variable));
    }
  }
  const bool ended = is_final(state_of(jobs));
  const bool developer = asker.role >= Role::developer;
  out.can.cancel = developer && !ended;
  out.can.retry = developer && ended;
  out.comment = run.remark;
  return out;
}

}  // namespace sampan::pipeline::view
