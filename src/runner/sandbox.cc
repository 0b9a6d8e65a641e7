#include "runner/sandbox.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/archive.h"
#include "base/files.h"
#include "base/sync.h"
#include "base/text.h"
#include "runner/workspace.h"

extern char** environ;

namespace sampan::runner {

namespace {

namespace fs = std::filesystem;

// Single files of /etc: the whole of it would show what is nobody's business.
const std::vector<std::string> kEtc = {"resolv.conf",
                                       "hosts",
                                       "host.conf",
                                       "nsswitch.conf",
                                       "gai.conf",
                                       "ssl",
                                       "ca-certificates",
                                       "ca-certificates.conf",
                                       "java-11-openjdk",
                                       "java-17-openjdk",
                                       "java-21-openjdk",
                                       "maven",
                                       "alternatives",
                                       "ld.so.cache",
                                       "ld.so.conf",
                                       "ld.so.conf.d",
                                       "localtime",
                                       "timezone",
                                       "mime.types",
                                       "services",
                                       "protocols",
                                       "gitconfig",
                                       "npmrc",
                                       "pip.conf",
                                       "fonts"};

// Settings of the machine's owner that say where packages come from.
const std::vector<std::string> kHomeSettings = {
    ".m2/settings.xml",   ".m2/settings-security.xml", ".npmrc", ".config/pip/pip.conf", ".pip/pip.conf",
    ".cargo/config.toml", ".gradle/gradle.properties"};

bool passes(std::string_view name) {
  static const std::set<std::string_view> whole = {
      "SSL_CERT_FILE",  "SSL_CERT_DIR",       "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE",
      "GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE",       "GOPROXY",
      "GOSUMDB",        "GONOSUMDB",          "GOPRIVATE",           "GOFLAGS",
      "JAVA_HOME",      "MAVEN_OPTS",         "GRADLE_OPTS",         "HTTP_PROXY",
      "HTTPS_PROXY",    "NO_PROXY",           "ALL_PROXY",           "http_proxy",
      "https_proxy",    "no_proxy",           "all_proxy",           "TZ"};
  return whole.contains(name) || name.starts_with("PIP_") || name.starts_with("npm_config_") ||
         name.starts_with("NPM_CONFIG_");
}

Result<void> own(const std::string& path) {
  struct stat entry {};
  if (::geteuid() != 0) return {};
  if (::lstat(path.c_str(), &entry) == 0 && entry.st_uid == kBuildUser && entry.st_gid == kBuildUser) return {};
  if (::lchown(path.c_str(), kBuildUser, kBuildUser) != 0) return fail_errno("give " + path + " to the build user");
  return {};
}

// Its content too when it was another user's: of a runner that was not root then, or is now.
Result<void> own_cache(const std::string& folder) {
  struct stat entry {};
  if (::lstat(folder.c_str(), &entry) != 0) return fail_errno("look at " + folder);
  return ::geteuid() != 0 || entry.st_uid == kBuildUser ? Result<void>() : give_to_build_user(folder);
}

// The folders between home and what is mounted there, which would otherwise be root's.
Result<void> make_below_home(const std::string& home, const std::string& path) {
  std::string at = home;
  for (const auto& part : split(path, '/')) {
    if (part.empty()) continue;
    at += "/" + part;
    TRY(make_directories(at));
    TRY(own(at));
  }
  return {};
}

// The folder of ours that a step sees as `~/` + `folder`: of a cache when one lies there, of the home otherwise. Steps
// wrote into caches before: folder_inside() follows no link.
Result<std::string> folder_behind(const Room& room, const std::string& folder) {
  for (const auto& [cache, directory] : room.caches) {
    const auto place = TRY(place_of_cache(directory)), wanted = fmt::format("{}/{}", kHome, folder);
    if (wanted == place) return cache;
    if (wanted.starts_with(place + "/")) return folder_inside(cache, wanted.substr(place.size() + 1));
  }
  if (folder == ".") return room.home;
  TRY(make_below_home(room.home, folder));
  return room.home + "/" + folder;
}

Result<void> copy_settings(const Room& room) {
  const char* ours = std::getenv("HOME");
  if (ours == nullptr) return {};
  for (const auto& setting : kHomeSettings) {
    const auto text = read_file(fmt::format("{}/{}", ours, setting), 1 << 20);
    if (!text.has_value()) {  // not there, and no more what an earlier job had
      ::unlink(fmt::format("{}/{}", room.home, setting).c_str());
      continue;
    }
    const auto folder = folder_behind(room, parent_of(setting));
    if (!folder.has_value()) continue;  // a step put something else there: its own affair
    const auto file = *folder + "/" + setting.substr(setting.rfind('/') + 1);
    TRY(write_fresh(file, *text, 0600));
    TRY(own(file));
  }
  return {};
}

// Empty when it was replaced since it began: the one there now may speak another language.
const std::string& own_program() {
  static const std::string path = [] {
    std::error_code error;
    return fs::read_symlink("/proc/self/exe", error).string();
  }();
  return path;
}

void add(std::vector<std::string>& list, std::initializer_list<std::string> words) { list.insert(list.end(), words); }

}  // namespace

Result<void> write_fresh(const std::string& path, std::string_view text, int mode) {
  Fd file(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat entry {};
  // Written in place only when a step left no link, pipe or second name there. What was cut to nothing is written to
  // the disk at its next close (ext4), so an empty file is not cut again.
  const bool plain = file && ::fstat(file.get(), &entry) == 0 && S_ISREG(entry.st_mode) && entry.st_nlink == 1 &&
                     (entry.st_size == 0 || ::ftruncate(file.get(), 0) == 0) &&
                     ::fchmod(file.get(), static_cast<mode_t>(mode)) == 0;
  if (!plain) {
    ::unlink(path.c_str());
    file = Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  }
  if (!file) return fail_errno("write " + path);
  return write_all(file.get(), text, path);
}

std::vector<KeyValue> registry_environment() {
  std::vector<KeyValue> found;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && passes(text.substr(0, equals)))
      found.push_back({std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))});
  }
  return found;
}

