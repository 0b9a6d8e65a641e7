// The HAProxy before all services: a process of its own that survives us, changed by its runtime API; its configuration
// file always says what is served now, so that it comes back right after a crash. New services reload it without
// closing a socket.
#pragma once

#include <deque>
#include <functional>
#include <thread>

#include "base/files.h"
#include "base/sync.h"
#include "deliver/local/local.h"
#include "deliver/local/proxy_config.h"

namespace sampan::deliver {

class Proxy {
 public:
  Proxy(std::string folder, int first_port, int last_port);
  ~Proxy();
  Result<void> start();  // when it does not run; takes over the one that runs
  static Result<void> end(const std::string& folder);

  Result<int> ensure(const std::string& service, int port);  // -> its port
  Result<void> remove(const std::string& service);
  Result<void> admit(const std::string& service, const std::string& instance, const std::string& address);
  Result<void> drain(const std::string& service, const std::string& instance);
  Result<void> expel(const std::string& service, const std::string& instance);
  std::vector<ProxyServer> servers(const std::string& service);
  Result<Traffic> traffic(const std::string& service);
  std::vector<FailedRequest> failures_since(const std::string& service, Time since, std::size_t most);

 private:
  struct Table {
    std::vector<ProxyService> services;
  };
  ProxyPlaces places() const;
  Result<void> save(const Table& table);
  Result<void> load();
  Result<void> launch(const std::vector<ProxyService>& services);
  Result<void> reload(const std::function<bool()>& taken);
  Result<std::string> ask(const std::string& command);
  Result<void> must(const std::string& command, std::string_view expected);
  void hear(std::stop_token stop);   // failed requests
  void watch(std::stop_token stop);  // starts it again when it died

  std::string folder_;
  int first_port_, last_port_;
  Sync<Table> table_;
  Sync<std::map<std::string, std::deque<FailedRequest>>> failures_;
  Fd log_;
  std::jthread listener_, keeper_;
};

}  // namespace sampan::deliver
