// The moments of release under load, with real podman and real HAProxy: rollout, rollback (warm and cold), a killed
// instance, more load.
//
//   watch_bench [--rate N] [--rounds N] [--start-ms N] [--requests N]      prints one JSON object a line
//
// With --requests only release after release, under one load, until it has sent so many.
// The application is sampan-echo, made to need --start-ms for its start; every figure is raw, nothing is subtracted.
#include <fcntl.h>
#include <signal.h>

#include <boost/json.hpp>

#include "base/process.h"
#include "deliver/local/testing.h"
#include "deliver/testing.h"
#include "watch/watch.h"

using namespace sampan;
using deliver::testing::House;
using deliver::testing::LocalYard;
using deliver::testing::must;
using deliver::testing::wait_until;

namespace {

struct Options {
  int rate = 1000, rounds = 3, start_ms = 1500, requests = 0;
};

double now() { return static_cast<double>(to_micros(SystemClock().now())) / 1e6; }

// A customer beside us; ends when asked and tells what it saw.
class Load {
 public:
  Load(const std::string& url, int rate) : file_(must(TempDir::create()).path() + ".json") {
    out_ = Fd(::open(file_.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600));
    child_.emplace(must(Child::spawn({.argv = {SAMPAN_LOAD_PROGRAM, url + "/version", "--rate", std::to_string(rate),
                                               "--connections", "32", "--field", "version"}},
                                     {-1, out_.get(), 2})));
  }
  Json end() {
    child_->signal(SIGTERM);
    (void)child_->wait_for(std::chrono::seconds(20));
    auto seen = must(parse_json(must(read_file(file_))));
    ::unlink(file_.c_str());
    return seen;
  }

 private:
  std::string file_;
  Fd out_;
  std::optional<Child> child_;
};

class Bench {
 public:
  explicit Bench(Options options) : options_(options), yard_(clock_), house_(*yard_.target, clock_) {
    house_.observe = deliver::Config{}.observe;
    house_.open();
    watch_ = std::make_unique<watch::Watch>(*house_.db, clock_, house_.hub, *house_.deliver, *yard_.target,
                                            house_.people, watch::Config{});
    watch_->start();
  }
  ~Bench() { watch_->stop(); }

  void run() {
    deliver("v0", kFixed);
    if (options_.requests > 0) return many_rollouts();
    calm();
    for (int i = 1; i <= options_.rounds; ++i) rollout(fmt::format("v{}", i));
    for (int i = 0; i < options_.rounds; ++i) rollback("rollback_warm");
    deliver("cold1", kNoWarm);
    deliver("cold2", kNoWarm);
    rollback("rollback_cold");
    deliver("k", kFixed);
    for (int i = 0; i < options_.rounds; ++i) kill_one();
    deliver("s", kScaled);
    scale_out();
  }

 private:
  static constexpr const char* kFixed = "scale: {instances: 3, max: 3, spare: 1}\n";
  static constexpr const char* kNoWarm = "scale: {instances: 3, max: 3, spare: 0}\nkeepWarm: 0s\n";
  static constexpr const char* kScaled =
      "scale: {instances: 1, min: 1, max: 2, spare: 1, requestsPerSecond: 250, downAfter: 5s}\n";

