// What notify's verbs and routes share. Private to the room.
#pragma once

#include <condition_variable>
#include <thread>

#include "notify/notify.h"
#include "notify/store.h"

namespace sampan::notify {

struct Notify::State {
  State(Db& db_in, Clock& clock_in, EventLog& events_in, people::People& people_in, SecretBox& secrets_in,
        HttpClient& http_in, Config config_in)
      : db(db_in),
        clock(clock_in),
        events(events_in),
        people(people_in),
        secrets(secrets_in),
        http(http_in),
        config(std::move(config_in)),
        jumps(clock_in) {}

  Db& db;
  Clock& clock;
  EventLog& events;
  people::People& people;
  SecretBox& secrets;
  HttpClient& http;
  Config config;
  JumpWatch jumps;  // the sender's

  // Queues a message for every robot that wants it. `source` makes it safe to repeat.
  Result<void> tell(std::string_view source, const std::optional<Message>& message);
  // Sends what is due, merged, within the rate; returns when to look again.
  Result<Time> deliver_due();
  // Sends one message now, outside the queue: the test button.
  Result<std::string> send_now(const store::Robot& robot, const Message& message);

  void ring();
  void run(std::stop_token stop);
  std::mutex mutex;
  std::condition_variable_any bell;
  bool rung = false;
  std::jthread sender;

 private:
  Result<Time> deliver_to(const store::Robot& robot, Time now);
  Result<std::string> secret_of(const store::Robot& robot) const;
};

std::vector<Route> robot_routes(Notify::State& state);

}  // namespace sampan::notify
