#include <malloc.h>

#include <condition_variable>
#include <thread>

#include "app/app.h"
#include "app/program.h"
#include "app/runner_keeper.h"
#include "base/crypto.h"
#include "base/files.h"
#include "base/log.h"
#include "base/migrations.h"
#include "deliver/local/local.h"
#include "edge/client.h"
#include "edge/server.h"
#include "web/web.h"

namespace sampan::app {

namespace {

std::string ui_folder(const Config& config) {
  if (!config.ui_folder.empty()) return config.ui_folder;
  for (const auto* place : {"/../share/sampan/ui", "/../../ui/dist"}) {
    if (exists(program_folder() + place + "/index.html")) return program_folder() + place;
  }
  return program_folder() + "/../share/sampan/ui";
}

git::Config git_config(const Config& config, const Paths& paths) {
  git::Config settings;
  settings.folder = paths.repos();
  settings.hook_program = program_folder() + "/sampan-hook";
  settings.hook_socket = paths.socket();
  settings.public_url = config.server.public_url;
  return settings;
}

deliver::LocalConfig local_config(const Config& config) {
  deliver::LocalConfig settings;
  settings.folder = Paths{config.data}.deliver();
  settings.registry_host = config.registry_host;
  settings.engine = config.engine;
  settings.first_port = config.first_port;
  settings.last_port = config.last_port;
  return settings;
}

// With it the container engine pulls; made once, kept beside the engine's own settings.
Result<std::string> pull_token(Db& db, people::People& people, const std::string& file) {
  if (exists(file)) return sampan::read_file(file);
  const auto token = TRY(
      db.write([&](Tx& tx) { return people.create_runner_token(tx, RunnerId{}, "container engine of this machine"); }));
  TRY(write_file_durably(file, token, 0600));
  return token;
}

std::unique_ptr<deliver::Target> make_target(const Config& config, Db& db, people::People& people, Clock& clock) {
  auto settings = local_config(config);
  auto token = pull_token(db, people, settings.folder + "/pull-token");
  if (!token.has_value()) log::error("app", "no token for the container engine: {}", token.error().message);
  settings.pull_token = token.value_or("");
  return deliver::make_local_target(std::move(settings), clock);
}

pipeline::Config pipeline_config(const Config& config, const Paths& paths) {
  pipeline::Config settings;
  settings.folder = paths.pipeline();
  settings.public_url = config.server.public_url;
  settings.registry_host = config.registry_host;
  settings.lease = config.lease;
  settings.max_attempts = config.max_attempts;
  settings.advisories = config.scan.advisories;
  return settings;
}

findings::Config findings_config(const Config& config) {
  findings::Config settings;
  settings.public_url = config.server.public_url;
  settings.advisories = config.scan.advisories;
  settings.pushes = config.scan.pushes;
  settings.patience = config.scan.patience;
  // The program as it was started: a new one in its place may speak otherwise. The folder says whose processes they
  // are.
  settings.crew.command = {"/proc/self/exe", std::string(kScanWorker), config.data};
  return settings;
}

registry::Config registry_config(const Config& config, const Paths& paths) {
  registry::Config settings;
  settings.folder = paths.blobs();
  settings.public_url = config.server.public_url;
  settings.max_blob_bytes = config.max_blob_bytes;
  settings.advisories = config.scan.advisories;
  return settings;
}

}  // namespace

// Members in the order of the flow: each is built from those above it, and goes before them.
struct House::Rooms {
  Config config;
  Paths paths;
  SystemClock clock;
  Hub hub;
  std::unique_ptr<Db> db;
  SecretBox secrets;
  std::unique_ptr<BlobStore> blobs;
  std::unique_ptr<HttpClient> http = edge::make_http_client();
  EventLog events{*db, clock};
  people::People people{*db, clock, events};
  git::Git git{*db, clock, events, people, git_config(config, paths)};
  findings::Findings findings{*db, clock, events, git, people, findings_config(config)};
  pipeline::Pipeline pipeline{*db, clock, events, hub, git, people, secrets, pipeline_config(config, paths)};
  registry::Registry registry{*db, clock, events, git, people, *blobs, registry_config(config, paths)};
  std::unique_ptr<deliver::Target> target;
  deliver::Deliver deliver;
  watch::Watch watch{*db, clock, hub, deliver, *target, people, {}};
  notify::Notify notify{*db,
                        clock,
                        events,
                        people,
                        secrets,
                        *http,
                        {config.server.public_url, config.notices_per_minute, config.merge_window}};
  web::Web web{{*db, clock, hub, people, git, findings, pipeline, registry, deliver, watch, notify},
               {ui_folder(config), SAMPAN_VERSION, config.data},
               git.hook_routes()};
  std::unique_ptr<edge::HttpServer> server, hook_server;
  std::unique_ptr<RunnerKeeper> runner;
  std::jthread sweeper;

