#include "app/config.h"

#include "base/config.h"
#include "base/files.h"

namespace sampan::app {

Result<Config> read_config(const std::string& file) {
  if (file.empty()) return parse_config("", "defaults");
  return parse_config(TRY(sampan::read_file(file)), file);
}

namespace {

void read_server(Section& top, ServerConfig& server_config) {
  auto server = top.section("server");
  server.read("address", server_config.address);
  server.read("port", server_config.port, 1, 65535);
  server.read("publicUrl", server_config.public_url);
  server.read("tlsCertificate", server_config.tls_certificate);
  server.read("tlsKey", server_config.tls_key);
  server.read("trustedProxies", server_config.trusted_proxies);
  server.read("workers", server_config.workers, 2, 256);
  server.finish();
}

void read_rooms(Section& top, Config& config) {
  {
    auto web = top.section("web");
    web.read("uiFolder", config.ui_folder);
    web.finish();
  }
  {
    auto pipeline = top.section("pipeline");
    pipeline.read("lease", config.lease);
    pipeline.read("maxAttempts", config.max_attempts, 1, 10);
    pipeline.finish();
  }
  {
    auto runner = top.section("runner");
    runner.read("embedded", config.runner.embedded);
    runner.read("name", config.runner.name);
    runner.read("capacity", config.runner.capacity, 1, 64);
    runner.finish();
  }
  {
    auto scan = top.section("scan");
    scan.read("pushes", config.scan.pushes);
    scan.read("advisories", config.scan.advisories);
    scan.read("patience", config.scan.patience);
    scan.finish();
  }
  {
    auto registry = top.section("registry");
    registry.read("host", config.registry_host);
    registry.read_size("maxBlob", config.max_blob_bytes);
    registry.finish();
  }
  {
    auto deliver = top.section("deliver");
    deliver.read("publicHost", config.public_host);
    deliver.read("engine", config.engine);
    if (config.engine != "auto" && config.engine != "podman" && config.engine != "docker") {
      deliver.complain(deliver.node()->find("engine"),
                       fmt::format("'engine' is '{}': expected auto, podman or docker", config.engine));
    }
    deliver.read_size("warmMemoryBudget", config.warm_memory_budget);
    deliver.read("firstPort", config.first_port, 1024, 65535);
    deliver.read("lastPort", config.last_port, 1024, 65535);
    if (config.first_port > config.last_port)
      deliver.complain(deliver.node(), fmt::format("'lastPort' is {}: expected {} ('firstPort') or more",
                                                   config.last_port, config.first_port));
    deliver.finish();
  }
  {
    auto notify = top.section("notify");
    notify.read("perMinute", config.notices_per_minute, 1, 20);
    notify.read("mergeWindow", config.merge_window);
    notify.finish();
  }
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& file) {
  const auto root = TRY(parse_yaml(text, file));
  Config config;
  std::vector<Diagnosis> diagnoses;
  Section top(root.kind == YamlNode::Kind::null ? nullptr : &root, file, "", diagnoses);
  top.read("data", config.data);
  top.read("database", config.database);
  read_server(top, config.server);
  read_rooms(top, config);
  top.finish();
  if (!diagnoses.empty()) {
    std::string all;
    for (const auto& diagnosis : diagnoses) all += (all.empty() ? "" : "\n") + format(diagnosis);
    return fail(Errc::invalid, "{}", all);
  }
  if (config.server.public_url.empty()) {
    config.server.public_url =
        fmt::format("{}://127.0.0.1:{}", config.server.tls_certificate.empty() ? "http" : "https", config.server.port);
  }
  if (config.registry_host.empty()) config.registry_host = fmt::format("127.0.0.1:{}", config.server.port);
  if (config.scan.advisories.empty()) config.scan.advisories = config.data + "/advisories";
  if (config.database.empty()) config.database = "sqlite:" + config.data + "/sampan.db";
  return config;
}

}  // namespace sampan::app
