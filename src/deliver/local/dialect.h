// What podman and docker are told differently, as one table; everything else is the same command line (docker's
// reference of `docker`, podman(1)).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sampan::deliver {

struct Dialect {
  std::string program;
  std::vector<std::string> usable;  // a command that succeeds when the engine can be used
  std::string packages;
  std::vector<std::pair<std::string, std::string>> settings;  // its environment: where our files of it are
  // docker has one daemon for the whole machine: what is ours there says so by its name, and by a label for people.
  // podman has a store of its own in our folder.
  std::string prefix, network;
  std::vector<std::string> pull, run, remove;  // words that these commands get beside those that both are told
};

inline constexpr std::string_view kEngines[] = {"podman", "docker"};  // in the order of preference
std::optional<Dialect> dialect_of(std::string_view engine, const std::string& folder);

}  // namespace sampan::deliver