  Rooms(Config config_in, std::unique_ptr<Db> db_in, SecretBox secrets_in, std::unique_ptr<BlobStore> blobs_in)
      : config(std::move(config_in)),
        paths{config.data},
        db(std::move(db_in)),
        secrets(secrets_in),
        blobs(std::move(blobs_in)),
        target(make_target(config, *db, people, clock)),
        deliver(*db, clock, events, hub, people, git, pipeline, registry, *target,
                {paths.deliver(), config.public_host, config.registry_host, config.warm_memory_budget}) {}

  Result<void> first_administrator();
  Result<void> connect_and_recover();
  Result<void> listen();
  void sweep(std::stop_token stop);
};

House::House(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
House::~House() { stop(); }

Result<std::unique_ptr<House>> House::open(Config config) {
  const Paths paths{config.data};
  for (const auto& folder : {config.data, paths.repos(), paths.pipeline(), paths.blobs(), paths.spool(),
                             paths.deliver(), paths.runner(), paths.run()}) {
    TRY(make_directories(folder, 0750).context(folder));
    TRY(sweep_unnamed(folder));
  }
  auto db = TRY(Db::open(config.database));
  TRY(db->migrate(migrations()));
  auto secrets = TRY(SecretBox::open(paths.secret_key()));
  auto blobs = TRY(open_file_blob_store(paths.blobs()));
  auto rooms = std::make_unique<Rooms>(std::move(config), std::move(db), secrets, std::move(blobs));
  TRY(rooms->first_administrator());
  TRY(rooms->connect_and_recover());
  return std::unique_ptr<House>(new House(std::move(rooms)));
}

Result<void> House::Rooms::first_administrator() {
  const auto password = TRY(people.ensure_first_admin("admin"));
  if (!password) return {};
  TRY(write_file_durably(paths.first_password(), *password + "\n", 0600));
  log::info("app", "the first administrator is 'admin'; its password is in {}", paths.first_password());
  return {};
}

Result<void> House::Rooms::connect_and_recover() {
  pipeline.connect();
  findings.connect();
  pipeline.on_tool_report([this](const pipeline::ToolReport& report) -> Result<void> {
    const auto commit = Sha::parse(report.commit);
    if (!commit) return fail(Errc::internal, "a run of no commit: '{}'", report.commit);
    auto actor = Actor::system();
    actor.name = report.by;
    TRY(findings.hand_in(actor, TRY(git.find_repo(report.repo)), *commit, {report.sarif, report.tool, report.root}));
    return {};
  });
  deliver.connect();
  notify.connect();
  TRY(git.recover().context("git"));
  TRY(findings.recover().context("findings"));
  TRY(registry.recover().context("registry"));
  TRY(pipeline.recover().context("pipeline"));
  TRY(deliver.recover().context("deliver"));
  return {};
}

Result<void> House::Rooms::listen() {
  edge::HttpServer::Options options;
  options.unix_socket = paths.socket();
  options.address.clear();
  options.worker_threads = 8;
  options.loop_threads = 1;
  const auto plan_of = [](web::Plan plan) { return edge::Plan{plan.body, plan.body_limit, std::move(plan.refusal)}; };
  hook_server = TRY(edge::HttpServer::start(
      options, {[this, plan_of](const Request& head) { return plan_of(web.plan_internal(head)); },
                [this](Request request) { return web.answer_internal(std::move(request)); }}));
  options = {};
  options.address = config.server.address;
  options.port = static_cast<std::uint16_t>(config.server.port);
  options.certificate_file = config.server.tls_certificate;
  options.key_file = config.server.tls_key;
  options.trusted_proxies = config.server.trusted_proxies;
  options.spool_folder = paths.spool();
  options.worker_threads = static_cast<std::size_t>(config.server.workers);
  server =
      TRY(edge::HttpServer::start(options, {[this, plan_of](const Request& head) { return plan_of(web.plan(head)); },
                                            [this](Request request) { return web.answer(std::move(request)); }}));
  return {};
}

Result<void> House::serve() {
  auto& rooms = *rooms_;
  TRY(rooms.listen());
  rooms.events.start();
  rooms.findings.start();
  rooms.pipeline.start();
  rooms.registry.start();
  rooms.deliver.start();
  rooms.watch.start();
  rooms.notify.start();
  rooms.sweeper = std::jthread([&rooms](std::stop_token stop) { rooms.sweep(stop); });
  if (rooms.config.runner.embedded) {
    const auto token = TRY(rooms.pipeline.ensure_local_runner(rooms.config.runner.name));
    TRY(write_file_durably(rooms.paths.runner_token(), token, 0600));
    const std::string scheme = rooms.config.server.tls_certificate.empty() ? "http" : "https";
    rooms.runner = std::make_unique<RunnerKeeper>(
        RunnerKeeper::Settings{program_folder() + "/sampan", fmt::format("{}://127.0.0.1:{}", scheme, port()),
                               rooms.paths.runner_token(), rooms.paths.runner(), rooms.config.runner.name,
                               rooms.paths.repos(), rooms.config.scan.advisories, rooms.config.runner.capacity});
  }
  log::info("app", "Sampan {} listens on {}:{}", SAMPAN_VERSION, rooms.config.server.address, port());
  return {};
}

// Once a minute: pages of the database and memory that a burst of requests left unused in the many heaps of glibc go
// back to the machine. Once an hour: what nobody continued or used.
void House::Rooms::sweep(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any bell;
  for (int minute = 1; !stop.stop_requested(); ++minute) {
    std::unique_lock lock(mutex);
    bell.wait_for(lock, stop, std::chrono::minutes(1), [] { return false; });
    if (stop.stop_requested()) return;
    db->give_back_memory();
    ::malloc_trim(0);
    if (minute % 60 != 0) continue;
    if (const auto done = registry.collect(); !done.has_value()) log::warning("registry", "{}", done.error().message);
    if (const auto done = findings.collect(); !done.has_value()) log::warning("findings", "{}", done.error().message);
  }
}

void House::stop() {
  if (!rooms_) return;
  auto& rooms = *rooms_;
  rooms.findings.hurry();
  rooms.runner.reset();  // the runner itself goes on: its steps are not interrupted by our stop
  rooms.sweeper = {};
  rooms.pipeline.stop_timers();  // until the last room has stopped no runner is heard, and none has vanished for that
  if (rooms.server) rooms.server->stop();
  if (rooms.hook_server) rooms.hook_server->stop();
  rooms.notify.stop();
  rooms.watch.stop();
  rooms.deliver.stop();
  rooms.registry.stop();
  rooms.pipeline.stop();
  rooms.findings.stop();
  rooms.events.stop();
}

int House::port() const { return rooms_->server ? rooms_->server->port() : 0; }

Result<void> House::remove_applications(const Config& config) {
  return deliver::remove_local_target(local_config(config));
}

}  // namespace sampan::app
