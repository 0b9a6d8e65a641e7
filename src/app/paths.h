// The data folder, drawn once; only this file joins its paths.
//
//   DATA/sampan.db            the database (SQLite)
//   DATA/secret.key           seals secrets at rest; back it up apart
//   DATA/first-password       of the first administrator, until it is changed
//   DATA/repos/               git repositories
//   DATA/pipeline/            logs, artifacts
//   DATA/blobs/               image blobs by digest
//   DATA/spool/               request bodies on their way in; swept at start
//   DATA/deliver/             container storage, proxy configuration and state
//   DATA/runner/              the embedded runner: token, workspaces, caches, spools
//   DATA/run/server.sock      hooks of git talk here
#pragma once

#include <unistd.h>

#include <string>

namespace sampan::app {

struct Paths {
  std::string data;
  std::string secret_key() const { return data + "/secret.key"; }
  std::string first_password() const { return data + "/first-password"; }
  std::string repos() const { return data + "/repos"; }
  std::string pipeline() const { return data + "/pipeline"; }
  std::string blobs() const { return data + "/blobs"; }
  std::string spool() const { return data + "/spool"; }
  std::string deliver() const { return data + "/deliver"; }
  std::string runner() const { return data + "/runner"; }
  std::string runner_token() const { return data + "/runner/token"; }
  std::string run() const { return data + "/run"; }
  std::string socket() const { return data + "/run/server.sock"; }
};

// Where the running program lies; its companions lie beside it.
inline std::string program_folder() {
  char path[4096];
  const auto length = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string whole(path, length > 0 ? static_cast<std::size_t>(length) : 0);
  return whole.substr(0, whole.rfind('/'));
}

}  // namespace sampan::app
