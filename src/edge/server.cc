#include "edge/server.h"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <future>
#include <limits>

#include "base/log.h"
#include "edge/connection.h"
#include "edge/listener.h"
#include "edge/tls.h"

namespace sampan::edge {

namespace {

constexpr std::size_t kFinishers = 4;  // threads that reap processes: each waits until its process has exited

// What an earlier run left behind in the middle of an upload.
void sweep_spool(const std::string& folder) {
  if (folder.empty()) return;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with(kSpoolPrefix)) ::unlink(entry.path().c_str());
  }
}

void wait_on(Loop& loop, std::function<void()> task) {
  auto done = std::make_shared<std::promise<void>>();  // shared: set_value() may still be in it when the wait ends
  loop.post([done, task = std::move(task)] {
    task();
    done->set_value();
  });
  done->get_future().wait();
}

}  // namespace

// Members in the order of their dependence: the loops outlive the pools, whose last tasks still post to them.
struct HttpServer::State {
  Service service;
  TlsContext tls;
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::jthread> threads;
  std::vector<std::shared_ptr<Listener>> listeners;
  std::unique_ptr<Pool> workers, finishers;
  std::size_t next_loop = 0;  // on the first loop's thread
  std::uint16_t port = 0;
  bool stopped = false;

  void listen(Fd socket, bool secure);
  void accept(Fd socket, std::string peer, bool secure);
  Result<void> start_threads();
  void stop_threads();
};

Result<void> HttpServer::State::start_threads() {
  const auto& set = service.options;
  try {
    workers = std::make_unique<Pool>(set.worker_threads, set.queue_limit);
    finishers = std::make_unique<Pool>(kFinishers, std::numeric_limits<std::size_t>::max());
    for (std::size_t i = 0; i < std::max<std::size_t>(set.loop_threads, 1); ++i)
      loops.push_back(std::make_unique<Loop>());
    for (auto& loop : loops) threads.emplace_back([loop = loop.get()] { loop->run(); });
  } catch (const std::exception& error) {
    stop_threads();
    return fail(Errc::unavailable, "the HTTP server cannot start its threads: {}", error.what());
  }
  service.workers = workers.get();
  service.finishers = finishers.get();
  return {};
}

void HttpServer::State::stop_threads() {
  workers.reset();  // waits for handlers that still run; their answers find closed connections
  finishers.reset();
  for (auto& loop : loops) loop->stop();
  threads.clear();
}

void HttpServer::State::listen(Fd socket, bool secure) {
  listeners.push_back(std::make_shared<Listener>(
      std::move(socket), [this] { return service.open.now() < service.options.limits.connections; },
      [this, secure](Fd accepted, std::string peer) { accept(std::move(accepted), std::move(peer), secure); }));
}

void HttpServer::State::accept(Fd socket, std::string peer, bool secure) {
  TlsSession session = secure ? make_tls_session(tls.get(), socket.get()) : nullptr;
  if (secure && !session) return;
  Loop& loop = *loops[next_loop++ % loops.size()];
  auto connection =
      std::make_shared<Connection>(loop, service, Wire(std::move(socket), std::move(session)), std::move(peer));
  loop.post([connection] { connection->start(); });
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::port() const { return state_->port; }

Result<std::unique_ptr<HttpServer>> HttpServer::start(Options options, Dispatcher dispatcher) {
  std::signal(SIGPIPE, SIG_IGN);  // a vanished reader is an error of write(), not the end of the program
  auto state = std::make_unique<State>();
  auto& service = state->service;
  service.options = std::move(options);
  service.dispatcher = std::move(dispatcher);
  const auto& set = service.options;
  service.proxies = TRY(TrustedProxies::parse(set.trusted_proxies));
  if (set.certificate_file.empty() != set.key_file.empty())
    return fail(Errc::invalid, "TLS needs both a certificate file and a key file");
  if (!set.certificate_file.empty()) state->tls = TRY(make_tls_context(set.certificate_file, set.key_file));
  if (!set.address.empty()) {
    auto bound = TRY(listen_tcp(set.address, set.port));
    state->port = bound.port;
    state->listen(std::move(bound.socket), state->tls != nullptr);
  }
  if (!set.unix_socket.empty()) state->listen(TRY(listen_unix(set.unix_socket)), false);
  sweep_spool(set.spool_folder);
  TRY(state->start_threads());
  Loop& first = *state->loops.front();
  for (auto& listener : state->listeners) first.post([&first, listener] { first.watch(listener->fd(), listener); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

void HttpServer::stop() {
  auto& state = *state_;
  if (std::exchange(state.stopped, true)) return;
  const auto stop_all = [&](Loop::Handler::Stop how) {
    for (auto& loop : state.loops) wait_on(*loop, [&] { loop->stop_all(how); });
  };
  Loop& first = *state.loops.front();
  wait_on(first, [&] {
    for (auto& listener : state.listeners) first.forget(listener->fd());
    state.listeners.clear();
  });
  if (!state.service.options.unix_socket.empty()) ::unlink(state.service.options.unix_socket.c_str());
  state.service.stopping = true;
  stop_all(Loop::Handler::Stop::finish);
  if (!state.service.open.wait_for_none(state.service.options.limits.stop_time)) {
    log::warning("edge", "{} connections are cut at the stop: their answers took longer than the limit",
                 state.service.open.now());
    stop_all(Loop::Handler::Stop::at_once);
  }
  state.stop_threads();
}

}  // namespace sampan::edge
