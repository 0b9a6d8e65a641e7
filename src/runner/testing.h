// What the tests of this room share: sinks and observers that remember, orders with little in them. Included by
// *_test.cc only.
#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <utility>

#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "runner/job.h"

namespace sampan::runner::testing {

template <class T>
T must(Result<T> result) {
  if (!result.has_value()) FAIL(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Keeps the output; wait_for() returns once it holds a text.
class MemorySink final : public Sink {
 public:
  explicit MemorySink(std::vector<std::string> secrets = {}) : masker_(secrets) {}
  void write(std::string_view text) override { put(masker_locked(text, false)); }
  void line(std::string_view text) override { put(masker_locked(fmt::format("{}\n", text), true)); }
  void begin_step(std::string_view key) override { put(fmt::format("\x1e{}\n", key)); }
  std::int64_t size() override { return static_cast<std::int64_t>(text().size()); }
  void flush() override { put(masker_locked("", true)); }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  bool has(std::string_view part) { return text().find(part) != std::string::npos; }
  bool wait_for(std::string_view part) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return text_.find(part) != std::string::npos; });
  }

 private:
  std::string masker_locked(std::string_view text, bool whole) {
    const std::lock_guard lock(mutex_);
    auto out = masker_.feed(text);
    if (whole) out += masker_.finish();
    return out;
  }
  void put(std::string_view text) {
    const std::lock_guard lock(mutex_);
    text_ += text;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  Masker masker_;
  std::string text_;
};

// Remembers what was said; artifacts stay in a folder and can be downloaded by name.
class MemoryObserver final : public Observer {
 public:
  Result<void> step(const StepReport& report, const std::map<std::string, std::string>& variables) override {
    steps.push_back(report);
    for (const auto& [key, value] : variables) this->variables[key] = value;
    return {};
  }
  Result<void> image(std::string_view, std::string_view name, const BuiltImage& image) override {
    images.emplace_back(name, image);
    return {};
  }
  Result<void> artifact(const Upload& upload) override {
    std::filesystem::copy_file(upload.file, folder.path() + "/" + upload.name,
                               std::filesystem::copy_options::overwrite_existing);
    return {};
  }
  Result<void> junit(std::string_view, std::string_view, std::string_view xml) override {
    reports.emplace_back(xml);
    return {};
  }
  Result<void> sarif(std::string_view, std::string_view tool, std::string_view text) override {
    results.emplace_back(fmt::format("{}: {}", tool, text));
    return {};
  }
  Result<void> metrics(std::string_view, const std::vector<MetricReport>& list) override {
    metric_reports = list;
    return {};
  }
  Result<void> download(std::string_view artifact, const std::string& file) override {
    std::error_code error;
    std::filesystem::copy_file(folder.path() + "/" + std::string(artifact), file,
                               std::filesystem::copy_options::overwrite_existing, error);
    if (error) return fail(Errc::not_found, "there is no artifact {}", artifact);
    return {};
  }
  Result<void> caches(const std::vector<CacheReport>& list) override {
    cache_reports = list;
    return {};
  }
  Result<bool> server_was_away(std::chrono::steady_clock::time_point) override {
    if (when_asked) when_asked();
    return std::exchange(away, false);
  }
  bool away = false;                 // said once
  std::function<void()> when_asked;  // whether it was
  // "build running, build succeeded"
  std::string story() const {
    std::vector<std::string> words;
    for (const auto& report : steps) words.push_back(report.step + " " + report.state);
    return join(words, ", ");
  }

  TempDir folder = must(TempDir::create());
  std::vector<StepReport> steps;
  std::map<std::string, std::string> variables;
  std::vector<std::pair<std::string, BuiltImage>> images;
  std::vector<std::string> reports, results;
  std::vector<CacheReport> cache_reports;
  std::vector<MetricReport> metric_reports;
};

inline Action script(std::string text) {
  Action action;
  action.action = "script";
  action.script = std::move(text);
  return action;
}
inline Action action(std::string kind) {
  Action made;
  made.action = std::move(kind);
  return made;
}

// A runner's folder of its own, gone with the object, in which jobs run for real.
class Bench {
 public:
  Bench() {
    ::chmod(folder_.path().c_str(), 0711);  // as the runner's own folder: steps are not root
    for (const auto& each : {folders.jobs(), folders.caches(), folders.mirrors(), folders.images()})
      must(make_directories(each, 0711));
  }

  Order order(std::vector<Action> actions) {
    Order made;
    made.job = ++last_job_;
    made.fence = 1;
    made.run = made.run_number = 1;
    made.repo_path = "company/shop";
    made.job_key = "check.unit";
    made.timeout_s = 60;
    made.sandbox.memory_bytes = 256 << 20;
    made.sandbox.network = false;
    made.steps = {{"one", "One", std::move(actions)}};
    return made;
  }
  ~Bench() { cgroup.destroy(); }
  JobPlace place() {
    return {.folders = folders,
            .folder = folders.jobs() + "/1",
            .launcher = launcher,
            .cgroup = hands_on ? &cgroup : nullptr};
  }
  Verdict run(const Order& order) {
    observer = std::make_unique<MemoryObserver>();
    return run_again(order);
  }
  Verdict run_again(const Order& order) {
    sink = std::make_unique<MemorySink>(secrets_of(order));
    Job job(order, place(), *sink, *observer, cancel);
    return job.run();
  }

 private:
  TempDir folder_ = must(TempDir::create({}, "runner"));
  std::int64_t last_job_ = 0;

 public:
  Folders folders{folder_.path()};
  Cancel cancel;
  Launcher launcher{SAMPAN_LAUNCH_PROGRAM};
  bool hands_on = false;  // the cgroup, from job to job
  Cgroup cgroup;
  std::unique_ptr<MemorySink> sink;
  std::unique_ptr<MemoryObserver> observer;
};

// Whether a process of this machine has the text in its command line; waits a moment for it to vanish.
inline bool process_runs(std::string_view text) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    std::ifstream in(entry.path() / "cmdline", std::ios::binary);
    const std::string words{std::istreambuf_iterator<char>(in), {}};
    if (words.find(text) != std::string::npos && words.find("doctest") == std::string::npos) return true;
  }
  return false;
}

}  // namespace sampan::runner::testing
