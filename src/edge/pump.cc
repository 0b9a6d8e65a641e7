#include "edge/pump.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "edge/answer_head.h"
#include "edge/body_sink.h"

namespace sampan::edge {

namespace {

constexpr int kPipeBytes = 256 << 10;             // of stdout: fewer turns between the process and us
constexpr std::size_t kWorthSplicing = 16 << 10;  // below it copying costs less than the calls

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

// An interrupted call is repeated here: coming back without having blocked would wait for a change that already
// happened.
template <class Call>
ssize_t uninterrupted(Call call) {
  ssize_t result = 0;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

std::size_t bytes_in(int pipe) {
  int count = 0;
  return ::ioctl(pipe, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

void make_nonblocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

Pump::Pump(ProcessBody body, Options options, Loop& loop, const std::shared_ptr<Loop::Handler>& owner)
    : body_(std::move(body)), options_(std::move(options)), loop_(loop) {
  if (options_.inflate) inflater_ = std::make_unique<Inflater>();
  for (const int fd : {body_.stdin_fd, body_.stdout_fd}) {
    if (fd < 0) continue;
    make_nonblocking(fd);
    loop_.watch(fd, owner);
  }
  // Refused where a user has too many pages in pipes; then it stays as it is.
  if (body_.stdout_fd >= 0) ::fcntl(body_.stdout_fd, F_SETPIPE_SZ, kPipeBytes);
}

Pump::~Pump() { close(); }

void Pump::close() {
  close_stdin();
  close_stdout();
}

void Pump::close_stdin() {
  ready_ = std::string();
  packed_ = std::string();
  written_ = unpacked_ = 0;
  hungry_ = false;
  if (body_.stdin_fd < 0) return;
  loop_.forget(body_.stdin_fd);
  ::close(std::exchange(body_.stdin_fd, -1));
}

void Pump::close_stdout() {
  if (body_.stdout_fd < 0) return;
  loop_.forget(body_.stdout_fd);
  ::close(std::exchange(body_.stdout_fd, -1));
}

bool Pump::waits_for_client(const Wire& wire) const { return hungry_ || piece_ > 0 || !wire.flushed(); }

Pump::Step Pump::step(Wire& wire, BodyFraming& framing) {
  const Step sent = up(wire, framing);
  if (sent == Step::bad_body || sent == Step::gone) return sent;
  const Step received = down(wire);
  if (received == Step::gone) return received;
  if (sent == Step::moved || received == Step::moved) return Step::moved;
  // Both wait. The process has said all it will, and takes no more or has it all: the rest of the body interests
  // nobody.
  if (body_.stdout_fd < 0 && wire.flushed() && (body_.stdin_fd < 0 || stdin_refused())) {
    close_stdin();
    return Step::finished;
  }
  return Step::waiting;
}

bool Pump::stdin_refused() const {
  pollfd watched{body_.stdin_fd, POLLOUT, 0};
  return ::poll(&watched, 1, 0) == 1 && (watched.revents & (POLLERR | POLLHUP)) != 0;  // of a pipe, of a socket
}

Pump::Step Pump::fail_body(Error error) {
  error_ = std::move(error);
  return Step::bad_body;
}

Pump::Step Pump::up(Wire& wire, BodyFraming& framing) {
  hungry_ = false;
  if (!ready_.empty()) return write_ready();
  if (!packed_.empty()) {
    std::string_view in = std::string_view(packed_).substr(unpacked_);
    auto out = loop_.scratch();
    const auto size = inflater_->step(in, out);
    if (!size) return fail_body(size.error());
    unpacked_ = packed_.size() - in.size();
    // Even with no input left zlib may hold more output than fitted.
    if (in.empty() && *size < out.size()) {
      packed_.clear();
      unpacked_ = 0;
    }
    ready_.assign(out.data(), *size);
    return Step::moved;
  }
  if (framing.done()) return end_of_body();
  return take_body(wire, framing);
}

Pump::Step Pump::end_of_body() {
  if (body_.stdin_fd < 0) return Step::waiting;
  if (inflater_ && received_ > 0 && !inflater_->complete()) {
    return fail_body(Error{Errc::invalid, "the gzip stream of the request body ends too early"});
  }
  close_stdin();
  return Step::moved;
}

Pump::Step Pump::take_body(Wire& wire, BodyFraming& framing) {
  if (wire.in.empty()) {
    if (body_.stdout_fd < 0 && body_.stdin_fd < 0) return Step::waiting;  // nobody wants it any more
    const Io io = wire.fill(loop_.scratch());
    if (io == Io::end || io == Io::broken) return Step::gone;
    hungry_ = io == Io::wait;
    return hungry_ ? Step::waiting : Step::moved;
  }
  const auto piece = framing.take(wire.in.view());
  if (framing.broken()) return fail_body(Error{Errc::invalid, "the chunked framing of the request body is malformed"});
  received_ += piece.bytes.size();
  if (received_ > options_.limit) return fail_body(over_limit(options_.limit));
  if (inflater_) {
    if (body_.stdin_fd >= 0) packed_ = piece.bytes;
  } else {
    ready_ = piece.bytes.substr(write_stdin(piece.bytes));
  }
  wire.in.consume(piece.used);
  return Step::moved;
}

Pump::Step Pump::write_ready() {
  const auto count = write_stdin(std::string_view(ready_).substr(written_));
  if (count == 0) return Step::waiting;
  written_ += count;
  if (written_ >= ready_.size()) {
    ready_.clear();
    written_ = 0;
  }
  return Step::moved;
}

// How many of the bytes are done with. A process that reads no more (EPIPE) is done with all: what it says still
// counts, and the rest of the body is read and dropped.
std::size_t Pump::write_stdin(std::string_view bytes) {
  if (body_.stdin_fd < 0 || bytes.empty()) return bytes.size();
  const auto count = uninterrupted([&] { return ::write(body_.stdin_fd, bytes.data(), bytes.size()); });
  if (count >= 0) return static_cast<std::size_t>(count);
  if (would_block()) return 0;
  close_stdin();
  return bytes.size();
}

Pump::Step Pump::down(Wire& wire) {
  if (!wire.flushed()) {
    const Io io = wire.flush();
    if (io == Io::broken) return Step::gone;
    return io == Io::wait ? Step::waiting : Step::moved;
  }
  if (piece_ > 0) return pass_piece(wire);
  if (body_.stdout_fd < 0) return Step::waiting;
  if (const auto ready = flows_ && !wire.secure() ? bytes_in(body_.stdout_fd) : 0; ready >= kWorthSplicing) {
    wire.more_follows(true);
    if (!answered()) wire.queue(take_head());
    if (options_.chunked) wire.queue(format_chunk_head(ready));
    piece_ = ready;
    return Step::moved;
  }
  auto out = loop_.scratch();
  const auto count = uninterrupted([&] { return ::read(body_.stdout_fd, out.data(), out.size()); });
  if (count < 0 && would_block()) return Step::waiting;
  if (count <= 0) {
    close_stdout();
    return Step::moved;
  }
  const std::string_view bytes(out.data(), static_cast<std::size_t>(count));
  flows_ = bytes.size() >= kWorthSplicing;
  if (!answered()) wire.queue(take_head());
  wire.queue(options_.chunked ? format_chunk(bytes) : std::string(bytes));
  return Step::moved;
}

Pump::Step Pump::pass_piece(Wire& wire) {
  const Io io = wire.send_pipe(body_.stdout_fd, piece_);
  if (io == Io::wait) return Step::waiting;
  if (io != Io::moved) return Step::gone;
  if (piece_ > 0) return Step::moved;
  wire.more_follows(false);
  if (options_.chunked) wire.queue(std::string(kChunkEnd));
  return Step::moved;
}

}  // namespace sampan::edge
