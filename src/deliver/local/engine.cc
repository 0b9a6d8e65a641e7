#include "deliver/local/engine.h"

#include <sys/mount.h>
#include <sys/resource.h>

#include <boost/json.hpp>
#include <fstream>

#include "base/crypto.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "deliver/local/bridge.h"
#include "deliver/local/remains.h"
#include "deliver/local/settings.h"

namespace sampan::deliver {

namespace {

constexpr std::chrono::minutes kPullTime{10};
constexpr std::chrono::seconds kOldCommands{10};  // more than a start or an end takes
constexpr std::chrono::seconds kOldCgroups{60};
constexpr std::chrono::milliseconds kLastProcesses{2000};  // of a container that was killed, to end
constexpr int kTries = 3;                                  // of an engine that is killed at work
constexpr int kMostLost = 64;                              // containers without a network that one listing removes

// The same form for both: containers-auth.json(5) took docker's.
std::string credentials(const LocalConfig& config) {
  return fmt::format("{{\"auths\":{{\"{}\":{{\"auth\":\"{}\"}}}}}}", config.registry_host,
                     base64("token:" + config.pull_token));
}

void append(std::vector<std::string>& arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
}

std::string number_text(double value) { return fmt::format("{:.3f}", value); }

std::string text_at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* at = &value;
  for (const auto key : path) {
    if (!at->is_object() || !(at = at->as_object().if_contains(key))) return {};
  }
  return at->is_string() ? std::string(at->as_string()) : std::string();
}

std::int64_t number_at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* at = &value;
  for (const auto key : path) {
    if (!at->is_object() || !(at = at->as_object().if_contains(key))) return 0;
  }
  return at->is_int64() ? at->as_int64() : 0;
}

// Our name of what the engine calls `text`; nullopt: it is not ours.
std::optional<std::string> own_name(std::string_view text, const Dialect& dialect) {
  if (!text.starts_with(dialect.prefix) || text.size() == dialect.prefix.size()) return std::nullopt;
  return std::string(text.substr(dialect.prefix.size()));
}

Container container_of(const Json& item, const Dialect& dialect) {
  Container found;
  const auto name = text_at(item, {"Name"});
  found.name = own_name(name.substr(name.rfind('/') + 1), dialect).value_or(name);  // docker's begin with a slash
  const auto status = text_at(item, {"State", "Status"});
  found.id = text_at(item, {"Id"});
  const auto pid = static_cast<int>(number_at(item, {"State", "Pid"}));
  // podman goes on saying "running" when who should have told it of the end was killed before.
  found.running = (status == "running" || status == "paused") && is_process_of(pid, found.id);
  found.exit_code = static_cast<int>(number_at(item, {"State", "ExitCode"}));
  found.pid = found.running ? pid : 0;
  found.address = text_at(item, {"NetworkSettings", "Networks", dialect.network, "IPAddress"});
  found.log_file = text_at(item, {"LogPath"});
  if (found.log_file.empty()) found.log_file = text_at(item, {"HostConfig", "LogConfig", "Path"});
  return found;
}

}  // namespace

Engine::Engine(LocalConfig config)
    : config_(std::move(config)),
      dialect_(dialect_of(remembered(), config_.folder).value_or(*dialect_of(kEngines[0], config_.folder))) {}

Command Engine::command(std::vector<std::string> arguments) const {
  Command made;
  made.argv = {dialect_.program};
  made.argv.insert(made.argv.end(), arguments.begin(), arguments.end());
  made.env = dialect_.settings;
  return made;
}

// The engine whose containers may be here; empty: none yet. Before there was a choice it was podman.
std::string Engine::remembered() const {
  if (const auto text = read_file(config_.folder + "/engine"); text.has_value()) return std::string(trim(*text));
  return exists(config_.folder + "/containers.conf") ? "podman" : "";
}

Result<std::string> Engine::choose() const {
  const auto only = config_.engine != "auto" ? config_.engine : remembered();
  std::string why;
  for (const auto name : kEngines) {
    if (!only.empty() && only != name) continue;
    const auto dialect = *dialect_of(name, config_.folder);
    Command probe{.argv = {dialect.program}};
    probe.argv.insert(probe.argv.end(), dialect.usable.begin(), dialect.usable.end());
    const auto answer = run_ok(probe);
    if (answer.has_value()) return dialect.program;
    why += fmt::format("{}{} ({}; apt-get install {})", why.empty() ? "" : ", nor is ", name, answer.error().message,
                       dialect.packages);
  }
  if (why.empty()) return fail(Errc::invalid, "the engine '{}' is not known: expected podman or docker", only);
  return fail(Errc::unavailable, "no container engine can be used: {} is not usable", why);
}

