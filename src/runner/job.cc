#include "runner/job.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"
#include "runner/checkout.h"
#include "runner/workspace.h"

namespace sampan::runner {

namespace {

constexpr std::int64_t kUsualMemory = 4LL << 30, kUsualPids = 4096, kLeastDisk = 256 << 20;
constexpr std::size_t kMostFlowEnv = 1 << 20;
constexpr std::chrono::hours kUsualTime{4};

std::chrono::steady_clock::time_point deadline_of(const Order& order) {
  return std::chrono::steady_clock::now() +
         (order.timeout_s > 0 ? std::chrono::seconds(order.timeout_s) : std::chrono::seconds(kUsualTime));
}

}  // namespace

std::vector<std::string> secrets_of(const Order& order) {
  auto all = order.mask;
  for (const auto& secret : order.secrets) all.push_back(secret.value);
  all.push_back(order.token);
  return all;
}

Job::Job(Order order, JobPlace place, Sink& sink, Observer& observer, const Cancel& cancel)
    : order_(std::move(order)),
      place_(std::move(place)),
      sink_(sink),
      observer_(observer),
      cancel_(cancel),
      deadline_(deadline_of(order_)) {}

Job::~Job() {
  hand_on_cgroup();
  if (const auto cleaned = clean_job_folder(place_.folder); cleaned.has_value()) return;
  // Something in it cannot be removed by itself; what is left is the next job's failure, not its silent neighbour.
  if (const auto removed = remove_tree(place_.folder); !removed.has_value())
    log::warning("runner", "{}", removed.error().message);
}

Supervision Job::supervision() const { return {place_.launcher, cgroup_, sink_, cancel_, deadline_}; }

std::int64_t Job::memory_limit() const {
  if (order_.sandbox.memory_bytes > 0) return order_.sandbox.memory_bytes;
  const auto machine = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  return std::min(kUsualMemory, machine / 2);
}

std::map<std::string, std::string> Job::variables() const {
  std::map<std::string, std::string> values;
  for (const auto* list : {&order_.environment, &order_.secrets}) {
    for (const auto& [key, value] : *list) values[key] = value;
  }
  for (const auto& [key, value] : set_) values[key] = value;
  values["PROJECT_DIR"] = values["WORK_SPACE"] = "/workspace";
  values["SAMPAN_REGISTRY"] = order_.registry;
  return values;
}

Verdict Job::run() {
  auto verdict = [&]() -> Result<Verdict> {
    TRY(set_up());
    return heal(TRY(attempt()));
  }();
  if (container_) container_->remove(supervision());
  cgroup_.kill_all();
  caches_.clear();
  if (verdict.has_value()) return *verdict;
  sink_.line(verdict.error().message);
  if (cancel_.is(Cancel::Why::asked)) return {"canceled", cancel_.reason()};
  return {"failed", verdict.error().message};
}

Result<Cgroup> Job::take_cgroup() {
  const CgroupLimits limits{memory_limit(), order_.sandbox.cpus,
                            order_.sandbox.pids > 0 ? order_.sandbox.pids : kUsualPids};
  if (place_.cgroup && !place_.cgroup->folders().empty()) {
    if (place_.cgroup->limits() == limits) return std::exchange(*place_.cgroup, {});
    place_.cgroup->destroy();
  }
  const auto slot = place_.folder.substr(place_.folder.rfind('/') + 1);
  return Cgroup::create(cgroup_prefix(place_.folders.root) + slot, limits);
}

void Job::hand_on_cgroup() {
  if (place_.cgroup && cgroup_.reset())
    *place_.cgroup = std::move(cgroup_);
  else
    cgroup_.destroy();
}

Result<void> Job::set_up() {
  TRY(make_directories(place_.folder, 0711));
  held_ = TRY(HeldFolder::take(place_.folder));
  struct statvfs disk {};
  if (::statvfs(place_.folder.c_str(), &disk) == 0) {
    const auto free = static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize);
    if (free < kLeastDisk)
      return fail(Errc::unavailable, "the disk of this runner is full: {} MiB free under {}, {} needed", free >> 20,
                  place_.folders.root, kLeastDisk >> 20);
  }
  auto cgroup = take_cgroup();
  if (cgroup.has_value())
    cgroup_ = std::move(*cgroup);
  else if (::geteuid() == 0)
    return cgroup.error();
  else
    sink_.line("without limits on memory, CPU and processes: only root can set them");
  room_.workspace = place_.folder + "/workspace";
  room_.home = place_.folder + "/home";
  room_.flow = place_.folder + "/flow";
  room_.temporary = place_.folder + "/tmp";
  room_.etc = place_.folder + "/etc";
  room_.advisories = place_.folders.advisories();
  room_.network = order_.sandbox.network;
  room_.cgroups = cgroup_.folders();
  Caches store(place_.folders.caches());
  for (const auto& order : order_.caches) {
    TRY(place_of_cache(order.directory));
    caches_.push_back(TRY(store.hold(order, fmt::format("{}/cache-{}", place_.folder, caches_.size()))));
    if (!caches_.back().own())
      sink_.line(fmt::format("another job writes the cache {}: this one works on a copy", order.directory));
    room_.caches.emplace_back(caches_.back().folder(), order.directory);
    may_repeat_ = may_repeat_ || caches_.back().warm();
  }
  if (Masker::skips_any(secrets_of(order_)))
    sink_.line(fmt::format("a secret shorter than {} characters is not masked in this log", kLeastMasked));
  return {};
}

