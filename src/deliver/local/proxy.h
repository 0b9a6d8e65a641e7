// The HAProxy before all services: a process of its own that survives us, changed by its runtime API. Its configuration
// file is written before it is told: whoever starts it anew, after its death or ours, starts it with what was wanted.
// What cannot be told to it because it has died is done by starting it again. New services reload it without closing a
// socket.
#pragma once

#include <functional>
#include <thread>

#include "base/files.h"
#include "base/sync.h"
#include "deliver/local/local.h"
#include "deliver/local/proxy_config.h"
#include "deliver/local/proxy_log.h"

namespace sampan::deliver {

class Proxy {
 public:
  Proxy(std::string folder, int first_port, int last_port);
  ~Proxy();
  // When it does not run; takes over the one that runs, and has it serve what the file says.
  Result<void> start();
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
  Result<void> change(Table& table, Table next, const std::function<Result<void>()>& tell);
  Result<bool> load();  // true: the file was in another form than today's
  Result<void> launch(const std::vector<ProxyService>& services);
  Result<std::string> worker();             // which process answers
  Result<void> revive(const Table& table);  // when it does not answer; the table is locked
  bool agrees(const Table& table);
  Result<void> reload(const std::function<bool()>& taken);
  Result<std::string> ask(const std::string& command);
  Result<void> must(const std::string& command, std::string_view expected);
  void watch(std::stop_token stop);  // starts it again when it died

  std::string folder_;
  int first_port_, last_port_;
  Sync<Table> table_;
  ProxyLog log_;
  std::jthread keeper_;
};

}  // namespace sampan::deliver
