#include "deliver/local/engine.h"

#include <sys/mount.h>
#include <sys/resource.h>

#include <boost/json.hpp>
#include <fstream>

#include "base/crypto.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

namespace sampan::deliver {

namespace {

constexpr std::chrono::minutes kPullTime{10};

// Ours to choose: the first bridge name no interface has and the first 10.x/16 no route covers.
std::pair<std::string, std::string> free_network() {
  std::ifstream routes("/proc/net/route");
  const std::string table{std::istreambuf_iterator<char>(routes), {}};
  int bridge = 0, subnet = 89;
  while (exists(fmt::format("/sys/class/net/sampan{}", bridge))) ++bridge;
  // Destinations stand as little-endian hexadecimal: 10.89.0.0 is 0000590A.
  while (table.find(fmt::format("\t0000{:02X}0A\t", subnet)) != std::string::npos && subnet < 250) ++subnet;
  return {fmt::format("sampan{}", bridge), fmt::format("10.{}", subnet)};
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

Container container_of(const Json& item) {
  Container found;
  found.name = text_at(item, {"Name"});
  found.running = text_at(item, {"State", "Status"}) == "running" || text_at(item, {"State", "Status"}) == "paused";
  found.exit_code = static_cast<int>(number_at(item, {"State", "ExitCode"}));
  found.pid = found.running ? static_cast<int>(number_at(item, {"State", "Pid"})) : 0;
  found.address = text_at(item, {"NetworkSettings", "Networks", "sampan", "IPAddress"});
  found.log_file = text_at(item, {"HostConfig", "LogConfig", "Path"});
  return found;
}

}  // namespace

Command Engine::command(std::vector<std::string> arguments) const {
  Command made;
  made.argv = {"podman"};
  made.argv.insert(made.argv.end(), arguments.begin(), arguments.end());
  made.env = {{"CONTAINERS_CONF", config_.folder + "/containers.conf"},
              {"CONTAINERS_STORAGE_CONF", config_.folder + "/storage.conf"},
              {"CONTAINERS_REGISTRIES_CONF", config_.folder + "/registries.conf"},
              {"REGISTRY_AUTH_FILE", config_.folder + "/auth.json"}};
  return made;
}

Result<void> Engine::prepare() {
  const auto& folder = config_.folder;
  TRY(make_directories(folder + "/networks", 0700));
  struct rlimit files {};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const auto most_files = std::min<std::uint64_t>(files.rlim_max, 1 << 20);
  TRY(write_file_durably(folder + "/containers.conf",
                         fmt::format("[containers]\ndefault_ulimits = [\"nofile={0}:{0}\", \"nproc=32768:32768\"]\nlog_driver = \"k8s-file\"\nlog_size_max = 52428800\n"
                                     "[engine]\ncgroup_manager = \"cgroupfs\"\nruntime = \"runc\"\nlock_type = \"file\"\nevents_logger = \"file\"\ntmp_dir = \"{1}/run/libpod\"\n"
                                     "volume_path = \"{1}/volumes\"\n[engine.runtimes]\nrunc = [\"/usr/sbin/runc\", \"/usr/bin/runc\"]\n[network]\nnetwork_backend = \"netavark\"\n"
                                     "network_config_dir = \"{1}/networks\"\ndefault_network = \"sampan\"\n",
                                     most_files, folder)));
  TRY(write_file_durably(folder + "/storage.conf", fmt::format("[storage]\ndriver = \"overlay\"\ngraphroot = \"{0}/storage\"\nrunroot = \"{0}/run/storage\"\n", folder)));
  TRY(write_file_durably(folder + "/registries.conf",
                         fmt::format("unqualified-search-registries = []\n[[registry]]\nlocation = \"{}\"\ninsecure = true\n", config_.registry_host)));
  TRY(write_file_durably(folder + "/policy.json", "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}\n"));
  TRY(write_file_durably(folder + "/auth.json", fmt::format("{{\"auths\":{{\"{}\":{{\"auth\":\"{}\"}}}}}}", config_.registry_host, base64("token:" + config_.pull_token)), 0600));
  if (!exists(folder + "/networks/sampan.json")) {
    const auto [bridge, subnet] = free_network();
    TRY(write_file_durably(folder + "/networks/sampan.json",
                           fmt::format("{{\"name\":\"sampan\",\"id\":\"{}\",\"driver\":\"bridge\",\"network_interface\":\"{}\",\"created\":\"2024-01-01T00:00:00Z\","
                                       "\"subnets\":[{{\"subnet\":\"{}.0.0/16\",\"gateway\":\"{}.0.1\"}}],\"ipv6_enabled\":false,\"internal\":false,\"dns_enabled\":false,"
                                       "\"ipam_options\":{{\"driver\":\"host-local\"}}}}\n",
                                       sha256_hex(folder), bridge, subnet, subnet)));
  }
  return {};
}

Result<bool> Engine::has_image(const std::string& image) {
  return TRY(sampan::run(command({"image", "exists", "--", image}))).exit.ok();
}

Result<void> Engine::pull(const std::string& image) {
  if (TRY(has_image(image))) return {};
  TRY(run_ok(command({"pull", "-q", "--signature-policy", config_.folder + "/policy.json", "--", image}), {.timeout = kPullTime}).context("pull " + image));
  return {};
}

Result<void> Engine::run(const InstanceSpec& spec) {
  std::vector<std::string> arguments = {"run", "-d", "--pull=never", "--name", spec.name, "--network", "sampan", "--pids-limit", std::to_string(spec.pids), "--stop-timeout",
                                        std::to_string(std::max<std::int64_t>(1, spec.stop_grace.count() / 1000)), "--security-opt", "no-new-privileges"};
  const auto add = [&arguments](std::initializer_list<std::string> words) { arguments.insert(arguments.end(), words); };
  if (spec.memory_bytes > 0) add({"--memory", std::to_string(spec.memory_bytes), "--memory-swap", std::to_string(spec.memory_bytes)});
  if (spec.cpus > 0) add({"--cpus", number_text(spec.cpus)});
  // Values go by the environment of podman itself, never by its argument list, which everybody on the machine can read.
  auto made = command({});
  for (const auto& [key, value] : spec.environment) {
    add({"--env", key});
    made.env.emplace_back(key, value);
  }
  add({"--", spec.image});
  arguments.insert(arguments.end(), spec.command.begin(), spec.command.end());
  made.argv.insert(made.argv.end(), arguments.begin(), arguments.end());
  TRY(run_ok(made, {.timeout = std::chrono::minutes(2)}).context("start " + spec.name));
  return {};
}

Result<std::vector<Container>> Engine::inspect(const std::vector<std::string>& names) {
  std::vector<Container> found;
  if (names.empty()) return found;
  std::vector<std::string> arguments = {"container", "inspect", "--"};
  arguments.insert(arguments.end(), names.begin(), names.end());
  const auto output = TRY(sampan::run(command(std::move(arguments))));
  const auto document = parse_json(output.out);
  if (!document.has_value() || !document->is_array()) {
    if (output.exit.ok()) return fail(Errc::internal, "podman inspect answered no list");
    return found;
  }
  for (const auto& item : document->as_array()) found.push_back(container_of(item));
  return found;
}

Result<std::vector<std::string>> Engine::list() {
  std::vector<std::string> names;
  for (const auto& line : split(TRY(run_ok(command({"ps", "-a", "--format", "{{.Names}}"})).context("list containers")), '\n')) {
    if (!trim(line).empty()) names.emplace_back(trim(line));
  }
  return names;
}

Result<void> Engine::stop(const std::string& name, std::chrono::milliseconds grace) {
  const auto seconds = std::max<std::int64_t>(1, (grace.count() + 999) / 1000);
  TRY(run_ok(command({"stop", "-t", std::to_string(seconds), "--", name}), {.timeout = grace + std::chrono::seconds(20)}).context("stop " + name));
  return {};
}

Result<void> Engine::remove(const std::string& name) {
  TRY(run_ok(command({"rm", "-f", "-t", "0", "-i", "--", name}), {.timeout = std::chrono::minutes(1)}).context("remove " + name));
  return {};
}

Result<int> Engine::exec(const std::string& name, const std::vector<std::string>& wanted, std::chrono::milliseconds timeout) {
  std::vector<std::string> arguments = {"exec", "--", name};
  arguments.insert(arguments.end(), wanted.begin(), wanted.end());
  return TRY(sampan::run(command(std::move(arguments)), {.timeout = timeout})).exit.code;
}

Result<void> Engine::remove_everything() {
  if (!exists(config_.folder + "/containers.conf")) return {};
  TRY(run_ok(command({"rm", "-a", "-f", "-t", "0"}), {.timeout = std::chrono::minutes(3)}).context("remove all containers"));
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
