#include "pipeline/runner_api.h"

#include <charconv>

#include "base/text.h"
#include "pipeline/progress.h"
#include "pipeline/queue_store.h"
#include "pipeline/runner_wire.h"

namespace sampan::pipeline {

Result<std::int64_t> number_of(std::string_view text, std::string_view what) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number < 0) {
    return fail(Errc::invalid, "{}: expected a number, found '{}'", what, text);
  }
  return number;
}

Result<std::int64_t> query_number(const Request& request, std::string_view name) {
  return number_of(request.find_query(name).value_or(""), fmt::format("the query '{}'", name));
}

Result<store::JobRow> leased_job(Tx& tx, const Request& request, const Actor& actor, std::int64_t fence) {
  const JobId id{TRY(number_of(request.param("job"), "the job's id"))};
  if (actor.kind != Actor::Kind::runner) return fail(Errc::denied, "only a runner reports on jobs");
  store::JobRow job = TRY(store::load_job(tx, id));
  if (job.runner != actor.runner || job.fence != fence) {
    return fail(Errc::conflict, "job {} is not yours under fence {} any more", id.value, fence);
  }
  return job;
}

namespace {

constexpr std::size_t kMostLogBytes = 8 << 20;

Response ok_json(std::string body) { return Response::json(200, std::move(body)); }

// Steps say how they stand as often as they like; only known states are taken.
Result<void> check_step_state(std::string_view state) {
  static const std::vector<std::string> kStates{"running", "succeeded", "failed", "canceled", "skipped"};
  if (std::find(kStates.begin(), kStates.end(), state) != kStates.end()) return {};
  return fail(Errc::invalid, "the step state '{}': {}", state, expected_one_of(state, kStates));
}

}  // namespace

Result<Response> RunnerApi::stream(const Request& request, const Actor& actor) {
  if (actor.kind != Actor::Kind::runner) return fail(Errc::denied, "only a runner takes orders");
  RunnerHello hello{
      actor.runner, request.find_query("version").value_or(""), TRY(query_number(request, "capacity")), {}};
  if (hello.capacity < 1 || hello.capacity > 1000)
    return fail(Errc::invalid, "the capacity {} of a runner: expected 1 to 1000", hello.capacity);
  for (const std::string& label : split(request.find_query("labels").value_or(""), ',')) {
    if (!trim(label).empty()) hello.labels.emplace_back(trim(label));
  }
  Response response;
  response.body = StreamBody{[this, hello](std::shared_ptr<EventStream> stream) {
    if (auto done = dispatcher_.connect(hello, stream); !done) {
      stream->send("error", done.error().message);
      stream->close();
    }
  }};
  return response;
}

Result<Response> RunnerApi::heartbeat(const Request& request, const Actor& actor) {
  if (actor.kind != Actor::Kind::runner) return fail(Errc::denied, "only a runner has a heartbeat");
  const auto beat = TRY(from_json<wire::Heartbeat>(request.body));
  const auto answer = TRY(room_.db.write([&](Tx& tx) -> Result<wire::HeartbeatAnswer> {
    wire::HeartbeatAnswer out;
    const Time now = room_.clock.now();
    for (const wire::Lease& lease : beat.jobs) {
      auto job = store::load_job(tx, {lease.job});
      if (!job && job.error().code != Errc::not_found) return job.error();
      if (!job || job->runner != actor.runner || job->fence != lease.fence || !job->lease_until) {
        out.lost.push_back(lease);
        continue;
      }
      if (is_final(job->state)) out.canceled.push_back({lease.job, lease.fence, job->reason});
      job->lease_until = now + std::chrono::duration_cast<Microseconds>(room_.config.lease);
      TRY(store::save_job(tx, *job));
    }
    store::RunnerRow runner = TRY(store::load_runner(tx, actor.runner));
    runner.last_seen_at = now;
    TRY(store::save_runner(tx, runner));
    return out;
  }));
  return ok_json(to_json(answer));
}

