#include "base/events.h"

#include <atomic>
#include <condition_variable>
#include <thread>

#include "base/log.h"

namespace sampan {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr std::int64_t kBatch = 100;
constexpr auto kTick = 5s;            // certainty: another process may have said something
constexpr auto kCursorEvery = 500ms;  // a crash repeats at most what was handled since
constexpr auto kFirstPause = 100ms, kLongestPause = 30'000ms;

}  // namespace

struct EventLog::State {
  struct Listener {
    std::string name;
    std::vector<std::string> kinds;
    std::function<Result<void>(const Event&)> reaction;
    std::jthread thread;
    // Guarded by State::mutex:
    bool rung = true;          // look at once: there may be work from before the start
    std::int64_t handled = 0;  // no event up to here is left to do
    bool placed = false;       // has a cursor
    std::condition_variable bell;

    bool hears(std::string_view kind) const { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); }
  };

  struct Batch {
    std::vector<Event> events;
    std::int64_t up_to = 0;  // when all of `events` is done, so is everything up to here
  };

  Db& db;
  Clock& clock;
  std::mutex mutex;
  bool stopping = false;                             // guarded by mutex
  std::condition_variable progress;                  // some listener's `handled` has grown, or stopping
  std::vector<std::unique_ptr<Listener>> listeners;  // fixed once started
  bool started = false;

  State(Db& database, Clock& its_clock) : db(database), clock(its_clock) {}

  void ring(std::string_view kind) {
    std::lock_guard lock(mutex);
    for (auto& listener : listeners) {
      if (!kind.empty() && !listener->hears(kind)) continue;
      listener->rung = true;
      listener->bell.notify_one();
    }
  }

  bool stopped() {
    std::lock_guard lock(mutex);
    return stopping;
  }

  // False: stopping.
  bool wait_for_bell(Listener& listener) {
    std::unique_lock lock(mutex);
    listener.bell.wait_for(lock, kTick, [&] { return listener.rung || stopping; });
    listener.rung = false;
    return !stopping;
  }

  bool pause(Listener& listener, std::chrono::milliseconds length) {
    std::unique_lock lock(mutex);
    listener.bell.wait_for(lock, length, [&] { return stopping; });
    return !stopping;
  }

  void set_handled(Listener& listener, std::int64_t id) {
    std::lock_guard lock(mutex);
    listener.handled = std::max(listener.handled, id);
    progress.notify_all();
  }

  // Gives the listener its cursor, at the end of the log when it is new, and reads where it stands.
  Result<void> place(Listener& listener) {
    const std::int64_t last = TRY(db.write([&](Tx& tx) -> Result<std::int64_t> {
      TRY(
          tx.exec("insert into event_cursor (listener, last_id) select $1, coalesce(max(id), 0) from event where true "
                  "on conflict (listener) do nothing",
                  {listener.name}));
      const auto row = TRY(tx.one("cursor", "select last_id from event_cursor where listener = $1", {listener.name}));
      return row.integer(0);
    }));
    set_handled(listener, last);
    listener.placed = true;
    return {};
  }

  Result<Batch> next_batch(const Listener& listener, std::int64_t after) {
    std::vector<Param> params{after};
    std::string kinds;
    for (const auto& kind : listener.kinds) {
      params.emplace_back(kind);
      kinds += fmt::format("{}${}", kinds.empty() ? "" : ", ", params.size());
    }
    const std::string sql = fmt::format(
        "select id, kind, body, at from event where id > $1 and kind in ({}) order by id limit {}", kinds, kBatch);
    return db.read([&](Tx& tx) -> Result<Batch> {
      Batch batch;
      // The end first: with one snapshot for both, nothing up to it can be missing from the list.
      batch.up_to = TRY(tx.query("select coalesce(max(id), 0) from event")).front().integer(0);
      for (const auto& row : TRY(tx.query(sql, params)))
        batch.events.push_back({row.integer(0), row.text(1), row.text(2), row.time(3)});
      if (batch.events.size() == static_cast<std::size_t>(kBatch)) batch.up_to = batch.events.back().id;
      batch.up_to = std::max(batch.up_to, after);
      return batch;
    });
  }

  void save_cursor(const Listener& listener, std::int64_t id) {
    // Lazily: a cursor lost in a power cut means hearing events again, which reactions must bear anyhow.
    auto saved = db.write_lazily([&](Tx& tx) {
      return tx.exec("update event_cursor set last_id = $2 where listener = $1 and last_id < $2", {listener.name, id});
    });
    if (!saved) log::warning("events", "the cursor of {} could not be saved: {}", listener.name, saved.error().message);
  }

  static Result<void> react(const Listener& listener, const Event& event) {
    try {
      return listener.reaction(event);
    } catch (const std::exception& error) {
      return fail(Errc::internal, "an exception ended in the reaction: {}", error.what());
    }
  }

  // Repeats until the event is done or set aside. False: stopping.
  bool handle(Listener& listener, const Event& event) {
    for (auto length = std::chrono::milliseconds(kFirstPause);;
         length = std::min<std::chrono::milliseconds>(length * 2, kLongestPause)) {
      if (stopped()) return false;
      const auto done = react(listener, event);
      if (done) return true;
      if (done.error().code == Errc::invalid) {
        log::error("events", "{} set aside event {} ({}): {}", listener.name, event.id, event.kind,
                   done.error().message);
        return true;
      }
      log::warning("events", "{} will try event {} ({}) again in {} ms: {}", listener.name, event.id, event.kind,
                   length.count(), done.error().message);
      if (!pause(listener, length)) return false;
    }
  }

  // One batch; its last id in `position`. False: stopping.
  bool handle_batch(Listener& listener, const Batch& batch, std::int64_t& position) {
    std::int64_t saved = position;
    auto saved_at = Steady::now();
    bool going_on = true;
    for (const auto& event : batch.events) {
      going_on = handle(listener, event);
      if (!going_on) break;
      position = event.id;
      set_handled(listener, position);
      if (Steady::now() - saved_at < kCursorEvery) continue;
      save_cursor(listener, saved = position);
      saved_at = Steady::now();
    }
    if (position != saved) save_cursor(listener, position);
    if (!going_on) return false;
    position = batch.up_to;
    set_handled(listener, position);
    return true;
  }

  void run(Listener& listener) {
    while (!listener.placed) {
      const auto placed = place(listener);
      if (placed) break;
      log::error("events", "{} has no cursor yet: {}", listener.name, placed.error().message);
      if (!pause(listener, 1s)) return;
    }
    std::int64_t position = listener.handled;
    while (wait_for_bell(listener)) {
      for (bool full = true; full;) {
        const auto batch = next_batch(listener, position);
        if (!batch) {
          log::warning("events", "{} cannot read the events: {}", listener.name, batch.error().message);
          if (!pause(listener, 1s)) return;
          continue;
        }
        full = batch->events.size() == static_cast<std::size_t>(kBatch);
        if (!handle_batch(listener, *batch, position)) return;
      }
    }
  }
};

