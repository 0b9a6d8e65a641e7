// Instances: how one is made, waited for, woken, put aside and retired.
#include <unistd.h>

#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "deliver/state.h"

namespace sampan::deliver {

namespace {
constexpr int kEvidenceLines = 200;
constexpr std::chrono::milliseconds kBetweenGoodAnswers{50}, kBetweenLooks{20};
}  // namespace

std::shared_ptr<std::mutex> Deliver::State::act_of(AppId app) {
  auto all = acts.lock();
  auto& mutex = (*all)[app.value];
  if (!mutex) mutex = std::make_shared<std::mutex>();
  return mutex;
}

Result<Blueprint> Deliver::State::blueprint(const store::Application& app, const store::Release& release) {
  Blueprint plan{app, release, {}, {}};
  auto reading = read_app_spec(release.spec_yaml, ".sampan/app.yaml", app.environment_name);
  if (!reading.spec) return fail(Errc::invalid, "release r{}: {}", release.number, format(reading.errors.front()));
  plan.spec = std::move(*reading.spec);
  const auto recorded = TRY(db.read([&](Tx& tx) { return store::settings(tx, release.id); }));
  std::vector<pipeline::Setting> secrets;
  for (const auto& setting : recorded) {
    if (setting.secret)
      secrets.push_back(setting);
    else
      plan.environment.emplace_back(setting.key, setting.value);
  }
  if (!secrets.empty()) {
    for (const auto& setting : TRY(pipeline.settings_at(secrets)))
      plan.environment.emplace_back(setting.key, setting.value);
  }
  return plan;
}

Result<store::Instance> Deliver::State::add_instance(const Blueprint& plan, DeploymentId deployment,
                                                     std::string_view mark) {
  store::Instance instance;
  instance.application = plan.app.id;
  instance.release = plan.release.id;
  instance.release_number = plan.release.number;
  instance.deployment = deployment;
  instance.created_at = clock.now();
  instance.name = fmt::format("{}-r{}-{}", plan.service(), plan.release.number,
                              mark.empty() ? hex(random_token("", 3)).substr(0, 6) : std::string(mark));
  instance.id = TRY(db.write([&](Tx& tx) { return store::insert_instance(tx, instance); }));
  return instance;
}

Result<void> Deliver::State::start_instance(const Blueprint& plan, store::Instance& instance) {
  InstanceSpec spec;
  spec.name = instance.name;
  spec.service = plan.service();
  spec.image = fmt::format("{}@{}", plan.release.image, plan.release.digest);
  spec.port = plan.spec.port;
  spec.environment = plan.environment;
  spec.command = plan.spec.command;
  spec.memory_bytes = plan.spec.memory_bytes;
  spec.cpus = plan.spec.cpus;
  spec.stop_grace = plan.spec.stop_grace;
  const auto status = TRY(target.start(spec));
  instance.address = fmt::format("{}:{}", status.address, plan.spec.port);
  instance.pid = status.pid;
  return db.write([&](Tx& tx) { return store::update_instance(tx, instance); });
}

Result<void> Deliver::State::await_ready(const Blueprint& plan, store::Instance& instance,
                                         std::chrono::steady_clock::time_point deadline,
                                         const std::function<bool()>& given_up) {
  int good = 0;
  bool started = false;
  while (true) {
    const auto& probe = started ? plan.spec.readiness : plan.spec.startup;
    const auto answer = target.probe(instance.name, probe, plan.spec.port);
    instance.probe_at = answer.at;
    instance.probe_ok = answer.ok;
    instance.probe_status = answer.status;
    instance.probe_body = answer.body;
    started = started || answer.ok;
    good = answer.ok ? good + 1 : 0;
    if (good >= std::max(1, plan.spec.readiness.good)) return {};
    if (given_up()) return fail(Errc::conflict, "given up while waiting for '{}'", instance.name);
    if (!answer.ok) {
      const auto status = TRY(target.status(instance.name));
      if (status.state == InstanceState::exited || status.state == InstanceState::absent) {
        instance.exit_code = status.exit_code;
        return fail(Errc::invalid, "instance '{}' ended with exit code {}{} before it was ready", instance.name,
                    status.exit_code, status.out_of_memory ? " (killed, at its memory limit?)" : "");
      }
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return fail(Errc::invalid, "instance '{}' was not ready within {} s; its last answer on {}: {} {}", instance.name,
                  plan.spec.start_deadline.count() / 1000, probe.path,
                  answer.status == 0 ? "none" : std::to_string(answer.status),
                  trim(std::string_view(answer.body).substr(0, 120)));
    }
    std::this_thread::sleep_for(
        answer.ok ? kBetweenGoodAnswers
                  : std::min(probe.period, std::chrono::milliseconds(1000)));  // the probe's own period
  }
}

Result<void> Deliver::State::wake(const Blueprint& plan, store::Instance& instance) {
  TRY(target.thaw(instance.name));
  auto probe = plan.spec.readiness;
  probe.timeout = std::max(probe.timeout, std::chrono::milliseconds(1000));
  for (int i = 0; i < 10; ++i) {
    const auto answer = target.probe(instance.name, probe, plan.spec.port);
    instance.probe_at = answer.at;
    instance.probe_ok = answer.ok;
    instance.probe_status = answer.status;
    instance.probe_body = answer.body;
    if (answer.ok) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // just thawed: its next answer is a moment away
  }
  return fail(Errc::unavailable, "'{}' was thawed but does not answer well: {} {}", instance.name,
              instance.probe_status, instance.probe_body);
}

void Deliver::State::keep_evidence(store::Instance& instance, const std::string& reason) {
  if (const auto status = target.status(instance.name); status.has_value() && status->state == InstanceState::exited)
    instance.exit_code = status->exit_code;
  if (const auto log = target.log_tail(instance.name, kEvidenceLines); log.has_value()) instance.log_tail = *log;
  instance.exit_reason = reason;
}

Result<void> Deliver::State::change_role(store::Instance& instance, InstanceRole role) {
  if (instance.role == role) return {};
  if (!may_follow(instance.role, role)) {
    return fail(Errc::internal, "instance '{}' cannot go from {} to {}", instance.name, enum_text(instance.role),
                enum_text(role));
  }
  instance.role = role;
  const auto now = clock.now();
  if (role == InstanceRole::ready) instance.ready_at = now;
  if (role == InstanceRole::warm || role == InstanceRole::spare) instance.aside_at = now;
  if (role == InstanceRole::failed || role == InstanceRole::stopped) instance.ended_at = now;
  return db.write([&](Tx& tx) { return store::update_instance(tx, instance); });
}

std::uint64_t Deliver::State::warm_budget() const {
  if (config.warm_memory_budget > 0) return config.warm_memory_budget;
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) /
         4;
}

