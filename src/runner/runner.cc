#include "runner/runner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "edge/client.h"
#include "runner/job_folders.h"
#include "runner/session.h"
#include "runner/workshop.h"

namespace sampan::runner {

namespace {

namespace fs = std::filesystem;

Result<Folders> make_folders(const Config& config) {
  std::error_code error;
  const Folders folders{fs::absolute(config.folder, error).lexically_normal().string(), config.repositories,
                        config.advisories};
  if (error) return fail(Errc::invalid, "the runner's folder '{}': {}", config.folder, error.message());
  TRY(make_directories(folders.root, 0711));  // steps are not root and reach their workspaces below it
  for (const auto& each : {folders.jobs(), folders.caches(), folders.mirrors(), folders.images()})
    TRY(make_directories(each, 0711));
  return folders;
}

// Held until the process ends; the kernel frees it however that happens.
Result<Fd> take_lock(const Folders& folders) {
  Fd file(::open(folders.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return fail_errno("open " + folders.lock());
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_SETLK, &lock) != 0)
    return fail(Errc::conflict, "another runner works in {}: give this one a folder of its own", folders.root);
  return file;
}

void end_processes(const Folders& folders) {
  for (const auto& name : Cgroup::find(cgroup_prefix(folders.root))) Cgroup::existing(name).destroy();
}

// What an earlier process of this runner left when it was killed: its jobs are no longer its own, the server gives them
// out anew.
Result<void> clean(const Folders& folders) {
  end_processes(folders);
  TRY(remove_tree(folders.jobs()));
  TRY(sweep_unnamed(folders.images()));
  return make_directories(folders.jobs(), 0711);
}

// Builds that were killed with an earlier process.
Result<void> clean_workshop(const Config& config, const Folders& folders) {
  auto cgroup = Cgroup::create(cgroup_prefix(folders.root) + "sweep", {}).value_or(Cgroup());
  TerminalSink sink(Masker({}), STDERR_FILENO);
  const Cancel never;
  const Launcher launcher(config.launch_program);
  const auto scratch = folders.jobs() + "/sweep";
  const auto swept = sweep_workshop({folders.images(), scratch, cgroup.folders()},
                                    {launcher, cgroup, sink, never, std::chrono::steady_clock::now()});
  cgroup.destroy();
  TRY(remove_tree(scratch));
  return swept;
}

// Local runs that were interrupted; those of living processes stay.
void clean_local(const Folders& folders) {
  constexpr std::string_view kPrefix = "local-";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folders.jobs(), error)) {
    const auto name = entry.path().filename().string();
    int pid = 0;
    if (!name.starts_with(kPrefix)) continue;
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), pid);
    if (pid <= 0 || ::kill(pid, 0) == 0) continue;
    for (const auto& left : Cgroup::find(cgroup_prefix(folders.root))) {
      if (left.ends_with(fmt::format("-{}", pid))) Cgroup::existing(left).destroy();
    }
    if (const auto removed = remove_tree(entry.path().string()); !removed.has_value())
      log::warning("runner", "{}", removed.error().message);
  }
}

// Steps are started by the launch program that was there at the beginning: one that an upgrade puts in its place may
// want other options. The path leads to it as long as the descriptor is open.
Result<Fd> hold_launch_program(Config& config) {
  Fd program(::open(config.launch_program.c_str(), O_PATH | O_CLOEXEC));
  if (!program || ::access(config.launch_program.c_str(), X_OK) != 0)
    return fail(Errc::invalid, "there is no {}: it belongs beside the program and starts the steps",
                config.launch_program);
  config.launch_program = fmt::format("/proc/{}/fd/{}", ::getpid(), program.get());
  return program;
}

