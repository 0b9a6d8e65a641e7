#include "pipeline/dispatcher.h"

#include "base/json_struct.h"
#include "base/log.h"
#include "base/text.h"
#include "pipeline/order.h"
#include "pipeline/progress.h"
#include "pipeline/queue_store.h"

namespace sampan::pipeline {
namespace {

struct HelloEvent {
  std::string server_version;
  std::int64_t lease_ms = 0;
};
BOOST_DESCRIBE_STRUCT(HelloEvent, (), (server_version, lease_ms))

struct CancelEvent {
  std::int64_t job = 0, fence = 0;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(CancelEvent, (), (job, fence, reason))

}  // namespace

bool ConnectedRunner::has_all(std::string_view wanted) const {
  if (wanted.empty()) return true;
  const auto parts = split(wanted, ',');
  return std::all_of(parts.begin(), parts.end(), [&](const std::string& label) {
    return std::find(labels.begin(), labels.end(), label) != labels.end();
  });
}

void Dispatcher::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Dispatcher::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  auto runners = runners_.lock();
  for (auto& [id, runner] : *runners) runner.stream->close();
  runners->clear();
}

void Dispatcher::ring() {
  {
    std::lock_guard lock(bell_mutex_);
    rung_ = true;
  }
  bell_.notify_one();
}

void Dispatcher::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(bell_mutex_);
      // The bell is for speed; the slow look is for certainty.
      bell_.wait_for(lock, stop, std::chrono::seconds(5), [this] { return rung_; });
      rung_ = false;
    }
    if (stop.stop_requested()) return;
    if (auto sent = dispatch(); !sent) log::error("pipeline", "jobs could not be handed out: {}", sent.error().message);
  }
}

std::vector<ConnectedRunner> Dispatcher::connected() const {
  auto runners = runners_.lock();
  std::erase_if(*runners, [](const auto& entry) { return entry.second.stream->closed(); });
  std::vector<ConnectedRunner> all;
  for (const auto& [id, runner] : *runners) all.push_back(runner);
  return all;
}

Result<void> Dispatcher::connect(const RunnerHello& hello, std::shared_ptr<EventStream> stream) {
  ConnectedRunner runner{hello.runner, "", hello.version, hello.capacity, hello.labels, std::move(stream)};
  std::sort(runner.labels.begin(), runner.labels.end());
  runner.name = TRY(room_.db.write([&](Tx& tx) -> Result<std::string> {
    store::RunnerRow row = TRY(store::load_runner(tx, hello.runner));
    row.labels = join(runner.labels, ",");
    row.version = hello.version;
    row.capacity = hello.capacity;
    row.last_seen_at = room_.clock.now();
    TRY(store::save_runner(tx, row));
    room_.publish(tx, "runners");
    return row.name;
  }));
  runner.stream->send("hello", to_json(HelloEvent{"0.1", room_.config.lease.count()}));
  {
    const std::lock_guard entrance(entrance_);
    const std::lock_guard pass(streams_);
    TRY(resend(runner));
    auto runners = runners_.lock();
    auto [entry, added] = runners->try_emplace(runner.id.value, runner);
    if (!added) {
      entry->second.stream->close();
      entry->second = runner;
    }
  }
  runner.stream->on_close([hub = &room_.hub] { hub->publish("runners"); });
  ring();
  return {};
}

Result<void> Dispatcher::resend(const ConnectedRunner& runner) {
  const auto orders = TRY(room_.db.write([&](Tx& tx) -> Result<std::vector<std::string>> {
    std::vector<std::string> all;
    for (JobId id : TRY(store::leased_to(tx, runner.id))) {
      const store::JobRow job = TRY(store::load_job(tx, id));
      if (job.state != JobState::running || job.reported) continue;
      const store::RunRow run = TRY(store::load_run(tx, job.run));
      // With a token more, not another: a runner that has the order already goes on with the first. Both end with the
      // job.
      all.push_back(TRY(make_order(room_, tx, run, job)));
    }
    return all;
  }));
  for (const std::string& order : orders) runner.stream->send("job", order);
  return {};
}

void Dispatcher::disconnect(RunnerId runner) {
  auto runners = runners_.lock();
  const auto found = runners->find(runner.value);
  if (found == runners->end()) return;
  found->second.stream->close();
  runners->erase(found);
}

void Dispatcher::send_cancel(const CancelOrder& order) {
  auto runners = runners_.lock();
  auto found = runners->find(order.runner.value);
  // A runner that is away hears it in the answer to its next heartbeat.
  if (found != runners->end())
    found->second.stream->send("cancel", to_json(CancelEvent{order.job.value, order.fence, order.reason}));
}

std::shared_lock<std::shared_mutex> Dispatcher::lease_pass() {
  const std::lock_guard entrance(entrance_);
  return std::shared_lock(streams_);
}

