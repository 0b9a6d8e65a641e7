// One accepted connection as bytes: a non-blocking socket, plain or TLS, with what has come and what is to go. Loop
// thread only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/http.h"
#include "edge/tls.h"

namespace sampan::edge {

// What an attempt came to. `wait`: nothing moves until the descriptor changes. `end`: the other side sends no more.
enum class Io { moved, wait, end, broken };

// Bytes that have come and are not used yet.
class InBuffer {
 public:
  std::string_view view() const { return std::string_view(bytes_).substr(used_); }
  bool empty() const { return used_ == bytes_.size(); }
  void append(std::string_view bytes);
  void consume(std::size_t count);

 private:
  std::string bytes_;
  std::size_t used_ = 0;
};

class Wire {
 public:
  Wire(Fd socket, TlsSession tls);
  int fd() const { return socket_.get(); }
  bool secure() const { return tls_ != nullptr; }

  Io handshake();                       // moved: done (at once without TLS)
  Io fill(std::span<char> scratch);     // reads once into `in`
  Io discard(std::span<char> scratch);  // reads once and forgets it

  void queue(std::string bytes);                  // behind what is queued
  void more_follows(bool more) { more_ = more; }  // a hint: do not send a small packet yet
  bool flushed() const { return sent_ == out_.size(); }
  Io flush();                    // moved: nothing is queued any more
  Io send_file(FileBody& part);  // when flushed(): sends once and advances `part`; end: the file is shorter than `part`
  // When flushed() and not secure(): sends once of the `left` bytes that are in the pipe, uncopied, and takes them off.
  Io send_pipe(int pipe, std::size_t& left);
  void end();    // says that nothing more will be sent
  void close();  // at once; nothing but the destructor may follow
  std::uint64_t moved() const {
    return moved_;
  }  // bytes in both directions so far: two looks tell whether anything moved

  InBuffer in;

 private:
  Io read(std::span<char> into, std::size_t& count);
  Io write(std::string_view bytes, std::size_t& count);
  Io tls_trouble(int result);

  Fd socket_;
  TlsSession tls_;  // before socket_ in its end: it borrows the descriptor
  std::string out_;
  std::size_t sent_ = 0;
  bool more_ = false;
  std::uint64_t moved_ = 0;
};

}  // namespace sampan::edge
