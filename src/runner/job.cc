#include "runner/job.h"

#include <signal.h>

#include <filesystem>

#include "base/archive.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "runner/checkout.h"
#include "runner/substitute.h"

namespace sampan::runner {

namespace {
constexpr std::int64_t kUsualMemory = 4LL << 30, kUsualPids = 4096;
}

Job::Job(const Config& config, const Order& order, JobPlace place, Sink& sink, Observer& observer, const Cancel& cancel)
    : config_(config), order_(order), place_(std::move(place)), sink_(sink), observer_(observer), cancel_(cancel),
      deadline_(std::chrono::steady_clock::now() + std::chrono::seconds(order.timeout_s > 0 ? order.timeout_s : 4 * 3600)) {}

Supervision Job::supervision() const { return {config_, *cgroup_, sink_, cancel_, deadline_}; }

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
  if (cgroup_) cgroup_->destroy();
  caches_.clear();
  if (const auto removed = remove_tree(place_.folder); !removed.has_value()) log::warning("runner", "{}", removed.error().message);
  if (verdict.has_value()) return *verdict;
  sink_.line(verdict.error().message);
  if (cancel_.asked) return {"canceled", cancel_.reason};
  return {"failed", verdict.error().message};
}

Result<void> Job::set_up() {
  if (!order_.sandbox.container.empty()) {
    return fail(Errc::invalid, "runsOn.container '{}': this runner runs steps in its sandbox only; leave 'container' out", order_.sandbox.container);
  }
  TRY(remove_tree(place_.folder));
  TRY(make_directories(place_.folder, 0700));
  room_ = {place_.folder + "/workspace", place_.folder + "/home", place_.folder + "/flow", place_.folder + "/etc", {}, order_.sandbox.network};
  const auto& limits = order_.sandbox;
  cgroup_ = TRY(Cgroup::create(fmt::format("{}{}-{}", cgroup_prefix(config_.folder), order_.job, order_.fence),
                               {limits.memory_bytes > 0 ? limits.memory_bytes : kUsualMemory, limits.cpus, limits.pids > 0 ? limits.pids : kUsualPids}));
  Caches store(place_.caches);
  for (const auto& order : order_.caches) {
    caches_.push_back(TRY(store.hold(order, fmt::format("{}/cache-{}", place_.folder, caches_.size()))));
    if (!caches_.back().own()) sink_.line(fmt::format("another job uses the cache {}: this one starts with an empty one", order.directory));
    room_.caches.emplace_back(caches_.back().folder(), order.directory);
  }
  return {};
}

// From a clean workspace to the last step.
Result<Verdict> Job::attempt() {
  for (const auto& folder : {room_.workspace, room_.home, room_.flow}) TRY(remove_tree(folder));
  set_.clear();
  script_failed_ = false;
  TRY(prepare(room_));
  if (!place_.working_tree.empty()) {
    TRY(copy_working_tree(place_.working_tree, room_.workspace));
  } else if (order_.checkout) {
    TRY(check_out(supervision(), order_, room_.workspace));
  }
  return steps();
}

Result<Verdict> Job::steps() {
  Verdict verdict{"succeeded", ""};
  for (const auto& next : order_.steps) {
    const bool skipped = verdict.state != "succeeded";
    const auto started = clock_.now();
    if (skipped) {
      TRY(observer_.step({next.key, "skipped", "a step before it failed", {}, {}, started}, {}));
      continue;
    }
    sink_.begin_step(next.key);
    TRY(observer_.step({next.key, "running", "", {}, sink_.size(), started}, {}));
    auto end = step(next);
    if (!end.has_value() && (end.error().code == Errc::conflict || end.error().code == Errc::internal)) return end.error();
    if (!end.has_value()) {
      sink_.line(end.error().message);
      end = StepEnd{false, end.error().message, {}};
    }
    auto before = set_;
    for (const auto& [key, value] : TRY(read_flow_env())) set_[key] = value;
    std::map<std::string, std::string> added;
    for (const auto& [key, value] : set_) {
      if (!before.contains(key) || before[key] != value) added[key] = value;
    }
    for (const auto& action : next.actions) {
      if (action.action != "set_variables" || !end->ok) continue;
      for (const auto& pair : action.variables.value_or(std::vector<KeyValue>())) added[pair.key] = set_[pair.key];
    }
    const bool canceled = cancel_.asked.load();
    TRY(observer_.step({next.key, end->ok ? "succeeded" : (canceled ? "canceled" : "failed"), end->reason, end->exit_code, {}, clock_.now()}, added));
    if (!end->ok) verdict = {canceled ? "canceled" : "failed", fmt::format("step {}: {}", next.name.empty() ? next.key : next.name, end->reason)};
  }
  return verdict;
}