Result<int> Dispatcher::dispatch() {
  const auto pass = lease_pass();
  const auto runners = connected();
  if (runners.empty()) return 0;
  const bool idle = TRY(room_.db.read([&](Tx& tx) -> Result<bool> {
    const auto free = TRY(free_places(tx, runners));
    const bool full = std::all_of(free.begin(), free.end(), [](const Free& each) { return each.places <= 0; });
    return full || TRY(store::queued_labels(tx)).empty();
  }));
  if (idle) return 0;
  TRY(room_.advisories->sum());  // new ones take a moment to be read: not within the transaction
  const auto assignments = TRY(room_.db.write([&](Tx& tx) { return lease_jobs(tx, runners); }));
  for (const Assignment& assignment : assignments) assignment.runner.stream->send("job", assignment.order);
  return static_cast<int>(assignments.size());
}

Result<void> Dispatcher::hand_on(RunnerId runner, const std::function<Result<void>(Tx&)>& write) {
  const auto pass = lease_pass();
  auto runners = connected();
  std::erase_if(runners, [&](const ConnectedRunner& each) { return each.id != runner; });
  std::vector<Assignment> assignments;
  if (!runners.empty() && room_.advisories->sum().has_value()) {
    bool wrote = false;
    const auto done = room_.db.write([&](Tx& tx) -> Result<void> {
      wrote = false;
      TRY(write(tx));
      wrote = true;
      assignments = TRY(lease_jobs(tx, runners));
      return {};
    });
    if (!done.has_value() && !wrote) return done;
    if (done.has_value()) {
      for (const Assignment& assignment : assignments) assignment.runner.stream->send("job", assignment.order);
      return {};
    }
    log::error("pipeline", "the next job could not be handed out: {}", done.error().message);
  }
  return room_.db.write([&](Tx& tx) { return write(tx); });
}

Result<std::vector<Dispatcher::Free>> Dispatcher::free_places(Tx& tx, const std::vector<ConnectedRunner>& runners) {
  std::vector<Free> free;
  for (const ConnectedRunner& runner : runners) {
    const auto busy = TRY(store::leased_to(tx, runner.id));
    free.push_back({&runner, runner.capacity - static_cast<std::int64_t>(busy.size())});
  }
  return free;
}

Result<std::vector<Dispatcher::Assignment>> Dispatcher::lease_jobs(Tx& tx,
                                                                   const std::vector<ConnectedRunner>& runners) {
  TRY(tx.take_turns());
  auto free = TRY(free_places(tx, runners));
  std::vector<Assignment> assignments;
  while (true) {
    // Always to the one with the most free places: work is spread.
    auto most =
        std::max_element(free.begin(), free.end(), [](const Free& a, const Free& b) { return a.places < b.places; });
    if (most == free.end() || most->places <= 0) return assignments;
    auto assignment = TRY(lease_one(tx, *most->runner));
    if (!assignment) {
      most->places = 0;
      continue;
    }
    assignments.push_back(std::move(*assignment));
    --most->places;
  }
}

Result<std::optional<Dispatcher::Assignment>> Dispatcher::lease_one(Tx& tx, const ConnectedRunner& runner) {
  while (true) {
    std::optional<JobId> oldest;
    for (const std::string& labels : TRY(store::queued_labels(tx))) {
      if (!runner.has_all(labels)) continue;
      auto job = TRY(store::oldest_queued(tx, labels));
      if (job && (!oldest || *job < *oldest)) oldest = job;
    }
    if (!oldest) return std::optional<Assignment>{};
    auto order = lease(tx, runner, *oldest);
    if (!order && order.error().code == Errc::unavailable) return order.error();
    if (!order) {
      // One bad row must not stop the others.
      log::error("pipeline", "job {} is set aside: {}", oldest->value, order.error().message);
      TRY(store::set_aside(tx, *oldest, fmt::format("set aside, it cannot be read: {}", order.error().message),
                           room_.clock.now()));
      continue;
    }
    if (*order) return std::optional(Assignment{runner, std::move(**order), *oldest});
  }
}

// nullopt: the job could not be made ready and has failed with its reason.
Result<std::optional<std::string>> Dispatcher::lease(Tx& tx, const ConnectedRunner& runner, JobId id) {
  const store::JobRow row = TRY(store::load_job(tx, id));
  Progress progress = TRY(Progress::open(room_, tx, row.run));
  store::JobRow* job = TRY(progress.job(id));
  const Time now = room_.clock.now();
  job->runner = runner.id;
  job->lease_until = now + std::chrono::duration_cast<Microseconds>(room_.config.lease);
  // The runner keeps the limit itself; this one is for a runner that does not.
  job->deadline_at = now + std::chrono::minutes(job->plan->timeout_minutes + 2);
  job->reported = false;
  job->reason.clear();
  TRY(progress.move(*job, JobMove::start));
  auto order = make_order(room_, tx, progress.run(), *job);
  if (!order && !is_mistake(order.error())) return order.error();
  if (!order) {
    job->lease_until.reset();
    TRY(progress.finish(*job, JobMove::fail, order.error().message));
  }
  TRY(progress.commit());
  if (!order) return std::optional<std::string>{};
  return std::optional(std::move(*order));
}

}  // namespace sampan::pipeline
