#include "deliver/cutover.h"

#include "deliver/local/probe.h"

namespace sampan::deliver {

namespace {
constexpr std::chrono::milliseconds kProbeEvery{20}, kLook{10};
}  // namespace

Prober::Prober(int port, std::string path, Clock& clock)
    : thread_([this, port, path = std::move(path), &clock](std::stop_token stop) {
        Probe probe;
        probe.path = path;
        probe.timeout = std::chrono::seconds(5);
        while (!stop.stop_requested()) {
          const auto next = std::chrono::steady_clock::now() + kProbeEvery;
          const auto answer = probe_address({"127.0.0.1", port, probe}, clock);
          ++requests_;
          if (answer.status == 0 || answer.status >= 500) ++failed_;
          std::this_thread::sleep_until(next);  // a steady rate
        }
      }) {}

Prober::~Prober() = default;

void Prober::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::uint64_t grown(std::uint64_t before, std::uint64_t after) { return after >= before ? after - before : after; }

Result<ProbeCount> cut_over(Deliver::State& state, const Blueprint& plan, const Cutover& cutover) {
  const auto service = plan.service();
  std::optional<Prober> prober;
  // Before the first release nobody can be served: there is nothing to prove yet.
  if (!cutover.out.empty())
    prober.emplace(static_cast<int>(plan.app.port),
                   plan.spec.readiness.kind == Probe::Kind::http ? plan.spec.readiness.path : "/", state.clock);
  for (const auto* instance : cutover.in) TRY(state.target.admit(service, instance->name));
  for (const auto* instance : cutover.out) TRY(state.target.drain(service, instance->name));
  TRY(cutover.on_switched());
  const auto switched = std::chrono::steady_clock::now();
  const auto observed = switched + (cutover.out.empty() ? std::chrono::milliseconds(0) : state.config.observe),
             deadline = std::max(observed, switched + plan.spec.drain);
  while (std::chrono::steady_clock::now() < deadline) {
    if (state.stopping) return fail(Errc::conflict, "the server stops; it is taken up again at the next start");
    // Before that it goes on, whatever is open.
    if (std::chrono::steady_clock::now() >= observed) {
      auto traffic = TRY(state.target.traffic(service));
      const bool open = std::any_of(cutover.out.begin(), cutover.out.end(), [&](const store::Instance* instance) {
        return traffic.open_by_instance[instance->name] > 0;
      });
      if (!open) break;
    }
    std::this_thread::sleep_for(kLook);  // the proxy has no event for the end of a request
  }
  if (!prober) return ProbeCount{};
  prober->stop();
  return ProbeCount{prober->requests(), prober->failed()};
}

}  // namespace sampan::deliver
