// The moment customers move from one set of instances to another, watched from outside: nothing is refused, what is
// open ends by itself.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "deliver/state.h"

namespace sampan::deliver {

struct ProbeCount {
  std::uint64_t requests = 0, failed = 0;
};

// Sends requests through the proxy, as a customer would, while it lives.
class Prober {
 public:
  Prober(int port, std::string path, Clock& clock);
  ~Prober();
  void stop();  // then the counts stand
  std::uint64_t requests() const { return requests_; }
  std::uint64_t failed() const { return failed_; }

 private:
  std::atomic<std::uint64_t> requests_{0}, failed_{0};
  std::jthread thread_;
};

struct Cutover {
  std::vector<store::Instance*> in,
      out;  // `in` are ready; `out` take no new requests afterwards and have none open, or were given `drain`
  std::function<Result<void>()> on_switched;  // new requests go to `in` only, from now on; its error ends the cut-over
};
// Under the application's act lock. Lasts at least Config::observe when there is somebody to move away from. When the
// server stops meanwhile it ends with an error, wherever it is: it can be done again.
Result<ProbeCount> cut_over(Deliver::State& state, const Blueprint& plan, const Cutover& cutover);

// a - b of counters that may have begun anew in between.
std::uint64_t grown(std::uint64_t before, std::uint64_t after);

}  // namespace sampan::deliver
