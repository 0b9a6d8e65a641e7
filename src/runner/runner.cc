#include "runner/runner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "base/log.h"
#include "base/process.h"
#include "edge/client.h"
#include "runner/session.h"

namespace sampan::runner {

namespace {

// Held until the process ends; the kernel frees it however that happens.
Result<Fd> take_lock(const std::string& folder) {
  TRY(make_directories(folder + "/jobs", 0700));
  TRY(make_directories(folder + "/caches", 0700));
  Fd file(::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return fail_errno("open " + folder + "/lock");
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_SETLK, &lock) != 0) return fail(Errc::conflict, "another runner works in {}", folder);
  return file;
}

// What an earlier process of this runner left when it was killed: its jobs are no longer its own, the server gives them out anew.
Result<void> clean(const Config& config) {
  for (const auto& name : Cgroup::find(cgroup_prefix(config.folder))) Cgroup::existing(name).destroy();
  TRY(remove_tree(config.folder + "/jobs"));
  return make_directories(config.folder + "/jobs", 0700);
}

class LocalObserver final : public Observer {
 public:
  explicit LocalObserver(std::string results) : results_(std::move(results)) {}
  Result<void> step(const StepReport&, const std::map<std::string, std::string>&) override { return {}; }
  Result<void> image(std::string_view, std::string_view, const BuiltImage&) override { return {}; }
  Result<void> artifact(const Upload& upload) override {
    TRY(make_directories(results_));
    return write_file_durably(results_ + "/" + upload.file_name, TRY(read_file(upload.file, std::size_t{1} << 30)));
  }
  Result<void> junit(std::string_view, std::string_view, std::string_view) override { return {}; }
  Result<void> download(std::string_view artifact, const std::string&) override { return fail(Errc::unavailable, "artifact {}: there is no server in a local run", artifact); }
  Result<void> caches(const std::vector<CacheReport>&) override { return {}; }

 private:
  std::string results_;
};

}  // namespace

int run_runner(const Config& config, std::stop_token stop) {
  const auto lock = take_lock(config.folder);
  if (!lock.has_value()) {
    log::error("runner", "{}", lock.error().message);
    return 1;
  }
  if (const auto cleaned = clean(config); !cleaned.has_value()) log::warning("runner", "{}", cleaned.error().message);
  const auto http = edge::make_http_client();
  Session session(*http, config);
  log::info("runner", "{} works for {}, {} jobs at once", config.name, config.server, config.capacity);
  const auto done = session.run(stop);
  if (done.has_value()) return 0;
  log::error("runner", "{}", done.error().message);
  return 1;
}

int run_order_locally(const Config& config, const std::string& order_json, const std::string& working_tree, const std::string& results) {
  const auto order = parse_order(order_json);
  if (!order.has_value()) {
    log::error("runner", "{}", order.error().message);
    return 1;
  }
  std::vector<std::string> secrets = order->mask;
  for (const auto& secret : order->secrets) secrets.push_back(secret.value);
  TerminalSink sink{Masker(secrets)};
  LocalObserver observer(results);
  const Cancel never;
  const auto folder = fmt::format("{}/jobs/local-{}", config.folder, ::getpid());
  Job job(config, *order, {folder, config.folder + "/caches", config.folder + "/images", working_tree}, sink, observer, never);
  const auto verdict = job.run();
  sink.line(fmt::format("{}{}", verdict.state, verdict.reason.empty() ? "" : ": " + verdict.reason));
  return verdict.state == "succeeded" ? 0 : 1;
}

Result<void> remove_traces(const std::string& folder) {
  // Build storage keeps overlay mounts; below them nothing can be removed.
  std::ifstream mounts("/proc/self/mounts");
  std::vector<std::string> ours;
  for (std::string device, place, rest; mounts >> device >> place && std::getline(mounts, rest);) {
    if (place.starts_with(folder + "/")) ours.push_back(place);
  }
  std::sort(ours.rbegin(), ours.rend());
  for (const auto& place : ours) {
    if (::umount2(place.c_str(), MNT_DETACH) != 0) return fail_errno("unmount " + place);
  }
  return {};
}

}  // namespace sampan::runner
