#include "watch/watch.h"

#include <condition_variable>
#include <thread>

#include "base/json_struct.h"
#include "base/log.h"
#include "base/sync.h"
#include "base/text.h"
#include "watch/liveness.h"
#include "watch/scaling.h"
#include "watch/store.h"

namespace sampan::watch {

namespace {

struct Point {
  Time at{};
  double rps = 0, errors = 0, cpu_percent = 0;
  std::int64_t memory_bytes = 0, instances = 0;
  std::optional<double> p95_ms;  // absent: no request
};
BOOST_DESCRIBE_STRUCT(Point, (), (at, rps, errors, cpu_percent, memory_bytes, instances, p95_ms))
struct Points {
  double step_s = 0;
  std::vector<Point> points;
};
BOOST_DESCRIBE_STRUCT(Points, (), (step_s, points))

constexpr int kSamplesBetweenRows = 10;

}  // namespace

struct Watch::State {
  Db& db;
  Clock& clock;
  Hub& hub;
  deliver::Deliver& deliver;
  deliver::Target& target;
  people::People& people;
  Config config;

  State(Db& db_in, Clock& clock_in, Hub& hub_in, deliver::Deliver& deliver_in, deliver::Target& target_in,
        people::People& people_in, Config config_in)
      : db(db_in),
        clock(clock_in),
        hub(hub_in),
        deliver(deliver_in),
        target(target_in),
        people(people_in),
        config(config_in) {}

  struct Seen {
    std::uint64_t requests = 0, failed = 0;
    std::chrono::steady_clock::time_point at{};
    store::Sample last;
    Scaler scaler;
    int samples = 0;
  };
  std::map<std::int64_t, Seen> seen;  // of the watching thread alone
  Sync<std::map<std::string, std::pair<store::Sample, int>>>
      latest;  // for /metrics: "application\0environment" -> sample, wanted
  Liveness liveness{deliver, target};
  std::jthread thread;

  void run(std::stop_token stop);
  void look(const deliver::LiveApp& app, Seen& last);
  void scale(const deliver::LiveApp& app, Seen& last);
  std::string metrics();
};

Watch::Watch(Db& db, Clock& clock, Hub& hub, deliver::Deliver& deliver, deliver::Target& target, people::People& people,
             Config config)
    : state_(new State(db, clock, hub, deliver, target, people, config)) {}
Watch::~Watch() { stop(); }

void Watch::start() {
  state_->thread = std::jthread([this](std::stop_token stop) { state_->run(stop); });
}
void Watch::stop() { state_->thread = {}; }

void Watch::State::run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any bell;
  std::unique_lock lock(mutex);
  int rounds = 0;
  while (!stop.stop_requested()) {
    const auto apps = deliver.live_apps();
    if (!apps.has_value()) log::warning("watch", "{}", apps.error().message);
    for (const auto& app : apps.value_or(std::vector<deliver::LiveApp>())) {
      auto& last = seen[app.app.value];
      look(app, last);
      if (!app.deploying) {
        scale(app, last);
        liveness.look(app);
      }
    }
    if (++rounds % 1000 == 0) {
      const auto before = clock.now() - std::chrono::duration_cast<Microseconds>(config.keep);
      if (const auto done = db.write([&](Tx& tx) { return store::forget(tx, before); }); !done.has_value())
        log::warning("watch", "{}", done.error().message);
    }
    bell.wait_for(lock, stop, config.sample, [] { return false; });
  }
}

void Watch::State::look(const deliver::LiveApp& app, Seen& last) {
  const auto traffic = target.traffic(app.service);
  if (!traffic.has_value()) return;
  const auto now = std::chrono::steady_clock::now();
  const auto passed = std::chrono::duration<double>(now - last.at).count();
  const auto rate = [&](std::uint64_t before, std::uint64_t after) {
    return after >= before ? static_cast<double>(after - before) / passed : 0.0;
  };
  store::Sample sample;
  sample.at = clock.now();
  sample.p95_ms = traffic->p95_ms;
  if (last.at != std::chrono::steady_clock::time_point{} && passed > 0.05) {
    sample.requests_per_second = rate(last.requests, traffic->requests);
    sample.failed_per_second = rate(last.failed, traffic->failed);
  }
  last.requests = traffic->requests;
  last.failed = traffic->failed;
  last.at = now;
  for (const auto& instance : app.instances) {
    if (instance.state != "ready") continue;
    if (const auto usage = target.usage(instance.name); usage.has_value()) {
      sample.cpu_percent += usage->cpu_percent;
      sample.memory_bytes += static_cast<std::int64_t>(usage->memory_bytes);
    }
    ++sample.instances;
  }
  last.last = sample;
  (*latest.lock())[app.application + '\0' + app.environment] = {sample, app.wanted};
  if (++last.samples % kSamplesBetweenRows != 0) return;
  if (const auto done = db.write([&](Tx& tx) { return store::add(tx, app.app, sample); }); !done.has_value())
    log::warning("watch", "{}", done.error().message);
  hub.publish(fmt::format("app:{}", app.app.value));
}