std::vector<std::pair<std::string, std::string>> step_environment(const std::map<std::string, std::string>& values) {
  std::map<std::string, std::string> all = {{"HOME", std::string(kHome)},
                                            {"USER", "build"},
                                            {"LOGNAME", "build"},
                                            {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                                            {"LANG", "C.UTF-8"},
                                            {"FLOW_ENV", "/flow/env"},
                                            {"TERM", "dumb"},
                                            {"SAMPAN_PROGRAM", std::string(kProgram)},
                                            {"SAMPAN_ADVISORIES", std::string(kAdvisories)},
                                            {"CI", "true"}};
  for (const auto& [key, value] : registry_environment()) all[key] = value;
  for (const auto& [key, value] : values) {
    if (!key.empty() && key.find('=') == std::string::npos && (key + value).find('\0') == std::string::npos)
      all[key] = value;
  }
  return {all.begin(), all.end()};
}

Result<std::string> place_of_cache(const std::string& directory) {
  const auto wrong = [&](std::string_view why) {
    return fail(Errc::invalid,
                "the cache folder '{}' {}: expected one below ~/ or an absolute one of its own, such as /go/pkg/mod",
                directory, why);
  };
  const bool at_home = directory.starts_with("~/");
  if (!at_home && !directory.starts_with("/")) return wrong("is relative");
  auto below = std::string_view(directory).substr(at_home ? 2 : 1);
  while (below.ends_with('/')) below.remove_suffix(1);
  if (!stays_inside(below) || below == ".") return wrong("is too much");
  auto place = fmt::format("{}/{}", at_home ? kHome : std::string_view(), below);
  for (const std::string_view system : {"/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/dev", "/sys",
                                        "/run", "/flow", "/workspace", "/tmp", "/opt"}) {
    if (place == system || place.starts_with(std::string(system) + "/"))
      return wrong("belongs to the system or the workspace");
  }
  if (place == kHome || place == "/home") return wrong("is the home itself");
  return place;
}

Result<void> give_to_build_user(const std::string& path) {
  if (::geteuid() != 0) return {};
  TRY(own(path));
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(path, error); !error && at != fs::recursive_directory_iterator();
       at.increment(error))
    TRY(own(at->path().string()));
  return {};
}

Result<void> prepare(const Room& room) {
  for (const auto& folder : {room.workspace, room.home, room.flow, room.temporary, room.etc})
    TRY(make_directories(folder));
  for (const auto& folder : {room.workspace, room.home, room.flow, room.temporary}) TRY(own(folder));
  if (!exists(room.etc + "/group")) {
    TRY(write_fresh(
        room.etc + "/passwd",
        fmt::format(
            "root:x:0:0::/root:/bin/sh\nbuild:x:1000:1000::{}:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n",
            kHome)));
    TRY(write_fresh(room.etc + "/group", "root:x:0:\nbuild:x:1000:\nnogroup:x:65534:\n"));
  }
  TRY(write_fresh(room.flow + "/env", ""));
  TRY(own(room.flow + "/env"));
  for (const auto& [folder, directory] : room.caches) {
    TRY(own_cache(folder));
    const auto place = TRY(place_of_cache(directory));
    if (place.starts_with(std::string(kHome) + "/")) TRY(make_below_home(room.home, place.substr(kHome.size() + 1)));
  }
  return copy_settings(room);
}

std::vector<std::string> certificate_files() {
  std::set<std::string> found;
  for (const auto& [key, value] : registry_environment()) {
    const bool names_one = key.find("CERT") != std::string::npos || key.find("CA_BUNDLE") != std::string::npos ||
                           key.find("CAINFO") != std::string::npos;
    if (names_one && value.starts_with("/") && !value.starts_with("/usr/") && exists(value)) found.insert(value);
  }
  return {found.begin(), found.end()};
}

