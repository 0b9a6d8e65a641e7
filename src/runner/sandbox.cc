#include "runner/sandbox.h"

#include <filesystem>

#include "base/files.h"
#include "base/text.h"

extern char** environ;

namespace sampan::runner {

namespace {

constexpr std::string_view kHome = "/home/build";

// Single files of /etc: binding the whole of it would show /etc/shadow, which the sandbox's user could read.
const std::vector<std::string> kEtc = {"resolv.conf", "hosts", "host.conf", "nsswitch.conf", "ssl", "ca-certificates", "ca-certificates.conf", "java-17-openjdk",
                                       "java-11-openjdk", "java-21-openjdk", "maven", "alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime",
                                       "timezone", "mime.types", "services", "protocols", "gitconfig", "npmrc", "pip.conf", "profile.d"};

// Settings of the machine's owner that say where packages come from.
const std::vector<std::string> kHomeSettings = {".m2/settings.xml", ".npmrc", ".config/pip/pip.conf", ".cargo/config.toml"};

bool passes(std::string_view name) {
  static const std::vector<std::string_view> whole = {"SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE",
                                                      "GOPROXY", "GOSUMDB", "GOFLAGS", "JAVA_HOME", "MAVEN_OPTS", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy",
                                                      "https_proxy", "no_proxy", "TZ"};
  return std::find(whole.begin(), whole.end(), name) != whole.end() || name.starts_with("PIP_") || name.starts_with("npm_config_");
}

std::string place_of(const std::string& directory) {
  if (directory == "~") return std::string(kHome);
  return directory.starts_with("~/") ? std::string(kHome) + directory.substr(1) : directory;
}

}  // namespace

std::vector<KeyValue> registry_environment() {
  std::vector<KeyValue> found;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && passes(text.substr(0, equals))) found.push_back({std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))});
  }
  return found;
}

Result<void> prepare(const Room& room) {
  for (const auto& folder : {room.workspace, room.home, room.flow, room.etc}) TRY(make_directories(folder));
  TRY(write_file_durably(room.etc + "/passwd", fmt::format("build:x:1000:1000::{}:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n", kHome)));
  TRY(write_file_durably(room.etc + "/group", "build:x:1000:\nnogroup:x:65534:\n"));
  TRY(write_file_durably(room.flow + "/env", ""));
  const char* home = std::getenv("HOME");
  std::error_code error;
  for (const auto& setting : kHomeSettings) {
    const auto from = fmt::format("{}/{}", home ? home : "/nonexistent", setting), to = room.home + "/" + setting;
    if (!exists(from)) continue;
    TRY(make_directories(to.substr(0, to.rfind('/'))));
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, error);
  }
  return {};
}

Result<std::vector<std::string>> sandboxed(const Room& room, const Shell& shell) {
  if (shell.shell != "bash" && shell.shell != "sh") return fail(Errc::invalid, "shell '{}': expected bash or sh", shell.shell);
  std::vector<std::string> argv = {"bwrap", "--unshare-user", "--uid", "1000", "--gid", "1000", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
                                   "--hostname", "build", "--die-with-parent", "--new-session"};
  const auto add = [&argv](std::initializer_list<std::string> words) { argv.insert(argv.end(), words); };
  if (!room.network) add({"--unshare-net"});
  add({"--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/sbin", "/sbin"});
  if (exists("/opt")) add({"--ro-bind", "/opt", "/opt"});
  for (const auto& name : kEtc) {
    if (exists("/etc/" + name)) add({"--ro-bind", "/etc/" + name, "/etc/" + name});
  }
  add({"--ro-bind", room.etc + "/passwd", "/etc/passwd", "--ro-bind", room.etc + "/group", "/etc/group"});
  // Certificates that the environment names may lie elsewhere.
  for (const auto& [key, value] : registry_environment()) {
    if ((key.find("CERT") != std::string::npos || key.find("CA") != std::string::npos) && value.starts_with("/") && !value.starts_with("/etc/ssl") &&
        !value.starts_with("/usr/") && exists(value)) {
      add({"--ro-bind", value, value});
    }
  }
  add({"--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run", "--bind", room.home, std::string(kHome), "--bind", room.workspace, "/workspace", "--bind",
       room.flow, "/flow"});
  for (const auto& [folder, directory] : room.caches) add({"--bind", folder, place_of(directory)});
  const auto workdir = shell.workdir.empty() ? std::string("/workspace") : "/workspace/" + shell.workdir;
  add({"--chdir", workdir, "--clearenv"});
  std::vector<KeyValue> environment = {{"HOME", std::string(kHome)}, {"USER", "build"}, {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                                       {"LANG", "C.UTF-8"}, {"FLOW_ENV", "/flow/env"}, {"TERM", "dumb"}, {"CI", "true"}};
  for (const auto& pair : registry_environment()) environment.push_back(pair);
  for (const auto& pair : shell.environment) environment.push_back(pair);
  for (const auto& [key, value] : environment) {
    if (value.find('\0') == std::string::npos && !key.empty() && key.find('=') == std::string::npos) add({"--setenv", key, value});
  }
  add({"--", "/usr/bin/" + shell.shell});
  if (shell.shell == "bash") add({"--noprofile", "--norc", "-e", "-o", "pipefail"});
  else add({"-e"});
  add({"-c", shell.script});
  return argv;
}

}  // namespace sampan::runner
