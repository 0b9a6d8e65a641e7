// HAProxy's configuration as a function of what is served, and its counters read back. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "deliver/target.h"

namespace sampan::deliver {

struct ProxyServer {
  std::string instance, address;
  bool drained = false;
};
struct ProxyService {
  std::string name;
  int port = 0;
  std::vector<ProxyServer> servers;
};

struct ProxyPlaces {
  std::string stats_socket;
  std::string failures_socket, requests_socket;  // of its log: what failed, and everything
};
// Everything HAProxy needs to come back as it was after it was restarted (HAProxy 2.6 configuration manual).
std::string proxy_config(const std::vector<ProxyService>& services, const ProxyPlaces& places);

// One service of `show stat` (management guide, section 9.1, "CSV format"); columns are found by their names.
std::map<std::string, Traffic> parse_stat(std::string_view csv);

// Does what `show stat` says name exactly these services and servers, with those drained that are to be?
bool serves(std::string_view csv, const std::vector<ProxyService>& services);

// A line of the log format our configuration asks for; nullopt: not ours, or not a failure.
std::optional<std::pair<std::string, FailedRequest>> parse_failure(std::string_view line);

struct AnsweredRequest {
  std::string service;
  std::chrono::milliseconds took{0};  // until the first byte of the answer, waiting in the queue included
};
// The same; nullopt: not ours, or a failure, or nobody answered it.
std::optional<AnsweredRequest> parse_answered(std::string_view line);

}  // namespace sampan::deliver