Result<Job::StepEnd> Job::step(const Step& next) {
  StepEnd end;
  for (const auto& action : next.actions) {
    if (!end.ok && !action.always.value_or(false)) continue;
    auto done = act(next, action);
    if (!done.has_value() && done.error().code == Errc::conflict) return done;
    if (!done.has_value()) done = StepEnd{false, done.error().message, {}};
    if (!done->ok && !done->exit_code) sink_.line(done->reason);
    if (!done->ok && end.ok) end = *done;
    if (done->ok && done->exit_code && end.ok) end.exit_code = done->exit_code;
  }
  return end;
}

Result<Job::StepEnd> Job::act(const Step& next, Action action) {
  TRY(substitute(action, variables()));
  if (action.action == "script") return script(action);
  if (action.action == "junit_report") return junit(next, action);
  if (action.action == "artifact_upload") return upload(action);
  if (action.action == "artifact_download") return download(action);
  if (action.action == "set_variables") {
    for (const auto& [key, value] : action.variables.value_or(std::vector<KeyValue>())) set_[key] = value;
    return StepEnd{};
  }
  if (action.action == "image_build") {
    const auto built = TRY(build_image(supervision(), order_, action, room_.workspace, place_.images, place_.folder + "/credentials"));
    TRY(observer_.image(next.key, action.artifact.value_or("image"), built));
    return StepEnd{};
  }
  return fail(Errc::invalid, "this runner does not know the action '{}': it may be older than the server", action.action);
}

Job::StepEnd Job::end_of(const Ended& ended) const {
  if (!ended.why.empty()) return {false, ended.why, ended.exit.code};
  if (ended.exit.ok()) return {true, "", 0};
  if (cgroup_->over_memory() && (ended.exit.signal == SIGKILL || ended.exit.code == 137)) {
    const auto limit = order_.sandbox.memory_bytes > 0 ? order_.sandbox.memory_bytes : kUsualMemory;
    return {false, fmt::format("killed: over its memory limit of {} MiB", limit >> 20), ended.exit.code};
  }
  if (ended.exit.signal != 0) return {false, fmt::format("ended by signal {}", ended.exit.signal), ended.exit.code};
  return {false, fmt::format("exit code {}", ended.exit.code), ended.exit.code};
}

Result<Job::StepEnd> Job::script(const Action& action) {
  Shell shell{action.script.value_or(""), action.shell.value_or("bash"), action.workdir.value_or(""), {}};
  if (!shell.workdir.empty() && !stays_inside(shell.workdir)) return fail(Errc::invalid, "the folder '{}' leads out of the workspace", shell.workdir);
  for (const auto& [key, value] : variables()) shell.environment.push_back({key, value});
  for (const auto& pair : action.environment.value_or(std::vector<KeyValue>())) shell.environment.push_back(pair);
  Command command;
  command.argv = TRY(sandboxed(room_, shell));
  const auto end = end_of(TRY(supervise(supervision(), command)));
  script_failed_ = script_failed_ || !end.ok;
  return end;
}