EventLog::EventLog(Db& db, Clock& clock) : state_(std::make_unique<State>(db, clock)) {}
EventLog::~EventLog() { stop(); }

Result<void> EventLog::say(Tx& tx, std::string_view kind, std::string body) {
  // Ids must become visible in their order, or a cursor would step over one that is committed late.
  TRY(tx.take_turns());
  TRY(tx.exec("insert into event (kind, body, at) values ($1, $2, $3)", {kind, std::move(body), state_->clock.now()}));
  tx.after_commit([state = state_.get(), kind = std::string(kind)] { state->ring(kind); });
  return {};
}

void EventLog::listen(std::string name, std::vector<std::string> kinds,
                      std::function<Result<void>(const Event&)> reaction) {
  auto listener = std::make_unique<State::Listener>();
  listener->name = std::move(name);
  listener->kinds = std::move(kinds);
  listener->reaction = std::move(reaction);
  // Now, not at start(): what is said between the two is heard. A failure is repeated by the listener's own thread.
  const auto placed = state_->place(*listener);
  if (!placed) log::error("events", "{} has no cursor yet: {}", listener->name, placed.error().message);
  state_->listeners.push_back(std::move(listener));
}

void EventLog::start() {
  if (std::exchange(state_->started, true)) return;
  for (auto& listener : state_->listeners) {
    listener->thread = std::jthread([state = state_.get(), one = listener.get()] { state->run(*one); });
  }
}

void EventLog::stop() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    for (auto& listener : state_->listeners) listener->bell.notify_one();
    state_->progress.notify_all();
  }
  for (auto& listener : state_->listeners) {
    if (listener->thread.joinable()) listener->thread.join();
  }
}

void EventLog::settle() {
  State& state = *state_;
  const auto end_of_log = [&]() -> std::int64_t {
    const auto row = state.db.read([](Tx& tx) { return tx.one("event", "select coalesce(max(id), 0) from event"); });
    return row ? row->integer(0) : 0;
  };
  if (!state.started) return;
  std::int64_t target = end_of_log();
  for (std::int64_t before = -1; before != target; before = std::exchange(target, end_of_log())) {
    state.ring({});
    std::unique_lock lock(state.mutex);
    state.progress.wait(lock, [&] {
      return state.stopping || std::all_of(state.listeners.begin(), state.listeners.end(),
                                           [&](const auto& listener) { return listener->handled >= target; });
    });
    if (state.stopping) return;
  }
}

Result<std::int64_t> EventLog::forget(Time before) {
  State& state = *state_;
  const auto handled_by_all = [&](const std::string& kind) {
    std::lock_guard lock(state.mutex);
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const auto& listener : state.listeners) {
      if (listener->hears(kind)) least = std::min(least, listener->handled);
    }
    return least;
  };
  return state.db.write([&](Tx& tx) -> Result<std::int64_t> {
    std::int64_t forgotten = 0;
    for (const auto& row : TRY(tx.query("select distinct kind from event where at < $1", {before}))) {
      forgotten += TRY(tx.exec("delete from event where kind = $1 and id <= $2 and at < $3",
                               {row.text(0), handled_by_all(row.text(0)), before}));
    }
    return forgotten;
  });
}

}  // namespace sampan