Result<void> Engine::prepare() {
  const auto chosen = TRY(choose()), before = remembered();
  TRY(make_directories(config_.folder, 0700));
  if (!before.empty() && before != chosen) {
    log::warning("deliver", "{} takes over from {}: every application starts anew", chosen, before);
    if (const auto removed = remove_everything(); !removed.has_value())
      log::warning("deliver", "{}", removed.error().message);
  }
  dialect_ = *dialect_of(chosen, config_.folder);
  TRY(write_file_durably(config_.folder + "/engine", chosen + "\n"));
  return chosen == "docker" ? prepare_docker() : prepare_podman();
}

Result<void> Engine::prepare_docker() {
  TRY(make_directories(config_.folder + "/docker", 0700));
  TRY(sweep_unnamed(config_.folder + "/docker"));
  TRY(write_file_durably(config_.folder + "/docker/config.json", credentials(config_), 0600));
  if (TRY(sampan::run(command({"network", "inspect", "--", dialect_.network}))).exit.ok()) return {};
  TRY(run_ok(command({"network", "create", "--driver", "bridge", "--", dialect_.network}))
          .context("make the network of the containers"));
  return {};
}

Result<void> Engine::prepare_podman() {
  const auto& folder = config_.folder;
  await_commands(folder, kOldCommands);
  TRY(drop_remains(folder));
  drop_lost_cgroups(kOldCgroups);
  TRY(remove_tree(pulls()));
  TRY(make_directories(folder + "/networks", 0700));
  TRY(sweep_unnamed(folder + "/networks"));
  struct rlimit files {};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const auto most_files = std::min<std::uint64_t>(files.rlim_max, 1 << 20);
  TRY(write_file_durably(folder + "/containers.conf",
                         fmt::format("[containers]\ndefault_ulimits = [\"nofile={0}:{0}\", "
                                     "\"nproc=32768:32768\"]\nlog_driver = \"k8s-file\"\nlog_size_max = 52428800\n"
                                     "[engine]\ncgroup_manager = \"cgroupfs\"\nruntime = \"runc\"\nlock_type = "
                                     "\"file\"\nevents_logger = \"file\"\ntmp_dir = \"{1}/run/libpod\"\n"
                                     "volume_path = \"{1}/volumes\"\n[engine.runtimes]\nrunc = [\"/usr/sbin/runc\", "
                                     "\"/usr/bin/runc\"]\n[network]\nnetwork_backend = \"netavark\"\n"
                                     "network_config_dir = \"{1}/networks\"\ndefault_network = \"sampan\"\n",
                                     most_files, folder)));
  TRY(write_file_durably(
      folder + "/storage.conf",
      fmt::format("[storage]\ndriver = \"overlay\"\ngraphroot = \"{0}/storage\"\nrunroot = \"{0}/run/storage\"\n",
                  folder)));
  TRY(write_file_durably(
      folder + "/registries.conf",
      fmt::format("unqualified-search-registries = []\n[[registry]]\nlocation = \"{}\"\ninsecure = true\n",
                  config_.registry_host)));
  TRY(write_file_durably(folder + "/policy.json", "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}\n"));
  TRY(write_file_durably(folder + "/auth.json", credentials(config_), 0600));
  if (!exists(folder + "/networks/sampan.json")) {
    const auto bridge = choose_bridge();
    TRY(write_file_durably(
        folder + "/networks/sampan.json",
        fmt::format("{{\"name\":\"sampan\",\"id\":\"{}\",\"driver\":\"bridge\",\"network_interface\":\"{}\","
                    "\"created\":\"2024-01-01T00:00:00Z\",\"subnets\":[{{\"subnet\":\"{}\",\"gateway\":\"{}\"}}],"
                    "\"ipv6_enabled\":false,\"internal\":false,\"dns_enabled\":false,"
                    "\"ipam_options\":{{\"driver\":\"host-local\"}}}}\n",
                    sha256_hex(folder), bridge.interface, bridge.subnet, bridge.gateway)));
  }
  bridge_ = interface_of(TRY(read_file(folder + "/networks/sampan.json")));
  hold_bridge();
  return drop_lost_networks();
}

void Engine::hold_bridge() const {
  if (bridge_.empty()) return;
  if (const auto held = hold_address(bridge_); !held.has_value()) log::warning("deliver", "{}", held.error().message);
}

Result<bool> Engine::has_image(const std::string& image) {
  return TRY(sampan::run(command({"image", "inspect", "--format", "{{.Id}}", "--", image}), {.tries = kTries}))
      .exit.ok();
}

// A pull that is killed leaves its layers where temporary files go: a place of its own, which goes with the pull.
std::string Engine::pulls() const { return config_.folder + "/pulls"; }

