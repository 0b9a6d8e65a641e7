// Events as rows: an event is written in the same transaction as the fact; each listener has a cursor and is called at
// least once per event, in order, on its own thread; a bell makes it fast (well under a millisecond after the commit),
// a slow tick certain. Owns tables: event(id, kind, body, at), event_cursor(listener, last_id).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/db.h"

namespace sampan {

struct Event {
  std::int64_t id = 0;
  std::string kind;  // "push_received"
  std::string body;  // JSON of the struct in model/events.h
  Time at{};
};

class EventLog {
 public:
  EventLog(Db& db, Clock& clock);
  ~EventLog();  // stops the listeners, waits for them

  // Inside the fact's transaction. Rings the bell after the commit.
  Result<void> say(Tx& tx, std::string_view kind, std::string body);

  // `name` is the cursor's name; a new listener starts at the events said from now on. `reaction` must be safe to run
  // twice. An error from it is logged and retried with growing pauses (at most 30 s): events behind it wait.
  // Errc::invalid sets the event aside instead (logged as error).
  void listen(std::string name, std::vector<std::string> kinds, std::function<Result<void>(const Event&)> reaction);
  void start();  // after all listeners are known
  void stop();   // idempotent; the destructor calls it

  // For tests and shutdown: returns when every listener has handled all events said before the call and those their
  // reactions said, or after stop(). Not from a reaction.
  void settle();

  // Deletes the events said before `before` that every listener of their kind has handled.
  Result<std::int64_t> forget(Time before);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// In-process news for live pages: a topic has changed, look again. Not durable, never the only path of a fact.
class Hub {
 public:
  using Token = std::shared_ptr<void>;  // dropping it unsubscribes; after that fn is not running (unless it is fn that
                                        // drops) and never will
  // Topics are like "run:12", "app:5", "runs", "job-log:77". Called on the publisher's thread: be quick.
  Token subscribe(std::vector<std::string> topics, std::function<void(const std::string& topic)> fn);
  void publish(const std::string& topic);
  Hub();
  ~Hub();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sampan