WorkshopPlace Job::workshop_place() const {
  return {place_.folders.images(), place_.folder + "/workshop", cgroup_.folders(), place_.insecure_registry};
}

Result<void> Job::make_container() {
  if (order_.sandbox.container.empty()) return {};
  if (container_) container_->remove(supervision());
  container_.reset();
  const auto& image = order_.sandbox.container;
  container_ = TRY(asking_server([&]() -> Result<Container> {
    auto workshop = TRY(Workshop::open(workshop_place(), order_, fmt::format("the container image {}", image)));
    return Container::create(supervision(), std::move(workshop), room_, image,
                             fmt::format("j{}-{}", order_.job, order_.fence));
  }));
  return {};
}

// From a clean workspace to the last step.
Result<Verdict> Job::attempt() {
  if (attempted_) TRY(empty_rooms(place_.folder));
  attempted_ = true;
  set_.clear();
  script_failed_ = false;
  TRY(prepare(room_));
  if (!place_.working_tree.empty()) {
    TRY(copy_working_tree(place_.working_tree, room_.workspace));
  } else if (order_.checkout) {
    TRY(asking_server([&] { return check_out(supervision(), order_, place_.folders, room_); }));
  }
  TRY(make_container());
  return steps();
}

void Job::tell(StepReport report, const std::map<std::string, std::string>& variables) {
  report.at = clock_.now();
  if (const auto told = observer_.step(report, variables); !told.has_value())
    log::warning("runner", "job {}: {}", order_.job, told.error().message);
}

Result<Verdict> Job::steps() {
  Verdict verdict{"succeeded", ""};
  for (const auto& next : order_.steps) {
    if (verdict.state != "succeeded") {
      tell({next.key, "skipped", verdict.state == "canceled" ? "the job was canceled" : "a step before it failed"});
      continue;
    }
    sink_.begin_step(next.key);
    tell({next.key, "running", {}, {}, sink_.size()});
    const auto before = set_;
    auto end = step(next);
    for (const auto& [key, value] : take_flow_env()) set_[key] = value;
    std::map<std::string, std::string> added;
    for (const auto& [key, value] : set_) {
      if (const auto old = before.find(key); old == before.end() || old->second != value) added[key] = value;
    }
    if (cancel_.asked()) {
      verdict = {cancel_.is(Cancel::Why::fault) ? "failed" : "canceled", cancel_.reason()};
      tell({next.key, verdict.state, cancel_.reason(), end.exit_code}, added);
    } else {
      tell({next.key, end.ok ? "succeeded" : "failed", end.reason.empty() ? std::nullopt : std::optional(end.reason),
            end.exit_code},
           added);
      if (!end.ok)
        verdict = {"failed", fmt::format("step {}: {}", next.name.empty() ? next.key : next.name, end.reason)};
    }
  }
  return verdict;
}

// A step fails at its first failing action; those with `always` run all the same.
Job::StepEnd Job::step(const Step& next) {
  StepEnd end;
  for (const auto& action : next.actions) {
    if ((!end.ok && !action.always.value_or(false)) || cancel_.asked()) continue;
    auto done = act(next, action);
    if (!done.has_value()) {
      sink_.line(done.error().message);
      done = StepEnd{false, done.error().message};
    }
    if (!end.ok) continue;
    if (!done->exit_code) done->exit_code = end.exit_code;
    end = *done;
  }
  return end;
}

std::map<std::string, std::string> Job::take_flow_env() {
  const auto text = read_plain(room_.flow + "/env", kMostFlowEnv);
  if (!text.has_value()) {
    sink_.line(fmt::format("$FLOW_ENV is not read: {}", text.error().message));
    return {};
  }
  auto found = parse_flow_env(*text);
  if (!found.wrong.empty())
    sink_.line(fmt::format("$FLOW_ENV: '{}' is not NAME=VALUE, and so are {} lines more",
                           found.wrong.front().substr(0, 100), found.wrong.size() - 1));
  return std::move(found.values);
}

// A failure with a warm cache may be the cache's fault: once more without it. If that passes, the old content goes and
// the log says so.
Result<Verdict> Job::heal(Verdict verdict) {
  const bool suspect = verdict.state == "failed" && script_failed_ && may_repeat_ && !cancel_.asked() &&
                       std::chrono::steady_clock::now() < deadline_;
  may_repeat_ = false;
  if (!suspect) {
    for (const auto& [step, name, xml] : held_reports_) {
      if (const auto told = observer_.junit(step, name, xml); !told.has_value()) sink_.line(told.error().message);
    }
    TRY(report_caches(false));
    return verdict;
  }
  held_reports_.clear();
  sink_.line("the job failed with a warm cache: trying it once without");
  for (auto& cache : caches_) TRY(cache.set_aside());
  auto again = attempt();
  const bool healed = again.has_value() && again->state == "succeeded";
  for (auto& cache : caches_) TRY(healed ? cache.keep_new() : cache.restore_old());
  sink_.line(healed ? "it passed: the old cache was broken and is dropped"
                    : "it failed all the same: the cache is kept");
  TRY(report_caches(healed));
  return again;
}

Result<void> Job::report_caches(bool dropped) {
  std::vector<CacheReport> list;
  for (const auto& cache : caches_) {
    if (cache.own())
      list.push_back(
          {cache.order().key, cache.size(), dropped, dropped ? "a run failed with it and passed without" : ""});
  }
  if (list.empty()) return {};
  if (const auto told = observer_.caches(list); !told.has_value())
    log::warning("runner", "job {}: {}", order_.job, told.error().message);
  return {};
}

}  // namespace sampan::runner