void Watch::State::scale(const deliver::LiveApp& app, Seen& last) {
  if (!app.target_requests_per_second && !app.target_cpu_percent && !app.target_memory_percent) return;
  const auto serving = static_cast<int>(std::max<std::int64_t>(1, last.last.instances));
  Load load{last.last.requests_per_second, last.last.cpu_percent / serving, 0, serving};
  if (app.memory_limit > 0)
    load.memory_percent =
        static_cast<double>(last.last.memory_bytes) / serving / static_cast<double>(app.memory_limit) * 100;
  const Targets targets{app.target_requests_per_second.value_or(0), app.target_cpu_percent.value_or(0),
                        app.target_memory_percent.value_or(0)};
  const auto decision = last.scaler.decide(wish(load, targets, app.least, app.most), app.wanted,
                                           std::chrono::steady_clock::now(), app.down_after);
  if (!decision) return;
  if (const auto done = deliver.scale(app.app, decision->instances, decision->reason); !done.has_value())
    log::warning("watch", "{}", done.error().message);
}

// Prometheus text exposition format 0.0.4.
std::string Watch::State::metrics() {
  std::string rps =
      "# HELP sampan_app_requests_per_second Requests an application answers in a second.\n# TYPE "
      "sampan_app_requests_per_second gauge\n";
  std::string failed =
      "# HELP sampan_app_failed_per_second Requests that failed in a second.\n# TYPE sampan_app_failed_per_second "
      "gauge\n";
  std::string cpu =
      "# HELP sampan_app_cpu_percent CPU of all instances, 100 is one core.\n# TYPE sampan_app_cpu_percent gauge\n";
  std::string memory =
      "# HELP sampan_app_memory_bytes Memory of all instances.\n# TYPE sampan_app_memory_bytes gauge\n";
  std::string instances = "# HELP sampan_app_instances Instances that serve.\n# TYPE sampan_app_instances gauge\n";
  std::string wanted =
      "# HELP sampan_app_instances_wanted Instances that should serve.\n# TYPE sampan_app_instances_wanted gauge\n";
  std::string p95 =
      "# HELP sampan_app_p95_seconds 95 of 100 requests got the first byte of their answer sooner.\n# TYPE "
      "sampan_app_p95_seconds gauge\n";
  auto all = latest.lock();
  for (const auto& [key, value] : *all) {
    const auto zero = key.find('\0');
    const auto labels =
        fmt::format("{{application=\"{}\",environment=\"{}\"}}", key.substr(0, zero), key.substr(zero + 1));
    const auto& [sample, want] = value;
    rps += fmt::format("sampan_app_requests_per_second{} {:.3f}\n", labels, sample.requests_per_second);
    failed += fmt::format("sampan_app_failed_per_second{} {:.3f}\n", labels, sample.failed_per_second);
    cpu += fmt::format("sampan_app_cpu_percent{} {:.2f}\n", labels, sample.cpu_percent);
    memory += fmt::format("sampan_app_memory_bytes{} {}\n", labels, sample.memory_bytes);
    instances += fmt::format("sampan_app_instances{} {}\n", labels, sample.instances);
    if (sample.p95_ms) p95 += fmt::format("sampan_app_p95_seconds{} {:.3f}\n", labels, *sample.p95_ms / 1000);
    wanted += fmt::format("sampan_app_instances_wanted{} {}\n", labels, want);
  }
  return rps + failed + p95 + cpu + memory + instances + wanted;
}

std::vector<Route> Watch::routes() {
  auto& state = *state_;
  Route history{Method::get, "/api/v1/environments/:environment/applications/:app/metrics", Need::viewer(),
                [&state](const Request& request, const Actor&) -> Result<Response> {
                  const auto text = request.find_query("minutes").value_or("30");
                  const bool number =
                      !text.empty() && text.size() < 6 && text.find_first_not_of("0123456789") == std::string::npos;
                  const auto minutes = std::clamp(number ? std::stoi(text) : 30, 1, 24 * 60);
                  for (const auto& app : TRY(state.deliver.live_apps())) {
                    if (app.environment != request.param("environment") || app.application != request.param("app"))
                      continue;
                    Points answer{std::chrono::duration<double>(state.config.sample).count() * kSamplesBetweenRows, {}};
                    for (const auto& s : TRY(state.db.read([&](Tx& tx) {
                           return store::since(tx, app.app, state.clock.now() - std::chrono::minutes(minutes));
                         }))) {
                      answer.points.push_back({s.at, s.requests_per_second, s.failed_per_second, s.cpu_percent,
                                               s.memory_bytes, s.instances, s.p95_ms});
                    }
                    return Response::json(200, to_json(answer));
                  }
                  return fail(Errc::not_found, "nothing of '{}' runs in '{}'", request.param("app"),
                              request.param("environment"));
                },
                "Show what was measured of an application"};
  history.response_schema = answer_schema_of<Points>();
  history.query = {{"minutes", "how far back, 1 to 1440; 30 without it"}};
  Route metrics{Method::get, "/metrics", Need::signed_in(),
                [&state](const Request&, const Actor&) -> Result<Response> {
                  return Response::text(200, state.metrics(), "text/plain; version=0.0.4");
                },
                "Show numbers for Prometheus"};
  return {std::move(history), std::move(metrics)};
}

}  // namespace sampan::watch
