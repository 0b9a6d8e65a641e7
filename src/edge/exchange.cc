// The part of a Connection that is one request and its answer.
#include "base/log.h"
#include "base/text.h"
#include "edge/connection.h"

namespace sampan::edge {

namespace {

constexpr std::uint64_t kDrainBytes =
    64 << 10;                                 // a rest of a body this small is read and dropped to keep the connection
constexpr std::size_t kJoinBytes = 64 << 10;  // a body this small goes out in one write with its head

int status_of(const Error& error) {
  switch (error.code) {
    case Errc::too_large: return 413;
    case Errc::unavailable: return 503;
    case Errc::invalid: return 400;
    default: return 500;
  }
}

// A proxy may add a line of its own instead of lengthening the client's: only all of them together are the chain.
std::string all_of(const Headers& headers, std::string_view name) {
  std::string joined;
  for (const auto& [key, value] : headers) {
    if (lower(key) == name) joined += (joined.empty() ? "" : ",") + value;
  }
  return joined;
}

Response fault(std::string_view where, const char* what) {
  log::error("edge", "{} threw: {}", where, what);
  return refusal(500, "the server made a mistake; its log has the details");
}

}  // namespace

Connection::Next Connection::begin(tl::expected<Head, Refusal> head) {
  if (!head) {
    head_ = Head();
    head_.keep_alive = false;
    answer(refusal(head.error().status, head.error().message));
    return Next::again;
  }
  head_ = std::move(*head);
  auto& request = head_.request;
  request.tls = wire_.secure();
  request.remote_address = peer_;
  if (service_.proxies.trusts(peer_)) {
    request.remote_address = service_.proxies.client(peer_, all_of(request.headers, "x-forwarded-for"));
    const auto scheme = request.header("x-forwarded-proto");
    if (!scheme.empty()) request.tls = scheme == "https";
  }
  try {
    plan_ = service_.dispatcher.route(request);
  } catch (const std::exception& error) {
    plan_.answer = fault("the route of " + request.path, error.what());
  }
  if (plan_.answer && plan_.answer->body.index() > 1) {
    abandon(*plan_.answer);
    plan_.answer = fault("the route of " + request.path, "its plan answers with a process or a stream");
  }
  const std::string coding(request.header("content-encoding"));
  gzip_ = coding == "gzip" || coding == "x-gzip";
  if (plan_.answer) {
    answer(std::move(*plan_.answer));
  } else if (plan_.kind == BodyKind::pipe && !coding.empty() && coding != "identity" && !gzip_) {
    answer(refusal(415, fmt::format("the Content-Encoding '{}' is not known here; send gzip or none", coding)));
  } else if (head_.content_length.value_or(0) > plan_.limit) {
    answer(refusal(413, over_limit(plan_.limit).message));
  } else if (plan_.kind == BodyKind::pipe) {
    submit();
  } else {
    take_body();
  }
  return Next::again;
}

void Connection::take_body() {
  sink_ = BodySink(plan_.kind, plan_.limit, service_.options.spool_folder);
  if (head_.expects_continue && !head_.framing.done() && wire_.in.empty()) {
    continued_ = true;
    wire_.queue(std::string(kContinue));
  }
  enter(State::body);
}

Connection::Next Connection::read_body() {
  if (!wire_.flushed() && wire_.flush() == Io::broken) {  // the 100
    close();
    return Next::again;
  }
  if (head_.framing.done()) {
    sink_.finish(head_.request);
    submit();
    return Next::again;
  }
  if (wire_.in.empty()) {
    const Io io = wire_.fill(loop_.scratch());
    return io == Io::moved ? Next::again : wait_or_close(io);
  }
  const auto piece = head_.framing.take(wire_.in.view());
  if (head_.framing.broken()) {
    answer(refusal(400, "the chunked framing of the request body is malformed"));
    return Next::again;
  }
  if (auto written = sink_.write(piece.bytes); !written) {
    if (written.error().code != Errc::too_large) log::error("edge", "{}", written.error().message);
    answer(refusal(status_of(written.error()), written.error().message));
    return Next::again;
  }
  wire_.in.consume(piece.used);
  return Next::again;
}

void Connection::submit() {
  enter(State::work);
  auto request = std::make_shared<Request>(std::exchange(head_.request, Request{.method = head_.request.method}));
  const auto self = shared_from_this();
  if (!service_.workers->submit([self, request] { self->work(std::move(*request)); })) {
    answer(refusal(503, "the server is busy; try again in a second").set("Retry-After", "1"));
  }
}

void Connection::work(Request request) {
  const bool without_body = request.method == Method::head;
  Response response;
  try {
    response = service_.dispatcher.handle(std::move(request));
  } catch (const std::exception& error) {
    response = fault("a handler", error.what());
  } catch (...) {
    response = fault("a handler", "something that is no exception");
  }
  std::shared_ptr<LiveStream> stream;
  std::function<void(std::shared_ptr<EventStream>)> start;
  if (auto* live = std::get_if<StreamBody>(&response.body); live && !without_body) {
    start = std::move(live->start);
    stream = std::make_shared<LiveStream>([this, weak = weak_from_this()] {
      loop_.post([weak] {
        if (const auto self = weak.lock()) self->drive();
      });
    });
  }
  loop_.post([self = shared_from_this(), response = std::move(response), stream]() mutable {
    self->stream_ = std::move(stream);
    self->answer(std::move(response));
    self->drive();
  });
  if (!start) return;
  try {
    start(stream);
  } catch (const std::exception& error) {
    log::error("edge", "the start of an event stream threw: {}", error.what());
    stream->close();
  }
}

bool Connection::keeps_alive() const {
  if (!head_.keep_alive || service_.stopping || head_.framing.broken()) return false;
  if (head_.framing.done()) return true;
  // A client that waits for a 100 may or may not send its body after another answer (RFC 9110, section 10.1.1).
  if (head_.expects_continue && !continued_) return false;
  const auto rest = head_.framing.remaining();
  return rest && *rest <= kDrainBytes;
}

AnswerFrame Connection::open_frame() const {
  const bool chunked = !head_.http_1_0;
  return {.end = chunked ? BodyEnd::chunked : BodyEnd::closing, .keep_alive = chunked && keep_};
}

void Connection::answer(Response response) {
  if (state_ == State::closed) {
    abandon(response);
    return;
  }
  const bool without_body = head_.request.method == Method::head;
  keep_ = keeps_alive();
  if (auto* file = std::get_if<FileBody>(&response.body)) return answer_file(response, std::move(*file), without_body);
  if (without_body || forbids_body(response.status)) abandon(response);
  if (auto* process = std::get_if<ProcessBody>(&response.body)) return answer_process(response, std::move(*process));
  if (std::holds_alternative<StreamBody>(response.body)) return answer_stream(response);
  auto& text = std::get<std::string>(response.body);
  AnswerFrame frame{.end = BodyEnd::length, .length = text.size(), .keep_alive = keep_};
  if (forbids_body(response.status)) {
    frame.end = BodyEnd::none;
    text.clear();
  } else if (without_body) {  // a handler of HEAD may know the length of what it does not send
    const auto stated = find_header(response.headers, "content-length");
    if (text.empty() && !stated.empty()) frame.length = std::strtoull(std::string(stated).c_str(), nullptr, 10);
    text.clear();
  }
  std::string head = format_answer_head(response.status, response.headers, frame);
  if (text.size() <= kJoinBytes) {
    wire_.queue(std::move(head += text));
  } else {
    wire_.queue(std::move(head));
    wire_.queue(std::move(text));
  }
  enter(State::answer);
}

void Connection::answer_file(const Response& response, FileBody file, bool without_body) {
  if (!file.fd || *file.fd < 0) {
    answer(fault("a handler", "it answered a file without a descriptor"));
    return;
  }
  AnswerFrame frame{.end = BodyEnd::length, .length = file.size, .keep_alive = keep_};
  if (forbids_body(response.status)) frame.end = BodyEnd::none;
  wire_.queue(format_answer_head(response.status, response.headers, frame));
  if (!without_body && frame.end != BodyEnd::none) file_ = std::move(file);
  enter(State::answer);
}

// What nobody will read: a process is told that it was not completed, a stream that it is gone.
void Connection::abandon(Response& response) {
  if (stream_) std::exchange(stream_, nullptr)->gone();
  if (std::holds_alternative<std::string>(response.body)) return;
  if (auto* process = std::get_if<ProcessBody>(&response.body)) {
    Fd in(process->stdin_fd), out(process->stdout_fd);
    if (process->on_done) service_.finishers->submit([done = std::move(process->on_done)] { done(false); });
  }
  response.body = std::string();
}

void Connection::answer_process(const Response& response, ProcessBody process) {
  keep_ = head_.keep_alive &&
          !service_.stopping;  // the pump reads the whole body, however long; end_pump() knows when it did not
  Pump::Options options;
  options.chunked = !head_.http_1_0;
  options.limit = plan_.limit;
  options.inflate = gzip_;
  options.head = format_answer_head(response.status, response.headers, open_frame());
  keep_ = keep_ && options.chunked;
  pump_ = std::make_unique<Pump>(std::move(process), std::move(options), loop_, shared_from_this());
  if (head_.expects_continue && !head_.framing.done() && wire_.in.empty()) {
    continued_ = true;
    wire_.queue(std::string(kContinue));
  }
  enter(State::pump);
}

void Connection::answer_stream(const Response& response) {
  Headers headers = response.headers;
  if (find_header(headers, "content-type").empty()) headers.emplace_back("Content-Type", "text/event-stream");
  if (find_header(headers, "cache-control").empty()) headers.emplace_back("Cache-Control", "no-cache");
  headers.emplace_back("X-Accel-Buffering", "no");  // nginx in front would hold events back
  wire_.queue(format_answer_head(response.status, headers, open_frame()));
  keep_ = keep_ && !head_.http_1_0;
  if (service_.stopping) stream_->close();
  enter(State::stream);
}

Connection::Next Connection::write_answer() {
  wire_.more_follows(file_.size > 0);
  if (const Io io = wire_.flush(); io != Io::moved) return wait_or_close(io);
  if (file_.size == 0) {
    next_request();
    return Next::again;
  }
  wire_.more_follows(false);
  const Io io = wire_.send_file(file_);
  if (io == Io::end) log::error("edge", "a file being sent ended {} bytes early", file_.size);
  return io == Io::moved ? Next::again : wait_or_close(io);
}

Connection::Next Connection::step_pump() {
  switch (peer_closed_ ? Pump::Step::gone : pump_->step(wire_, head_.framing)) {
    case Pump::Step::moved: break;
    case Pump::Step::waiting: return Next::wait;
    case Pump::Step::finished:
      enter(State::reap);
      end_pump(true);
      break;
    case Pump::Step::bad_body: {
      const Error error = pump_->error();
      const bool answered = pump_->answered();
      end_pump(false);
      if (answered) {
        close();
      } else {
        head_.keep_alive = false;
        answer(refusal(status_of(error), error.message));
      }
      break;
    }
    case Pump::Step::gone: close(); break;
  }
  return Next::again;
}

// Closes the descriptors and has on_done called; after a completed one the end of the answer follows.
void Connection::end_pump(bool completed) {
  const auto pump = std::exchange(pump_, nullptr);
  pump->close();
  auto done = pump->take_on_done();
  std::string last = pump->take_head();
  if (pump->chunked()) last += kLastChunk;
  if (!head_.framing.done()) keep_ = false;
  service_.finishers->submit(
      [self = shared_from_this(), done = std::move(done), last = std::move(last), completed]() mutable {
        try {
          if (done) done(completed);
        } catch (const std::exception& error) {
          log::error("edge", "the end of a process body threw: {}", error.what());
        }
        if (!completed) return;
        self->loop_.post([self, last = std::move(last)]() mutable {
          if (self->state_ == State::closed) return;
          self->wire_.queue(std::move(last));
          self->enter(State::answer);
          self->drive();
        });
      });
}

Connection::Next Connection::step_stream() {
  if (peer_closed_ || stream_->cut()) {
    close();
    return Next::again;
  }
  if (const Io io = wire_.flush(); io != Io::moved) return wait_or_close(io);
  auto taken = stream_->take();
  if (!taken.bytes.empty()) wire_.queue(head_.http_1_0 ? std::move(taken.bytes) : format_chunk(taken.bytes));
  if (taken.last) {
    if (!head_.http_1_0) wire_.queue(std::string(kLastChunk));
    if (service_.stopping) keep_ = false;
    std::exchange(stream_, nullptr)->gone();
    enter(State::answer);
    return Next::again;
  }
  return wire_.flushed() ? Next::wait : Next::again;
}

}  // namespace sampan::edge