Result<void> Engine::pull(const std::string& image) {
  if (TRY(has_image(image))) return {};
  const auto place = TRY(TempDir::create(pulls(), "pull"));
  std::vector<std::string> arguments = {"pull", "-q"};
  append(arguments, dialect_.pull);
  append(arguments, {"--", image});
  auto made = command(std::move(arguments));
  made.env.emplace_back("TMPDIR", place.path());
  TRY(run_ok(made, {.timeout = kPullTime, .tries = kTries}).context("pull " + image));
  return {};
}

Result<void> Engine::run(const InstanceSpec& spec) {
  std::vector<std::string> arguments = {"run",
                                        "-d",
                                        "--pull=never",
                                        "--name",
                                        dialect_.prefix + spec.name,
                                        "--network",
                                        dialect_.network,
                                        "--pids-limit",
                                        std::to_string(spec.pids),
                                        "--stop-timeout",
                                        std::to_string(std::max<std::int64_t>(1, spec.stop_grace.count() / 1000)),
                                        "--security-opt",
                                        "no-new-privileges"};
  append(arguments, dialect_.run);
  if (spec.memory_bytes > 0)
    append(arguments,
           {"--memory", std::to_string(spec.memory_bytes), "--memory-swap", std::to_string(spec.memory_bytes)});
  if (spec.cpus > 0) append(arguments, {"--cpus", number_text(spec.cpus)});
  // Never by the argument list, which everybody on the machine can read: by a list the engine reads from us. What such
  // a list cannot hold in one way for all engines goes by the engine's own environment, unless it would heed it there.
  auto made = command({});
  std::string list;
  for (const auto& [key, value] : spec.environment) {
    if (is_plain(value)) {
      list += fmt::format("{}={}\n", key, value);
      continue;
    }
    if (steers_programs(key))
      return fail(Errc::invalid,
                  "the value of '{}' for {}: under a name that programs of the machine heed, only letters, digits "
                  "and _-./:,=@+% are possible",
                  key, spec.name);
    append(arguments, {"--env", key});
    made.env.emplace_back(key, value);
  }
  if (!list.empty()) append(arguments, {"--env-file", "/dev/stdin"});
  append(arguments, {"--", spec.image});
  append(arguments, spec.command);
  append(made.argv, arguments);
  for (int tried = 1;; ++tried) {
    auto output = [&] {
      const std::shared_lock lock(starts_);
      return sampan::run(made, {.input = list, .timeout = std::chrono::minutes(2)});
    }();
    if (output.has_value() && output->exit.ok()) {
      hold_bridge();  // there is none before the first container
      return {};
    }
    if (output.has_value() && output->err.find("is already in use by") != std::string::npos)
      return fail(Errc::conflict, "there is a container called '{}' already", spec.name);
    if (const auto dropped = drop_half_made(spec.name); !dropped.has_value())
      log::warning("deliver", "{}", dropped.error().message);
    if (output.has_value() && output->exit.signal != 0 && tried < kTries) continue;
    TRY(output_of(made, TRY(std::move(output))).context("start " + spec.name));
  }
}

Result<void> Engine::drop_half_made(const std::string& name) {
  TRY(remove(name));
  if (dialect_.program != "podman") return {};
  const std::unique_lock lock(starts_);  // remove() does not wait for one
  return drop_lost_networks();
}

Result<void> Engine::drop_lost_networks() {
  return drop_networks(config_.folder, [this]() -> Result<std::vector<std::string>> {
    std::vector<std::string> words = {"container", "inspect", "--format", "{{.NetworkSettings.SandboxKey}}", "--"};
    const auto names = TRY(list());
    if (names.empty()) return names;
    append(words, names);
    return split(TRY(run_ok(command(std::move(words)), {.tries = kTries})), '\n');
  });
}

// An engine that cannot answer knows nothing: only its own word that there is no such container makes one absent.
Result<std::vector<Container>> Engine::inspect(const std::vector<std::string>& names) {
  std::vector<Container> found;
  if (names.empty()) return found;
  std::vector<std::string> arguments = {"container", "inspect", "--"};
  for (const auto& name : names) arguments.push_back(dialect_.prefix + name);
  const auto output = TRY(sampan::run(command(std::move(arguments)), {.tries = kTries}));
  if (!output.exit.ok() && output.err.find("o such container") == std::string::npos) {
    return fail(Errc::unavailable, "{} does not say how '{}' is: {}", dialect_.program, names.front(),
                trim(output.err));
  }
  const auto document = parse_json(output.out);
  if (!document.has_value() || !document->is_array()) {
    if (output.exit.ok()) return fail(Errc::internal, "{} inspect answered no list", dialect_.program);
    return found;
  }
  for (const auto& item : document->as_array()) found.push_back(container_of(item, dialect_));
  return found;
}

