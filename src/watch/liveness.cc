#include "watch/liveness.h"

#include "base/log.h"

namespace sampan::watch {

namespace {
constexpr std::size_t kRemembered = 1000;
}  // namespace

void Liveness::look(const deliver::LiveApp& app) {
  if (!app.liveness) return;
  const auto now = std::chrono::steady_clock::now();
  if (auto patients = patients_.lock(); patients->size() > kRemembered) {
    std::erase_if(*patients, [](const auto& one) { return !one.second.asking; });  // most of them are gone by now
  }
  for (const auto& instance : app.instances) {
    auto patients = patients_.lock();
    if (instance.state != "ready") {
      if (const auto known = patients->find(instance.name); known != patients->end() && !known->second.asking)
        patients->erase(known);
      continue;
    }
    auto& patient = (*patients)[instance.name];
    if (patient.asking || now - patient.asked < app.liveness->period) continue;
    patient.asked = now;
    // A full queue: it is asked a moment later.
    patient.asking =
        pool_.submit([this, instance, probe = *app.liveness, port = app.port] { ask(instance, probe, port); });
  }
}

void Liveness::ask(const deliver::InstanceView& instance, const deliver::Probe& probe, int port) {
  const auto answer = target_.probe(instance.name, probe, port);
  int bad = 0;
  {
    auto patients = patients_.lock();
    auto& patient = (*patients)[instance.name];
    patient.asking = false;
    bad = patient.bad = answer.ok ? 0 : patient.bad + 1;
    if (bad >= probe.bad) patients->erase(instance.name);
  }
  if (bad < probe.bad) return;
  const auto reason = fmt::format("{} bad answers in a row on {}: {} {}", probe.bad, probe.path, answer.status,
                                  answer.body.substr(0, 100));
  if (const auto done = deliver_.replace(instance.id, reason); !done.has_value())
    log::warning("watch", "{}", done.error().message);
}

}  // namespace sampan::watch
