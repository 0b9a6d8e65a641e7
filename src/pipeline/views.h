// What people see of runs, as it travels (the REST contract), and how it is made from rows. A waiting job's reason is
// made when it is looked at, for it is about everything else. Private to the room.
#pragma once

#include "base/json_struct.h"
#include "base/sentence.h"
#include "pipeline/artifact_store.h"
#include "pipeline/dispatcher.h"
#include "pipeline/junit.h"
#include "pipeline/room.h"

namespace sampan::pipeline::view {

struct RunBrief {
  std::int64_t id = 0, number = 0;
  std::string repo, pipeline, pipeline_file, ref, sha, title, state, reason, trigger, actor;
  std::optional<Text> why;  // the reason in both languages; absent: it is known in one
  Time created_at{};
  std::optional<Time> started_at, finished_at;
  std::optional<double> duration_s, usual_s;
};
BOOST_DESCRIBE_STRUCT(RunBrief, (),
                      (id, number, repo, pipeline, pipeline_file, ref, sha, title, state, reason, trigger, actor, why,
                       created_at, started_at, finished_at, duration_s, usual_s))

struct Step {
  std::string key, name, step, state;
  std::optional<Time> started_at, finished_at;
  std::optional<std::int64_t> exit_code, log_first_line;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(Step, (), (key, name, step, state, started_at, finished_at, exit_code, log_first_line, reason))

struct Approval {
  std::string login, verdict, comment;
  Time at{};
};
BOOST_DESCRIBE_STRUCT(Approval, (), (login, verdict, comment, at))
struct Gate {
  std::string state;
  std::vector<std::string> validators;
  std::string method, message;
  std::vector<Approval> approvals;
  std::optional<Time> release_at, expires_at;
  bool may_i = false;
};
BOOST_DESCRIBE_STRUCT(Gate, (), (state, validators, method, message, approvals, release_at, expires_at, may_i))

struct Artifact {
  std::int64_t id = 0;
  std::string name, file_name;
  std::int64_t size = 0;
  std::string sha256, kind;
  std::optional<std::string> image;
};
BOOST_DESCRIBE_STRUCT(Artifact, (), (id, name, file_name, size, sha256, kind, image))
struct Report {
  std::string kind, name;
  std::int64_t tests = 0, failures = 0, errors = 0, skipped = 0;
  double duration_s = 0;
  std::vector<FailedCase> failed_cases;
};
BOOST_DESCRIBE_STRUCT(Report, (), (kind, name, tests, failures, errors, skipped, duration_s, failed_cases))

struct Metric {
  std::string step, name;
  double value = 0;
  std::optional<std::string> comparator;  // of its red line: LE, GE, EQ
  std::optional<double> limit;
  bool crossed = false;
  std::vector<double> before;  // in the last runs of this pipeline on this ref, newest first
};
BOOST_DESCRIBE_STRUCT(Metric, (), (step, name, value, comparator, limit, crossed, before))

struct Job {
  std::int64_t id = 0;
  std::string key, stage, name, state, reason;
  std::optional<Text> why;  // as of a run
  std::vector<std::string> needs;
  std::string driven;
  std::optional<std::string> component, runner;
  std::optional<Time> started_at, finished_at;
  std::optional<double> duration_s, usual_s;
  std::int64_t attempt = 0;
  std::vector<Step> steps;
  std::optional<Gate> gate;
  std::optional<std::int64_t> deployment_id;
  std::vector<Artifact> artifacts;
  std::vector<Report> reports;
  std::vector<Metric> metrics;
};
BOOST_DESCRIBE_STRUCT(Job, (),
                      (id, key, stage, name, state, reason, why, needs, driven, component, runner, started_at,
                       finished_at, duration_s, usual_s, attempt, steps, gate, deployment_id, artifacts, reports,
                       metrics))

struct Stage {
  std::string id, name;
  std::vector<Job> jobs;
};
BOOST_DESCRIBE_STRUCT(Stage, (), (id, name, jobs))
struct Edge {
  std::string from, to;
};
BOOST_DESCRIBE_STRUCT(Edge, (), (from, to))
struct Can {
  bool cancel = false, retry = false, approve = false;
};
BOOST_DESCRIBE_STRUCT(Can, (), (cancel, retry, approve))

struct Run : RunBrief {
  std::vector<Stage> stages;
  std::vector<KeyValue> variables;
  std::vector<Edge> edges;
  Can can;
  std::string comment;
};
BOOST_DESCRIBE_STRUCT(Run, (RunBrief), (stages, variables, edges, can, comment))

// Everything a reason may speak of, looked at once for one answer.
struct Surroundings {
  std::vector<ConnectedRunner> runners;
  std::map<std::int64_t, std::int64_t> busy;
};
Result<Surroundings> look_around(Tx& tx, const Dispatcher& dispatcher);

// Why the job is in its state: for one that waits, for whom and until what.
Result<std::string> reason_of(Tx& tx, const std::vector<store::JobRow>& jobs, const store::JobRow& job,
                              const Surroundings& around);

bool is_crossed(const store::MetricRow& metric);
// The reason of a job that failed because its step crossed red lines; nullopt: it did not. `metrics`: of its last
// start.
std::optional<Text> crossed_lines(const store::JobRow& job, const std::vector<store::MetricRow>& metrics);

// In the order of the runs.
Result<std::vector<RunBrief>> make_briefs(Room& room, Tx& tx, std::vector<store::RunRow> runs,
                                          const Surroundings& around);
struct Asker {
  const Actor& actor;
  Role role;
};  // role on the run's repository
Result<Run> make_run(Room& room, Tx& tx, const store::RunRow& run, const Surroundings& around, const Asker& asker);

}  // namespace sampan::pipeline::view
