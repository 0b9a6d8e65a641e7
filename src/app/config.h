// The configuration file as one struct of the rooms' own settings. docs/config.example.yaml shows every key; a test
// reads it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"

namespace sampan::app {

struct ServerConfig {
  std::string address = "0.0.0.0";
  int port = 8080;
  std::string public_url;  // empty: http://127.0.0.1:PORT
  std::string tls_certificate, tls_key;
  std::vector<std::string> trusted_proxies;
  int workers = 16;
};
struct RunnerConfig {
  bool embedded = true;
  std::string name = "local";
  int capacity = 2;
};

struct ScanConfig {
  bool pushes = true;
  std::string advisories;  // empty: `advisories` in the data folder
  std::chrono::milliseconds patience{1'000};
};

struct Config {
  std::string data = "/var/lib/sampan";
  std::string database;   // empty: SQLite in the data folder
  std::string ui_folder;  // empty: beside the program (../share/sampan/ui or ui/dist of the checkout)
  ServerConfig server;
  RunnerConfig runner;
  ScanConfig scan;
  std::chrono::milliseconds lease{30'000};
  int max_attempts = 2;
  std::string registry_host;  // empty: 127.0.0.1:PORT
  std::uint64_t max_blob_bytes = 20ULL << 30;
  std::string public_host = "127.0.0.1";
  std::string engine = "auto";  // podman, docker or auto
  std::uint64_t warm_memory_budget = 0;
  int first_port = 8100, last_port = 8199;
  int notices_per_minute = 18;
  std::chrono::milliseconds merge_window{1500};
};

// Empty `file`: the defaults. Every wrong key or value is named with its line; any stops the start.
Result<Config> read_config(const std::string& file);
Result<Config> parse_config(std::string_view text, const std::string& file);

}  // namespace sampan::app