Result<Response> RunnerApi::log(const Request& request, const Actor& actor) {
  const std::int64_t fence = TRY(query_number(request, "fence")), offset = TRY(query_number(request, "offset"));
  store::JobRow job = TRY(room_.db.read([&](Tx& tx) { return leased_job(tx, request, actor, fence); }));
  if (!job.reported) {
    TRY(room_.db.write([&](Tx& tx) -> Result<void> {
      store::JobRow again = TRY(leased_job(tx, request, actor, fence));
      again.reported = true;
      return store::save_job(tx, again);
    }));
  }
  auto file = TRY(room_.logs->open({job.run, job.id, job.fence}));
  const std::int64_t size = TRY(file->append(offset, request.body));
  room_.hub.publish(fmt::format("job-log:{}", job.id.value));
  return ok_json(to_json(wire::LogAnswer{size}));
}

Result<void> RunnerApi::note_steps(Tx& tx, const store::JobRow& job, const std::vector<wire::StepUpdate>& updates,
                                   const std::map<std::string, std::string>& variables) {
  auto rows = TRY(store::load_steps(tx, job.id));
  for (const wire::StepUpdate& update : updates) {
    auto row =
        std::find_if(rows.begin(), rows.end(), [&](const store::StepRow& step) { return step.key == update.step; });
    if (row == rows.end()) continue;  // steps of the runner's own, such as the checkout, are in the log only
    row->state = update.state;
    row->reason = update.reason.value_or("");
    row->exit_code = update.exit_code;
    const Time at = update.at.value_or(room_.clock.now());
    if (!row->started_at) row->started_at = at;
    if (update.state != "running") row->finished_at = at;
  }
  for (const auto& row : rows) {
    const bool told = std::any_of(updates.begin(), updates.end(), [&](const auto& one) { return one.step == row.key; });
    if (told) TRY(store::save_step(tx, row));
  }
  for (const auto& [key, value] : variables) {
    // These are the machine's, not the run's: a later job may run on another machine.
    if (!is_variable_name(key) || key == "PATH" || key == "HOME" || value.size() > (64 << 10)) continue;
    TRY(store::put_variable(tx, job.run, "step", {key, value}));
  }
  return {};
}

Result<Response> RunnerApi::steps(const Request& request, const Actor& actor) {
  const auto report = TRY(from_json<wire::Steps>(request.body));
  for (const auto& update : report.updates) TRY(check_step_state(update.state));
  TRY(room_.db.write([&](Tx& tx) -> Result<void> {
    store::JobRow job = TRY(leased_job(tx, request, actor, report.fence));
    job.reported = true;
    TRY(store::save_job(tx, job));
    TRY(note_steps(tx, job, report.updates, report.variables));
    room_.publish(tx, fmt::format("run:{}", job.run.value));
    return {};
  }));
  return Response::empty();
}

// The end of the log is there before the job has ended: who reads it until then misses nothing.
Result<void> RunnerApi::keep_rest(const Request& request, const Actor& actor, const wire::Finish& report) {
  for (const auto& update : report.rest->updates) TRY(check_step_state(update.state));
  if (report.rest->log.empty()) return {};
  const auto job = TRY(room_.db.read([&](Tx& tx) { return leased_job(tx, request, actor, report.fence); }));
  if (!job.lease_until) return {};  // said before
  auto file = TRY(room_.logs->open({job.run, job.id, job.fence}));
  TRY(file->append(report.rest->log_offset, report.rest->log));
  return {};
}

Result<Response> RunnerApi::finish(const Request& request, const Actor& actor) {
  const auto report = TRY(from_json<wire::Finish>(request.body));
  static const std::map<std::string, JobMove> kMoves{
      {"succeeded", JobMove::succeed}, {"failed", JobMove::fail}, {"canceled", JobMove::cancel}};
  auto move = kMoves.find(report.state);
  if (move == kMoves.end())
    return fail(Errc::invalid, "the state '{}' of a finished job: expected succeeded, failed or canceled",
                report.state);
  if (report.rest) TRY(keep_rest(request, actor, report));
  TRY(dispatcher_.hand_on(actor.runner, [&](Tx& tx) -> Result<void> {
    const store::JobRow row = TRY(leased_job(tx, request, actor, report.fence));
    if (!row.lease_until) return {};  // said before
    if (report.rest) TRY(note_steps(tx, row, report.rest->updates, report.rest->variables));
    Progress progress = TRY(Progress::open(room_, tx, row.run));
    store::JobRow* job = TRY(progress.job(row.id));
    job->lease_until.reset();
    if (is_final(job->state)) {  // the server had decided already; now its place is free
      TRY(store::save_job(tx, *job));
      room_.publish(tx, fmt::format("job-log:{}", job->id.value));
      tx.after_commit([this] { room_.ring(); });
      return {};
    }
    TRY(progress.finish(*job, move->second, report.reason.value_or("")));
    return progress.commit();
  }));
  return Response::empty();
}

