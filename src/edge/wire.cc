#include "edge/wire.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace sampan::edge {

namespace {

constexpr std::size_t kKeepCapacity = 4096;        // an idle connection holds at most this much of each buffer
constexpr std::size_t kSendfileBytes = 512 << 10;  // at once, so that one fast reader does not keep the loop

Io trouble() {
  if (errno == EAGAIN || errno == EWOULDBLOCK) return Io::wait;
  return Io::broken;
}

void empty(std::string& bytes) {
  if (bytes.capacity() > kKeepCapacity) {
    bytes = std::string();
  } else {
    bytes.clear();
  }
}

}  // namespace

void InBuffer::append(std::string_view bytes) {
  if (used_ > bytes_.size() / 2) {
    bytes_.erase(0, used_);
    used_ = 0;
  }
  bytes_.append(bytes);
}

void InBuffer::consume(std::size_t count) {
  used_ += count;
  if (used_ < bytes_.size()) return;
  sampan::edge::empty(bytes_);
  used_ = 0;
}

Wire::Wire(Fd socket, TlsSession tls) : socket_(std::move(socket)), tls_(std::move(tls)) {}

Io Wire::tls_trouble(int result) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return Io::wait;
    case SSL_ERROR_ZERO_RETURN: return Io::end;
    default: return Io::broken;
  }
}

Io Wire::handshake() {
  if (!tls_) return Io::moved;
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  return result == 1 ? Io::moved : tls_trouble(result);
}

Io Wire::read(std::span<char> into, std::size_t& count) {
  if (tls_) {
    ERR_clear_error();
    const int result = SSL_read_ex(tls_.get(), into.data(), into.size(), &count);
    moved_ += count;
    return result == 1 ? Io::moved : tls_trouble(result);
  }
  ssize_t got = 0;
  do got = ::recv(fd(), into.data(), into.size(), 0);
  while (got < 0 && errno == EINTR);
  if (got < 0) return trouble();
  count = static_cast<std::size_t>(got);
  moved_ += count;
  return got == 0 ? Io::end : Io::moved;
}

Io Wire::fill(std::span<char> scratch) {
  std::size_t count = 0;
  const Io io = read(scratch, count);
  if (io == Io::moved) in.append({scratch.data(), count});
  return io;
}

Io Wire::discard(std::span<char> scratch) {
  std::size_t count = 0;
  return read(scratch, count);
}

void Wire::queue(std::string bytes) {
  if (flushed()) {
    out_ = std::move(bytes);
    sent_ = 0;
  } else {
    out_ += bytes;
  }
}

Io Wire::write(std::string_view bytes, std::size_t& count) {
  if (tls_) {
    ERR_clear_error();
    const int result = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count);
    return result == 1 ? Io::moved : tls_trouble(result);
  }
  ssize_t sent = 0;
  do sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | (more_ ? MSG_MORE : 0));
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return trouble();
  count = static_cast<std::size_t>(sent);
  return Io::moved;
}

Io Wire::flush() {
  while (!flushed()) {
    std::size_t count = 0;
    const Io io = write(std::string_view(out_).substr(sent_), count);
    if (io != Io::moved) return io;
    sent_ += count;
    moved_ += count;
  }
  empty(out_);
  sent_ = 0;
  return Io::moved;
}

Io Wire::send_file(FileBody& part) {
  const auto want = std::min<std::uint64_t>(part.size, tls_ ? kSendfileBytes / 8 : kSendfileBytes);
  ssize_t moved = 0;
  if (tls_) {
    std::string bytes(want, '\0');
    do moved = ::pread(*part.fd, bytes.data(), bytes.size(), static_cast<off_t>(part.offset));
    while (moved < 0 && errno == EINTR);
    if (moved > 0) {
      bytes.resize(static_cast<std::size_t>(moved));
      queue(std::move(bytes));
    }
  } else {
    auto offset = static_cast<off_t>(part.offset);
    do moved = ::sendfile(fd(), *part.fd, &offset, want);
    while (moved < 0 && errno == EINTR);
  }
  if (moved < 0) return trouble();
  if (moved == 0) return Io::end;
  part.offset += static_cast<std::uint64_t>(moved);
  part.size -= static_cast<std::uint64_t>(moved);
  if (!tls_) moved_ += static_cast<std::uint64_t>(moved);
  return Io::moved;
}

Io Wire::send_pipe(int pipe, std::size_t& left) {
  ssize_t sent = 0;
  do sent = ::splice(pipe, nullptr, fd(), nullptr, left, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return trouble();
  if (sent == 0) return Io::end;
  left -= static_cast<std::size_t>(sent);
  moved_ += static_cast<std::size_t>(sent);
  return Io::moved;
}

void Wire::end() {
  if (tls_) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
  }
  ::shutdown(fd(), SHUT_WR);
}

void Wire::close() {
  tls_.reset();
  socket_ = Fd();
}

}  // namespace sampan::edge
