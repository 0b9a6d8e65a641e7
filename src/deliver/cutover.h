// The moment customers move from one set of instances to another, counted: nothing is refused, what is open ends by itself.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "deliver/state.h"

namespace sampan::deliver {

struct Count { std::uint64_t requests = 0, failed = 0, probe_requests = 0, probe_failed = 0; std::vector<FailedRequest> first_failures; };

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
  std::vector<store::Instance*> in, out;  // `in` are ready; `out` take no new requests afterwards and have none open, or were given `drain`
  std::function<void()> on_switched;      // new requests go to `in` only, from now on
};
// Under the application's act lock. On an error before on_switched nothing has moved.
Result<Count> cut_over(Deliver::State& state, const Blueprint& plan, const Cutover& cutover);

// a - b of counters that may have begun anew in between.
std::uint64_t grown(std::uint64_t before, std::uint64_t after);

}  // namespace sampan::deliver