Result<std::vector<std::string>> Engine::list() {
  std::vector<std::string> names;
  const auto ask = [this] {
    return run_ok(command({"ps", "-a", "--format", "{{.Names}}"}), {.tries = kTries}).context("list containers");
  };
  auto listed = ask();
  for (int dropped = 0; !listed.has_value() && dropped < kMostLost; ++dropped) {
    if (!TRY(drop_container_without_network(listed.error().message))) break;
    listed = ask();
  }
  for (const auto& line : split(TRY(std::move(listed)), '\n')) {
    if (auto name = own_name(trim(line), dialect_)) names.push_back(std::move(*name));
  }
  return names;
}

// podman lists nothing at all while one container has lost its network namespace: a podman that was killed as it took
// the container down had removed the one and not yet noted the other. False: that is not why it refused.
Result<bool> Engine::drop_container_without_network(const std::string& complaint) {
  constexpr std::string_view kNamed = "network namespace of container ";
  constexpr std::size_t kDigits = 64;
  const auto at = complaint.find(kNamed);
  if (at == std::string::npos) return false;
  const auto id = complaint.substr(at + kNamed.size(), kDigits);
  if (id.find_first_not_of("0123456789abcdef") != std::string::npos) return false;
  const auto name = own_name(trim(TRY(run_ok(command({"inspect", "--format", "{{.Name}}", "--", id})))), dialect_);
  if (!name) return false;
  log::warning("deliver", "'{}' has lost its network, as when podman is killed at work: it is removed", *name);
  TRY(run_ok(command({"rm", "-f", "-v", "-t", "0", "--", id}), {.timeout = std::chrono::minutes(1)}));
  return true;
}

Result<void> Engine::stop(const std::string& name, std::chrono::milliseconds grace) {
  const auto seconds = std::max<std::int64_t>(1, (grace.count() + 999) / 1000);
  TRY(run_ok(command({"stop", "-t", std::to_string(seconds), "--", dialect_.prefix + name}),
             {.timeout = grace + std::chrono::seconds(20), .tries = kTries})
          .context("stop " + name));
  return {};
}

// With the volumes that nobody named, which would stay for ever.
Result<void> Engine::remove(const std::string& name) {
  std::vector<std::string> arguments = {"rm", "-f", "-v"};
  append(arguments, dialect_.remove);
  append(arguments, {"--", dialect_.prefix + name});
  const RunOptions options{.timeout = std::chrono::minutes(1), .tries = kTries};
  const auto before = containers_in(config_.folder);
  auto removed = run_ok(command(arguments), options);
  // podman stumbles over an end that nobody told it of; it has noted it then.
  if (!removed.has_value()) removed = run_ok(command(arguments), options);
  TRY(std::move(removed).context("remove " + name));
  if (dialect_.program != "podman") return {};
  TRY(drop_remains(config_.folder));
  const auto after = containers_in(config_.folder);
  for (const auto& id : before) {
    if (!after.contains(id)) drop_cgroups(id, kLastProcesses);
  }
  // A podman that was killed while it removed, or conmon's, may have left the network. When that cannot be seen to now,
  // with a start under way or another removal, it is for the next one.
  const std::unique_lock lock(starts_, std::try_to_lock);
  if (!lock) return {};
  if (const auto dropped = drop_lost_networks(); !dropped.has_value())
    log::warning("deliver", "{}", dropped.error().message);
  return {};
}

Result<int> Engine::exec(const std::string& name, const std::vector<std::string>& wanted,
                         std::chrono::milliseconds timeout) {
  std::vector<std::string> arguments = {"exec", "--", dialect_.prefix + name};
  append(arguments, wanted);
  return TRY(sampan::run(command(std::move(arguments)), {.timeout = timeout})).exit.code;
}

Result<void> Engine::remove_everything() {
  const auto dialect = dialect_of(remembered(), config_.folder);
  if (!dialect) return {};  // nothing was ever started
  dialect_ = *dialect;
  for (const auto& name : TRY(list())) TRY(remove(name));
  if (dialect_.program == "docker") {
    TRY(run_ok(command({"network", "rm", "--", dialect_.network})).context("remove the network of the containers"));
    return {};
  }
  std::ifstream mounts("/proc/self/mounts");
  std::vector<std::string> ours;
  for (std::string device, place, rest; mounts >> device >> place && std::getline(mounts, rest);) {
    if (place.starts_with(config_.folder + "/")) ours.push_back(place);
  }
  std::sort(ours.rbegin(), ours.rend());
  for (const auto& place : ours) {
    if (::umount2(place.c_str(), MNT_DETACH) != 0) return fail_errno("unmount " + place);
  }
  return {};
}

}  // namespace sampan::deliver