  events::DeploymentChanged deliver(const std::string& version, const std::string& more) {
    events::DeployRequested event;
    event.environment = "daily";
    event.image = yard_.image;
    event.app_yaml = fmt::format(
        "application: shop\nprobes: {{readiness: {{http: /health, period: 50ms, good: 2}}}}\nconfig: {{VERSION: {}, "
        "START_MS: {}}}\ndrain: 10s\nstopGrace: 2s\n{}",
        version, options_.start_ms, more);
    const auto done = house_.deploy(event);
    if (std::getenv("VERBOSE")) tell(done.deployment.value);
    if (!done.ok) std::fprintf(stderr, "%s: %s\n", version.c_str(), done.reason.c_str()), std::exit(1);
    return done;
  }
  // Where the time of a deployment went.
  void tell(std::int64_t id) {
    const auto deployment = house_.json(Method::get, "/api/v1/deployments/" + std::to_string(id));
    for (const auto& line : deployment.at("log").as_array()) {
      std::printf("  %s %s\n", line.at("at").as_string().c_str(), line.at("text").as_string().c_str());
    }
  }
  std::string url() { return std::string(house_.json(Method::get, kApp).at("url").as_string()); }
  bool strong() {
    const auto app = must(house_.deliver->live_apps()).front();
    int spares = 0;
    for (const auto& instance : app.instances) spares += instance.state == "spare";
    return app.ready == app.wanted && spares == 1;
  }
  void rest() {
    wait_until([this] { return strong(); }, std::chrono::seconds(30));
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  void print(const char* name, std::initializer_list<std::pair<const char*, double>> figures, const Json& load) {
    boost::json::object line{{"name", name}};
    for (const auto& [key, value] : figures) line[key] = value;
    for (const char* key : {"requests", "failed", "p50_ms", "p99_ms", "cut_p99_ms", "max_ms"}) line[key] = load.at(key);
    if (load.at("failed").to_number<double>() > 0) line["failures"] = load.at("failures");
    std::printf("%s\n", format_json(line).c_str());
    std::fflush(stdout);
  }

  void calm() {
    rest();
    Load load(url(), options_.rate);
    std::this_thread::sleep_for(std::chrono::seconds(5));
    print("calm", {}, load.end());
  }
  void rollout(const std::string& version) {
    rest();
    Load load(url(), options_.rate);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const double asked = now();
    const auto done = deliver(version, kFixed);
    const double ended = now();
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const auto seen = load.end();
    const auto& first = seen.at("values").at(version).at("first");
    print("rollout",
          {{"first_answer_s", first.to_number<double>() - asked},
           {"whole_s", ended - asked},
           {"counted", static_cast<double>(done.requests)},
           {"counted_failed", static_cast<double>(done.failed)}},
          seen);
  }
  void many_rollouts() {
    rest();
    const std::chrono::duration<double> needed(static_cast<double>(options_.requests) / options_.rate + 1);
    Load load(url(), options_.rate);
    const auto began = std::chrono::steady_clock::now();
    int rollouts = 0;
    double counted = 0, counted_failed = 0;
    while (std::chrono::steady_clock::now() - began < needed) {
      const auto done = deliver(fmt::format("v{}", ++rollouts), kFixed);
      counted += static_cast<double>(done.requests);
      counted_failed += static_cast<double>(done.failed);
    }
    print("many_rollouts",
          {{"rollouts", static_cast<double>(rollouts)}, {"counted", counted}, {"counted_failed", counted_failed}},
          load.end());
  }
  void rollback(const char* name) {
    if (std::string(name) == "rollback_warm") rest();
    Load load(url(), options_.rate);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const auto bad = version_now();
    const double asked = now();
    const auto back = house_.json(Method::post, std::string(kApp) + "/rollback");
    const auto done = house_.end_of(back.at("id").as_int64());
    if (std::getenv("VERBOSE")) tell(done.deployment.value);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const auto seen = load.end();
    print(name,
          {{"last_bad_answer_s", seen.at("values").at(bad).at("last").to_number<double>() - asked},
           {"counted", static_cast<double>(done.requests)},
           {"counted_failed", static_cast<double>(done.failed)}},
          seen);
  }
  std::string version_now() {
    const auto app = house_.json(Method::get, kApp);
    for (const auto& item : app.at("config").as_array())
      if (item.at("key") == "VERSION") return std::string(item.at("value").as_string());
    return {};
  }
  void kill_one() {
    rest();
    Load load(url(), options_.rate);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const auto app = must(house_.deliver->live_apps()).front();
    std::string victim;
    for (const auto& instance : app.instances)
      if (instance.state == "ready") victim = instance.name;
    const auto pid = static_cast<pid_t>(must(yard_.target->status(victim)).pid);
    const double killed = now();
    ::kill(pid, SIGKILL);
    wait_until([&] {
      const auto admitted = must(yard_.target->admitted(app.service));
      return admitted.size() == 3 && std::find(admitted.begin(), admitted.end(), victim) == admitted.end();
    });
    const double healed = now();
    std::this_thread::sleep_for(std::chrono::seconds(4));
    print("killed", {{"full_strength_s", healed - killed}}, load.end());
  }
  void scale_out() {
    rest();
    Load before(url(), 40);
    std::this_thread::sleep_for(std::chrono::seconds(2));
    const auto service = must(house_.deliver->live_apps()).front().service;
    const auto serving = must(yard_.target->admitted(service));
    const double raised = now();
    Load more(url(), 400);
    std::string fresh;
    wait_until([&] {
      for (const auto& [name, requests] : must(yard_.target->traffic(service)).requests_by_instance) {
        if (requests > 0 && std::find(serving.begin(), serving.end(), name) == serving.end()) fresh = name;
      }
      return !fresh.empty();
    });
    const double answered = now();
    std::this_thread::sleep_for(std::chrono::seconds(2));
    const auto seen = more.end();
    (void)before.end();
    const double fallen = now();
    wait_until([&] { return must(yard_.target->admitted(service)).size() == 1; }, std::chrono::seconds(30));
    print("scale_out", {{"one_more_answers_s", answered - raised}, {"back_in_s", now() - fallen}}, seen);
  }

  static constexpr const char* kApp = "/api/v1/environments/daily/applications/shop";
  Options options_;
  SystemClock clock_;
  LocalYard yard_;
  House house_;
  std::unique_ptr<watch::Watch> watch_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--rate")
      options.rate = std::atoi(argv[i + 1]);
    else if (name == "--rounds")
      options.rounds = std::atoi(argv[i + 1]);
    else if (name == "--start-ms")
      options.start_ms = std::atoi(argv[i + 1]);
    else if (name == "--requests")
      options.requests = std::atoi(argv[i + 1]);
    else
      return std::fprintf(stderr, "usage: watch_bench [--rate N] [--rounds N] [--start-ms N] [--requests N]\n"), 2;
  }
  if (const auto missing = LocalYard::missing(); !missing.empty())
    return std::fprintf(stderr, "this needs %s\n", missing.c_str()), 1;
  Bench(options).run();
  return 0;
}
