#include "pipeline/pipeline.h"

#include <condition_variable>

#include "base/log.h"
#include "base/text.h"
#include "model/say.h"
#include "pipeline/dispatcher.h"
#include "pipeline/log_stream.h"
#include "pipeline/progress.h"
#include "pipeline/queue_store.h"
#include "pipeline/routes.h"
#include "pipeline/run_actions.h"
#include "pipeline/runner_api.h"
#include "pipeline/triggers.h"
#include "pipeline/variable_groups.h"

namespace sampan::pipeline {

namespace {
constexpr std::chrono::milliseconds kTick{500};
}

struct Pipeline::State {
  explicit State(Room made)
      : room(std::move(made)), dispatcher(room), streams(room), runner_api(room, dispatcher), jumps(room.clock) {
    room.ring = [this] { dispatcher.ring(); };
    room.cancel = [this](const CancelOrder& order) { dispatcher.send_cancel(order); };
    room.silent = [this](RunnerId runner) { dispatcher.disconnect(runner); };
  }

  void tick_until(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto began = std::chrono::steady_clock::now();
      {
        std::unique_lock lock(tick_mutex);
        tick_bell.wait_for(lock, stop, kTick, [] { return false; });
      }
      if (stop.stop_requested()) return;
      const auto jump = jumps.look();
      const bool stood_still = std::chrono::steady_clock::now() - began > kTick + room.config.lease / 3;
      if (auto done = jump ? follow_jump(room, *jump) : stood_still ? forgive_pause(room) : tick(room); !done)
        log::error("pipeline", "the clock's work failed: {}", done.error().message);
    }
  }

  Room room;
  Dispatcher dispatcher;
  LogStreams streams;
  RunnerApi runner_api;
  JumpWatch jumps;
  std::mutex tick_mutex;
  std::condition_variable_any tick_bell;
  std::jthread ticker;
};

Pipeline::Pipeline(Db& db, Clock& clock, EventLog& events, Hub& hub, git::Git& git, people::People& people,
                   SecretBox& secrets, Config config)
    : state_(std::make_unique<State>(Room{db, clock, events, hub, git, people, secrets, config,
                                          std::make_unique<Logs>(config.folder + "/logs"), nullptr,
                                          std::make_unique<Advisories>(config.advisories)})) {}

Pipeline::~Pipeline() { stop(); }

void Pipeline::connect() {
  Room& room = state_->room;
  listen<events::PushReceived>(room.events, "pipeline.push",
                               [&room](const events::PushReceived& push) { return react_to_push(room, push); });
  listen<events::RepoDeleted>(room.events, "pipeline.repo",
                              [&room](const events::RepoDeleted& deleted) { return react_to_deleted(room, deleted); });
  listen<events::DeploymentChanged>(
      room.events, "pipeline.deployment",
      [&room](const events::DeploymentChanged& change) { return react_to_deployment(room, change); });
  room.git.add_push_notice([&room](const events::PushReceived& push) { return push_notice(room, push); });
}

void Pipeline::on_tool_report(std::function<Result<void>(const ToolReport&)> take) {
  state_->room.take_report = std::move(take);
}

Result<void> Pipeline::recover() {
  Room& room = state_->room;
  TRY(make_directories(room.config.folder + "/logs", 0750));
  room.blobs = TRY(open_file_blob_store(room.config.folder + "/artifacts"));
  TRY(room.db.write([&](Tx& tx) {
    return store::extend_leases(tx, room.clock.now() + std::chrono::duration_cast<Microseconds>(room.config.lease));
  }));
  for (RunId run : TRY(room.db.read([](Tx& tx) { return store::stalled_runs(tx); }))) {
    auto brought_on = room.db.write([&](Tx& tx) -> Result<void> {
      Progress progress = TRY(Progress::open(room, tx, run));
      return progress.commit();
    });
    // One broken run is said and set aside; the others go on.
    if (!brought_on) log::error("pipeline", "run {} cannot be brought on: {}", run.value, brought_on.error().message);
  }
  return {};
}

void Pipeline::start() {
  state_->dispatcher.start();
  state_->streams.start();
  state_->ticker = std::jthread([state = state_.get()](const std::stop_token& stop) { state->tick_until(stop); });
}

void Pipeline::stop_timers() {
  state_->ticker.request_stop();
  if (state_->ticker.joinable()) state_->ticker.join();
}

void Pipeline::stop() {
  stop_timers();
  state_->streams.stop();
  state_->dispatcher.stop();
}

Result<std::vector<Setting>> Pipeline::settings_for(std::string_view environment, std::string_view repo_path) {
  return pipeline::settings_for(state_->room, environment, repo_path);
}

Result<std::vector<Setting>> Pipeline::settings_at(const std::vector<Setting>& recorded) {
  return pipeline::settings_at(state_->room, recorded);
}

Result<void> Pipeline::append_log(JobId id, std::string_view step, std::string_view line) {
  Room& room = state_->room;
  const auto name = TRY(room.db.read([&](Tx& tx) -> Result<LogName> {
    const store::JobRow job = TRY(store::load_job(tx, id));
    return LogName{job.run, job.id, job.fence};
  }));
  auto file = TRY(room.logs->open(name));
  TRY(file->append_line(step, line));
  room.hub.publish(fmt::format("job-log:{}", id.value));
  return {};
}

Result<std::string> Pipeline::ensure_local_runner(std::string_view name) {
  Room& room = state_->room;
  const std::string file = fmt::format("{}/runner-{}.token", room.config.folder, name);
  if (!is_valid_name(name)) return fail(Errc::invalid, "'{}' is not a name for a runner", name);
  const bool known =
      TRY(room.db.read([&](Tx& tx) -> Result<bool> { return TRY(store::find_runner(tx, name)).has_value(); }));
  if (known && exists(file)) return read_file(file, 4096);
  const std::string token = TRY(room.db.write([&](Tx& tx) -> Result<std::string> {
    auto row = TRY(store::find_runner(tx, name));
    if (!row) {
      row.emplace();
      row->name = name;
      row->created_at = room.clock.now();
      row->id = TRY(store::insert_runner(tx, *row));
    }
    TRY(room.people.revoke_runner_tokens(tx, row->id));  // its file is gone: nobody else should have it
    return room.people.create_runner_token(tx, row->id, name);
  }));
  TRY(make_directories(room.config.folder, 0750));
  TRY(write_file_durably(file, token, 0600));
  return token;
}

std::vector<Route> Pipeline::routes() {
  const RouteRoom rooms{state_->room, state_->dispatcher, state_->streams};
  std::vector<Route> all;
  for (auto table : {run_routes(rooms), log_routes(rooms), pipeline_routes(rooms), variable_routes(rooms),
                     runner_admin_routes(rooms)}) {
    std::move(table.begin(), table.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<Route> Pipeline::runner_routes() { return state_->runner_api.routes(); }

}  // namespace sampan::pipeline
