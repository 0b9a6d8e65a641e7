#include "runner/workshop.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/files.h"
#include "base/text.h"
#include "runner/sandbox.h"

namespace sampan::runner {

namespace {

constexpr std::string_view kImages = "/images", kScratch = "/scratch";

bool as_root() { return ::geteuid() == 0; }

// Written when it differs: several jobs share it.
Result<void> settle_file(const std::string& path, const std::string& text) {
  const auto now = read_file(path);
  if (now.has_value() && *now == text) return {};
  return write_file_durably(path, text);
}

Result<void> write_credentials(const std::string& file, const Order& order) {
  std::string text = "{\"auths\":{";
  append_json_string(text, order.registry);
  text += ":{\"auth\":";
  append_json_string(text, base64("job:" + order.token));
  return write_file_durably(file, text + "}}}", 0600);
}

Result<void> need_program(const std::string& name, std::string_view purpose) {
  const char* path = std::getenv("PATH");
  for (const auto& folder : split(path ? path : "/usr/bin:/bin", ':')) {
    if (::access((folder + "/" + name).c_str(), X_OK) == 0) return {};
  }
  return fail(Errc::unavailable, "{} needs {}, which this runner's machine does not have: install the package '{}'",
              purpose, name, name);
}

// Keeps the output of a command of ours, and shows it only when asked.
class QuietSink final : public Sink {
 public:
  void write(std::string_view text) override {
    if (kept.size() < 64 << 10) kept += text;
  }
  void line(std::string_view text) override { write(fmt::format("{}\n", text)); }
  void begin_step(std::string_view) override {}
  std::int64_t size() override { return 0; }
  void flush() override {}
  std::string kept;
};

// As containers-storage keeps them; what a stranger's build wrote there can only cost us a look.
bool has_working_containers(const std::string& images) {
  for (const auto* list : {"containers.json", "volatile-containers.json"}) {
    const auto text = read_file(fmt::format("{}/root/overlay-containers/{}", images, list)).value_or("");
    if (!trim(text).empty() && trim(text) != "[]") return true;
  }
  return false;
}

}  // namespace

Result<std::string> quietly(const Supervision& supervision, const std::vector<std::string>& sandbox,
                            const Command& command, std::string_view what) {
  QuietSink quiet;
  const auto ended = supervise(
      {supervision.launcher, supervision.cgroup, quiet, supervision.cancel, supervision.deadline, supervision.grace},
      sandbox, command);
  const auto right = must_succeed(ended, what);
  if (!right.has_value()) {
    supervision.sink.write(quiet.kept);
    supervision.sink.flush();
    return right.error();
  }
  return std::move(quiet.kept);
}

Result<Workshop> Workshop::settle(const WorkshopPlace& place, std::string_view purpose) {
  TRY(need_program("buildah", purpose));
  TRY(make_directories(place.images, 0711));
  Fd use(::open(place.images.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!use || ::flock(use.get(), LOCK_SH) != 0) return fail_errno("use " + place.images);
  TRY(make_directories(place.scratch, 0700));
  TRY(make_directories(place.scratch + "/tmp"));
  TRY(settle_file(place.scratch + "/passwd", "root:x:0:0::/root:/bin/sh\n"));
  TRY(settle_file(place.scratch + "/group", "root:x:0:\n"));
  TRY(give_to_build_user(place.scratch));
  if (as_root() && ::lchown(place.images.c_str(), kBuildUser, kBuildUser) != 0)
    return fail_errno("give " + place.images + " to the build user");
  return Workshop(place, std::move(use));
}

Result<Workshop> Workshop::open(const WorkshopPlace& place, const Order& order, std::string_view purpose) {
  auto workshop = TRY(settle(place, purpose));
  TRY(settle_file(place.images + "/registries.conf",
                  fmt::format("unqualified-search-registries = []\n[[registry]]\nlocation = \"{}\"\ninsecure = {}\n",
                              order.registry, place.insecure)));
  TRY(settle_file(place.images + "/policy.json", "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}\n"));
  TRY(write_credentials(place.scratch + "/registry.json", order));
  TRY(give_to_build_user(place.scratch));
  return workshop;
}

Result<void> Workshop::sweep(const Supervision& supervision) {
  if (!has_working_containers(place_.images)) return {};
  if (::flock(use_.get(), LOCK_EX | LOCK_NB) != 0) {
    // The change lets go of the share first.
    return ::flock(use_.get(), LOCK_SH) == 0 ? Result<void>() : fail_errno("use " + place_.images);
  }
  const Cancel never;
  const Supervision own{supervision.launcher,
                        supervision.cgroup,
                        supervision.sink,
                        never,
                        std::chrono::steady_clock::now() + std::chrono::minutes(1),
                        supervision.grace};
  const auto swept =
      quietly(own, sandbox(Network::off), buildah({"rm", "--all"}), "removing what a killed build has left");
  if (::flock(use_.get(), LOCK_SH) != 0) return fail_errno("use " + place_.images);
  TRY(swept);
  return {};
}

Result<void> sweep_workshop(const WorkshopPlace& place, const Supervision& supervision) {
  if (!has_working_containers(place.images)) return {};
  auto workshop = TRY(Workshop::settle(place, "removing what a killed build has left"));
  return workshop.sweep(supervision);
}

void Workshop::bind(Bind bind) { binds_.push_back(std::move(bind)); }
std::string Workshop::seen(const Bind& bind) const { return as_root() ? bind.to : bind.from; }
std::string Workshop::scratch() const { return as_root() ? std::string(kScratch) : place_.scratch; }
std::string Workshop::policy() const { return (as_root() ? std::string(kImages) : place_.images) + "/policy.json"; }

Command Workshop::buildah(std::vector<std::string> arguments) const {
  const auto images = as_root() ? std::string(kImages) : place_.images;
  Command command;
  command.clear_env = true;
  command.env = {{"HOME", scratch()},
                 {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                 {"BUILDAH_ISOLATION", "chroot"},
                 {"CONTAINERS_REGISTRIES_CONF", images + "/registries.conf"},
                 {"REGISTRY_AUTH_FILE", scratch() + "/registry.json"},
                 {"TMPDIR", scratch() + "/tmp"}};
  for (const auto& [key, value] : registry_environment()) command.env.emplace_back(key, value);
  command.argv = {"buildah", "--root", images + "/root", "--runroot", images + "/run", "--storage-driver", "overlay"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return command;
}

std::vector<std::string> Workshop::sandbox(Network network) const {
  if (!as_root()) return {};
  std::vector<std::string> options = {"--image-build", std::to_string(kBuildUser), std::to_string(kImageUsers)};
  const auto add = [&options](std::initializer_list<std::string> words) { options.insert(options.end(), words); };
  if (network == Network::off) add({"--no-network"});
  for (auto& word : system_options()) options.push_back(std::move(word));
  // A JVM asks its cgroup for its limits, and dies of a view that is not its own.
  add({"--tmpfs", "/sys", "--ro-bind", "/sys/devices/system", "/sys/devices/system"});
  for (auto& word : cgroup_options(place_.cgroups)) options.push_back(std::move(word));
  add({"--ro-bind",
       place_.scratch + "/passwd",
       "/etc/passwd",
       "--ro-bind",
       place_.scratch + "/group",
       "/etc/group",
       "--tmpfs",
       "/run",
       "--folder",
       "/root",
       "--bind",
       place_.scratch + "/tmp",
       "/tmp",
       "--bind",
       place_.scratch + "/tmp",
       "/var/tmp",
       "--bind",
       place_.images,
       std::string(kImages),
       "--bind",
       place_.scratch,
       std::string(kScratch)});
  for (const auto& [from, to, writable] : binds_) add({writable ? "--bind" : "--ro-bind", from, to});
  return options;
}

Result<void> must_succeed(const Result<Ended>& ended, std::string_view what) {
  if (!ended.has_value()) return ended.error();
  if (!ended->why.empty()) return fail(Errc::unavailable, "{} while {}", ended->why, what);
  if (ended->out_of_memory) return fail(Errc::invalid, "{} was killed at the job's memory limit", what);
  if (!ended->exit.ok()) return fail(Errc::invalid, "{} failed: buildah ended with {}", what, ended->exit.code);
  return {};
}

}  // namespace sampan::runner
