// People are told: DingTalk robots (signed markdown and action cards) and generic web hooks, on change of state,
// merged, under the rate limit. hears: RunChanged, GateOpened, DeploymentChanged, AppChanged.   says: nothing. owns:
// robot, notice.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/db.h"
#include "base/events.h"
#include "base/http_client.h"
#include "model/route.h"
#include "people/people.h"

namespace sampan::notify {

struct Config {
  std::string public_url;  // links in messages lead there
  int per_minute = 18;     // DingTalk blocks a robot above 20 a minute for ten minutes
  std::chrono::milliseconds merge_window{1500};
};

class Notify {
 public:
  Notify(Db& db, Clock& clock, EventLog& events, people::People& people, SecretBox& secrets, HttpClient& http,
         Config config);
  ~Notify();
  void connect();
  void start();
  void stop();
  std::vector<Route> routes();

  struct State;  // private to the room

 private:
  std::unique_ptr<State> state_;
};

}  // namespace sampan::notify
