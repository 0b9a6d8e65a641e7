// A child process between a request body and its answer: socket -> (unframe, inflate) -> stdin, stdout -> (chunk) ->
// socket. Each direction holds at most one piece: what the one side does not take, the other is not asked for. Loop
// thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/http.h"
#include "edge/framing.h"
#include "edge/inflate.h"
#include "edge/loop.h"
#include "edge/wire.h"

namespace sampan::edge {

class Pump {
 public:
  struct Options {
    std::string head;  // of the answer; goes before its first byte, or before its end
    bool chunked = true;
    bool inflate = false;
    std::uint64_t limit = 0;  // of the request body
  };
  // Takes the descriptors. `owner` is told when they change.
  Pump(ProcessBody body, Options options, Loop& loop, const std::shared_ptr<Loop::Handler>& owner);
  ~Pump();  // closes what is open; on_done is the owner's to call, by take_on_done()

  enum class Step {
    moved,     // call again
    waiting,   // for a descriptor
    finished,  // both directions are done and all is on its way but the end of the answer
    bad_body,  // see error(): the client's body is broken or too large
    gone,      // the client vanished
  };
  Step step(Wire& wire, BodyFraming& framing);
  const Error& error() const { return error_; }
  bool answered() const { return options_.head.empty(); }  // the head is on its way
  std::string take_head() { return std::exchange(options_.head, {}); }
  bool chunked() const { return options_.chunked; }
  // True when the next move is the client's: to send, or to take. Otherwise it is the process's.
  bool waits_for_client(const Wire& wire) const;
  std::function<void(bool)> take_on_done() { return std::exchange(body_.on_done, nullptr); }
  void close();

 private:
  Step up(Wire& wire, BodyFraming& framing);
  Step take_body(Wire& wire, BodyFraming& framing);
  Step end_of_body();
  Step write_ready();
  std::size_t write_stdin(std::string_view bytes);
  Step down(Wire& wire);
  Step pass_piece(Wire& wire);
  Step fail_body(Error error);
  bool stdin_refused() const;
  void close_stdin();
  void close_stdout();

  ProcessBody body_;
  Options options_;
  Loop& loop_;
  std::unique_ptr<Inflater> inflater_;
  std::string packed_;  // compressed input not inflated yet
  std::size_t unpacked_ = 0;
  std::string ready_;  // for stdin
  std::size_t written_ = 0;
  std::uint64_t received_ = 0;
  bool hungry_ = false;    // waits for the client's bytes
  bool flows_ = false;     // stdout said much at its last word, so more may lie in the pipe
  std::size_t piece_ = 0;  // bytes of stdout whose chunk is begun, to be sent as they lie in the pipe
  Error error_;
};

}  // namespace sampan::edge