std::uint64_t Deliver::State::frozen_memory() {
  std::uint64_t sum = 0;
  const auto all = db.read([](Tx& tx) { return store::all_instances(tx); });
  if (!all.has_value()) return 0;
  for (const auto& instance : *all) {
    if (instance.role != InstanceRole::warm && instance.role != InstanceRole::spare) continue;
    if (const auto usage = target.usage(instance.name); usage.has_value()) sum += usage->memory_bytes;
  }
  return sum;
}

// Builds and live instances come first: the longest frozen go until the rest fits. Another application's is left alone
// while it is busy.
Result<void> Deliver::State::make_room(AppId app) {
  auto all = TRY(db.read([](Tx& tx) { return store::all_instances(tx); }));
  std::erase_if(all, [](const store::Instance& instance) { return instance.role != InstanceRole::warm; });
  std::sort(all.begin(), all.end(),
            [](const store::Instance& a, const store::Instance& b) { return a.aside_at < b.aside_at; });
  for (auto& instance : all) {
    if (frozen_memory() < warm_budget()) return {};
    const auto act = act_of(instance.application);
    std::unique_lock lock(*act, std::defer_lock);
    if (instance.application != app && !lock.try_lock()) continue;
    const auto again = TRY(db.read([&](Tx& tx) { return store::find_instance(tx, instance.id); }));
    if (again && again->role == InstanceRole::warm) TRY(retire(instance, std::chrono::seconds(1)));
  }
  return {};
}

Result<void> Deliver::State::await_last_request(const std::string& service, const std::string& instance,
                                                std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline && TRY(target.traffic(service)).open_by_instance[instance] > 0) {
    if (stopping) return fail(Errc::conflict, "the server stops; '{}' goes at the next start", instance);
    std::this_thread::sleep_for(kBetweenLooks);  // the proxy has no event for the end of a request
  }
  return {};
}

Result<void> Deliver::State::leave_table(const Blueprint& plan, const store::Instance& instance) {
  TRY(target.drain(plan.service(), instance.name));
  TRY(await_last_request(plan.service(), instance.name, plan.spec.drain));
  return target.expel(plan.service(), instance.name);
}

Result<void> Deliver::State::put_aside(const Blueprint& plan, store::Instance& instance) {
  TRY(target.expel(plan.service(), instance.name));
  TRY(make_room(plan.app.id));
  if (plan.spec.keep_warm.count() <= 0 || frozen_memory() >= warm_budget())
    return retire(instance, plan.spec.stop_grace);
  if (const auto frozen = target.freeze(instance.name); !frozen.has_value()) {
    log::warning("deliver", "{}: {}", instance.name, frozen.error().message);
    return retire(instance, plan.spec.stop_grace);
  }
  return change_role(instance, InstanceRole::warm);
}

Result<void> Deliver::State::retire(store::Instance& instance, std::chrono::milliseconds grace) {
  if (const auto stopped = target.stop(instance.name, grace); !stopped.has_value())
    log::warning("deliver", "{}", stopped.error().message);
  if (is_alive(instance.role)) TRY(change_role(instance, InstanceRole::stopped));
  return target.remove(instance.name);
}

}  // namespace sampan::deliver
