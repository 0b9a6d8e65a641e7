// HTTP as values: what a handler is given and what it answers. No sockets here; edge/ moves the bytes, web/ joins the
// routes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace sampan {

enum class Method { get, head, post, put, patch, del, options };
std::string_view to_text(Method method);  // "GET" ... "DELETE"

using Headers = std::vector<std::pair<std::string, std::string>>;             // names compared without regard to case
std::string_view find_header(const Headers& headers, std::string_view name);  // first of that name; empty when absent

// A body the edge has already taken in (routes with BodyKind::spool): at most kSpooledInMemory bytes are held, a larger
// one is in a temporary file. The file is removed when the last copy goes, unless the handler renamed it away. `sha256`
// is of all bytes, computed while they came in.
inline constexpr std::size_t kSpooledInMemory = 64 << 10;
struct SpooledFile {
  std::string path;  // empty: the bytes are in `bytes`
  std::uint64_t size = 0;
  std::string sha256;  // 64 hex digits
  std::string bytes;
};

struct Request {
  Method method = Method::get;
  std::string target;  // as sent: path and query, still percent-encoded
  std::string path;    // decoded; never contains "..", NUL or an encoded slash (those are 400 before any handler)
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order; without NUL
  Headers headers;
  std::vector<std::pair<std::string, std::string>> params;  // of the matched route's pattern, decoded
  std::string remote_address;  // of the peer, or by X-Forwarded-For when the peer is a trusted proxy
  bool tls = false;
  std::string body;                      // BodyKind::text
  std::shared_ptr<SpooledFile> spooled;  // BodyKind::spool

  std::string_view header(std::string_view name) const;  // first of that name; empty when absent
  std::string_view param(std::string_view name) const;   // asserts that the pattern has it
  std::optional<std::string> find_query(std::string_view name) const;
};

// How a route takes its body. Over the limit: 413 with a sentence that states it.
enum class BodyKind {
  text,   // in Request::body, at most 1 MiB unless the route says otherwise
  spool,  // in Request::spooled, constant memory
  pipe,   // handler runs on the headers alone; the edge then pumps the body into ProcessBody::stdin_fd
};

// A part of a file, sent by sendfile. The descriptor is owned by the shared_ptr's deleter.
struct FileBody {
  std::shared_ptr<const int> fd;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// A child process as the body: the edge pumps the request body into stdin_fd (inflating Content-Encoding: gzip), closes
// it, pumps stdout_fd into the answer (chunked), with back pressure both ways. Descriptors are the edge's to close.
// `on_done` runs exactly once on a worker, after both ends are done or the client vanished (then completed is false);
// it reaps the child.
struct ProcessBody {
  int stdin_fd = -1;
  int stdout_fd = -1;
  std::function<void(bool completed)> on_done;
};

// A live stream of server-sent events (text/event-stream). Whoever holds it may send from any thread; the edge writes.
// A reader too slow for `kMaxBacklog` bytes is cut: clients reconnect and resynchronise. Comments keep idle streams
// alive (15 s).
class EventStream {
 public:
  static constexpr std::size_t kMaxBacklog = 1 << 20;
  virtual ~EventStream() = default;
  // One event: `event` may be empty (default type), data may contain newlines. False: the reader is gone, drop the
  // stream.
  virtual bool send(std::string_view event, std::string_view data, std::string_view id = {}) = 0;
  virtual void close() = 0;  // ends the stream after what was sent
  virtual bool closed() const = 0;
  virtual void on_close(std::function<void()> action) = 0;  // once, on any thread; at once when already closed
};
// The answer of a route that streams: the edge calls `start` once, with the stream, after the headers were sent.
struct StreamBody {
  std::function<void(std::shared_ptr<EventStream>)> start;
};

struct Response {
  int status = 200;
  Headers headers;
  std::variant<std::string, FileBody, ProcessBody, StreamBody> body;

  static Response text(int status, std::string body, std::string_view type = "text/plain; charset=utf-8");
  static Response json(int status, std::string body);
  static Response empty(int status = 204);
  static Response redirect(std::string location, int status = 302);
  Response& set(std::string_view name, std::string value) &;
  Response&& set(std::string_view name, std::string value) &&;
};

// Text tools of HTTP (RFC 3986, RFC 7231): exact, total, bounded.
std::string percent_encode(std::string_view text);                 // everything but unreserved
std::optional<std::string> percent_decode(std::string_view text);  // nullopt on a broken escape
std::string form_encode(const std::vector<std::pair<std::string, std::string>>& fields);
std::vector<std::pair<std::string, std::string>> form_decode(std::string_view text);

}  // namespace sampan
