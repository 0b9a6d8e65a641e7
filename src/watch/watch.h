// It is watched: liveness, self-healing, scaling, measured numbers of each application.
// hears: nothing.   says: nothing (deliver says what it did).
// owns: metric_sample.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/db.h"
#include "base/events.h"
#include "deliver/deliver.h"
#include "model/route.h"

namespace sampan::watch {

struct Config {
  std::chrono::milliseconds sample{500};  // how often load is read
  std::chrono::milliseconds keep{24 * 3600 * 1000};
};

class Watch {
 public:
  Watch(Db& db, Clock& clock, Hub& hub, deliver::Deliver& deliver, deliver::Target& target, people::People& people,
        Config config);
  ~Watch();
  void start();
  void stop();
  std::vector<Route> routes();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sampan::watch