class LocalObserver final : public Observer {
 public:
  explicit LocalObserver(std::string results) : results_(std::move(results)) {}
  Result<void> step(const StepReport&, const std::map<std::string, std::string>&) override { return {}; }
  Result<void> image(std::string_view, std::string_view, const BuiltImage&) override { return {}; }
  Result<void> artifact(const Upload& upload) override {
    TRY(make_directories(results_));
    std::error_code error;
    fs::copy_file(upload.file, results_ + "/" + upload.file_name, fs::copy_options::overwrite_existing, error);
    if (error) return fail(Errc::internal, "keep {} in {}: {}", upload.file_name, results_, error.message());
    return {};
  }
  Result<void> junit(std::string_view, std::string_view, std::string_view) override { return {}; }
  Result<void> sarif(std::string_view, std::string_view, std::string_view) override { return {}; }
  Result<void> metrics(std::string_view, const std::vector<MetricReport>&) override { return {}; }
  Result<void> download(std::string_view artifact, const std::string&) override {
    return fail(Errc::unavailable, "artifact {}: there is no server in a local run", artifact);
  }
  Result<void> caches(const std::vector<CacheReport>&) override { return {}; }
  Result<bool> server_was_away(std::chrono::steady_clock::time_point) override { return false; }  // there is none

 private:
  std::string results_;
};

Result<Verdict> run_locally(Config config, const std::string& order_json, const std::string& working_tree,
                            const std::string& results) {
  auto order = TRY(parse_order(order_json));
  const auto folders = TRY(make_folders(config));
  const auto launch = TRY(hold_launch_program(config));
  clean_local(folders);
  order.fence = ::getpid();  // makes its names differ from those of another local run
  TerminalSink sink(Masker(secrets_of(order)), STDOUT_FILENO);
  LocalObserver observer(results);
  const Cancel never;
  const Launcher launcher(config.launch_program);
  const JobPlace place{folders, fmt::format("{}/local-{}", folders.jobs(), ::getpid()), launcher, working_tree};
  auto verdict = Job(order, place, sink, observer, never).run();
  TRY(remove_tree(place.folder));
  sink.line(fmt::format("{}{}", verdict.state, verdict.reason.empty() ? "" : ": " + verdict.reason));
  return verdict;
}

Result<void> work(Config config, std::stop_token stop) {
  const auto folders = TRY(make_folders(config));
  const auto lock = TRY(take_lock(folders));
  const auto launch = TRY(hold_launch_program(config));
  if (const auto cleaned = clean(folders); !cleaned.has_value()) log::warning("runner", "{}", cleaned.error().message);
  if (const auto cleaned = clean_workshop(config, folders); !cleaned.has_value())
    log::warning("runner", "{}", cleaned.error().message);
  config.folder = folders.root;
  const auto http = edge::make_http_client({.user_agent = "sampan-runner/" SAMPAN_VERSION});
  log::info("runner", "{} works for {}, {} jobs at once", config.name, config.server, config.capacity);
  return Session(*http, config).run(stop);
}

}  // namespace

int run_runner(const Config& config, std::stop_token stop) {
  const auto done = work(config, stop);
  if (done.has_value()) return 0;
  log::error("runner", "{}", done.error().message);
  return 1;
}

int run_order_locally(const Config& config, const std::string& order_json, const std::string& working_tree,
                      const std::string& results) {
  const auto verdict = run_locally(config, order_json, working_tree, results);
  if (!verdict.has_value()) log::error("runner", "{}", verdict.error().message);
  return verdict.has_value() && verdict->state == "succeeded" ? 0 : 1;
}

bool has_jobs(const std::string& folder) { return any_held(Folders{folder}.jobs()); }

Result<void> remove_traces(const std::string& folder) {
  std::error_code error;
  const Folders folders{fs::absolute(folder, error).lexically_normal().string()};
  end_processes(folders);
  // Container storage keeps overlay mounts; below them nothing can be removed.
  std::ifstream mounts("/proc/self/mounts");
  std::vector<std::string> ours;
  for (std::string device, place, rest; mounts >> device >> place && std::getline(mounts, rest);) {
    if (place.starts_with(folders.root + "/")) ours.push_back(place);
  }
  std::sort(ours.rbegin(), ours.rend());
  for (const auto& place : ours) {
    if (::umount2(place.c_str(), MNT_DETACH) != 0) return fail_errno("unmount " + place);
  }
  return {};
}

}  // namespace sampan::runner
