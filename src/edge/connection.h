// One accepted connection: requests in order, one at a time. A state machine with one rule: whatever happens
// (descriptor, worker, tick), drive() tries everything that can move now; so no wake-up can be lost, and an extra one
// does nothing.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <optional>
#include <string>

#include "base/pool.h"
#include "base/sync.h"
#include "edge/answer_head.h"
#include "edge/body_sink.h"
#include "edge/head.h"
#include "edge/live_stream.h"
#include "edge/loop.h"
#include "edge/peer.h"
#include "edge/pump.h"
#include "edge/server.h"
#include "edge/wire.h"

namespace sampan::edge {

// The number of open connections, to be waited for.
class OpenCount {
 public:
  void up() { ++*count_.lock(); }
  void down() {
    --*count_.lock();
    changed_.notify_all();
  }
  std::size_t now() { return *count_.lock(); }
  bool wait_for_none(std::chrono::milliseconds limit) {
    auto count = count_.lock();
    return changed_.wait_for(count.lock(), limit, [&] { return *count == 0; });
  }

 private:
  Sync<std::size_t> count_;
  std::condition_variable changed_;
};

// What all connections of a server share; outlives them.
struct Service {
  HttpServer::Options options;
  Dispatcher dispatcher;
  TrustedProxies proxies;
  Pool* workers = nullptr;    // handlers
  Pool* finishers = nullptr;  // on_done of processes: never refuses, or a process would not be reaped
  std::atomic<bool> stopping = false;
  OpenCount open;
};

class Connection final : public Loop::Handler, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, Service& service, Wire wire, std::string peer);
  ~Connection() override;
  void start();  // on the loop's thread

  void on_ready(int fd, std::uint32_t events) override;
  void on_tick(SteadyTime now) override;
  void on_stop(Stop how) override;

 private:
  enum class State {
    handshake,  // TLS
    head,       // between requests, or reading a head
    body,       // into the sink
    work,       // a worker has the request
    answer,     // text or a file
    pump,       // a process
    reap,       // the process has ended, on_done runs
    stream,     // events
    drain,      // answered before the body was read: the rest of it is read and dropped
    linger,     // all is sent; waits for the client to close, so that no reset overtakes the answer
    closed,
  };
  enum class Next { again, wait };

  void drive();
  Next step();
  void enter(State state);
  Next wait_or_close(Io io);

  // connection.cc: the life of the connection
  Next shake_hands();
  Next read_head();
  Next drain();
  Next linger();
  void next_request();
  void close();

  // exchange.cc: one request and its answer
  Next begin(tl::expected<Head, Refusal> head);
  void take_body();
  Next read_body();
  void submit();
  void work(Request request);  // on a worker
  void answer(Response response);
  void answer_file(const Response& response, FileBody file, bool without_body);
  void answer_process(const Response& response, ProcessBody process);
  void answer_stream(const Response& response);
  void abandon(Response& response);
  bool keeps_alive() const;
  AnswerFrame open_frame() const;  // of a body whose length is not known
  Next write_answer();
  Next step_pump();
  void end_pump(bool completed);
  Next step_stream();

  Loop& loop_;
  Service& service_;
  Wire wire_;
  const std::string peer_;
  State state_ = State::head;
  bool driving_ = false;
  bool peer_closed_ = false;    // the client sends no more (it may still read)
  SteadyTime entered_, moved_;  // this state; the last byte in or out
  std::uint64_t moved_bytes_ = 0;
  std::size_t searched_ = 0;  // of the head
  bool head_begun_ = false;   // entered_ is then the time of its first byte

  // the present exchange
  Head head_;
  Plan plan_;
  BodySink sink_;
  bool gzip_ = false;       // Content-Encoding of the body
  bool continued_ = false;  // 100 was sent
  bool keep_ = true;
  FileBody file_;
  std::unique_ptr<Pump> pump_;
  std::shared_ptr<LiveStream> stream_;
};

}  // namespace sampan::edge
