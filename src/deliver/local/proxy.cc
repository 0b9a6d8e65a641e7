#include "deliver/local/proxy.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>

#include "base/log.h"
#include "base/process.h"
#include "base/socket_address.h"
#include "base/text.h"
#include "deliver/local/listener.h"

namespace sampan::deliver {

namespace {

Result<Fd> connect_to(const std::string& path) {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = TRY(socket_address(path));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(Errc::unavailable, "the proxy does not listen at {}", path);
  const timeval limit{5, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return fd;
}

Result<std::string> ask_socket(const std::string& path, const std::string& command) {
  const auto fd = TRY(connect_to(path));
  const auto line = command + "\n";
  if (::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
    return fail_errno("ask the proxy");
  std::string answer;
  char buffer[16384];
  while (true) {
    const auto got = ::recv(fd.get(), buffer, sizeof buffer, 0);
    if (got < 0) return fail_errno("hear the proxy");
    if (got == 0) return answer;
    answer.append(buffer, static_cast<std::size_t>(got));
  }
}

bool port_is_free(int port) {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

ProxyService* find(std::vector<ProxyService>& services, const std::string& name) {
  const auto found =
      std::find_if(services.begin(), services.end(), [&](const ProxyService& service) { return service.name == name; });
  return found == services.end() ? nullptr : &*found;
}

ProxyServer* find(ProxyService& service, const std::string& instance) {
  const auto found = std::find_if(service.servers.begin(), service.servers.end(),
                                  [&](const ProxyServer& server) { return server.instance == instance; });
  return found == service.servers.end() ? nullptr : &*found;
}

std::string taken_ports(const std::vector<ProxyService>& services) {
  std::string text;
  for (const auto& service : services) {
    if (const auto who = listener_of(service.port); !who.empty())
      text += fmt::format("; port {} of {} is taken by {}", service.port, service.name, who);
  }
  return text;
}

}  // namespace

Proxy::Proxy(std::string folder, int first_port, int last_port)
    : folder_(std::move(folder)), first_port_(first_port), last_port_(last_port) {}
Proxy::~Proxy() = default;

ProxyPlaces Proxy::places() const {
  return {folder_ + "/haproxy.sock", folder_ + "/haproxy-log.sock", folder_ + "/haproxy-all.sock"};
}

Result<void> Proxy::start() {
  if (keeper_.joinable()) return {};  // it sees to it from then on
  const bool outdated = TRY(load());
  TRY(log_.start(places()));
  {
    auto table = table_.lock();
    TRY(revive(*table));
    // A stop of ours may have come between the file and the telling.
    if (outdated || !agrees(*table)) {
      const auto before = TRY(worker());
      TRY(reload([&] { return agrees(*table) && worker().value_or(before) != before; }));
    }
  }
  keeper_ = std::jthread([this](std::stop_token stop) { watch(stop); });
  return {};
}

// The configuration is the state: services and servers are read back from it.
Result<bool> Proxy::load() {
  const auto text = read_file(folder_ + "/haproxy.cfg");
  if (!text.has_value()) {
    TRY(save({}));
    return false;
  }
  auto table = table_.lock();
  table->services.clear();
  for (const auto& line : split(*text, '\n')) {
    auto words = split(trim(line), ' ');
    if (words.size() >= 2 && words[0] == "frontend") table->services.push_back({words[1].substr(3), 0, {}});
    if (table->services.empty() || words.size() < 2) continue;
    if (words[0] == "bind") table->services.back().port = std::stoi(words[1].substr(2));
    if (words[0] == "server" && words.size() >= 5)
      table->services.back().servers.push_back({words[1], words[2], words[4] == "0"});
  }
  TRY(save(*table));  // in today's form: an earlier version may have written another
  return *text != proxy_config(table->services, places());
}

Result<void> Proxy::save(const Table& table) {
  return write_file_durably(folder_ + "/haproxy.cfg", proxy_config(table.services, places()));
}

Result<void> Proxy::launch(const std::vector<ProxyService>& services) {
  Command command;
  command.argv = {"haproxy", "-W",
                  "-S",      folder_ + "/haproxy-master.sock",
                  "-p",      folder_ + "/haproxy.pid",
                  "-f",      folder_ + "/haproxy.cfg"};
  const auto checked = TRY(run({.argv = {"haproxy", "-c", "-f", folder_ + "/haproxy.cfg"}}));
  if (!checked.exit.ok())
    return fail(Errc::internal, "haproxy refuses its configuration: {}{}", checked.out, checked.err);
  command.new_session = true;
  auto child = TRY(Child::spawn(command, {}));
  for (int i = 0; i < 100; ++i) {
    if (const auto ended = child.wait_for(std::chrono::milliseconds(30))) {
      return fail(Errc::unavailable, "haproxy ended at once with exit code {}{}", ended->code, taken_ports(services));
    }
    if (ask("show info").has_value()) {
      child.detach();
      return {};
    }
  }
  return fail(Errc::unavailable, "haproxy does not answer at {}", places().stats_socket);
}

Result<std::string> Proxy::worker() {
  const auto info = TRY(ask("show info"));
  for (const auto& line : split(info, '\n')) {
    if (line.starts_with("Pid:")) return line;
  }
  return fail(Errc::internal, "haproxy does not say which process it is");
}

Result<void> Proxy::revive(const Table& table) {
  if (ask("show info").has_value()) return {};
  if (keeper_.joinable()) log::warning("deliver", "the proxy is gone; starting it again with what it served");
  return launch(table.services);
}

bool Proxy::agrees(const Table& table) {
  const auto stat = ask("show stat");
  return stat.has_value() && serves(*stat, table.services);
}

// Nothing is changed when it refuses.
Result<void> Proxy::change(Table& table, Table next, const std::function<Result<void>()>& tell) {
  TRY(save(next));
  auto told = tell();
  if (!ask("show info").has_value()) told = revive(next);
  if (!told.has_value()) {
    TRY(save(table));
    return told;
  }
  table = std::move(next);
  return {};
}

// The master starts itself anew and then a worker with the new configuration; both sockets are away for a moment
// meanwhile, also when another reload was just before.
Result<void> Proxy::reload(const std::function<bool()>& taken) {
  auto asked = ask_socket(folder_ + "/haproxy-master.sock", "reload");
  for (int i = 0; i < 100 && !asked.has_value(); ++i) {
    ::usleep(20'000);
    asked = ask_socket(folder_ + "/haproxy-master.sock", "reload");
  }
  TRY(std::move(asked));
  for (int i = 0; i < 250; ++i) {
    if (taken()) return {};
    ::usleep(20'000);
  }
  const auto status = ask_socket(folder_ + "/haproxy-master.sock", "show proc");
  return fail(Errc::unavailable, "haproxy did not take its new configuration: {}",
              status.has_value() ? *status : status.error().message);
}

Result<void> Proxy::end(const std::string& folder) {
  const auto pid = read_file(folder + "/haproxy.pid");
  if (!pid.has_value()) return {};
  const int number = std::atoi(pid->c_str());
  const auto command = read_file(fmt::format("/proc/{}/cmdline", number));
  if (number <= 1 || !command.has_value() || command->find("haproxy") == std::string::npos ||
      command->find(folder) == std::string::npos)
    return {};
  ::kill(number, SIGTERM);
  const auto runs = [number] {
    return !read_file(fmt::format("/proc/{}/cmdline", number)).value_or("").empty();
  };                                                         // one that ended, not yet reaped, has none
  for (int i = 0; i < 500 && runs(); ++i) ::usleep(10'000);  // no child of ours: nobody tells of its end
  return {};
}

Result<std::string> Proxy::ask(const std::string& command) { return ask_socket(places().stats_socket, command); }

// The runtime API answers an empty line, or a word of success; anything else is why not.
Result<void> Proxy::must(const std::string& command, std::string_view expected) {
  const auto answer = TRY(ask(command));
  const auto text = trim(answer);
  if (!text.empty() && text.find(expected) == std::string_view::npos)
    return fail(Errc::conflict, "the proxy on '{}': {}", command, text);
  return {};
}

Result<int> Proxy::ensure(const std::string& name, int port) {
  auto table = table_.lock();
  if (const auto* known = find(table->services, name)) return known->port;
  const auto taken = [&](int candidate) {
    return std::any_of(table->services.begin(), table->services.end(),
                       [&](const ProxyService& service) { return service.port == candidate; }) ||
           !port_is_free(candidate);
  };
  if (port != 0 && taken(port)) {
    const auto other = std::find_if(table->services.begin(), table->services.end(),
                                    [&](const ProxyService& service) { return service.port == port; });
    const auto who = other != table->services.end() ? "the application " + other->name : listener_of(port);
    return fail(Errc::conflict, "port {} for {} is taken by {}: stop that one, or choose another port", port, name,
                who.empty() ? "a process that does not listen" : who);
  }
  for (int candidate = first_port_; port == 0 && candidate <= last_port_; ++candidate) {
    if (!taken(candidate)) port = candidate;
  }
  if (port == 0)
    return fail(Errc::unavailable, "no free port between {} and {} for {}: widen deliver.firstPort and lastPort",
                first_port_, last_port_, name);
  auto next = *table;
  next.services.push_back({name, port, {}});
  TRY(change(*table, next, [&] { return reload([&] { return agrees(next); }); }));
  return port;
}

Result<void> Proxy::remove(const std::string& name) {
  auto table = table_.lock();
  if (!find(table->services, name)) return {};
  auto next = *table;
  std::erase_if(next.services, [&](const ProxyService& service) { return service.name == name; });
  return change(*table, next, [&] { return reload([&] { return agrees(next); }); });
}

Result<void> Proxy::admit(const std::string& name, const std::string& instance, const std::string& address) {
  auto table = table_.lock();
  auto next = *table;
  auto* service = find(next.services, name);
  if (!service) return fail(Errc::not_found, "the proxy knows no service '{}'", name);
  const auto* before = find(*service, instance);
  const bool elsewhere = before && before->address != address;
  if (before && !before->drained && !elsewhere) return {};
  const bool add = !before || elsewhere;
  std::erase_if(service->servers, [&](const ProxyServer& one) { return one.instance == instance; });
  service->servers.push_back({instance, address, false});
  const auto path = fmt::format("{}/{}", name, instance);
  return change(*table, std::move(next), [&]() -> Result<void> {
    if (elsewhere) {
      TRY(must(fmt::format("set server {} state maint", path), ""));
      TRY(must(fmt::format("del server {}", path), "deleted"));
    }
    if (add) {
      TRY(must(fmt::format("add server {} {} weight 10", path, address), "registered"));
      return must(fmt::format("enable server {}", path), "");
    }
    TRY(must(fmt::format("set server {} weight 10", path), ""));
    return must(fmt::format("set server {} state ready", path), "");
  });
}

Result<void> Proxy::drain(const std::string& name, const std::string& instance) {
  auto table = table_.lock();
  auto next = *table;
  auto* service = find(next.services, name);
  auto* server = service ? find(*service, instance) : nullptr;
  if (!server || server->drained) return {};
  server->drained = true;
  return change(*table, std::move(next),
                [&] { return must(fmt::format("set server {}/{} state drain", name, instance), ""); });
}

Result<void> Proxy::expel(const std::string& name, const std::string& instance) {
  auto table = table_.lock();
  auto next = *table;
  auto* service = find(next.services, name);
  if (!service || !find(*service, instance)) return {};
  std::erase_if(service->servers, [&](const ProxyServer& server) { return server.instance == instance; });
  const auto path = fmt::format("{}/{}", name, instance);
  return change(*table, std::move(next), [&]() -> Result<void> {
    TRY(must(fmt::format("set server {} state maint", path), ""));
    TRY(must(fmt::format("shutdown sessions server {}", path), ""));
    auto deleted = must(fmt::format("del server {}", path), "deleted");
    // Refused while a connection is open: they end in moments.
    for (int i = 0; i < 50 && !deleted.has_value() && deleted.error().code == Errc::conflict; ++i) {
      ::usleep(20'000);
      deleted = must(fmt::format("del server {}", path), "deleted");
    }
    return deleted;
  });
}

std::vector<ProxyServer> Proxy::servers(const std::string& name) {
  auto table = table_.lock();
  const auto* service = find(table->services, name);
  return service ? service->servers : std::vector<ProxyServer>();
}

Result<Traffic> Proxy::traffic(const std::string& name) {
  const auto command = fmt::format("show stat {} 6 -1", name);
  auto answer = ask(command);
  if (!answer.has_value()) {
    auto table = table_.lock();
    TRY(revive(*table));
    answer = ask(command);
  }
  auto all = parse_stat(TRY(std::move(answer)));
  const auto found = all.find(name);
  if (found == all.end()) return fail(Errc::not_found, "the proxy knows no service '{}'", name);
  found->second.p95_ms = log_.p95_ms(name);
  return found->second;
}

std::vector<FailedRequest> Proxy::failures_since(const std::string& service, Time since, std::size_t most) {
  return log_.failures_since(service, since, most);
}

void Proxy::watch(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any bell;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    bell.wait_for(lock, stop, std::chrono::milliseconds(500), [] { return false; });
    if (stop.stop_requested() || ask("show info").has_value()) continue;
    auto table = table_.lock();  // nobody changes it meanwhile
    if (const auto started = revive(*table); !started.has_value()) log::error("deliver", "{}", started.error().message);
  }
}

}  // namespace sampan::deliver
