#include "deliver/local/settings.h"

#include <algorithm>

namespace sampan::deliver {

bool steers_programs(std::string_view name) {
  constexpr std::string_view kFamilies[] = {"LD_",     "GLIBC_", "MALLOC_", "DOCKER_",  "CONTAINER", "PODMAN",
                                            "BUILDAH", "XDG_",   "XTABLES", "IPTABLES", "NETAVARK",  "CONMON",
                                            "DBUS_",   "BASH_",  "OTEL_",   "_"};
  constexpr std::string_view kNames[] = {"PATH",
                                         "HOME",
                                         "USER",
                                         "LOGNAME",
                                         "SHELL",
                                         "IFS",
                                         "ENV",
                                         "TMPDIR",
                                         "TMP",
                                         "TEMP",
                                         "GODEBUG",
                                         "GOGC",
                                         "GOMAXPROCS",
                                         "GOMEMLIMIT",
                                         "GOTRACEBACK",
                                         "GOCOVERDIR",
                                         "GCONV_PATH",
                                         "LOCPATH",
                                         "NLSPATH",
                                         "LOCALDOMAIN",
                                         "RES_OPTIONS",
                                         "HOSTALIASES",
                                         "SSL_CERT_FILE",
                                         "SSL_CERT_DIR",
                                         "HTTP_PROXY",
                                         "HTTPS_PROXY",
                                         "ALL_PROXY",
                                         "NO_PROXY",
                                         "http_proxy",
                                         "https_proxy",
                                         "all_proxy",
                                         "no_proxy",
                                         "LISTEN_FDS",
                                         "LISTEN_PID",
                                         "NOTIFY_SOCKET",
                                         "GNUPGHOME",
                                         "STORAGE_DRIVER",
                                         "STORAGE_OPTS",
                                         "REGISTRY_AUTH_FILE"};
  return std::any_of(std::begin(kFamilies), std::end(kFamilies),
                     [&](std::string_view family) { return name.starts_with(family); }) ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_plain(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("_-./:,=@+%").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

}  // namespace sampan::deliver
