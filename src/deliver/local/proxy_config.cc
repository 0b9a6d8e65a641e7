#include "deliver/local/proxy_config.h"

#include <functional>
#include <set>

#include "base/text.h"

namespace sampan::deliver {

namespace {

constexpr std::string_view kGlobal = R"(# Written by Sampan; changes are overwritten.
global
  stats socket {} mode 600 level admin expose-fd listeners
  log {} local0 err
  log {} local0 info
  maxconn 8000
  hard-stop-after 60s
defaults
  mode http
  log global
  option log-separate-errors
  log-format "sampan|%Ts.%ms|%ST|%tsc|%b|%s|%Tw/%Tc/%Tr|%HM|%HPO"
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response
  http-reuse safe
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  timeout queue 10s
  timeout http-keep-alive 30s
  balance leastconn
)";

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Each row of `show stat` that is a service or one of its servers; `cell` gives a column's value by its name.
using Cell = std::function<std::string(std::string_view column)>;
void each_row(std::string_view csv,
              const std::function<void(const std::string& service, const std::string& server, const Cell& cell)>& row) {
  std::map<std::string, std::size_t, std::less<>> columns;
  for (const auto& line : split(csv, '\n')) {
    if (line.empty()) continue;
    const auto cells = split(line, ',');
    if (line.starts_with("# ")) {
      for (std::size_t i = 0; i < cells.size(); ++i) columns[i == 0 ? cells[i].substr(2) : cells[i]] = i;
      continue;
    }
    const Cell cell = [&](std::string_view name) -> std::string {
      const auto at = columns.find(name);
      return at == columns.end() || at->second >= cells.size() ? std::string() : cells[at->second];
    };
    const auto service = cell("pxname"), server = cell("svname");
    if (!service.empty() && !service.starts_with("in-") && server != "FRONTEND") row(service, server, cell);
  }
}

constexpr std::string_view kWholeService = "BACKEND";

}  // namespace

std::string proxy_config(const std::vector<ProxyService>& services, const ProxyPlaces& places) {
  auto text = fmt::format(fmt::runtime(kGlobal), places.stats_socket, places.failures_socket, places.requests_socket);
  for (const auto& service : services) {
    text +=
        fmt::format("frontend in-{0}\n  bind *:{1}\n  default_backend {0}\nbackend {0}\n", service.name, service.port);
    // A request that a server may have begun is sent again only when repeating it changes nothing (RFC 9110,
    // section 9.2.2).
    text += "  http-request disable-l7-retry unless METH_GET\n";
    for (const auto& server : service.servers) {
      text += fmt::format("  server {} {} weight {}\n", server.instance, server.address, server.drained ? 0 : 10);
    }
  }
  return text;
}

std::map<std::string, Traffic> parse_stat(std::string_view csv) {
  std::map<std::string, Traffic> found;
  each_row(csv, [&](const std::string& service, const std::string& server, const Cell& cell) {
    auto& traffic = found[service];
    const auto failed = static_cast<std::uint64_t>(number(cell("hrsp_5xx")));
    if (server == kWholeService) {
      traffic.requests = static_cast<std::uint64_t>(number(cell("stot")));
      traffic.failed = failed;
      traffic.open = static_cast<std::uint64_t>(number(cell("scur")));
      traffic.queued = static_cast<std::uint64_t>(number(cell("qcur")));
      traffic.requests_per_second = static_cast<double>(number(cell("rate")));
    } else {
      traffic.open_by_instance[server] = static_cast<std::uint64_t>(number(cell("scur")));
      traffic.requests_by_instance[server] = static_cast<std::uint64_t>(number(cell("stot")));
      traffic.failed_by_instance[server] = failed;
    }
  });
  return found;
}

bool serves(std::string_view csv, const std::vector<ProxyService>& services) {
  std::set<std::string> wanted, there;
  const auto line = [](std::string_view service, std::string_view server, std::string_view state) {
    return fmt::format("{}/{} {}", service, server, state);
  };
  for (const auto& service : services) {
    wanted.insert(line(service.name, kWholeService, ""));
    for (const auto& server : service.servers)
      wanted.insert(line(service.name, server.instance, server.drained ? "drained" : "serves"));
  }
  each_row(csv, [&](const std::string& service, const std::string& server, const Cell& cell) {
    const auto status = cell("status");
    const bool drained = status.starts_with("DRAIN") || cell("weight") == "0";
    there.insert(line(service, server,
                      server == kWholeService       ? ""
                      : status.starts_with("MAINT") ? "out of service"
                      : drained                     ? "drained"
                                                    : "serves"));
  });
  return wanted == there;
}

namespace {

// The cells of a line of our log-format, the path last and whole; empty: it is not one.
std::vector<std::string> cells_of(std::string_view line) {
  const auto start = line.find("sampan|");
  if (start == std::string_view::npos) return {};
  auto cells = split(trim(line.substr(start)), '|');
  if (cells.size() < 9) return {};
  for (std::size_t i = 9; i < cells.size(); ++i) cells[8] += "|" + cells[i];
  cells.resize(9);
  return cells;
}

// Below 500: the client went away, or asked for something wrong; nobody's failure here.
constexpr std::int64_t kFirstFailure = 500;

}  // namespace

std::optional<std::pair<std::string, FailedRequest>> parse_failure(std::string_view line) {
  const auto cells = cells_of(line);
  if (cells.empty() || number(cells[2]) < kFirstFailure) return std::nullopt;
  const auto dot = cells[1].find('.');
  FailedRequest request;
  request.at = from_micros(number(cells[1].substr(0, dot)) * 1'000'000 +
                           number(dot == std::string::npos ? "" : cells[1].substr(dot + 1)) * 1000);
  request.status = static_cast<int>(number(cells[2]));
  request.instance = cells[5];
  request.method = cells[7];
  request.path = cells[8];
  request.detail = fmt::format("the proxy answered {}, termination state {}", request.status, cells[3]);
  return std::make_pair(cells[4], request);
}

std::optional<AnsweredRequest> parse_answered(std::string_view line) {
  const auto cells = cells_of(line);
  if (cells.empty() || number(cells[2]) >= kFirstFailure) return std::nullopt;
  const auto parts = split(cells[6], '/');  // waiting, connecting, answering; -1: it did not come to that
  if (parts.size() != 3 || cells[6].find('-') != std::string::npos) return std::nullopt;
  const auto took = number(parts[0]) + number(parts[1]) + number(parts[2]);
  return AnsweredRequest{cells[4], std::chrono::milliseconds(took)};
}

}  // namespace sampan::deliver