namespace {

std::vector<std::string> find_system_options() {
  std::vector<std::string> options = {"--ro-bind", "/usr", "/usr"};
  for (const auto& name : {"bin", "sbin", "lib", "lib32", "lib64"}) {
    const auto path = fmt::format("/{}", name);
    std::error_code error;
    if (fs::is_symlink(path, error))
      add(options, {"--symlink", fs::read_symlink(path, error).string(), path});
    else if (fs::is_directory(path, error))
      add(options, {"--ro-bind", path, path});
  }
  if (exists("/opt")) add(options, {"--ro-bind", "/opt", "/opt"});
  for (const auto& name : kEtc) {
    if (exists("/etc/" + name)) add(options, {"--ro-bind", "/etc/" + name, "/etc/" + name});
  }
  for (const auto& file : certificate_files()) {
    if (!file.starts_with("/etc/ssl")) add(options, {"--ro-bind", file, file});
  }
  return options;
}

// When entries were last made or removed in the folders that system_options() looks into; none while that was so lately
// that the next change might have the same time.
std::optional<std::vector<std::int64_t>> system_changed_at() {
  std::vector<std::int64_t> times;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  for (const char* folder : {"/", "/etc"}) {
    struct stat entry {};
    if (::stat(folder, &entry) != 0) return std::nullopt;
    const auto changed = std::chrono::seconds(entry.st_ctim.tv_sec) + std::chrono::nanoseconds(entry.st_ctim.tv_nsec);
    if (now - changed < std::chrono::seconds(1)) return std::nullopt;
    times.push_back(std::chrono::nanoseconds(changed).count());
  }
  return times;
}

}  // namespace

// Fifty questions to the file system, once until the answers may have changed: a short step has nothing longer to do.
std::vector<std::string> system_options() {
  struct Found {
    std::vector<std::int64_t> changed_at;
    std::vector<std::string> options;
  };
  static Sync<Found> lately;
  const auto changed_at = system_changed_at();
  if (!changed_at) return find_system_options();
  auto found = lately.lock();
  if (found->changed_at != *changed_at) *found = {*changed_at, find_system_options()};
  return found->options;
}

std::vector<std::string> cgroup_options(const std::vector<std::string>& folders) {
  std::vector<std::string> options;
  // /sys/fs/cgroup/memory/sampan-builds/NAME -> /sys/fs/cgroup/memory
  for (const auto& folder : folders) add(options, {"--ro-bind", folder, parent_of(parent_of(folder))});
  return options;
}

Result<std::vector<std::string>> sandbox_options(const Room& room, std::string_view workdir) {
  if (!workdir.empty() && workdir != "." && !stays_inside(workdir))
    return fail(Errc::invalid, "the folder '{}' leads out of the workspace", workdir);
  std::vector<std::string> options = {"--user", std::to_string(kBuildUser)};
  if (!room.network) add(options, {"--no-network"});
  for (auto& word : system_options()) options.push_back(std::move(word));
  add(options, {"--ro-bind", room.etc + "/passwd", "/etc/passwd", "--ro-bind", room.etc + "/group", "/etc/group",
                "--tmpfs", "/run"});
  add(options, {"--bind", room.temporary, "/tmp", "--bind", room.home, std::string(kHome), "--bind", room.workspace,
                "/workspace", "--bind", room.flow, "/flow"});
  if (!room.objects.empty()) add(options, {"--ro-bind", room.objects, "/run/objects"});
  if (exists(own_program())) add(options, {"--ro-bind", own_program(), std::string(kProgram)});
  if (exists(room.advisories)) add(options, {"--ro-bind", room.advisories, std::string(kAdvisories)});
  for (auto& word : cgroup_options(room.cgroups)) options.push_back(std::move(word));
  for (const auto& [folder, directory] : room.caches) add(options, {"--bind", folder, TRY(place_of_cache(directory))});
  add(options, {"--directory", workdir.empty() ? std::string("/workspace") : fmt::format("/workspace/{}", workdir)});
  return options;
}

Result<Command> script_command(const Room& room, std::string_view shell, std::string_view script) {
  if (shell != "bash" && shell != "sh") return fail(Errc::invalid, "the shell '{}': expected bash or sh", shell);
  TRY(write_fresh(room.flow + "/script", script));
  Command command;
  command.clear_env = true;
  command.argv = {fmt::format("/bin/{}", shell)};
  if (shell == "bash")
    add(command.argv, {"--noprofile", "--norc", "-e", "-o", "pipefail"});
  else
    add(command.argv, {"-e"});
  command.argv.emplace_back("/flow/script");
  return command;
}

}  // namespace sampan::runner
