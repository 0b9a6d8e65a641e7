// Asks instances whether they live; the sick are replaced. Probes run beside each other: one that hangs delays nobody
// else's.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/pool.h"
#include "base/sync.h"
#include "deliver/deliver.h"

namespace sampan::watch {

class Liveness {
 public:
  Liveness(deliver::Deliver& deliver, deliver::Target& target) : deliver_(deliver), target_(target) {}
  void look(const deliver::LiveApp& app);  // sends the probes that are due; does not wait for them

 private:
  struct Patient {
    std::chrono::steady_clock::time_point asked{};
    int bad = 0;
    bool asking = false;
  };
  void ask(const deliver::InstanceView& instance, const deliver::Probe& probe, int port);

  deliver::Deliver& deliver_;
  deliver::Target& target_;
  Sync<std::map<std::string, Patient>> patients_;
  Pool pool_{8, 1000};  // last: its work uses the rest
};

}  // namespace sampan::watch
