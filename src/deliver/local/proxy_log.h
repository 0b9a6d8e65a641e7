// What HAProxy says of single requests, on two sockets: failures, none of which may be lost, and all requests, of which
// some are when there are more than we take: a percentile stands that.
#pragma once

#include <deque>
#include <map>
#include <thread>

#include "base/files.h"
#include "base/sync.h"
#include "deliver/local/latencies.h"
#include "deliver/local/proxy_config.h"

namespace sampan::deliver {

class ProxyLog {
 public:
  Result<void> start(const ProxyPlaces& places);  // in the place of whoever listened there before
  std::vector<FailedRequest> failures_since(const std::string& service, Time since, std::size_t most);
  std::optional<double> p95_ms(const std::string& service);

 private:
  void hear(std::stop_token stop);
  void hear_failures(std::string& buffer);
  void hear_requests(std::string& buffer);

  Fd failed_, all_;
  Sync<std::map<std::string, std::deque<FailedRequest>>> failures_;
  Sync<Latencies> latencies_;
  std::jthread listener_;
};

}  // namespace sampan::deliver
