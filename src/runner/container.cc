#include "runner/container.h"

#include <unistd.h>

#include "base/archive.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"

namespace sampan::runner {

namespace {

bool may_move(const std::string& image) {
  if (image.find("@sha256:") != std::string::npos) return false;
  const auto name = image.substr(image.rfind('/') + 1);
  return name.find(':') == std::string::npos || name.ends_with(":latest");
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string exported(std::string_view key, std::string_view value) {
  return fmt::format("export {}={}\n", key, quoted(value));
}

// What every container gets of the sandbox, before the job's own folders.
constexpr std::string_view kEnter = R"(
put() { mkdir -p "$root$2"; mount --rbind "$1" "$root$2"; }
put_file() { mkdir -p "$root${2%/*}"; test -e "$root$2" || : > "$root$2"; mount --bind "$1" "$root$2"; }
put_certificate() { if test -d "$1"; then put "$1" "$1"; elif test -e "$1"; then put_file "$1" "$1"; fi; }
put /proc /proc
put /sys /sys
put /dev /dev
for file in /etc/resolv.conf /etc/hosts; do test ! -e $file || put_file $file $file; done
)";
constexpr std::string_view kRights =
    "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+sys_chroot,+setfcap";
constexpr std::string_view kInside =
    R"(cd "$1" || { echo "there is no folder $1"; exit 125; }; shift; . /flow/exports; exec "$@")";

}  // namespace

void Container::put(const std::string& from, const std::string& seen, const std::string& inside, bool writable) {
  workshop_.bind({from, seen, writable});
  puts_ += fmt::format("put {} {}\n", quoted(seen), quoted(inside));
}

Result<Container> Container::create(const Supervision& supervision, Workshop workshop, const Room& room,
                                    const std::string& image, const std::string& name) {
  if (image.starts_with("-") || image.find_first_of(" \n\t") != std::string::npos)
    return fail(Errc::invalid, "'{}' is not an image", image);
  if (::geteuid() != 0) return fail(Errc::unavailable, "steps in the container {} need a runner that is root", image);
  TRY(workshop.sweep(supervision));
  const auto from =
      workshop.buildah({"from", "--quiet", "--name", name, may_move(image) ? "--pull=true" : "--pull=false",
                        "--signature-policy", workshop.policy(), "--", image});
  TRY(quietly(supervision, workshop.sandbox(Workshop::Network::on), from,
              fmt::format("making a container of {}", image)));
  Container container(std::move(workshop), name);
  TRY(container.read_environment(supervision));
  container.put(room.workspace, "/workspace", "/workspace", true);
  container.put(room.home, std::string(kHome), std::string(kHome), true);
  container.put(room.flow, "/flow", "/flow", true);
  container.put(room.temporary, "/step-tmp", "/tmp", true);
  if (!room.objects.empty()) container.put(room.objects, "/objects", "/run/objects", false);
  for (std::size_t i = 0; i < room.caches.size(); ++i)
    container.put(room.caches[i].first, fmt::format("/caches/{}", i), TRY(place_of_cache(room.caches[i].second)), true);
  for (const auto& file : certificate_files()) container.puts_ += fmt::format("put_certificate {}\n", quoted(file));
  return container;
}

Result<void> Container::read_environment(const Supervision& supervision) {
  const auto inspect =
      workshop_.buildah({"inspect", "--format", "{{range .OCIv1.Config.Env}}{{println .}}{{end}}", "--", name_});
  const auto lines =
      TRY(quietly(supervision, workshop_.sandbox(Workshop::Network::off), inspect, "looking at the container"));
  for (const auto& line : split(lines, '\n')) {
    const auto equals = line.find('=');
    if (equals != std::string::npos &&
        line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == equals) {
      environment_ += exported(line.substr(0, equals), line.substr(equals + 1));
    }
  }
  return {};
}

Result<Ended> Container::run(const Supervision& supervision, const Room& room, const Command& script,
                             std::string_view workdir) {
  if (!workdir.empty() && workdir != "." && !stays_inside(workdir))
    return fail(Errc::invalid, "the folder '{}' leads out of the workspace", workdir);
  auto exports = environment_;  // by a file: arguments are limited, and everybody on the machine can read them
  for (const auto& [key, value] : script.env) {
    if (key != "PATH") exports += exported(key, value);
  }
  TRY(write_fresh(room.flow + "/exports", exports));
  std::string enter = "root=$(";
  const auto mount = workshop_.buildah({"mount", name_});
  for (const auto& word : mount.argv) enter += quoted(word) + " ";
  enter += ")\n";
  enter += kEnter;
  enter += puts_;
  enter += fmt::format("exec setpriv --bounding-set={} -- chroot \"$root\" /bin/sh -c {} sh \"$@\"\n", kRights,
                       quoted(kInside));
  auto command = mount;
  command.argv = {"/bin/sh", "-ec", enter, "enter",
                  workdir.empty() ? std::string("/workspace") : fmt::format("/workspace/{}", workdir)};
  command.argv.insert(command.argv.end(), script.argv.begin(), script.argv.end());
  return supervise(supervision, workshop_.sandbox(room.network ? Workshop::Network::on : Workshop::Network::off),
                   command);
}

void Container::remove(const Supervision& supervision) {
  const Cancel never;  // also of a canceled job
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  const Supervision own{supervision.launcher, supervision.cgroup, supervision.sink, never, deadline, supervision.grace};
  const auto removed = quietly(own, workshop_.sandbox(Workshop::Network::off), workshop_.buildah({"rm", "--", name_}),
                               "removing the container");
  if (!removed.has_value()) log::warning("runner", "container {}: {}", name_, removed.error().message);
  if (const auto swept = workshop_.sweep(supervision); !swept.has_value())
    log::warning("runner", "{}", swept.error().message);
}

}  // namespace sampan::runner
