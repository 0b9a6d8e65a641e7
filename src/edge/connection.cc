#include "edge/connection.h"

#include <sys/epoll.h>

namespace sampan::edge {

namespace {

constexpr int kStepsInARow = 16;  // a step moves at most half a MiB; then the loop's other connections have their turn
constexpr std::chrono::milliseconds kLingerTime{2'000};
constexpr std::chrono::milliseconds kLingerAtStop{300};

}  // namespace

Connection::Connection(Loop& loop, Service& service, Wire wire, std::string peer)
    : loop_(loop), service_(service), wire_(std::move(wire)), peer_(std::move(peer)) {
  service_.open.up();
}

Connection::~Connection() = default;

void Connection::start() {
  loop_.watch(wire_.fd(), shared_from_this());
  enter(wire_.secure() ? State::handshake : State::head);
  drive();
}

void Connection::enter(State state) {
  state_ = state;
  entered_ = moved_ = loop_.now();
  moved_bytes_ = wire_.moved();
}

void Connection::on_ready(int fd, std::uint32_t events) {
  if (fd == wire_.fd() && (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) peer_closed_ = true;
  drive();
}

void Connection::drive() {
  if (driving_ || state_ == State::closed) return;
  const auto self = shared_from_this();  // close() lets the loop's go
  driving_ = true;
  int left = kStepsInARow;
  while (state_ != State::closed && left > 0 && step() == Next::again) --left;
  driving_ = false;
  if (left == 0 && state_ != State::closed) loop_.again(self);
}

Connection::Next Connection::step() {
  switch (state_) {
    case State::handshake: return shake_hands();
    case State::head: return read_head();
    case State::body: return read_body();
    case State::work:
    case State::reap: return Next::wait;
    case State::answer: return write_answer();
    case State::pump: return step_pump();
    case State::stream: return step_stream();
    case State::drain: return drain();
    case State::linger: return linger();
    case State::closed: break;
  }
  return Next::wait;
}

Connection::Next Connection::wait_or_close(Io io) {
  if (io == Io::wait) return Next::wait;
  close();
  return Next::again;
}

Connection::Next Connection::shake_hands() {
  const Io io = wire_.handshake();
  if (io != Io::moved) return wait_or_close(io);
  enter(State::head);
  return Next::again;
}

Connection::Next Connection::read_head() {
  while (!head_begun_ && wire_.in.view().starts_with("\r\n"))
    wire_.in.consume(2);  // to be ignored: RFC 9112, section 2.2
  const auto bytes = wire_.in.view();
  // Container tools try TLS first and fall back when it fails: a ClientHello (RFC 8446, section 5.1) must not wait for
  // the head's time limit.
  if (!head_begun_ && bytes.starts_with('\x16')) {
    return begin(tl::unexpected<Refusal>(Refusal{400, "this port speaks plain HTTP, not TLS"}));
  }
  const auto end = find_head_end(bytes, searched_);
  if (std::min(end, bytes.size()) > service_.options.limits.header_bytes) {
    return begin(tl::unexpected<Refusal>(Refusal{431, fmt::format("the request head is larger than the {} allowed here",
                                                                  size_text(service_.options.limits.header_bytes))}));
  }
  if (end != std::string_view::npos) {
    auto head = parse_head(bytes.substr(0, end));
    wire_.in.consume(end);
    return begin(std::move(head));
  }
  if (!head_begun_ && !bytes.empty() && bytes != "\r") {  // a lone \r may be half of an empty line before the head
    head_begun_ = true;
    entered_ = loop_.now();
  }
  if (head_begun_) searched_ = bytes.size();
  if (!head_begun_ && service_.stopping) {
    close();
    return Next::again;
  }
  const Io io = wire_.fill(loop_.scratch());
  return io == Io::moved ? Next::again : wait_or_close(io);
}

void Connection::next_request() {
  pump_.reset();
  stream_.reset();
  file_ = FileBody();
  sink_ = BodySink();
  plan_ = Plan();
  searched_ = 0;
  head_begun_ = continued_ = false;
  if (!keep_) {
    wire_.end();
    enter(State::linger);
  } else {
    enter(head_.framing.done() ? State::head : State::drain);
  }
}

Connection::Next Connection::drain() {
  if (head_.framing.done()) {
    enter(State::head);
    return Next::again;
  }
  if (wire_.in.empty()) {
    const Io io = wire_.fill(loop_.scratch());
    return io == Io::moved ? Next::again : wait_or_close(io);
  }
  wire_.in.consume(head_.framing.take(wire_.in.view()).used);
  if (head_.framing.broken()) close();
  return Next::again;
}

Connection::Next Connection::linger() {
  const Io io = wire_.discard(loop_.scratch());
  return io == Io::moved ? Next::again : wait_or_close(io);
}

void Connection::on_tick(SteadyTime now) {
  const auto& limits = service_.options.limits;
  if (moved_bytes_ != wire_.moved() || (pump_ && !pump_->waits_for_client(wire_))) {
    moved_bytes_ = wire_.moved();
    moved_ = now;
  }
  const bool stalled = now - moved_ > limits.body_stall;
  switch (state_) {
    case State::handshake:
      if (now - entered_ > limits.header_time) close();
      break;
    case State::head:
      if (head_begun_ && now - entered_ > limits.header_time) {
        begin(tl::unexpected<Refusal>(Refusal{408, "the request head took too long to arrive"}));
        drive();
      } else if (!head_begun_ && now - entered_ > limits.idle_time) {
        close();
      }
      break;
    case State::body:
      if (stalled) {
        answer(refusal(408, "the request body stopped arriving"));
        drive();
      }
      break;
    case State::answer:
    case State::pump:
    case State::drain:
      if (stalled) close();
      break;
    case State::stream:
      if (!wire_.flushed()) {
        if (stalled) close();
      } else if (stream_.use_count() == 1) {
        stream_->close();  // nobody is left who could send
      } else if (now - moved_ > limits.stream_keepalive) {
        wire_.queue(head_.http_1_0 ? ":\n\n" : format_chunk(":\n\n"));
        drive();
      }
      break;
    case State::linger:
      if (now - entered_ > (service_.stopping ? kLingerAtStop : kLingerTime)) close();
      break;
    case State::work:
    case State::reap:
    case State::closed: break;
  }
}

void Connection::on_stop(Stop how) {
  if (how == Stop::at_once) {
    close();
  } else if (state_ == State::handshake || state_ == State::linger) {
    close();
  } else if (stream_) {
    stream_->close();
  } else {
    drive();  // an idle one closes itself
  }
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  loop_.forget(wire_.fd());
  if (pump_) end_pump(false);
  if (stream_) stream_->gone();
  wire_.close();
  service_.open.down();
}

}  // namespace sampan::edge