Result<Job::StepEnd> Job::upload(const Action& action) {
  const auto name = action.name.value_or("artifact");
  auto files = matching_files(room_.workspace, action.paths.value_or(std::vector<std::string>()), 200'000);
  if (files.empty()) return fail(Errc::invalid, "artifact '{}': no file matches {}", name, fmt::join(action.paths.value_or(std::vector<std::string>()), ", "));
  const auto archive = fmt::format("{}/artifact.tar.zst", place_.folder);
  TRY(pack(room_.workspace, files, archive));
  TRY(observer_.artifact({name, name + ".tar.zst", "archive", archive}));
  sink_.line(fmt::format("uploaded {} files as artifact '{}'", files.size(), name));
  return StepEnd{};
}

Result<Job::StepEnd> Job::download(const Action& action) {
  const auto into = action.into.value_or(".");
  if (!stays_inside(into) && into != ".") return fail(Errc::invalid, "the folder '{}' leads out of the workspace", into);
  const auto archive = place_.folder + "/download.tar.zst";
  TRY(observer_.download(action.artifact.value_or(""), archive));
  TRY(unpack(archive, room_.workspace + "/" + into));
  return StepEnd{};
}

Result<Job::StepEnd> Job::junit(const Step& next, const Action& action) {
  constexpr std::size_t kMostReports = 5'000, kMostBytes = 16 << 20;
  const auto files = matching_files(room_.workspace, action.paths.value_or(std::vector<std::string>()), kMostReports);
  if (files.empty()) {
    sink_.line(fmt::format("no test report matches {}", fmt::join(action.paths.value_or(std::vector<std::string>()), ", ")));
    return StepEnd{};
  }
  for (const auto& file : files) TRY(observer_.junit(next.key, action.name.value_or("tests"), TRY(read_file(room_.workspace + "/" + file, kMostBytes))));
  return StepEnd{};
}

Result<std::map<std::string, std::string>> Job::read_flow_env() {
  std::map<std::string, std::string> values;
  const auto text = TRY(read_file(room_.flow + "/env", 1 << 20));
  for (const auto& line : split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals != std::string::npos && equals > 0) values[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return values;
}

// A failure with a warm cache may be the cache's fault: once more without it. If that passes, the old content goes and the log says so.
Result<Verdict> Job::heal(Verdict verdict) {
  const bool suspect = verdict.state == "failed" && script_failed_ && std::any_of(caches_.begin(), caches_.end(), [](const HeldCache& cache) { return cache.own() && cache.warm(); });
  if (!suspect || std::chrono::steady_clock::now() >= deadline_) {
    TRY(report_caches(false));
    return verdict;
  }
  sink_.line("the job failed with a warm cache: trying it once without");
  for (auto& cache : caches_) if (cache.own()) TRY(cache.set_aside());
  const auto again = TRY(attempt());
  const bool healed = again.state == "succeeded";
  for (auto& cache : caches_) if (cache.own()) TRY(healed ? cache.keep_new() : cache.restore_old());
  sink_.line(healed ? "it passed: the old cache was broken and is dropped" : "it failed all the same: the cache is kept");
  TRY(report_caches(healed));
  return again;
}

Result<void> Job::report_caches(bool dropped) {
  std::vector<CacheReport> list;
  for (const auto& cache : caches_) {
    if (cache.own()) list.push_back({cache.order().key, cache.size(), dropped, dropped ? "a run failed with it and passed without" : ""});
  }
  if (list.empty()) return {};
  return observer_.caches(list);
}

std::vector<std::string> matching_files(const std::string& folder, const std::vector<std::string>& patterns, std::size_t most) {
  namespace fs = std::filesystem;
  std::vector<std::string> found;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error); !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->path().filename() == ".git" && at->is_directory(error)) {
      at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file(error) || at->is_symlink(error)) continue;
    const auto path = at->path().string().substr(folder.size() + 1);
    const auto fits = [&path](std::string_view pattern) {
      while (pattern.ends_with('/')) pattern.remove_suffix(1);
      if (pattern.starts_with("./")) pattern.remove_prefix(2);
      return glob_match(pattern, path) || path.starts_with(std::string(pattern) + "/") || (pattern.starts_with("**/") && glob_match(pattern.substr(3), path));
    };
    if (std::any_of(patterns.begin(), patterns.end(), fits)) found.push_back(path);
    if (found.size() >= most) break;
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace sampan::runner