std::vector<Route> RunnerApi::routes() {
  const auto handler = [this](Result<Response> (RunnerApi::*act)(const Request&, const Actor&)) {
    return [this, act](const Request& request, const Actor& actor) { return (this->*act)(request, actor); };
  };
  const std::string job = "/api/v1/runner/jobs/:job";
  std::vector<Route> all;
  const auto add = [&](Method method, std::string pattern,
                       Result<Response> (RunnerApi::*act)(const Request&, const Actor&),
                       std::string summary) -> Route& {
    all.push_back({.method = method,
                   .pattern = std::move(pattern),
                   .need = Need::runner(),
                   .handler = handler(act),
                   .summary = std::move(summary)});
    return all.back();
  };
  add(Method::get, "/api/v1/runner/stream", &RunnerApi::stream, "Hold the stream of a runner's orders open").query = {
      {"name", "its name"},
      {"version", "its version"},
      {"capacity", "jobs at once"},
      {"labels", "with commas between"}};
  Route& beat = add(Method::post, "/api/v1/runner/heartbeat", &RunnerApi::heartbeat, "Renew a runner's leases");
  beat.request_schema = schema_of<wire::Heartbeat>();
  beat.response_schema = answer_schema_of<wire::HeartbeatAnswer>();
  Route& log = add(Method::post, job + "/log", &RunnerApi::log, "Append to a job's log");
  log.body_limit = kMostLogBytes;
  log.query = {{"fence", "of the lease"}, {"offset", "in the log, of the first byte"}};
  log.response_schema = answer_schema_of<wire::LogAnswer>();
  Route& step = add(Method::post, job + "/steps", &RunnerApi::steps, "Say how a job's steps stand");
  step.request_schema = schema_of<wire::Steps>();
  add(Method::post, job + "/finish", &RunnerApi::finish, "End a job").request_schema = schema_of<wire::Finish>();
  Route& put = add(Method::put, job + "/artifacts/:name", &RunnerApi::put_artifact, "Keep an artifact");
  put.body = BodyKind::spool;
  put.body_limit = 16ULL << 30;
  put.query = {
      {"fence", "of the lease"}, {"file_name", "for the download"}, {"kind", "archive or file"}, {"step", "its key"}};
  put.response_schema = answer_schema_of<wire::ArtifactAnswer>();
  Route& image = add(Method::post, job + "/images", &RunnerApi::put_image, "Record a pushed image as an artifact");
  image.request_schema = schema_of<wire::Image>();
  image.response_schema = answer_schema_of<wire::ArtifactAnswer>();
  add(Method::get, "/api/v1/runner/artifacts/:artifact", &RunnerApi::get_artifact,
      "Read an artifact of the same repository");
  add(Method::get, "/api/v1/runner/advisories/:sum", &RunnerApi::get_advisories,
      "Read the advisories that steps look packages up in");
  Route& report = add(Method::post, job + "/reports", &RunnerApi::put_report, "Add a test report file");
  report.body_limit = 16 << 20;
  report.query = {{"fence", "of the lease"},
                  {"kind", "junit, or sarif: findings of another tool"},
                  {"name", "of the report; of sarif the tool's, when not as the file has it"},
                  {"step", "its key"},
                  {"root", "of sarif: the folder of the code where the tool ran"}};
  add(Method::post, job + "/metrics", &RunnerApi::put_metrics, "Say what numbers a step reported").request_schema =
      schema_of<wire::Metrics>();
  add(Method::post, job + "/caches", &RunnerApi::note_caches, "Say what a job's caches weigh").request_schema =
      schema_of<wire::Caches>();
  return all;
}

}  // namespace sampan::pipeline
